import { readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { describe, expect, it } from 'vitest';
import type { AtlasEmulator, ScriptedAnswer } from '../../src/testing/index.js';
import { environmentOf, openEmulator } from '../support/open-emulator.js';
import { bin, runProcess, startCommand } from '../support/processes.js';

const start = (atlas: AtlasEmulator, args: string[] = [], env: Record<string, string> = {}) =>
  startCommand(['check', ...args], { ...environmentOf(atlas), ...env });

const kindsOf = (atlas: AtlasEmulator) => atlas.requests.map(({ kind }) => kind);
const until = (atlas: AtlasEmulator, kind: string) => expect.poll(() => kindsOf(atlas)).toContain(kind);

/** Other code in the process of the command. */
const preloading = (code: string) => ({
  NODE_OPTIONS: `--import data:text/javascript,${encodeURIComponent(code)}`,
});

describe('the command as a process', () => {
  it.each<[signal: NodeJS.Signals, when: string, answer: ScriptedAnswer, kind: string]>([
    ['SIGINT', 'while it fetches a token', { hang: true, for: 'token' }, 'token'],
    ['SIGTERM', 'while it reads snapshots', { hang: true, for: 'flex' }, 'flex'],
    ['SIGINT', 'while it revokes its token', { delay: 300, for: 'revoke' }, 'revoke'],
  ])('ends by %s without a result, and has no child process: %s', async (signal, _when, answer, kind) => {
    const atlas = await openEmulator();
    atlas.respond(answer);
    const { child, ended } = start(atlas, ['--json']);
    await until(atlas, kind);
    expect(readFileSync(`/proc/${child.pid}/task/${child.pid}/children`, 'utf8')).toBe('');
    child.kill(signal);
    expect(await ended).toEqual({ exitCode: null, signal, stdout: '', stderr: '' });
    if (kind !== 'token') expect(kindsOf(atlas).at(-1)).toBe('revoke');
  });

  // The kernel ignores a signal that process 1 sends to itself.
  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)('on %s, ends with exit code %i as process 1 of a container', async (signal, exitCode) => {
    const atlas = await openEmulator();
    atlas.respond({ hang: true, for: 'flex' });
    const { child, ended } = start(atlas, [], preloading('process.kill=()=>true'));
    await until(atlas, 'flex');
    child.kill(signal);
    expect(await ended).toMatchObject({ exitCode, stdout: '' });
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
    { closed: 'stderr', args: ['--include', 'Gone/*', '--include', '*/*'] },
  ] as const)(
    'ends with the exit code of its findings although its $closed is a closed pipe',
    async ({ closed, args }) => {
      const atlas = await openEmulator();
      atlas.seed({ clusterName: 'None', snapshots: [] });
      const { child, ended } = start(atlas, [...args]);
      child[closed].destroy();
      expect((await ended).exitCode).toBe(2);
    },
  );

  it.each([
    ['an unexpected error', 'throw(Error("unexpected"))', /^Error: unexpected$/m],
    ['an unexpected rejection', 'Promise.reject(Error("unexpected"))', /^Error: unexpected$/m],
    ['an exit with 0', 'process.exit(0)', /^$/],
  ])('ends with exit code 3 on %s', async (_name, code, stderr) => {
    const atlas = await openEmulator();
    atlas.respond({ hang: true, for: 'flex' });
    const { child, ended } = start(atlas, [], preloading(`process.on("SIGUSR2",()=>{${code}})`));
    await until(atlas, 'flex');
    child.kill('SIGUSR2');
    expect(await ended).toMatchObject({ exitCode: 3, stdout: '', stderr: expect.stringMatching(stderr) });
  });

  it('ends with exit code 3 if it ends while it loads', async () => {
    // The first thing that the command asks for once its first file runs.
    const code =
      'const{on}=process;process.on=(...args)=>{setImmediate(()=>process.exit(0));return(on.apply(process,args))}';
    expect(await startCommand(['--version'], preloading(code)).ended).toMatchObject({ exitCode: 3, stdout: '' });
  });

  it.each([
    [2, 'process.on("beforeExit",()=>process.exit(0))'],
    [2, 'setInterval(()=>{},1e3)'],
    [2, 'process.on("exit",()=>process.exitCode=0)'],
  ])('ends with exit code %i, whatever other code does: %s', async (exitCode, code) => {
    const atlas = await openEmulator();
    expect((await start(atlas, ['--max-age', '1s'], preloading(code)).ended).exitCode).toBe(exitCode);
  });

  it('writes all of a large output to a slow reader', async () => {
    const atlas = await openEmulator();
    for (let index = 0; index < 600; index += 1) atlas.seed({ clusterName: `Cluster-${index}`, snapshots: [] });
    const script = `${bin} check --json | (sleep 0.5; cat)`;
    const { stdout } = await runProcess('sh', ['-c', script], { env: environmentOf(atlas) });
    expect(JSON.parse(stdout).findings).toHaveLength(601);
    expect(stdout.length).toBeGreaterThan(65_536);
  });

  it('reads 8 MB of items that are no clusters in little memory', async () => {
    const atlas = await openEmulator();
    const body = `{"results":[{}${',{}'.repeat(2_700_000)}]}`;
    atlas.respond({ status: 200, body, path: `/api/atlas/v2/groups/${atlas.groupId}/clusters` });
    expect(await start(atlas, [], { NODE_OPTIONS: '--max-old-space-size=400' }).ended).toMatchObject({
      exitCode: 3,
      stdout: expect.stringContaining('(1 fresh)'),
      stderr: expect.stringContaining('must be a cluster with a name'),
    });
  });

  it('ends with exit code 3 if a pipe fails', async () => {
    const atlas = await openEmulator();
    const code = 'process.stdout.write=()=>process.stdout.destroy(Error("broken"))';
    const stderr = 'The output could not be written: broken\n';
    expect(await start(atlas, [], preloading(code)).ended).toMatchObject({ exitCode: 3, stderr });
  });

  const little = `${tmpdir()}/little-$$`;
  it.each([
    [3, 'a full disk', '> /dev/full', '', 'ENOSPC'],
    [2, 'a full disk, after it found a stale cluster', '> /dev/full', '--max-age 1s', 'ENOSPC'],
    [3, 'a disk with little space left', `> ${little}; code=$?; rm ${little}; exit $code`, '--json', 'EFBIG'],
  ])('ends with exit code %i on %s', async (exitCode, _what, redirection, args, error) => {
    const atlas = await openEmulator();
    // A file has at most 512 or 1024 bytes, as the shell counts.
    const script = `ulimit -f 1; ${bin} check ${args} ${redirection}`;
    const stderr = expect.stringMatching(`(^|\n)The output could not be written: ${error}.*\n$`);
    const ended = await runProcess('sh', ['-c', script], { env: environmentOf(atlas) });
    expect(ended).toMatchObject({ exitCode, stdout: '', stderr });
  });
});
