import { describe, expect, it } from 'vitest';
import type { AtlasEmulator, ScriptedAnswer } from '../../src/testing/index.js';
import { environmentOf, openEmulator } from '../support/open-emulator.js';
import { startCommand } from './support/start-command.js';

const start = (atlas: AtlasEmulator, args: string[] = [], env: Record<string, string> = {}) =>
  startCommand(['check', ...args], { ...environmentOf(atlas), ...env });

const kindsOf = (atlas: AtlasEmulator) => atlas.requests.map(({ kind }) => kind);
const until = (atlas: AtlasEmulator, kind: string) =>
  expect.poll(() => kindsOf(atlas), { timeout: 10_000 }).toContain(kind);

describe('the command as a process', { timeout: 20_000 }, () => {
  it('prints the table to stdout, and ends with the exit code', async () => {
    const atlas = await openEmulator();
    atlas.seed({ clusterName: 'None', snapshots: [] });
    expect(await start(atlas).ended).toEqual({
      exitCode: 2,
      signal: null,
      stdout: expect.stringMatching(/^Project .*\nClusters: 2 in 1 project \(1 none, 1 fresh\)\n$/s),
      stderr: '',
    });
  });

  it.each<[signal: NodeJS.Signals, exitCode: number, when: string, answer: ScriptedAnswer, kind: string]>([
    ['SIGINT', 130, 'while it fetches a token', { hang: true, for: 'token' }, 'token'],
    ['SIGTERM', 143, 'while it lists the projects', { hang: true, path: '/api/atlas/v2/groups' }, 'other'],
    ['SIGINT', 130, 'while it reads snapshots', { hang: true, for: 'flex' }, 'flex'],
    ['SIGTERM', 143, 'before a retry', { status: 429, retryAfter: 60 }, 'other'],
    ['SIGINT', 130, 'while it revokes its token', { delay: 300, for: 'revoke' }, 'revoke'],
  ])('on %s ends with exit code %i %s, without a result', async (signal, exitCode, _when, answer, kind) => {
    const atlas = await openEmulator();
    atlas.respond(answer);
    const { child, ended } = start(atlas, ['--json']);
    await until(atlas, kind);
    child.kill(signal);
    expect(await ended).toEqual({ exitCode, signal: null, stdout: '', stderr: '' });
    if (kind !== 'token') expect(kindsOf(atlas).at(-1)).toBe('revoke');
  });

  it('ends at once on a second signal', async () => {
    const atlas = await openEmulator();
    atlas.respond({ hang: true, for: 'flex' }, { hang: true, for: 'revoke' });
    const { child, ended } = start(atlas);
    await until(atlas, 'flex');
    child.kill('SIGINT');
    await until(atlas, 'revoke');
    child.kill('SIGINT');
    expect(await ended).toMatchObject({ exitCode: null, signal: 'SIGINT', stdout: '' });
  });

  it.each([
    { closed: 'stdout', args: [] },
    { closed: 'stdout', args: ['--json'] },
    { closed: 'stderr', args: ['--project', 'f'.repeat(24), '--project', '32b6e34b3d91647abb20e7b8'] },
  ] as const)('takes a closed pipe of $closed for no failure', async ({ closed, args }) => {
    const atlas = await openEmulator();
    atlas.seed({ clusterName: 'None', snapshots: [] });
    const { child, ended } = start(atlas, [...args]);
    child[closed].destroy();
    expect((await ended).exitCode).toBe(2);
  });

  it.each([
    ['an unexpected error', 'setTimeout(()=>{throw(Error("unexpected"))},300)'],
    ['an exit', 'setTimeout(()=>process.exit(),300)'],
    ['an exit with 0', 'setTimeout(()=>process.exit(0),300)'],
  ])('ends with exit code 3 on %s', async (_name, code) => {
    const atlas = await openEmulator();
    atlas.respond({ hang: true, for: 'flex' });
    const preload = `--import data:text/javascript,${code}`;
    expect(await start(atlas, [], { NODE_OPTIONS: preload }).ended).toMatchObject({ exitCode: 3, stdout: '' });
  });

  it.each([
    [3, 'finds nothing wrong, but another error follows', 'process.exit(1)', []],
    [2, 'finds a stale cluster', 'process.exit(0)', ['--max-age', '1s']],
    [0, 'finds nothing wrong', 'process.exit(0)', []],
  ])('ends with exit code %i if it %s', async (exitCode, _what, code, args) => {
    const atlas = await openEmulator();
    const preload = `--import data:text/javascript,process.on('beforeExit',()=>${code})`;
    expect((await start(atlas, args, { NODE_OPTIONS: preload }).ended).exitCode).toBe(exitCode);
  });

  it('ends with exit code 3 if its output cannot be written', async () => {
    const atlas = await openEmulator();
    const preload = 'data:text/javascript,process.stdout.write=(t)=>{process.stdout.destroy(Error("full"))}';
    const { exitCode, stderr } = await start(atlas, [], { NODE_OPTIONS: `--import ${preload}` }).ended;
    expect({ exitCode, stderr }).toEqual({ exitCode: 3, stderr: expect.stringContaining('Error: full') });
  });
});
