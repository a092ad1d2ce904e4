#!/usr/bin/env node
import { runCommand } from './cli.js';

// Node would end with exit code 1, which stands for a missing backup.
process.on('uncaughtException', (error: NodeJS.ErrnoException) => {
  // A reader that closes its pipe has seen enough.
  if (error.code === 'EPIPE') return;
  console.error(error);
  process.exit(2);
});

process.exitCode = await runCommand(process.argv.slice(2), process);
