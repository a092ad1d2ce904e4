import { execFileSync } from 'node:child_process';
import { closeSync, constants, existsSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import packageJson from '../../package.json' with { type: 'json' };
import { emulateOptions, emulateUsage } from '../../src/cli/emulate.js';
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
        /^Billing \| ledger \| dedicated \| stale \| \d{4}-\d\d-\d\d \d\d:\d\d \| 3 d 0 h \| no schedule, limit 1 d 2 h$/,
      ),
      expect.stringMatching(/^Project 0 \| Cluster0 \| flex \| fresh \| \d{4}-\d\d-\d\d \d\d:\d\d \| \d h \d+ m$/),
      '',
      `Clusters: 2 in 2 projects (1 stale, 1 fresh). Not checked: 1 free. Server: ${atlas.url}`,
      '',
    ]);
    expect({ exitCode, stderr }).toEqual({ exitCode: 2, stderr: '' });
    expect(atlas.requests.at(-1)?.path).toBe('/api/oauth/revoke');
  });

  it('counts the clusters on a terminal while it works, and leaves nothing of it', async () => {
    const atlas = await openAtlas({ groupId: otherId, clusterName: 'Second', snapshots: flex(1) });
    const shown = (count: number) => `\r\x1b[KClusters checked: ${count}`;
    expect((await run(['check'], true)).stderr).toBe(`${shown(0)}${shown(1)}${shown(2)}\r\x1b[K`);
    // With evidence, all findings come at the end.
    expect((await run(['check', '--evidence'], true)).stderr).toContain(`${shown(0)}\r\x1b[KClusters listed: 1\r`);
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
    ['of the inventory', ['forget', '--help'], ['forget']],
    ['of the emulator', ['emulate', '--port', '1', '--help'], ['emulate']],
    ['of all', ['--help'], ['check', 'report', 'forget', 'emulate']],
    ['although an option is wrong', ['check', '--max-age', 'x', '--help', '--json'], ['check']],
  ])('prints the usage %s', async (_name, args, names) => {
    const { exitCode, stdout, stderr } = await run(args);
    const usages = Array.from(stdout.matchAll(/^Usage: atlas-tenant-snapshots (\w+) /gm), ([, name]) => name);
    expect(usages).toEqual(names);
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
  });

  it('serves the emulator on port 4010 by default, as its usage says', () => {
    expect(emulateOptions.port.default).toBe('4010');
    expect(emulateUsage).toContain('Default: 4010.');
  });

  it.each([[['--version']], [['check', '--version']]])('prints the version of the package for %j', async (args) => {
    expect(await run(args)).toEqual({ exitCode: 0, stdout: `${packageJson.version}\n`, stderr: '' });
  });

  it.each<[args: string[], problem: string]>([
    [[], 'The commands are check, report, forget and emulate.'],
    [['--', '--help'], 'The commands are check, report, forget and emulate.'],
    [['check', '--', '--help'], "Unexpected argument '--help'"],
    [['check', '--exclude', '--help'], "'--exclude' argument is ambiguous"],
    [['constructor'], 'The commands are check, report, forget and emulate.'],
    [['emulate', '--host', '0.0.0.0'], 'Unknown option'],
    [['forget', 'inventory.json'], 'forget needs an inventory and a cluster'],
    [['forget', 'inventory.json', 'carts'], 'The cluster must be a project and a cluster'],
    ...['', 'x', '-1', '1.5', '65536'].map((port): [string[], string] => [
      ['emulate', `--port=${port}`],
      '--port must be a whole number from 0 to 65535.',
    ]),
  ])('reports that %j is wrong', async (args, problem) => {
    const { exitCode, stdout, stderr } = await run(args);
    expect({ exitCode, stdout }).toEqual({ exitCode: 3, stdout: '' });
    expect(stderr).toContain(problem);
    expect(stderr).toMatch(/\nTry: atlas-tenant-snapshots --help\n$/);
  });

  it('prints only an error without credentials', async () => {
    const stderr = expect.stringMatching(/^There are no credentials\. .*\n$/);
    expect(await run(['check', '--json'])).toEqual({ exitCode: 3, stdout: '', stderr });
  });

  it('reports that the projects cannot be listed', async () => {
    const atlas = await openAtlas();
    atlas.respond(denied);
    const { exitCode, stdout, stderr } = await run(['check', '--include', 'x/y', '--exclude', '*/*']);
    expect({ exitCode, stdout }).toEqual({ exitCode: 3, stdout: '' });
    expect(stderr).toMatch(
      /^The projects could not be listed: The request failed with status 401 USER_UNAUTHORIZED.*\n$/,
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
    atlas.respond({ ...denied, path: `${groups}/${third.groupId}/flexClusters` });
    const include = ['Project 0/*', `${otherId}/*`].flatMap((pattern) => ['--include', pattern]);
    const exclude = ['*/Non*', `${otherId}/*`, 'Project 0/x\x1b'].flatMap((pattern) => ['--exclude', pattern]);
    const { exitCode, stdout, stderr } = await run(['check', ...include, ...exclude]);
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '--exclude Project 0/x matched nothing.\n' });
    expect(stdout).toMatch(
      /\n\nClusters: 1 in 3 projects \(1 fresh\)\. Not checked: 2 excluded, 1 not included\. Server: \S+\n$/,
    );
  });

  it('compares with an inventory until a cluster is forgotten, and writes the same JSON to a file as it prints', async () => {
    const [inventory, report] = [join(folder, 'inventory.json'), join(folder, 'report.json')];
    const ledger = { groupId: otherId, groupName: "Bill's", clusterName: 'ledger', ...dedicated(3) };
    const cards = { groupId: otherId, clusterName: 'cards', snapshots: flex(3) };
    const atlas = await openAtlas(ledger, cards);
    expect(await run(['check', '--inventory', inventory])).toMatchObject({
      exitCode: 3,
      stderr: expect.stringMatching(/^--inventory: \S+ was missing, and has been created \(clusters: 3\)\. .*\n$/),
    });
    expect(await run(['check', '--inventory', inventory])).toMatchObject({ exitCode: 0, stderr: '' });

    atlas.remove({ groupId: otherId, clusterName: 'cards' });
    const args = ['check', '--json', '--inventory', inventory, '--output', report];
    const { exitCode, stdout, stderr } = await run(args);
    expect(exitCode).toBe(3);
    const [line = '', command = ''] = stderr.trimEnd().split(': atlas-tenant-snapshots ');
    expect(line).toMatch(/^Bill's \/ cards: watched since \d{4}-\d\d-\d\d, and no longer listed\. Other clusters/);
    expect(command).toBe(`forget ${inventory} 'Bill'\\''s/cards'`);
    expect(readFileSync(report, 'utf8')).toBe(stdout);
    expect(JSON.parse(stdout).problems).toEqual([stderr.trimEnd()]);
    expect((await run(['check', '--inventory', inventory])).stdout).toContain('. No longer listed: 1. Server: ');
    // It is only hidden.
    const excluding = ['--exclude', "Bill's/cards", '--max-age=2h', '--output', report, '--anonymize'];
    expect(await run(['check', '--inventory', inventory, ...excluding])).toMatchObject({ exitCode: 2, stderr: '' });
    expect(readFileSync(report, 'utf8')).not.toContain('ledger');
    expect(readFileSync(inventory, 'utf8')).toContain('cards');

    expect(await run(['forget', inventory, "Bill's/cards", 'Gone/x\x1b'])).toEqual({
      ...{ exitCode: 3, stdout: '' },
      stderr: `${inventory} is left as it is, because no cluster in it matches Gone/x.\n`,
    });
    expect(await run(['forget', inventory, '*/cards', `${otherId}/c*`])).toEqual({
      ...{ exitCode: 0, stderr: '' },
      stdout: expect.stringMatching(/^Bill's \/ cards: watched since \d{4}-\d\d-\d\d, now forgotten\.\n$/),
    });
    expect(await run(['check', '--inventory', inventory])).toMatchObject({ exitCode: 0, stderr: '' });
    for (const file of [report, join(folder, 'missing')]) {
      expect(await run(['forget', file, '*/*'])).toMatchObject({ exitCode: 3, stdout: '' });
    }
  });

  it('creates no inventory if the projects cannot be listed', async () => {
    const atlas = await openAtlas();
    atlas.respond(denied);
    const inventory = join(folder, 'inventory.json');
    expect((await run(['check', '--inventory', inventory])).stderr).toMatch(/^The projects could not be listed: .*\n$/);
    expect(existsSync(inventory)).toBe(false);
  });

  it('names all that is gone in the JSON, and twenty on stderr', async () => {
    const inventory = join(folder, 'inventory.json');
    const gone = { groupId: otherId, clusterType: 'flex', since: '2026-01-01' };
    const clusters = Array.from({ length: 25 }, (_, index) => ({ ...gone, clusterName: `gone-${index + 10}` }));
    writeFileSync(inventory, JSON.stringify({ formatVersion: 1, clusters }));
    await openAtlas();
    const { stdout, stderr } = await run(['check', '--json', '--inventory', inventory]);
    expect(stderr).toMatch(/ gone-29 and 5 more: watched .*gone-29'\n$/);
    expect(JSON.parse(stdout).problems[0]).toMatch(/ gone-34: watched .*gone-34'$/);
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

  it('judges clusters by the limits of their patterns, and adds evidence', async () => {
    const monthly = { groupId: otherId, groupName: 'Analytics', clusterName: 'monthly-1', ...dedicated(99) };
    const atlas = await openAtlas(monthly);
    const limits = ['*/monthly-*=32d', '*/Cluster*=1h', `${atlas.groupId}/*=schedule`];
    const maxAges = limits.map((text) => `--max-age=${text}`);
    const { exitCode, stdout } = await run(['check', '--json', '--evidence', ...maxAges]);
    expect(exitCode).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      options: { evidence: true },
      findings: [
        { clusterName: 'monthly-1', maxAge: 32 * 24 * hour, evidence: { cluster: { name: 'monthly-1' } } },
        { clusterName: 'Cluster0', maxAge: 26 * hour, evidence: { snapshots: expect.any(Array) } },
      ],
    });
  });

  it('says which login is used if the environment has several', async () => {
    const atlas = await openAtlas();
    vi.stubEnv('MONGODB_ATLAS_ACCESS_TOKEN', atlas.credentials.accessToken.accessToken);
    vi.stubEnv('MONGODB_ATLAS_PUBLIC_KEY', 'mine');
    vi.stubEnv('MONGODB_ATLAS_PRIVATE_KEY', 'my-private-key');
    const { stdout, stderr } = await run(['check', '--json']);
    const { login, loginId } = JSON.parse(stdout);
    expect({ login, loginId }).toEqual({ login: 'access token', loginId: undefined });
    expect(stderr).toBe(
      'The environment has several logins. Used: MONGODB_ATLAS_ACCESS_TOKEN. ' +
        'Ignored: MONGODB_ATLAS_CLIENT_ID, MONGODB_ATLAS_CLIENT_SECRET, ' +
        'MONGODB_ATLAS_PUBLIC_KEY, MONGODB_ATLAS_PRIVATE_KEY.\n',
    );
    // The same login under both names of its variables.
    for (const name of ['ACCESS_TOKEN', 'CLIENT_ID', 'CLIENT_SECRET']) vi.stubEnv(`MONGODB_ATLAS_${name}`, undefined);
    vi.stubEnv('MONGODB_ATLAS_PUBLIC_API_KEY', 'mine');
    vi.stubEnv('MONGODB_ATLAS_PRIVATE_API_KEY', 'my-private-key');
    expect((await run(['check'])).stderr).toMatch(/^The projects could not be listed: .*\n$/);
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
    [0, 'a stale cluster is in another project', [fresh, stale], ['--project', otherId]],
    [2, 'a cluster has no backup', [none]],
    [2, 'the history of a cluster is short', [fresh], ['--project', otherId, '--min-history', '20d']],
  ])('is %i if %s', async (code, _name, seeds, args = []) => {
    await openAtlas(...seeds);
    expect(await run(['check', ...args])).toMatchObject({ exitCode: code, stderr: '' });
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
