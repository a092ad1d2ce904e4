import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { pack } from '../../package/setup.js';
import { runProcess } from '../../support/processes.js';

/** A JavaScript runtime, as a package of npm brings it. */
export interface Runtime {
  readonly name: string;
  /** The package with the binary for this machine, and its version. */
  readonly package: string;
  readonly version: string;
  /** Path of the binary in the package. */
  readonly binary: string;
  /** Arguments before those of a program. */
  readonly args: readonly string[];
  /** The same, for a program in CommonJS. */
  readonly argsOfCommonJs: readonly string[];
  /** Whether undici 8 supports it. */
  readonly hasUndici8: boolean;
}

const { platform, arch } = process;

function node(version: string): Runtime {
  const args = ['--throw-deprecation'];
  return {
    name: `Node ${version}`,
    package: `node-${platform}-${arch}`,
    version,
    binary: 'bin/node',
    args,
    argsOfCommonJs: args,
    // It needs Node 22.19.
    hasUndici8: Number.parseInt(version, 10) >= 22,
  };
}

// The smallest set of permissions. Without --no-prompt, Deno would ask for more.
const denoArgs = ['run', '--no-prompt', '--allow-net=127.0.0.1', '--allow-env'];

const deno: Runtime = {
  name: 'Deno 2',
  package: `@deno/${platform}-${arch}${platform === 'linux' ? '-glibc' : ''}`,
  version: '2',
  binary: 'deno',
  args: denoArgs,
  argsOfCommonJs: [...denoArgs, '--allow-read'],
  hasUndici8: true,
};

const bun: Runtime = {
  name: 'Bun 1',
  package: `@oven/bun-${platform}-${arch === 'arm64' ? 'aarch64' : arch}`,
  version: '1',
  binary: 'bin/bun',
  args: [],
  argsOfCommonJs: [],
  hasUndici8: true,
};

/** The oldest Node that package.json's `engines` allows, the newest of each maintained line, Deno and Bun. */
export const runtimes: readonly Runtime[] = [...['20.18.1', '20', '22', '24', '26'].map(node), deno, bun];

/** The versions of Jest that people use. */
export const jestVersions = ['29', '30'];

declare module 'vitest' {
  interface ProvidedContext {
    /** A project with the programs, in which npm installed the tarball and undici 8. */
    consumer: string;
    /** Path of each runtime's binary, by the runtime's name. */
    binaries: Record<string, string>;
    /** A project like `consumer` with Jest, by the version of Jest. */
    jestProjects: Record<string, string>;
  }
}

/** Installs the tarball, and every runtime and Jest, each in a folder of its own. */
export default async function setup({ config, provide }: TestProject): Promise<() => Promise<void>> {
  const folder = await mkdtemp(join(tmpdir(), 'atlas-tenant-snapshots-runtimes-'));
  const tarball = await pack(config.root, folder);
  const own = { 'atlas-tenant-snapshots': `file:${tarball}` };
  const programs = join(config.root, 'test/systems/runtimes/programs');
  const consumer = await install(join(folder, 'consumer'), { ...own, undici8: await undici8(config.root) });
  await cp(programs, consumer, { recursive: true });
  const jestProjects: Record<string, string> = {};
  for (const version of jestVersions) {
    const project = await install(join(folder, `Jest ${version}`), { ...own, jest: version });
    await cp(programs, project, { recursive: true });
    jestProjects[version] = project;
  }
  provide('consumer', consumer);
  provide('binaries', await installRuntimes(folder));
  provide('jestProjects', jestProjects);
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
  const { exitCode, stdout, stderr } = await runProcess('npm', ['install', ...options], { cwd: project });
  if (exitCode !== 0) throw new Error(`npm install failed in ${project}: ${stdout}${stderr}`);
  return project;
}
