import { describe, expect, it, onTestFinished } from 'vitest';
import { checkProjects } from '../../examples/nightly-check.mjs';
import type { AtlasEmulator, AtlasEmulatorOptions } from '../../src/testing/index.js';
import { openEmulator } from '../support/open-emulator.js';
import { TenantSnapshotsClient } from './support/package.mjs';
import { environmentOf, runExample } from './support/run-example.js';

const hour = 3_600_000;
const groupId = '5e2211c17a3e5a48f5497de3';
const otherGroupId = '5e2211c17a3e5a48f5497de4';
const idOf = (n: number) => n.toString(16).padStart(24, '0');

async function openAtlas(options?: AtlasEmulatorOptions) {
  const atlas = await openEmulator(options);
  const credentials = atlas.credentials.accessToken;
  const client = new TenantSnapshotsClient({ baseUrl: atlas.url, credentials, maxRetries: 0 });
  onTestFinished(() => client.close());
  return { atlas, client };
}

/** Seeds a cluster whose newest backup finished that many hours ago. */
function seedCluster(atlas: AtlasEmulator, clusterName: string, age: number, group = groupId) {
  const backupOf = (n: number, hours: number) => {
    return { id: idOf(n), status: 'COMPLETED', finishTime: new Date(Date.now() - hours * hour) };
  };
  const snapshots = [backupOf(1, age + 24), backupOf(2, age), { id: idOf(3), status: 'RUNNING' }];
  atlas.seed({ groupId: group, clusterName, snapshots });
}

describe('the check', () => {
  it('finds fresh, stale, missing and unknown backups', async () => {
    const { atlas, client } = await openAtlas();
    seedCluster(atlas, 'Fresh', 1);
    seedCluster(atlas, 'Stale', 50);
    const finishTime = new Date();
    atlas.seed({ groupId, clusterName: 'Failing', snapshots: [{ id: idOf(9), status: 'FAILED', finishTime }] });
    atlas.seed({
      groupId,
      clusterName: 'Broken',
      snapshots: [{ id: idOf(9), status: 'COMPLETED', finishTime: 'now' }],
    });
    expect(await checkProjects(client, [groupId], { concurrency: 1 })).toMatchObject([
      { groupId, clusterName: 'Fresh', state: 'fresh', finishTime: expect.any(Date) },
      { groupId, clusterName: 'Stale', state: 'stale', finishTime: expect.any(Date) },
      { groupId, clusterName: 'Failing', state: 'no backup' },
      { groupId, clusterName: 'Broken', state: 'unknown', error: { code: 'INVALID_RESPONSE' } },
    ]);
  });

  it('skips dedicated clusters, and reports a project without any other', async () => {
    const { atlas, client } = await openAtlas();
    atlas.seed({ groupId, clusterName: 'Dedicated', dedicated: true, snapshots: [] });
    expect(await checkProjects(client, [groupId])).toEqual([{ groupId, state: 'no clusters' }]);
  });

  it('continues with the next project if one cannot be read', async () => {
    const { atlas, client } = await openAtlas();
    seedCluster(atlas, 'Fresh', 1, otherGroupId);
    expect(await checkProjects(client, [groupId, otherGroupId])).toMatchObject([
      { groupId, state: 'unknown', error: { errorCode: 'GROUP_NOT_FOUND' } },
      { groupId: otherGroupId, clusterName: 'Fresh', state: 'fresh' },
    ]);
  });

  it('reads all pages of clusters, one request per cluster', async () => {
    const { atlas, client } = await openAtlas();
    for (let n = 0; n < 501; n += 1) atlas.seed({ groupId, clusterName: `Cluster-${n}`, snapshots: [] });
    expect(await checkProjects(client, [groupId])).toHaveLength(501);
    expect(atlas.requests).toHaveLength(2 + 501);
  });

  it('passes on each finding at once', async () => {
    const { atlas, client } = await openAtlas();
    seedCluster(atlas, 'Fresh', 1);
    const onFinding: unknown[] = [];
    const findings = await checkProjects(client, [groupId], { onFinding: (finding) => onFinding.push(finding) });
    expect(onFinding).toEqual(findings);
  });

  it('pauses while only a quarter of the rate limit is left, and never exceeds it', async () => {
    let now = Date.now();
    const rateLimit = { capacity: 20, refillPerMinute: 600, enforce: true };
    const { atlas, client } = await openAtlas({ rateLimit, now: () => now });
    for (let n = 0; n < 60; n += 1) seedCluster(atlas, `Cluster-${n}`, 1);
    let pauses = 0;
    // The emulator's clock only moves here. 10 requests flow back per second.
    const pause = async () => {
      pauses += 1;
      now += 1_000;
    };
    const findings = await checkProjects(client, [groupId], { concurrency: 4, pause });
    expect(findings.map(({ state }) => state)).toEqual(Array(60).fill('fresh'));
    expect(atlas.requests.filter(({ status }) => status === 429)).toEqual([]);
    expect(pauses).toBeGreaterThanOrEqual(4);
  });

  it('does not pause while there is enough left', async () => {
    const { atlas, client } = await openAtlas();
    for (let n = 0; n < 20; n += 1) seedCluster(atlas, `Cluster-${n}`, 1);
    const pause = () => expect.unreachable();
    await checkProjects(client, [groupId], { pause });
  });

  it('throws an error that is not from Atlas', async () => {
    const { client } = await openAtlas();
    client.get = () => {
      throw new TypeError('a bug');
    };
    await expect(checkProjects(client, [groupId])).rejects.toThrow('a bug');
  });
});

// These run in a process of their own.
describe('from a shell, the check', { timeout: 20_000 }, () => {
  async function run(atlas: AtlasEmulator, ...groupIds: string[]) {
    const { exit, output } = runExample(['nightly-check.mjs', ...groupIds], environmentOf(atlas));
    return { code: await exit, ...output };
  }

  it('exits with 0 if every cluster has a fresh backup', async () => {
    const { atlas } = await openAtlas();
    seedCluster(atlas, 'One', 1);
    seedCluster(atlas, 'Two', 2);
    expect(await run(atlas, groupId)).toEqual({
      code: 0,
      stdout: 'Clusters checked: 2. Problems: 0.\n',
      stderr: expect.stringMatching(new RegExp(`^(${groupId} (One|Two): fresh, newest backup \\S+Z\n){2}$`)),
    });
  });

  it('exits with 1 if a backup is missing', async () => {
    const { atlas } = await openAtlas();
    seedCluster(atlas, 'Fresh', 1);
    seedCluster(atlas, 'Stale', 50);
    const { code, stdout } = await run(atlas, groupId);
    expect(stdout).toMatch(
      new RegExp(`^${groupId} Stale: stale, newest backup \\S+Z\nClusters checked: 2. Problems: 1.\n$`),
    );
    expect(code).toBe(1);
  });

  it('exits with 1 if a project has no clusters', async () => {
    const { atlas } = await openAtlas();
    atlas.seed({ groupId, clusterName: 'Dedicated', dedicated: true, snapshots: [] });
    expect(await run(atlas, groupId)).toMatchObject({
      code: 1,
      stdout: `${groupId}: no clusters\nClusters checked: 0. Problems: 1.\n`,
    });
  });

  it('exits with 1 if Atlas does not know the project', async () => {
    const { atlas } = await openAtlas();
    const { code, stdout } = await run(atlas, groupId);
    expect(stdout).toMatch(new RegExp(`^${groupId}: unknown, get failed with status 404 GROUP_NOT_FOUND`));
    expect(code).toBe(1);
  });

  it('exits with 2 if it could not run', async () => {
    const { atlas } = await openAtlas();
    expect(await run(atlas)).toMatchObject({ code: 2, stdout: '', stderr: expect.stringMatching('Pass the ids') });
  });
});

it("the recipe's own test passes", { timeout: 20_000 }, async () => {
  const { exit, output } = runExample(['--test', '--test-reporter=tap', 'nightly-check.test.mjs']);
  expect(await exit, output.stdout).toBe(0);
  expect(output.stdout).toMatch(/^# pass 6$/m);
});
