#!/usr/bin/env node

// An early end of the process must not look like a result: neither 0 (every backup is there) nor 2 (one is missing). Nor 1,
// because npx exits with 1 if it cannot reach the registry.
let exitCode = 3;
process.on('exit', (code) => {
  // Other code may call process.exit(0) before the command has a result. After a result of 0, an error still counts.
  process.exitCode = exitCode === 0 && code !== 0 ? 3 : exitCode;
});
process.on('uncaughtException', (error) => {
  console.error(error);
  process.exit(3);
});
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    // A reader may close its pipe early. That is not an error.
    if (error.code !== 'EPIPE') throw error;
  });
}

// Loaded last, because loading may fail too.
const { runCommand } = await import('./commands.js');
exitCode = await runCommand(process.argv.slice(2), process);
