import { fileURLToPath } from 'node:url';
import { type RunningProcess, startProcess } from '../../../support/processes.js';

export const examplesFolder = fileURLToPath(new URL('../../../../examples/', import.meta.url));

/**
 * Starts an example in a process of its own. The process ends with the test.
 *
 * @param nodeArguments - options of Node, the file, and the example's own arguments.
 * @param env - all variables except PATH.
 */
export function runExample(nodeArguments: string[], env: Record<string, string> = {}): RunningProcess {
  return startProcess(process.execPath, nodeArguments, { cwd: examplesFolder, env });
}
