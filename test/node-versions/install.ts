import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { command } from '../package/command.js';
import { pack } from '../package/tarball.js';
import { versions } from './versions.js';

declare module 'vitest' {
  interface ProvidedContext {
    /** A project that has the tarball, as npm installs it, and undici 8. */
    installed: string;
    /** Path of each version's binary. */
    binaries: Record<string, string>;
  }
}

/** Installs the tarball and every version of Node, each in a folder of its own. */
export default async function setup({ config, provide }: TestProject): Promise<() => Promise<void>> {
  const folder = await mkdtemp(join(tmpdir(), 'atlas-tenant-snapshots-nodes-'));
  const tarball = await pack(config.root, folder);
  const installed = await install(join(folder, 'consumer'), {
    'atlas-tenant-snapshots': `file:${tarball}`,
    undici8: `npm:undici@${await undici8(config.root)}`,
  });
  await cp(join(config.root, 'test/node-versions/programs'), installed, { recursive: true });
  const binaries: Record<string, string> = {};
  // Beside a project they would put a `node` into its node_modules/.bin, and every npm script would run on it.
  for (const version of versions) {
    const name = `node-${process.platform}-${process.arch}`;
    const project = await install(join(folder, `node-${version}`), { [name]: version });
    binaries[version] = join(project, 'node_modules', name, 'bin/node');
  }
  provide('installed', installed);
  provide('binaries', binaries);
  return () => rm(folder, { recursive: true, force: true });
}

/** The range of undici 8 that the types are tested with. */
async function undici8(root: string): Promise<string> {
  const { devDependencies } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'));
  return String(devDependencies.undici8).replace('npm:undici@', '');
}

async function install(project: string, dependencies: Record<string, string>): Promise<string> {
  await mkdir(project, { recursive: true });
  await writeFile(join(project, 'package.json'), JSON.stringify({ private: true, dependencies }));
  const { code, output } = await command('npm', ['install', '--no-audit', '--no-fund', '--no-package-lock'], project);
  if (code !== 0) throw new Error(`npm install fails in ${project}: ${output}`);
  return project;
}
