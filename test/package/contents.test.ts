import { readdirSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, inject, it } from 'vitest';
import { runProcess } from '../support/processes.js';

const folder = join(inject('consumer'), 'node_modules/atlas-tenant-snapshots');
const read = (path: string) => readFile(join(folder, path), 'utf8');

async function list(): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}

describe('the tarball', () => {
  it('contains what users need, and nothing else', async () => {
    const files = (await list()).map((path) => path.slice(folder.length + 1)).filter((path) => !isChunk(path));
    const built = ['index', 'check', 'testing'].flatMap((entry) =>
      ['.cjs', '.cjs.map', '.d.cts', '.d.ts', '.js', '.js.map'].map((ending) => `dist/${entry}${ending}`),
    );
    const commands = ['cli', 'command'].flatMap((name) => [`dist/${name}.js`, `dist/${name}.js.map`]);
    const copied = ['docs', 'examples'].flatMap((folder) =>
      readdirSync(new URL(`../../${folder}/`, import.meta.url)).map((name) => `${folder}/${name}`),
    );
    const texts = ['LICENSE', 'README.md', 'CHANGELOG.md', 'SECURITY.md'];
    expect(files.sort()).toEqual([...built, ...commands, 'package.json', ...copied, ...texts].sort());
  });

  it('depends on undici and zod only', async () => {
    const { dependencies, peerDependencies, optionalDependencies } = JSON.parse(await read('package.json'));
    expect(Object.keys(dependencies)).toEqual(['undici', 'zod']);
    expect({ peerDependencies, optionalDependencies }).toEqual({});
  });

  it('has declarations that load the types of Node, which TypeScript 6 and later do not load by themselves', async () => {
    const declarations = (await list()).filter((path) => /\.d\.c?ts$/.test(path));
    const starts = await Promise.all(declarations.map(async (path) => (await readFile(path, 'utf8')).split('\n')[0]));
    expect(new Set(starts)).toEqual(new Set(['/// <reference types="node" />']));
  });

  it('has a command that runs', async () => {
    const { bin, version } = JSON.parse(await read('package.json'));
    const ended = await runProcess(join(folder, bin['atlas-tenant-snapshots']), ['--version']);
    expect(ended).toMatchObject({ exitCode: 0, stdout: `${version}\n`, stderr: '' });
  });

  it('runs no script on install', async () => {
    const { scripts } = JSON.parse(await read('package.json'));
    expect(Object.keys(scripts).filter((name) => /install|^prepare$/.test(name))).toEqual([]);
  });
});

describe('the code', () => {
  it.each(['index.js', 'index.cjs', 'check.js', 'check.cjs', 'testing.js', 'testing.cjs'])(
    'of %s maps to its sources',
    async (file) => {
      expect(await read(`dist/${file}`)).toMatch(new RegExp(`//# sourceMappingURL=${file}\\.map\\s*$`));
      const map = JSON.parse(await read(`dist/${file}.map`));
      expect(map.sources.length).toBeGreaterThan(5);
      for (const source of map.sources) expect(source).toMatch(/^\.\.\/src\/.+\.ts$/);
      expect(map.sourcesContent).toHaveLength(map.sources.length);
      for (const content of map.sourcesContent) expect(content).toEqual(expect.any(String));
    },
  );

  it.each([
    ['the main entry', /^index\.c?js\.map$/, /^(?!.*\/(check|cli|testing)\/)/],
    ['the check', /^check\.c?js\.map$/, /\/src\/check\//],
    ['the command', /^(cli|command)\.js\.map$/, /\/src\/cli\//],
  ])('of %s contains no copy of another entry', async (_name, maps, own) => {
    const files = (await readdir(join(folder, 'dist'))).filter((file) => maps.test(file));
    expect(files).toHaveLength(2);
    for (const file of files) {
      const sources: string[] = JSON.parse(await read(`dist/${file}`)).sources;
      expect(sources.filter((source) => !own.test(source))).toEqual([]);
    }
  });
});

// Code or declarations that entries share, or that the command loads later.
function isChunk(path: string): boolean {
  return /^dist\/\w+-[\w-]{8}\.(c?js(\.map)?|d\.c?ts)$/.test(path);
}
