import { join } from 'node:path';
import { describe, expect, inject, it } from 'vitest';
import { command } from '../package/command.js';
import { versions } from './versions.js';

const installed = inject('installed');

async function run(version: string, program: string): Promise<unknown> {
  const binary = inject('binaries')[version] ?? '';
  const { code, stdout, output } = await command(binary, ['--throw-deprecation', program], installed);
  expect({ code, output }).toEqual({ code: 0, output: stdout });
  return JSON.parse(stdout);
}

function expected(version: string) {
  const outcome = { status: 'COMPLETED', finished: true, listed: true, refused: true };
  return {
    node: expect.stringMatching(new RegExp(`^${version}(\\.|$)`)),
    apiKey: { ...outcome, requests: ['undefined 401', 'digest 200', 'digest 200', 'digest 404'] },
    serviceAccount: { ...outcome, requests: ['basic 200', 'bearer 200', 'bearer 200', 'bearer 404'] },
    accessToken: { ...outcome, requests: ['bearer 200', 'bearer 200', 'bearer 404'] },
  };
}

describe.each(versions)('on Node %s the installed tarball', (version) => {
  it('makes calls from an ES module', async () => {
    expect(await run(version, 'esm.mjs')).toEqual(expected(version));
  });

  it('makes calls from CommonJS', async () => {
    expect(await run(version, 'cjs.cjs')).toEqual(expected(version));
  });
});

it('the installed tarball brings undici and zod, and nothing more', async () => {
  const { output } = await command('npm', ['ls', '--all', '--parseable'], installed);
  const modules = join(installed, 'node_modules');
  const names = output.split('\n').filter((line) => line.startsWith(modules));
  expect(names.map((line) => line.slice(modules.length + 1)).sort()).toEqual(
    ['atlas-tenant-snapshots', 'undici', 'undici8', 'zod'].sort(),
  );
});

// undici 8 asks for Node 22.19.
describe.each(versions.filter((version) => Number.parseInt(version, 10) >= 22))('on Node %s', (version) => {
  it("an agent of undici 8's sends the calls", async () => {
    expect(await run(version, 'undici8.mjs')).toEqual({ ...expected(version), dispatched: 11 });
  });
});
