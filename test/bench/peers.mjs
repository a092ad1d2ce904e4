/** Other clients. They are not dependencies of this project: the bench installs them into a temporary folder. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const peers = ['digest-fetch@3.1.1', 'mongodb-atlas-api-client@4.19.0', 'openapi-fetch@0.17.0', 'urllib@4.9.2'];
const folder = join(tmpdir(), 'atlas-tenant-snapshots-bench', peers.join('+'));
const entry = join(folder, 'import.mjs');

export function installPeers() {
  if (existsSync(entry)) return;
  mkdirSync(folder, { recursive: true });
  execFileSync('npm', ['install', '--prefix', folder, '--no-audit', '--no-fund', '--ignore-scripts', ...peers]);
  // Only a module in that folder can import them by name. Written last, as a sign that the installation is complete.
  writeFileSync(entry, 'export const importHere = (name) => import(name);\n');
}

/** @param {string} name */
export async function importPeer(name) {
  const { importHere } = await import(pathToFileURL(entry));
  return importHere(name);
}
