#!/usr/bin/env node
import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';

// The command runs in a child process, because that can be killed. Node waits for the lookup of a host name even in
// process.exit(), and a lookup that nobody answers may take half a minute. Deno does not wait, and asks for a permission to
// start a process.
if ('Deno' in globalThis) await import('./command.js');

/** The exit code that the command reported. Absent until then. */
let result: number | undefined;
const stopCodes = { SIGINT: 130, SIGTERM: 143 };
/** The exit code for the signal that this process or its child got. */
let stopCode: number | undefined;

/** @param code - the exit code that other code in this process asked for. */
function exitCodeOf(code: unknown): number {
  // An early end must not look like a result: neither 0 (every backup is there) nor 2 (one is missing). Nor 1, because npx
  // exits with 1 if it cannot reach the registry. After a result of 0, an error still counts.
  return result === undefined || (result === 0 && code) ? 3 : result;
}

// Other code in this process, such as a module that NODE_OPTIONS loads, may call process.exit(), or wrap it and pass on the
// exit code that it got.
const exit = process.exit.bind(process);
process.exit = (code) => exit(exitCodeOf(code));
process.on('exit', (code) => {
  process.exitCode = exitCodeOf(code);
});

// ms. For other code in the child that has work to do when it exits.
const longestExit = 500;
const child = fork(fileURLToPath(new URL('./command.js', import.meta.url)), process.argv.slice(2));
child.on('message', (exitCode) => {
  result = Number(exitCode);
  setTimeout(() => child.kill('SIGKILL'), longestExit);
});
child.on('exit', (_code, signal) => {
  // A terminal sends its signals to both processes, and the child may end by one that this process has not noticed yet.
  if (signal === 'SIGINT' || signal === 'SIGTERM') stopCode ??= stopCodes[signal];
  result ??= stopCode;
  if (result === undefined && signal !== null) console.error(`The command was ended by ${signal}.`);
  process.exit();
});

const stop = (signal: NodeJS.Signals) => {
  // The next signal ends this process, as it does without a listener, and the child ends with it.
  process.off('SIGINT', stop).off('SIGTERM', stop);
  stopCode = signal === 'SIGINT' ? stopCodes.SIGINT : stopCodes.SIGTERM;
  if (child.connected) child.send(stopCode);
};
process.on('SIGINT', stop).on('SIGTERM', stop);
