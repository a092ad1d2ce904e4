import { execFileSync } from 'node:child_process';
import { closeSync, constants, existsSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import packageJson from '../../package.json' with { type: 'json' };
import type { ClusterSeed } from '../../src/testing/api/seed.js';
import { environmentOf, openEmulator } from '../support/open-emulator.js';
import { openFolder } from '../support/open-folder.js';
import { run } from './support/run.js';

const hour = 3_600_000;
const otherId = 'a'.repeat(24);
const groups = '/api/atlas/v2/groups';
const denied = { status: 401, errorCode: 'USER_UNAUTHORIZED', times: Number.POSITIVE_INFINITY };

const id = 'd'.repeat(24);
const ago = (hours: number) => new Date(Date.now() - hours * hour);
const flex = (hours: number) => [{ id, status: 'COMPLETED', finishTime: ago(hours) }];
const dedicated = (hours: number) => ({
  dedicated: true,
  snapshots: [{ id, status: 'completed', createdAt: ago(hours) }],
});

async function openAtlas(...seeds: ClusterSeed[]) {
  const atlas = await openEmulator();
  for (const seed of seeds) atlas.seed(seed);
  for (const [name, value] of Object.entries(environmentOf(atlas))) vi.stubEnv(name, value);
  return atlas;
}

let folder = '';

beforeEach(() => {
  folder = openFolder();
  for (const name of Object.keys(process.env)) if (/^MONGODB_ATLAS_|^NO_COLOR$/.test(name)) vi.stubEnv(name, undefined);
});

describe('the command', () => {
  it('prints a table and a summary, and revokes its token', async () => {
    const atlas = await openAtlas(
      { groupId: otherId, groupName: 'Billing', clusterName: 'ledger', ...dedicated(3 * 24), policyItems: [] },
      { groupId: otherId, clusterName: 'tests', free: true },
    );
    const { exitCode, stdout, stderr } = await run(['check']);
    expect(stdout.split('\n').map((line) => line.replaceAll(/ {2,}/g, ' | '))).toEqual([
      'Project | Cluster | Type | State | Newest (UTC) | Age | Note',
      expect.stringMatching(
        /^Billing \| ledger \| dedicated \| stale \| \d{4}-\d\d-\d\d \d\d:\d\d \| 3 d \| no schedule, limit 26 h$/,
      ),
      expect.stringMatching(/^Project 0 \| Cluster0 \| flex \| fresh \| \d{4}-\d\d-\d\d \d\d:\d\d \| \d h( \d+ m)?$/),
      '',
      `Clusters: 2 in 2 projects (1 stale, 1 fresh). Not checked: 1 free. Server: ${atlas.url}`,
      '',
    ]);
    expect(exitCode).toBe(2);
    expect(stderr).toMatch(/^Billing \/ ledger: The newest backup is too old\. .*\n$/);
    expect(atlas.requests.at(-1)?.path).toBe('/api/oauth/revoke');
  });

  it('counts the clusters on a terminal while it works, and leaves nothing of it', async () => {
    const atlas = await openAtlas({ groupId: otherId, clusterName: 'Second', snapshots: flex(1) });
    const shown = (count: number) => `\r\x1b[KClusters checked: ${count}`;
    expect((await run(['check'], true)).stderr).toBe(`${shown(0)}${shown(1)}${shown(2)}\r\x1b[K`);
    atlas.respond({ ...denied, path: `${groups}/${otherId}/flexClusters` });
    const { stderr } = await run(['check'], true);
    expect(stderr).toContain(shown(1));
    expect(stderr).not.toContain(shown(2));
  });

  it.each([
    [undefined, true],
    ['', true],
    ['1', false],
  ])('with %j as NO_COLOR, has colors on a terminal: %s', async (noColor, isColored) => {
    await openAtlas();
    vi.stubEnv('NO_COLOR', noColor);
    expect((await run(['check'], true)).stdout.includes('\x1b[')).toBe(isColored);
  });

  it.each([
    ['of the check', ['check', '--help'], ['check']],
    ['of the page', ['report', '--help'], ['report']],
    ['of the emulator', ['emulate', '--port', '1', '--help'], ['emulate']],
    ['of all', ['--help'], ['check', 'report', 'emulate']],
    ['although an option is wrong', ['check', '--max-age', 'x', '--help', '--json'], ['check']],
  ])('prints the usage %s', async (_name, args, names) => {
    const { exitCode, stdout, stderr } = await run(args);
    const usages = Array.from(stdout.matchAll(/^Usage: atlas-tenant-snapshots (\w+) /gm), ([, name]) => name);
    expect(usages).toEqual(names);
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
  });

  it.each([[['--version']], [['check', '--version']]])('prints the version of the package for %j', async (args) => {
    expect(await run(args)).toEqual({ exitCode: 0, stdout: `${packageJson.version}\n`, stderr: '' });
  });

  it.each<[args: string[], problem: string]>([
    [[], 'The commands are check, report and emulate, not nothing.'],
    [['--', '--help'], 'The commands are check, report and emulate, not --.'],
    [['check', '--', '--help'], "Unexpected argument '--help'"],
    [['check', '--exclude', '--help'], "'--exclude' argument is ambiguous"],
    [['constructor'], 'The commands are check, report and emulate, not constructor.'],
    [['report'], 'report needs a file that check --output has written.'],
    [['emulate', '--host', '0.0.0.0'], 'Unknown option'],
    ...['', 'x', '-1', '1.5', '65536'].map((port): [string[], string] => [
      ['emulate', `--port=${port}`],
      `--port must be a whole number from 0 to 65535. It is "${port}".`,
    ]),
  ])('reports that %j is wrong', async (args, problem) => {
    const { exitCode, stdout, stderr } = await run(args);
    expect({ exitCode, stdout }).toEqual({ exitCode: 3, stdout: '' });
    expect(stderr).toContain(problem);
    expect(stderr).toMatch(/\nTry: atlas-tenant-snapshots --help\n$/);
  });

  it('prints only an error without credentials', async () => {
    const stderr = expect.stringMatching(/^.*MONGODB_ATLAS_ACCESS_TOKEN.*\n$/);
    expect(await run(['check', '--json'])).toEqual({ exitCode: 3, stdout: '', stderr });
  });

  it('reports that the projects cannot be listed', async () => {
    const atlas = await openAtlas();
    atlas.respond(denied);
    const inventory = join(folder, 'inventory.jsonl');
    const options = ['--include', 'x/y', '--exclude', '*/*', '--inventory', inventory];
    const { exitCode, stdout, stderr } = await run(['check', ...options]);
    expect({ exitCode, stdout }).toEqual({ exitCode: 3, stdout: '' });
    expect(existsSync(inventory)).toBe(false);
    expect(stderr).toMatch(
      /^The projects could not be listed: .* status 401 USER_UNAUTHORIZED.* a role is missing.*\n$/,
    );
    expect(JSON.parse((await run(['check', '--json'])).stdout)).toMatchObject({
      formatVersion: 1,
      maxAge: 26 * hour,
      summary: { projects: 0, clusters: 0 },
      findings: [],
      error: { code: 'API_ERROR', status: 401 },
    });
  });

  it('leaves out what is excluded or not included, and says which pattern matched nothing', async () => {
    const third = { groupId: 'b'.repeat(24), groupName: 'Third' };
    const atlas = await openAtlas(
      { clusterName: 'None', snapshots: [] },
      { groupId: otherId, ...dedicated(1) },
      { ...third, clusterName: 'Stale', ...dedicated(99) },
    );
    atlas.respond({ ...denied, path: `${groups}/${otherId}/flexClusters` });
    const include = ['Project 0/*', `${otherId}/*`].flatMap((pattern) => ['--include', pattern]);
    const exclude = ['*/Non*', `${otherId}/*`, 'Project 0/x\x1b'].flatMap((pattern) => ['--exclude', pattern]);
    const { exitCode, stdout, stderr } = await run(['check', ...include, ...exclude]);
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '--exclude Project 0/x matched nothing.\n' });
    expect(stdout).toMatch(/\n\nClusters: 1 in 2 projects \(1 fresh\)\. Not checked: 2 excluded\. Server: \S+\n$/);
    // No pattern can include a cluster of this project.
    expect(atlas.requests.filter(({ path }) => path.includes(third.groupId))).toEqual([]);
  });

  it('says each cluster of the inventory that departed until its line is deleted, in all that it writes', async () => {
    const [inventory, report] = [join(folder, 'inventory.jsonl'), join(folder, 'report.json')];
    const cards = { groupId: otherId, groupName: 'Billing', clusterName: 'cards', snapshots: flex(3) };
    const atlas = await openAtlas({ ...cards, clusterName: 'ledger', ...dedicated(3) }, cards);
    const inInventory = ['check', '--inventory', inventory];
    expect(await run([...inInventory, '--output', report])).toMatchObject({
      exitCode: 3,
      stderr: expect.stringMatching(
        /^--inventory: \S+ was missing or empty, and has been created \(clusters: 3\)\. .*\n$/,
      ),
    });
    expect(JSON.parse(readFileSync(report, 'utf8'))).not.toHaveProperty('departed');
    expect(await run(inInventory)).toMatchObject({ exitCode: 0, stderr: '' });

    atlas.remove({ groupId: otherId, clusterName: 'cards' });
    const { exitCode, stdout, stderr } = await run([...inInventory, '--evidence', '--json', '--output', report]);
    expect(exitCode).toBe(3);
    expect(stderr).toMatch(/^Billing \/ cards: in the inventory, but no longer listed\. .*\n$/);
    expect(stderr).toContain(` If that is intended, delete its line in ${inventory}.\n`);
    expect(readFileSync(report, 'utf8')).toBe(stdout);
    expect(JSON.parse(stdout)).toMatchObject({
      problems: [stderr.trimEnd()],
      departed: [{ groupName: 'Billing', clusterName: 'cards', departure: 'unlisted' }],
      summary: { departed: 1 },
      options: { evidence: true },
      findings: Array(2).fill({ evidence: { snapshots: expect.any(Array) } }),
    });
    // Leaving clusters out is no way to acknowledge it.
    const others = await run([...inInventory, '--include', 'Project 0/*']);
    expect(others).toMatchObject({ exitCode: 3, stdout: expect.stringContaining('. Departed: 2. Server: ') });
    const lines = readFileSync(inventory, 'utf8').split('\n');
    writeFileSync(inventory, lines.filter((line) => !line.includes('cards')).join('\n'));
    expect(await run(inInventory)).toMatchObject({ exitCode: 0, stderr: '' });
  });

  it('has no result if a signal comes while it waits for a named pipe, and leaves the inventory', async () => {
    const pipe = join(folder, 'pipe');
    execFileSync('mkfifo', [pipe]);
    await openAtlas();
    const stop = new AbortController();
    const running = run(['check', '--inventory', pipe], false, stop.signal);
    // Succeeds when the command has begun to read.
    const writer = await vi.waitFor(() => openSync(pipe, constants.O_WRONLY | constants.O_NONBLOCK), 10_000);
    stop.abort('SIGTERM');
    expect(await running).toEqual({ exitCode: 'SIGTERM', stdout: '', stderr: '' });
    // Lets the read of this process end.
    closeSync(writer);
  });

  it.each([
    ['--output', '/dev/null', 'could not be written: it is not a regular file'],
    ['--output', '/missing/report.json', 'could not be written: ENOENT'],
    ['--inventory', '/dev', 'cannot be read: EISDIR'],
  ])('says that %s %s does not work, with exit code 3 unless a backup is missing', async (option, path, problem) => {
    await openAtlas();
    expect(await run(['check', option, path])).toMatchObject({
      exitCode: 3,
      stdout: expect.stringContaining('(1 fresh)'),
      stderr: expect.stringContaining(problem),
    });
    expect(await run(['check', option, path, '--max-age=1h'])).toMatchObject({ exitCode: 2 });
  });
});

describe('the exit code', () => {
  const stale: ClusterSeed = { clusterName: 'Stale', snapshots: flex(27) };
  const fresh: ClusterSeed = { groupId: otherId, clusterName: 'Fresh', snapshots: flex(25) };
  const young: ClusterSeed = { clusterName: 'New', createDate: new Date(), snapshots: [] };
  const paused: ClusterSeed = { clusterName: 'Paused', ...dedicated(30 * 24), paused: true };
  const none: ClusterSeed = { clusterName: 'None', snapshots: [] };

  it.each<[code: number, name: string, seeds: ClusterSeed[], args?: string[]]>([
    [0, 'every cluster is fresh, new or paused', [fresh, young, paused]],
    [2, 'a cluster has no backup', [none]],
    [2, 'the history of a cluster is short', [fresh], ['--include', `${otherId}/*`, '--min-history', '20d']],
  ])('is %i if %s', async (code, _name, seeds, args = []) => {
    await openAtlas(...seeds);
    expect(await run(['check', ...args])).toMatchObject({ exitCode: code });
  });

  it.each([
    [3, 'fresh', fresh],
    [2, 'stale', stale],
  ])('is %i if a cluster cannot be checked and another one is %s', async (code, _state, seed) => {
    const atlas = await openAtlas(seed);
    atlas.respond({ ...denied, path: `${groups}/${atlas.groupId}/flexClusters/Cluster0/backup/snapshots` });
    const { exitCode, stderr } = await run(['check']);
    expect({ exitCode, stderr }).toEqual({ exitCode: code, stderr: expect.stringContaining('a role is missing') });
  });
});
