import { beforeEach, describe, expect, it, vi } from 'vitest';
import packageJson from '../../package.json' with { type: 'json' };
import { runCommand } from '../../src/check/cli.js';
import type { ClusterSeed } from '../../src/testing/index.js';
import { openEmulator } from '../support/open-emulator.js';

const hour = 3_600_000;
const otherId = 'a'.repeat(24);
const clustersOf = (groupId: string) => `/api/atlas/v2/groups/${groupId}/flexClusters`;
const denied = { status: 401, errorCode: 'USER_UNAUTHORIZED', times: Number.POSITIVE_INFINITY };

let nextId = 0;
const backup = (hours: number) => ({
  id: (nextId++).toString(16).padStart(24, '0'),
  status: 'COMPLETED',
  finishTime: new Date(Date.now() - hours * hour),
});

async function openAtlas(...seeds: ClusterSeed[]) {
  const atlas = await openEmulator();
  for (const seed of seeds) atlas.seed(seed);
  vi.stubEnv('MONGODB_ATLAS_BASE_URL', atlas.url);
  vi.stubEnv('MONGODB_ATLAS_CLIENT_ID', atlas.credentials.serviceAccount.clientId);
  vi.stubEnv('MONGODB_ATLAS_CLIENT_SECRET', atlas.credentials.serviceAccount.clientSecret);
  return atlas;
}

async function run(args: string[], isTTY = false) {
  const written = { stdout: '', stderr: '' };
  const stream = (name: keyof typeof written) => ({
    isTTY,
    write: (text: string) => {
      written[name] += text;
      return true;
    },
  });
  const exitCode = await runCommand(args, { stdout: stream('stdout'), stderr: stream('stderr') });
  return { exitCode, ...written };
}

beforeEach(() => {
  for (const name of Object.keys(process.env)) if (/^MONGODB_ATLAS_|^NO_COLOR$/.test(name)) vi.stubEnv(name, undefined);
});

describe('the command', () => {
  it('prints a table and a summary, with one request per list, and revokes its token', async () => {
    const atlas = await openAtlas({ groupId: otherId, groupName: 'Billing', clusterName: 'invoices', snapshots: [] });
    const listeners = () => (['SIGINT', 'SIGTERM'] as const).map((signal) => process.listenerCount(signal));
    const before = listeners();
    const { exitCode, stdout, stderr } = await run(['check']);
    expect(listeners()).toEqual(before);
    expect(stdout.split('\n').map((line) => line.replaceAll(/ {2,}/g, ' | '))).toEqual([
      'Project | Flex cluster | State | Newest backup (UTC) | Age',
      'Billing | invoices | none | - | -',
      expect.stringMatching(/^Project 0 \| Cluster0 \| fresh \| \d{4}-\d\d-\d\d \d\d:\d\d \| \d h \d+ min$/),
      '',
      'Flex clusters: 2 in 2 projects (1 none, 1 fresh)',
      '',
    ]);
    expect({ exitCode, stderr }).toEqual({ exitCode: 1, stderr: '' });
    expect(atlas.requests.map(({ path }) => path.split('?')[0]).sort()).toEqual(
      [
        '/api/atlas/v2/groups',
        ...[atlas.groupId, otherId].map(clustersOf),
        `${clustersOf(atlas.groupId)}/Cluster0/backup/snapshots`,
        `${clustersOf(otherId)}/invoices/backup/snapshots`,
        '/api/oauth/revoke',
        '/api/oauth/token',
      ].sort(),
    );
  });

  it('prints JSON only', async () => {
    const atlas = await openAtlas();
    const { exitCode, stdout, stderr } = await run(['check', '--json', '--max-age', '1h', '--max-age', '2d']);
    expect(JSON.parse(stdout)).toMatchObject({
      maxAge: 48 * hour,
      summary: { projects: 1, clusters: 1, fresh: 1 },
      findings: [{ groupId: atlas.groupId, groupName: 'Project 0', clusterName: 'Cluster0', state: 'fresh' }],
    });
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
  });

  it('counts the clusters on a terminal while it works, and leaves nothing of it', async () => {
    const atlas = await openAtlas({ groupId: otherId, clusterName: 'Second', snapshots: [backup(1)] });
    const shown = (count: number) => `\r\x1b[KFlex clusters checked: ${count}`;
    expect((await run(['check'], true)).stderr).toBe(`${shown(0)}${shown(1)}${shown(2)}\r\x1b[K`);
    atlas.respond({ ...denied, path: clustersOf(otherId) });
    const { stderr } = await run(['check'], true);
    expect(stderr).toContain(shown(1));
    expect(stderr).not.toContain(shown(2));
  });

  it.each([
    ['has colors on a terminal', true, undefined, true],
    ['has colors with an empty NO_COLOR', true, '', true],
    ['has no colors with NO_COLOR', true, '1', false],
    ['has no colors elsewhere', false, undefined, false],
  ])('%s', async (_name, isTTY, noColor, isColored) => {
    await openAtlas();
    vi.stubEnv('NO_COLOR', noColor);
    expect((await run(['check'], isTTY)).stdout.includes('\x1b[')).toBe(isColored);
  });

  it('prints its usage', async () => {
    const { exitCode, stdout, stderr } = await run(['--help']);
    expect(stdout).toMatch(/^Usage: atlas-tenant-snapshots check /);
    for (const option of ['--project', '--max-age', '--timeout', '--json']) expect(stdout).toContain(`  ${option} `);
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
  });

  it('prints the version of the package', async () => {
    expect(await run(['check', '--version'])).toEqual({ exitCode: 0, stdout: `${packageJson.version}\n`, stderr: '' });
  });

  it.each<[args: string[], problem: string]>([
    [[], 'The only command is check.'],
    [['chekc'], 'The only command is check.'],
    [['check', 'Cluster0'], 'The only command is check.'],
    [['che', 'ck'], 'The only command is check.'],
    [['check', '--projects', otherId], 'Unknown option'],
    [['check', '--project'], 'argument missing'],
    [['check', '--project', otherId, '--project', 'my-project'], '--project must be the ID of a project'],
    [['check', '--json=yes'], 'does not take an argument'],
    ...['26', '26hm', '0h', '1.5h', '1w', 'h', ' 1h', '9'.repeat(400).concat('d'), ''].map(
      (time): [string[], string] => [['check', `--max-age=${time}`], '--max-age must be a whole number above 0'],
    ),
    [['check', '--timeout', '10s'], '--timeout must be a whole number above 0'],
  ])('reports that %j is wrong, and sends nothing', async (args, problem) => {
    const atlas = await openAtlas();
    const { exitCode, stdout, stderr } = await run(args);
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' });
    expect(stderr).toContain(problem);
    expect(stderr).toMatch(/\nTry: atlas-tenant-snapshots --help\n$/);
    expect(atlas.requests).toEqual([]);
  });

  it('reports a wrong environment as text, and names no option that the command lacks', async () => {
    const { exitCode, stdout, stderr } = await run(['check', '--json']);
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' });
    expect(stderr).toMatch(
      /^There are no credentials\. Set MONGODB_ATLAS_ACCESS_TOKEN, or MONGODB_ATLAS_CLIENT_ID.*\n$/,
    );
  });

  it('reports that the projects cannot be listed', async () => {
    const atlas = await openAtlas();
    atlas.respond(denied);
    const { exitCode, stdout, stderr } = await run(['check']);
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' });
    expect(stderr).toMatch(/^Projects: .* status 401 USER_UNAUTHORIZED/);
    expect(JSON.parse((await run(['check', '--json'])).stdout)).toMatchObject({
      maxAge: 26 * hour,
      summary: { projects: 0, clusters: 0 },
      findings: [],
      error: { code: 'API_ERROR', status: 401 },
    });
  });
});

describe('the exit code', () => {
  const stale: ClusterSeed = { clusterName: 'Stale', snapshots: [backup(27)] };
  const fresh: ClusterSeed = { groupId: otherId, clusterName: 'Fresh', snapshots: [backup(25)] };
  const young: ClusterSeed = { clusterName: 'New', createDate: new Date(), snapshots: [] };
  const none: ClusterSeed = { clusterName: 'None', snapshots: [] };
  const dedicated: ClusterSeed = { dedicated: true, snapshots: [] };
  const byIds = ['--project', '32b6e34b3d91647abb20e7b8', '--project', otherId];
  const snapshotsOf = (groupId: string) => `${clustersOf(groupId)}/Cluster0/backup/snapshots`;

  it.each<[code: number, name: string, seeds: ClusterSeed[], args?: string[]]>([
    [0, 'every cluster is fresh or new', [fresh, young]],
    [0, 'a stale cluster is in another project', [fresh, stale], ['--project', otherId]],
    [0, 'the limits are long', [stale], ['--max-age', '30d', '--timeout', '30d']],
    [1, 'a cluster is stale', [fresh, stale]],
    [1, 'a cluster has no backup', [fresh, none]],
    [1, 'a cluster is stale and a project does not exist', [stale], byIds],
    [2, 'a project has no Flex cluster', [{ ...fresh, dedicated: true }], ['--project', otherId]],
    [2, 'one of two projects has no Flex cluster', [{ ...fresh, dedicated: true }], byIds],
    [2, 'a project does not exist', [], ['--project', otherId]],
    [2, 'there is no Flex cluster at all', [dedicated]],
  ])('is %i if %s', async (code, _name, seeds, args = []) => {
    await openAtlas(...seeds);
    const { exitCode, stderr } = await run(['check', ...args]);
    expect(exitCode).toBe(code);
    // Exit code 1 may come with remarks or without.
    if (code !== 1) expect(stderr !== '').toBe(code === 2);
  });

  it.each<[code: number, name: string, seed: ClusterSeed, path: (groupId: string) => string]>([
    [2, 'a cluster cannot be checked', fresh, snapshotsOf],
    [2, 'a project of two cannot be listed', fresh, () => clustersOf(otherId)],
    [1, 'a cluster is stale and another cannot be checked', stale, snapshotsOf],
  ])('is %i if %s', async (code, _name, seed, path) => {
    const atlas = await openAtlas(seed);
    atlas.respond({ ...denied, path: path(atlas.groupId) });
    const { exitCode, stderr } = await run(['check']);
    expect({ exitCode, stderr }).toEqual({ exitCode: code, stderr: expect.stringContaining('a role is missing') });
  });
});
