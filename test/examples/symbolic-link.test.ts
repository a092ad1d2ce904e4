import { readdirSync } from 'node:fs';
import { symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { examplesFolder, runExample } from './support/run-example.js';
import { temporaryFolder } from './support/temporary-folder.js';

const recipes = readdirSync(examplesFolder).filter((name) => !name.includes('.test.'));

it('there are recipes', () => {
  expect(recipes.length).toBeGreaterThan(5);
});

// Without credentials a recipe fails. One that took itself for a module would exit with 0.
it.each(recipes)('%s runs through a symbolic link', { timeout: 20_000 }, async (recipe) => {
  const link = join(await temporaryFolder(), 'link.mjs');
  await symlink(join(examplesFolder, recipe), link);
  const { exit, output } = runExample([link, 'groupId', 'clusterName'], { SERVICE_SECRET: 'secret' });
  expect(await exit).toBeGreaterThan(0);
  expect(output.stderr).toContain('AtlasConfigurationError: There are no credentials.');
});
