import { execFile } from 'node:child_process';

/** The output of a program, and its exit code. */
export interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
  /** stdout, then stderr. */
  readonly output: string;
}

interface CommandOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Ends the program. */
  readonly signal?: AbortSignal;
}

/** Runs a program to its end, by default in the project and with the variables of the tests. */
export function command(
  file: string,
  args: readonly string[],
  { cwd, env = process.env, signal }: CommandOptions = {},
): Promise<Outcome> {
  return new Promise((resolve) => {
    const options = { cwd, env: { ...env, NO_COLOR: '1', FORCE_COLOR: '0' }, signal, maxBuffer: 16 * 1024 * 1024 };
    const child = execFile(file, args, options, (_error, stdout, stderr) => {
      resolve({ code: child.exitCode ?? -1, stdout, stderr, output: stdout + stderr });
    });
  });
}
