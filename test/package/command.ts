import { execFile } from 'node:child_process';

/** The output of a command on both streams, and its exit code. */
export interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly output: string;
}

/** Runs a program to its end. `variables` are added to its environment. */
export function command(file: string, args: readonly string[], cwd: string, variables = {}): Promise<Outcome> {
  return new Promise((resolve) => {
    const env = { ...process.env, NO_COLOR: '1', FORCE_COLOR: '0', ...variables };
    const options = { cwd, env, maxBuffer: 16 * 1024 * 1024 };
    const child = execFile(file, args, options, (_error, stdout, stderr) => {
      resolve({ code: child.exitCode ?? -1, stdout, output: stdout + stderr });
    });
  });
}
