import { readdirSync } from 'node:fs';
import { mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { examplesFolder, runExample } from './support/run-example.js';

const recipes = readdirSync(examplesFolder).filter((name) => /^[^.]+\.mjs$/.test(name));

// Without credentials a recipe fails. One that took itself for a module would exit with 0.
it.each(recipes)('%s runs through a symbolic link', { timeout: 20_000 }, async (recipe) => {
  const folder = await mkdtemp(join(tmpdir(), 'atlas-tenant-snapshots-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const link = join(folder, 'link.mjs');
  await symlink(join(examplesFolder, recipe), link);
  const { ended } = runExample([link, 'groupId', 'clusterName'], { SERVICE_SECRET: 'secret' });
  const { exitCode, stderr } = await ended;
  expect(exitCode).toBeGreaterThan(0);
  expect(stderr).toContain('AtlasConfigurationError: There are no credentials.');
});
