/**
 * The other clients, in the versions of peers.json. They are not dependencies of this project: the bench installs them
 * into a temporary folder, and again when peers.json has changed.
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
  // Only a module in that folder can import them by name.
  writeFileSync(inFolder('import.mjs'), 'export const importHere = (name) => import(name);\n');
  const options = ['--no-audit', '--no-fund', '--ignore-scripts', '--loglevel=error'];
  const { status } = spawnSync('npm', ['install', ...options], { cwd: folder, stdio: ['ignore', 'ignore', 'inherit'] });
  if (status !== 0) throw new Error('npm could not install the packages of peers.json');
  // Written last, as a sign that the installation is complete.
  writeFileSync(inFolder('installed.json'), wanted);
}

/** @param {string} name */
export async function importPeer(name) {
  const { importHere } = await import(pathToFileURL(inFolder('import.mjs')));
  return importHere(name);
}
