import { mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';
import { type RunningProcess, startProcess } from '../../../support/processes.js';

const examplesFolder = fileURLToPath(new URL('../../../../examples/', import.meta.url));

/**
 * Starts an example in a process of its own, through a symbolic link: one that compared the paths as they are would take itself
 * for a module, and do nothing. The process ends with the test.
 *
 * @param env - all variables except PATH.
 */
export function runExample(name: string, args: string[], env: Record<string, string> = {}): RunningProcess {
  const folder = mkdtempSync(join(tmpdir(), 'atlas-tenant-snapshots-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const link = join(folder, name);
  symlinkSync(join(examplesFolder, name), link);
  return startProcess(process.execPath, [link, ...args], { env });
}
