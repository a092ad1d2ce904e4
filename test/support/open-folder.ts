import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';

/** A new folder with empty folders in it, which is deleted after the test. */
export function openFolder(...folders: string[]): string {
  const folder = mkdtempSync(join(tmpdir(), 'atlas-tenant-snapshots-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  for (const name of folders) mkdirSync(join(folder, name), { recursive: true });
  return folder;
}
