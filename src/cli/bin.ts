#!/usr/bin/env node
import { openStream } from './output.js';

// Until there is a result, every end is a failure, also if other code calls process.exit(0). Not 1: npx exits with that if it
// cannot reach the registry.
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

// Loaded only now, so that an end while it loads is a failure too.
const { runCommand } = await import('./commands.js');
const output = { stdout: openStream(process.stdout), stderr: openStream(process.stderr) };
const result = await runCommand(process.argv.slice(2), output, stop.signal);
releaseSignals();
const failure = (await output.stdout.finish()) ?? (await output.stderr.finish());
if (failure !== undefined) process.stderr.write(`The output could not be written: ${failure.message}\n`);

if (typeof result === 'string') {
  // By the signal itself, so that a shell does not run the command after `||`. The kernel does not let process 1 of a
  // container end that way, so it ends with the code.
  exitCode = result === 'SIGINT' ? 130 : 143;
  process.kill(process.pid, result);
} else {
  exitCode = failure !== undefined && result !== 2 ? 3 : result;
  // At once, because open sockets may keep the process alive, and other code may call process.exit(0) on `beforeExit`.
  process.exit(exitCode);
}
