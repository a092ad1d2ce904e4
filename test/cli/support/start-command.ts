import { fileURLToPath } from 'node:url';
import { type RunningProcess, startProcess } from '../../support/processes.js';

/** The command, as npx runs it. */
export const bin = fileURLToPath(new URL('../../../dist/cli.js', import.meta.url));

/** Starts the command as npx does, with these variables only. It ends with the test. */
export function startCommand(args: readonly string[], env: Readonly<Record<string, string>> = {}): RunningProcess {
  return startProcess(bin, args, { env });
}
