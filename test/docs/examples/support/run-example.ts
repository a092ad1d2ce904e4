import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';

/** An example that runs in a process of its own. */
export interface RunningExample {
  readonly process: ChildProcessWithoutNullStreams;
  /** What it wrote to stdout and to stderr so far. */
  readonly output: { stdout: string; stderr: string };
  /** Its exit code. */
  readonly exit: Promise<number | null>;
}

export const examplesFolder = fileURLToPath(new URL('../../../../examples/', import.meta.url));

/**
 * Starts an example in a process of its own. The process ends with the test.
 *
 * @param nodeArguments - options of Node, the file, and the example's own arguments.
 * @param environment - all variables except PATH.
 */
export function runExample(nodeArguments: string[], environment: Record<string, string> = {}): RunningExample {
  const child = spawn(process.execPath, nodeArguments, {
    cwd: examplesFolder,
    env: { PATH: process.env['PATH'], ...environment },
  });
  const output = { stdout: '', stderr: '' };
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output.stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    output.stderr += text;
  });
  onTestFinished(() => {
    child.kill('SIGKILL');
  });
  const exit = once(child, 'close').then(([code]: (number | null)[]) => code ?? null);
  return { process: child, output, exit };
}
