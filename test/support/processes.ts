// Starts other programs.

import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';

/** How a program ended, and everything that it wrote. */
export interface Outcome {
  readonly exitCode: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunningProcess {
  readonly child: ChildProcessWithoutNullStreams;
  /** What it has written so far. */
  readonly output: { stdout: string; stderr: string };
  readonly ended: Promise<Outcome>;
}

interface ProcessOptions {
  /** Default: the project. */
  readonly cwd?: string;
  /** All variables except `PATH`. Default: those of the tests. */
  readonly env?: Readonly<Record<string, string | undefined>>;
}

/** Starts a program, which ends with the test. */
export function startProcess(file: string, args: readonly string[], options?: ProcessOptions): RunningProcess {
  const running = spawnProcess(file, args, options);
  onTestFinished(() => void running.child.kill('SIGKILL'));
  return running;
}

/** The path of the command, as the build has it. */
export const bin = fileURLToPath(new URL('../../dist/cli.js', import.meta.url));

/** Starts the command as npx does, with these variables only. It ends with the test. */
export function startCommand(args: readonly string[], env: Readonly<Record<string, string>> = {}): RunningProcess {
  return startProcess(bin, args, { env });
}

const main = new URL('../../dist/index.js', import.meta.url).href;

/**
 * Runs code in a process of its own, which ends with the test. The code can use `atlas`, which is the package as it was built,
 * and `print(text)`.
 */
export function runCode(code: string): Promise<Outcome> {
  const module = `
    import * as atlas from '${main}';
    const print = (text) => process.stdout.write(text + '\\n');
    ${code}`;
  return startProcess(process.execPath, ['--input-type=module', '--eval', module]).ended;
}

/** Runs a program to its end, in a test or outside of one. */
export function runProcess(file: string, args: readonly string[], options?: ProcessOptions): Promise<Outcome> {
  return spawnProcess(file, args, options).ended;
}

function spawnProcess(
  file: string,
  args: readonly string[],
  { cwd, env = process.env }: ProcessOptions = {},
): RunningProcess {
  const plain = { PATH: process.env['PATH'], ...env, NO_COLOR: '1', FORCE_COLOR: '0' };
  const child = spawn(file, args, { cwd, env: plain });
  const output = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (text: string) => {
      output[name] += text;
    });
  }
  const ended = new Promise<Outcome>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (exitCode, signal) => resolve({ exitCode, signal, ...output }));
  });
  // A test that waits for something else is not to fail because of this.
  ended.catch(() => undefined);
  return { child, output, ended };
}

/** A port on which nothing listens, such as for a program that takes no port 0. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('A TCP server has a port');
  return address.port;
}
