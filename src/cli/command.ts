import { runCommand } from './commands.js';
import { openStream } from './output-stream.js';

// Runs a command in a process of its own. The parent gets the signals, and ends with the exit code that it is sent.

const stop = new AbortController();
if (process.send !== undefined) {
  process.on('message', (exitCode) => stop.abort(exitCode));
  const end = () => process.kill(process.pid, 'SIGKILL');
  process.on('disconnect', end);
  // The parent may have ended while this file was loaded.
  if (!process.connected) end();
  // Only the command keeps this process alive.
  process.channel?.unref();
  // A terminal sends its signals to both processes.
  process.on('SIGINT', () => {}).on('SIGTERM', () => {});
}

const output = { stdout: openStream(process.stdout), stderr: openStream(process.stderr) };
let exitCode = await runCommand(process.argv.slice(2), output, stop.signal);
const error = (await output.stdout.finish()) ?? (await output.stderr.finish());
if (error !== undefined) {
  process.stderr.write(`The output could not be written: ${error.message}\n`);
  if (exitCode !== 2) exitCode = 3;
}
const exit = () => process.exit(exitCode);
if (process.send === undefined) exit();
else process.send(exitCode, exit);
