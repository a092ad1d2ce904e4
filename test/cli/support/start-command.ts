import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';

const bin = fileURLToPath(new URL('../../../dist/cli.js', import.meta.url));

/** Starts the command as npx does, with these variables only. It ends with the test. */
export function startCommand(args: readonly string[], env: Readonly<Record<string, string>> = {}) {
  const child = spawn(bin, args, { env: { PATH: process.env['PATH'], ...env } });
  onTestFinished(() => void child.kill('SIGKILL'));
  return child;
}

/** Waits until a process has ended. */
export async function end(child: ChildProcessWithoutNullStreams) {
  const [stdout, stderr, [exitCode, signal]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'close'),
  ]);
  return { exitCode, signal, stdout, stderr };
}
