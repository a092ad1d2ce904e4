import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { ScriptedAnswer } from '../../src/testing/faults/script.js';
import type { AtlasEmulator } from '../../src/testing/index.js';
import { environmentOf, openEmulator } from '../support/open-emulator.js';
import { bin, runProcess, startCommand } from '../support/processes.js';

const start = (atlas: AtlasEmulator, args: string[] = [], env: Record<string, string> = {}) =>
  startCommand(['check', ...args], { ...environmentOf(atlas), ...env });

const kindsOf = (atlas: AtlasEmulator) => atlas.requests.map(({ kind }) => kind);
const until = (atlas: AtlasEmulator, kind: string) => expect.poll(() => kindsOf(atlas)).toContain(kind);

/** Other code in both processes of the command. Only the child, which runs it, has `process.send`. */
const preloading = (code: string) => ({
  NODE_OPTIONS: `--import data:text/javascript,${encodeURIComponent(code)}`,
});

describe('the command as a process', () => {
  it.each<[signal: NodeJS.Signals, exitCode: number, when: string, answer: ScriptedAnswer, kind: string]>([
    ['SIGINT', 130, 'while it fetches a token', { hang: true, for: 'token' }, 'token'],
    ['SIGTERM', 143, 'while it reads snapshots', { hang: true, for: 'flex' }, 'flex'],
    ['SIGINT', 130, 'while it revokes its token', { delay: 300, for: 'revoke' }, 'revoke'],
  ])('on %s, ends with exit code %i and without a result: %s', async (signal, exitCode, _when, answer, kind) => {
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

  it('ends with exit code 130 if a terminal sends SIGINT before the command is loaded', async () => {
    const neverLoaded = preloading(
      'process.send&&(console.log("ready"),await(new Promise(()=>setInterval(()=>{},1e3))))',
    );
    // In a group of its own, all of whose processes get the signal, as from a terminal.
    const child = spawn(bin, ['check'], { detached: true, env: { PATH: process.env['PATH'], ...neverLoaded } });
    const exited = once(child, 'exit');
    await once(child.stdout, 'data');
    process.kill(-Number(child.pid), 'SIGINT');
    expect(await exited).toEqual([130, null]);
  });

  it.each([
    { closed: 'stdout', args: [] },
    { closed: 'stderr', args: ['--project', 'f'.repeat(24), '--project', '32b6e34b3d91647abb20e7b8'] },
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

  const passOn = 'process.on("exit",code=>process.exit(code))';

  it.each([
    ['an unexpected error', 'setTimeout(()=>{throw(Error("unexpected"))},300)', /^Error: unexpected$/m],
    ['an exit with 0 that a listener passes on', `${passOn};setTimeout(()=>process.exit(0),300)`, /^$/],
    ['an exit of the child alone', 'process.send&&setTimeout(()=>process.exit(0),300)', /^$/],
    ['a signal to the child', 'process.send&&process.kill(process.pid,"SIGKILL")', /was ended by SIGKILL\.\n$/],
  ])('ends with exit code 3 on %s', async (_name, code, stderr) => {
    const atlas = await openEmulator();
    atlas.respond({ hang: true, for: 'flex' });
    const outcome = { exitCode: 3, stdout: '', stderr: expect.stringMatching(stderr) };
    expect(await start(atlas, [], preloading(code)).ended).toMatchObject(outcome);
  });

  it.each([
    [130, 'SIGINT'],
    [143, 'SIGTERM'],
  ])(
    'ends with exit code %i if the command ends by %s before its parent has noticed the signal',
    async (exitCode, signal) => {
      const atlas = await openEmulator();
      const code = `process.send&&process.kill(process.pid,"${signal}")`;
      expect(await start(atlas, [], preloading(code)).ended).toMatchObject({ exitCode, stderr: '' });
    },
  );

  it.each([
    [2, passOn, ['--max-age', '1s']],
    [2, 'process.on("exit",()=>process.exit(0))', ['--max-age', '1s']],
    [3, 'process.on("exit",()=>process.exit(1))', []],
  ])('ends with exit code %i, whatever a listener does: %s', async (exitCode, code, args) => {
    const atlas = await openEmulator();
    expect((await start(atlas, args, preloading(code)).ended).exitCode).toBe(exitCode);
  });

  it('ends although a thread still works, for example on the lookup of a host name', async () => {
    const atlas = await openEmulator();
    const pipe = join(mkdtempSync(join(tmpdir(), 'check-')), 'pipe');
    onTestFinished(() => rmSync(dirname(pipe), { recursive: true }));
    execFileSync('mkfifo', [pipe]);
    // Nobody writes to the pipe, so opening it takes for ever.
    const code = `process.send&&(await(import("node:fs"))).open("${pipe}",()=>{})`;
    expect(await start(atlas, [], preloading(code)).ended).toMatchObject({ exitCode: 0, stderr: '' });
  });

  it('ends with exit code 3 if a pipe fails', async () => {
    const atlas = await openEmulator();
    const code = 'process.send&&(process.stdout.write=()=>process.stdout.destroy(Error("broken")))';
    const stderr = 'The output could not be written: broken\n';
    expect(await start(atlas, [], preloading(code)).ended).toMatchObject({ exitCode: 3, stderr });
  });

  it.each([
    [3, 'a full disk', '> /dev/full', '', 'ENOSPC'],
    [2, 'a full disk, after it found a stale cluster', '> /dev/full', '--max-age 1s', 'ENOSPC'],
    [
      3,
      'a disk with little space left',
      `> ${tmpdir()}/little-$$; code=$?; rm ${tmpdir()}/little-$$; exit $code`,
      '--json',
      'EFBIG',
    ],
  ])('ends with exit code %i on %s', async (exitCode, _what, redirection, args, error) => {
    const atlas = await openEmulator();
    // A file has at most 512 or 1024 bytes, as the shell counts.
    const script = `ulimit -f 1; ${bin} check ${args} ${redirection}`;
    expect(await runProcess('sh', ['-c', script], { env: environmentOf(atlas) })).toMatchObject({
      exitCode,
      stdout: '',
      stderr: expect.stringMatching(new RegExp(`^The output could not be written: ${error}.*\n$`)),
    });
  });
});
