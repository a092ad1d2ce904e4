import { writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { expect, inject, it } from 'vitest';
import { codeBlocks } from '../docs/support/documents.js';
import { command } from '../support/command.js';

const consumer = inject('consumer');

const strict = {
  target: 'es2022',
  lib: ['es2022'],
  types: ['node'],
  strict: true,
  exactOptionalPropertyTypes: true,
  noUncheckedIndexedAccess: true,
  noPropertyAccessFromIndexSignature: true,
  isolatedModules: true,
  skipLibCheck: false,
  noEmit: true,
};

async function compile(name: string, files: readonly string[], compilerOptions: object): Promise<string[]> {
  const project = join(consumer, `tsconfig.${name}.json`);
  await writeFile(project, JSON.stringify({ compilerOptions: { ...strict, ...compilerOptions }, files }));
  const { code, output } = await command('node_modules/.bin/tsc', ['-p', project]);
  const lines = output.split('\n').filter((line) => line !== '');
  // No line at all, and yet a failure, is a failure too.
  return code === 0 ? lines : [...lines, `exit code ${code}`];
}

it.each([
  { name: 'node16', module: 'node16' },
  { name: 'nodenext', module: 'nodenext' },
  { name: 'bundler', module: 'preserve', moduleResolution: 'bundler' },
])('a strict consumer compiles under $name, from ES modules and from CommonJS', async ({ name, ...modules }) => {
  expect(await compile(name, ['esm.mts', 'cjs.cts'], modules)).toEqual([]);
});

it('an ES module of esbuild runs with the documented banner, and minified it keeps the class names of errors', async () => {
  const main = `
    import { TenantSnapshotsClient } from 'atlas-tenant-snapshots';
    try {
      new TenantSnapshotsClient({ timeout: 0 });
    } catch (error) {
      console.log(error.constructor.name, error.name);
    }`;
  await writeFile(join(consumer, 'main.mjs'), main);
  const [block] = codeBlocks('docs/options.md', 'sh');
  const bundle = block?.code.trim().replace('npx ', `${resolve('node_modules/.bin')}/`);
  const run = `${bundle} --minify --log-level=warning && node bundle.mjs`;
  const { output } = await command('sh', ['-c', run], { cwd: consumer });
  expect(output).toBe('AtlasConfigurationError AtlasConfigurationError\n');
});
