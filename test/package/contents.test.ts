import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, inject, it } from 'vitest';
import { command } from '../support/command.js';

const folder = join(inject('consumer'), 'node_modules/atlas-tenant-snapshots');
const read = (path: string) => readFile(join(folder, path), 'utf8');

async function list(): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}

describe('the tarball', () => {
  it('contains what users need, and nothing else', async () => {
    const files = (await list()).map((path) => path.slice(folder.length + 1)).filter((path) => !isChunk(path));
    const built = ['index', 'testing'].flatMap((entry) =>
      ['.cjs', '.cjs.map', '.d.cts', '.d.ts', '.js', '.js.map'].map((ending) => `dist/${entry}${ending}`),
    );
    expect(files.sort()).toEqual(
      [...built, 'dist/cli.js', 'dist/cli.js.map', 'package.json', 'LICENSE', 'README.md', 'CHANGELOG.md'].sort(),
    );
  });

  it('depends on undici and zod only', async () => {
    const { dependencies, peerDependencies, optionalDependencies } = JSON.parse(await read('package.json'));
    expect(Object.keys(dependencies)).toEqual(['undici', 'zod']);
    expect({ peerDependencies, optionalDependencies }).toEqual({});
  });

  it('has a command that runs', async () => {
    const { bin, version } = JSON.parse(await read('package.json'));
    const { code, output } = await command(join(folder, bin['atlas-tenant-snapshots']), ['--version']);
    expect({ code, output }).toEqual({ code: 0, output: `${version}\n` });
  });

  it('runs no script on install', async () => {
    const { scripts } = JSON.parse(await read('package.json'));
    expect(Object.keys(scripts).filter((name) => /install|^prepare$/.test(name))).toEqual([]);
  });
});

describe('the code', () => {
  it.each(['index.js', 'index.cjs', 'testing.js', 'testing.cjs', 'cli.js'])(
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

  it('of the main entry does not contain the emulator', async () => {
    for (const file of ['dist/index.js.map', 'dist/index.cjs.map']) {
      const sources: string[] = JSON.parse(await read(file)).sources;
      expect(sources.filter((source) => source.includes('/testing/'))).toEqual([]);
    }
  });

  it('of the command does not contain a copy of the client', async () => {
    const { sources } = JSON.parse(await read('dist/cli.js.map'));
    expect(sources.filter((source: string) => !/\/(check|errors)\//.test(source))).toEqual([]);
  });
});

// The code that both entries share.
function isChunk(path: string): boolean {
  return /^dist\/chunk-\w+\.c?js(\.map)?$/.test(path);
}
