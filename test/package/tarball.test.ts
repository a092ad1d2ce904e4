import { readdirSync } from 'node:fs';
import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { expect, inject, it } from 'vitest';
import { codeBlocks } from '../docs/support/documents.js';
import { runProcess } from '../support/processes.js';

const tarball = inject('tarball');
const consumer = inject('consumer');
const folder = join(consumer, 'node_modules/atlas-tenant-snapshots');
const read = (path: string) => readFile(join(folder, path), 'utf8');

/** The paths of all files below a folder. */
function filesBelow(path: string): string[] {
  const entries = readdirSync(path, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}

it('contains what users need, and nothing else', async () => {
  // Code or declarations that entries share, or that the command loads later.
  const chunk = /^dist\/[\w-]+-[\w-]{8}\.(c?js|d\.c?ts)$/;
  const built = ['index', 'check', 'testing'].flatMap((entry) =>
    ['.cjs', '.d.cts', '.d.ts', '.js'].map((ending) => `dist/${entry}${ending}`),
  );
  const commands = ['dist/cli.js'];
  const copied = ['docs', 'examples'].flatMap(filesBelow).filter((path) => !path.endsWith('.png'));
  const texts = ['LICENSE', 'package.json', 'CHANGELOG.md', 'CONTRIBUTING.md', 'README.md', 'SECURITY.md'];
  // Pictures are not in the tarball.
  const links = (await read('README.md')).matchAll(/\]\((?!https?:|#|[^)]*\.png)([^)#]+)/g);
  const files = filesBelow(folder).map((path) => path.slice(folder.length + 1));
  expect(files.filter((path) => !chunk.test(path)).sort()).toEqual(
    [...built, ...commands, ...copied, ...texts, 'test/bench/README.md'].sort(),
  );
  expect(files).toEqual(expect.arrayContaining(Array.from(links, ([, path]) => path)));
  expect((await stat(tarball)).size).toBeLessThanOrEqual(215_000);
});

it('depends on undici and zod only, and runs no script on install', async () => {
  const { dependencies, peerDependencies, optionalDependencies, scripts } = JSON.parse(await read('package.json'));
  expect(Object.keys(dependencies)).toEqual(['undici', 'zod']);
  expect({ peerDependencies, optionalDependencies }).toEqual({});
  expect(Object.keys(scripts).filter((name) => /install|^prepare$/.test(name))).toEqual([]);
});

it('has declarations that load the types of Node, which TypeScript 6 and later do not load by themselves', async () => {
  const declarations = (await readdir(join(folder, 'dist'))).filter((path) => /\.d\.c?ts$/.test(path));
  for (const name of declarations) expect(await read(`dist/${name}`)).toMatch(/^\/\/\/ <reference types="node" \/>/);
});

it('has a command that runs', async () => {
  const { bin, version } = JSON.parse(await read('package.json'));
  const ended = await runProcess(join(folder, bin['atlas-tenant-snapshots']), ['--version']);
  expect(ended).toMatchObject({ exitCode: 0, stdout: `${version}\n`, stderr: '' });
});

it('has no code twice: entries share it, and only the command `emulate` loads the emulator', async () => {
  for (const ending of ['.js', '.cjs']) {
    const files = (await readdir(join(folder, 'dist'))).filter((name) => name.endsWith(ending));
    const code = await Promise.all(files.map((name) => read(`dist/${name}`)));
    // esbuild puts the path of a source above its code.
    const sources = code.flatMap((text) => [...new Set(text.match(/^\/\/ src\/\S+$/gm))]);
    expect(sources).toContain('// src/client/client.ts');
    expect(sources, ending).toEqual([...new Set(sources)]);
    expect(code.join('\n')).not.toMatch(/^import .*\btesting\.js|require\(.*testing/m);
  }
});

const underBundler = ['--module', 'preserve', '--moduleResolution', 'bundler'];

it.concurrent.each([
  ['the public declarations are those of test/package/api', process.execPath, ['test/package/api/report.mjs'], ''],
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
  const [block] = codeBlocks('docs/client/runtimes.md', 'sh');
  const bundle = block?.code.trim().replace('npx ', `${resolve('node_modules/.bin')}/`);
  const run = `${bundle} --minify --log-level=warning && node bundle.mjs`;
  const { stdout } = await runProcess('sh', ['-c', run], { cwd: consumer });
  expect(stdout).toBe('AtlasConfigurationError AtlasConfigurationError\n');
});
