import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { read } from './support/documents.js';
import { codeBlocks } from './support/markdown.js';

const root = new URL('../../', import.meta.url);
const files = readdirSync(new URL('.github/', root), { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('.yml'))
  .map((path) => `.github/${path}`);

describe('.github', () => {
  it.each(files)('%s is valid YAML', (path) => {
    expect(parse(read(path), { strict: true, uniqueKeys: true })).toEqual(expect.any(Object));
  });

  it('has a workflow that runs .ci/run, which runs the test command of the README', () => {
    const { jobs } = parse(read('.github/workflows/ci.yml')) as { jobs: Record<string, { steps: { run?: string }[] }> };
    const commands = Object.values(jobs).flatMap(({ steps }) => steps.flatMap(({ run }) => run ?? []));
    expect(commands).toContain('.ci/run');
    const [command] = codeBlocks(read('README.md')).filter(({ code }) => code.includes('npm test'));
    expect(read('.ci/run').split('\n')).toContain(`  ${command?.code.trim()}`);
  });
});
