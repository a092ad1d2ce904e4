import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { checkBackups } from '../../examples/nightly-check.mjs';
import type { AtlasEmulator } from '../../src/testing/index.js';
import { openEmulator } from '../support/open-emulator.js';
import { TenantSnapshotsClient } from './support/package.mjs';
import { environmentOf, runExample } from './support/run-example.js';
import { temporaryFolder } from './support/temporary-folder.js';

const hour = 3_600_000;
const snapshotId = (n: number) => n.toString(16).padStart(24, '0');

function openClient({ url, credentials }: AtlasEmulator) {
  const client = new TenantSnapshotsClient({ baseUrl: url, credentials: credentials.accessToken, maxRetries: 0 });
  onTestFinished(() => client.close());
  return client;
}

/** Seeds clusters whose newest complete snapshot is so many hours old. */
function seedClusters(atlas: AtlasEmulator, ages: number[]) {
  return ages.map((age, n) => {
    const finishTime = new Date(Date.now() - age * hour);
    const snapshots = [
      { id: snapshotId(2 * n), status: 'RUNNING' },
      { id: snapshotId(2 * n + 1), status: 'COMPLETED', finishTime },
    ];
    atlas.seed({ clusterName: `Cluster-${n}`, snapshots });
    return { groupId: atlas.groupId, clusterName: `Cluster-${n}` };
  });
}

// Some of it runs in a process of its own.
describe('the nightly check', { timeout: 20_000 }, () => {
  it('tells fresh, stale, missing and unknown apart', async () => {
    const atlas = await openEmulator();
    const clusters = seedClusters(atlas, [1, 50]);
    atlas.seed({
      clusterName: 'Failing',
      snapshots: [{ id: snapshotId(99), status: 'FAILED', finishTime: new Date() }],
    });
    for (const clusterName of ['Failing', 'Gone']) clusters.push({ groupId: atlas.groupId, clusterName });
    const findings = await checkBackups(openClient(atlas), clusters, { concurrency: 1 });
    expect(findings).toMatchObject([
      { clusterName: 'Cluster-0', state: 'fresh', finishTime: expect.any(Date) },
      { clusterName: 'Cluster-1', state: 'stale', finishTime: expect.any(Date) },
      { clusterName: 'Failing', state: 'none' },
      { clusterName: 'Gone', state: 'unknown', error: { code: 'API_ERROR', status: 404 } },
    ]);
  });

  it('shows its progress', async () => {
    const atlas = await openEmulator();
    const clusters = seedClusters(atlas, [1, 2, 3]);
    const progress: [string, number][] = [];
    const onProgress = ({ state }: { state: string }, done: number) => progress.push([state, done]);
    await checkBackups(openClient(atlas), clusters, { onProgress });
    expect(progress).toEqual([1, 2, 3].map((done) => ['fresh', done]));
  });

  it('is not refused by the rate limit', async () => {
    let now = Date.now();
    const rateLimit = { capacity: 20, refillPerMinute: 600, enforce: true };
    const atlas = await openEmulator({ rateLimit, now: () => now });
    // Only Flex, a part of version 2 of the API, reports its limit.
    atlas.sunset();
    const clusters = seedClusters(
      atlas,
      Array.from({ length: 60 }, () => 1),
    );
    let pauses = 0;
    // The emulator's clock stands still but for these: 10 requests flow back in a second.
    const pause = async () => {
      pauses += 1;
      now += 1_000;
    };
    const findings = await checkBackups(openClient(atlas), clusters, { concurrency: 4, pause });
    expect(atlas.requests.filter(({ status }) => status === 429)).toEqual([]);
    expect(findings.map(({ state }) => state)).toEqual(clusters.map(() => 'fresh'));
    expect(pauses).toBeGreaterThanOrEqual(4);
  });

  it('ends the run at what is no error of Atlas', async () => {
    const client = new TenantSnapshotsClient({ credentials: { accessToken: 'token' } });
    onTestFinished(() => client.close());
    client.listTenantSnapshots = () => {
      throw new TypeError('a bug');
    };
    await expect(checkBackups(client, [{ groupId: '', clusterName: '' }])).rejects.toThrow('a bug');
  });

  it('runs from a shell, and fails where a backup is missing', async () => {
    const atlas = await openEmulator();
    const clusters = seedClusters(atlas, [1, 50]);
    const file = join(await temporaryFolder(), 'clusters.json');
    const run = async () => {
      await writeFile(file, JSON.stringify(clusters));
      const { exit, output } = runExample(['nightly-check.mjs', file], environmentOf(atlas));
      return { code: await exit, ...output };
    };
    const failing = await run();
    expect(failing.stderr).toMatch(/^2\/2 Cluster-\d (fresh|stale)$/m);
    expect(failing.stdout).toMatch(/^[0-9a-f]{24} Cluster-1: stale \d{4}-\d\d-\d\dT/);
    expect(failing.code).toBe(1);
    clusters.pop();
    expect(await run()).toMatchObject({ code: 0, stdout: '' });
  });

  it('is tested against the emulator by a test of its own', async () => {
    const { exit, output } = runExample(['--test', '--test-reporter=tap', 'nightly-check.test.mjs']);
    expect(await exit, output.stdout).toBe(0);
    expect(output.stdout).toMatch(/^# pass 6$/m);
  });
});
