#!/usr/bin/env node
import { openStream } from './streams.js';

// The process exits with 3 until there is a result, even if other code calls process.exit(0). Not with 1, because npx exits with
// 1 if it cannot reach the registry.
let exitCode = 3;
process.on('exit', () => {
  process.exitCode = exitCode;
});

// Without a listener, a signal ends the process at once.
const releaseSignals = () => process.removeAllListeners('SIGINT').removeAllListeners('SIGTERM');
const stop = new AbortController();
const onSignal = (signal: NodeJS.Signals) => {
  releaseSignals();
  stop.abort(signal);
};
process.on('SIGINT', onSignal).on('SIGTERM', onSignal);

// Loaded last: if the process ends meanwhile, it exits with 3.
const { runCommand } = await import('./commands.js');
const output = { stdout: openStream(process.stdout), stderr: openStream(process.stderr) };
const end = await runCommand(process.argv.slice(2), output, stop.signal);
releaseSignals();
const failure = (await output.stdout.finish()) ?? (await output.stderr.finish());
if (failure !== undefined) process.stderr.write(`The output could not be written: ${failure.message}\n`);

if (typeof end === 'string') {
  // Ends by the signal itself, so that a shell does not run the command after `||`. Process 1 of a container cannot end that way,
  // so it exits with the code.
  exitCode = end === 'SIGINT' ? 130 : 143;
  process.kill(process.pid, end);
} else {
  // A bad backup takes precedence over output that could not be written.
  exitCode = failure !== undefined && end !== 2 ? 3 : end;
  // At once, because open sockets may keep the process alive, and other code may call process.exit(0) on `beforeExit`.
  process.exit(exitCode);
}
