#!/usr/bin/env node

// Nothing that ends the process early may look like a check that found every backup (0), or a missing one (1).
process.exitCode = 2;
process.on('uncaughtException', (error) => {
  console.error(error);
  process.exit(2);
});
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    // A reader may close its pipe early. That is not an error.
    if (error.code !== 'EPIPE') throw error;
  });
}

// Loaded last, because loading may fail too.
const { runCommand } = await import('./commands.js');
process.exitCode = await runCommand(process.argv.slice(2), process);
