import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, realpath, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import type { TestProject } from 'vitest/node';

const run = promisify(execFile);

declare module 'vitest' {
  interface ProvidedContext {
    /** The path of the packed tarball. */
    tarball: string;
    /** A project outside this repository with the unpacked tarball in its node_modules. */
    consumer: string;
  }
}

/** Packs, and unpacks the tarball like an install. */
export default async function setup({ config, provide }: TestProject): Promise<() => Promise<void>> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'atlas-tenant-snapshots-package-')));
  const tarball = await pack(config.root, folder);
  provide('tarball', tarball);
  provide('consumer', await layOut(config.root, tarball, join(folder, 'consumer')));
  return () => rm(folder, { recursive: true, force: true });
}

/** Packs what `npm run build` has built. Returns the path of the tarball. */
export async function pack(root: string, folder: string): Promise<string> {
  const { stdout } = await run('npm', ['pack', '--ignore-scripts', '--json', '--pack-destination', folder], {
    cwd: root,
  });
  const name = /"filename": "([^"]+)"/.exec(stdout)?.[1];
  if (name === undefined) throw new Error(`npm pack printed no file name: ${stdout}`);
  return join(folder, name);
}

async function layOut(root: string, tarball: string, consumer: string): Promise<string> {
  const modules = join(consumer, 'node_modules');
  const own = join(modules, 'atlas-tenant-snapshots');
  await mkdir(own, { recursive: true });
  await run('tar', ['-xzf', tarball, '-C', own, '--strip-components=1']);
  // Linked, not installed, so that the tests need no network.
  for (const name of ['undici', 'zod', '@types/node']) {
    await mkdir(dirname(join(modules, name)), { recursive: true });
    await symlink(join(root, 'node_modules', name), join(modules, name));
  }
  await cp(join(root, 'test/package/consumers'), consumer, { recursive: true });
  return consumer;
}
