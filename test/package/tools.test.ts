import { writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { expect, inject, it } from 'vitest';
import { codeBlocks } from '../docs/support/documents.js';
import { runProcess } from '../support/processes.js';

const tarball = inject('tarball');
const consumer = inject('consumer');
const underBundler = ['--module', 'preserve', '--moduleResolution', 'bundler'];

it.each([
  ['TypeDoc warns of nothing', 'node_modules/.bin/typedoc', ['--emit', 'none'], ''],
  ['publint finds no problem', 'node_modules/.bin/publint', ['run', tarball, '--strict'], expect.any(String)],
  ['attw finds no problem', 'node_modules/.bin/attw', [tarball], expect.any(String)],
  // Its files are ES modules and CommonJS.
  ['a strict consumer compiles under nodenext', 'node_modules/.bin/tsc', ['-p', consumer, '--module', 'nodenext'], ''],
  ['a strict consumer compiles under bundler', 'node_modules/.bin/tsc', ['-p', consumer, ...underBundler], ''],
])('%s', async (_promise, program, args, expected) => {
  const { exitCode, stdout, stderr } = await runProcess(program, args);
  expect({ exitCode, output: (stdout + stderr).trim() }).toEqual({ exitCode: 0, output: expected });
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
  const { stdout } = await runProcess('sh', ['-c', run], { cwd: consumer });
  expect(stdout).toBe('AtlasConfigurationError AtlasConfigurationError\n');
});
