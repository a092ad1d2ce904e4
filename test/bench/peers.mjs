/**
 * The other clients, at the versions of peers.json. They are no dependencies of the project: they live in a folder of
 * their own among the temporary files, and are installed when that folder has other versions or is not there.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const folder = join(tmpdir(), 'atlas-tenant-snapshots-bench-peers');
const inFolder = (name) => join(folder, name);

export function installPeers() {
  const wanted = readFileSync(new URL('peers.json', import.meta.url), 'utf8');
  if (existsSync(inFolder('installed.json')) && readFileSync(inFolder('installed.json'), 'utf8') === wanted) return;
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  writeFileSync(inFolder('package.json'), wanted);
  // A module imports what is installed beside it: this one imports for those that are not.
  writeFileSync(inFolder('import.mjs'), 'export const importHere = (name) => import(name);\n');
  const options = ['--no-audit', '--no-fund', '--ignore-scripts', '--loglevel=error'];
  const { status } = spawnSync('npm', ['install', ...options], { cwd: folder, stdio: ['ignore', 'ignore', 'inherit'] });
  if (status !== 0) throw new Error('the peers of peers.json could not be installed with npm');
  // Written last: it says that the installation went through.
  writeFileSync(inFolder('installed.json'), wanted);
}

/** @param {string} name */
export async function importPeer(name) {
  const { importHere } = await import(pathToFileURL(inFolder('import.mjs')));
  return importHere(name);
}
