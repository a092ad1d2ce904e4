import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { pack } from '../package/tarball.js';
import { command } from '../support/command.js';
import { type Runtime, runtimes } from './runtimes.js';

declare module 'vitest' {
  interface ProvidedContext {
    /** A project with the programs, in which npm installed the tarball and undici 8. */
    consumer: string;
    /** Path of each runtime's binary, by the runtime's name. */
    binaries: Record<string, string>;
  }
}

/** Installs the tarball and every runtime, each in a folder of its own. */
export default async function setup({ config, provide }: TestProject): Promise<() => Promise<void>> {
  const folder = await mkdtemp(join(tmpdir(), 'atlas-tenant-snapshots-runtimes-'));
  const tarball = await pack(config.root, folder);
  const consumer = await install(join(folder, 'consumer'), {
    'atlas-tenant-snapshots': `file:${tarball}`,
    undici8: await undici8(config.root),
  });
  await cp(join(config.root, 'test/runtimes/programs'), consumer, { recursive: true });
  provide('consumer', consumer);
  provide('binaries', await installRuntimes(folder));
  return () => rm(folder, { recursive: true, force: true });
}

/** The version of undici 8 that the types are tested with. */
async function undici8(root: string): Promise<string> {
  const { devDependencies } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'));
  return devDependencies.undici8;
}

async function installRuntimes(folder: string): Promise<Record<string, string>> {
  const binaries: Record<string, string> = {};
  for (const runtime of runtimes) binaries[runtime.name] = await installRuntime(folder, runtime);
  return binaries;
}

// A folder per runtime: in the project's own node_modules/.bin, a `node` would run every npm script.
async function installRuntime(folder: string, { name, version, binary, ...runtime }: Runtime): Promise<string> {
  const project = await install(join(folder, name), { [runtime.package]: version });
  return join(project, 'node_modules', runtime.package, binary);
}

async function install(project: string, dependencies: Record<string, string>): Promise<string> {
  await mkdir(project, { recursive: true });
  await writeFile(join(project, 'package.json'), JSON.stringify({ private: true, dependencies }));
  const options = ['--ignore-scripts', '--no-audit', '--no-fund', '--no-package-lock'];
  const { code, output } = await command('npm', ['install', ...options], { cwd: project });
  if (code !== 0) throw new Error(`npm install failed in ${project}: ${output}`);
  return project;
}
