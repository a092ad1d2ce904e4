import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { openEmulator } from '../support/open-emulator.js';
import { runProcess } from '../support/processes.js';
import { snapshotId } from '../support/snapshot-routes.js';

const demo = fileURLToPath(new URL('../demo.mjs', import.meta.url));

/** Runs the demo with these variables only. */
function run(environment: Record<string, string>) {
  const env = { TZ: 'Europe/Berlin', LANG: 'en_US.UTF-8', NODE_NO_WARNINGS: '1', ...environment };
  return runProcess(process.execPath, [demo], { env });
}

async function openAtlas() {
  const emulator = await openEmulator();
  const { publicKey, privateKey } = emulator.credentials.apiKey;
  const environment = {
    MONGODB_ATLAS_BASE_URL: emulator.url,
    MONGODB_ATLAS_PUBLIC_KEY: publicKey,
    MONGODB_ATLAS_PRIVATE_KEY: privateKey,
    ATLAS_GROUP_ID: emulator.groupId,
    ATLAS_CLUSTER_NAME: emulator.clusterName,
  };
  return { emulator, environment };
}

describe('the demo', () => {
  it('reads from the emulator without IDs in the environment, and checks both types of clusters', async () => {
    const { emulator, environment } = await openAtlas();
    const { exitCode, stdout, stderr } = await run({ ...environment, ATLAS_GROUP_ID: '' });
    expect({ exitCode, stderr, requests: emulator.requests }).toEqual({ exitCode: 0, stderr: '', requests: [] });
    expect(stdout).toMatch(/^Reading from the emulator at http:\/\/127\.0\.0\.1:\d+/);
    expect(stdout).toMatch(/5 snapshots of cluster Cluster0, newest first \(from the \w+ endpoint, 1 attempt.*\):/);
    expect(stdout).toMatch(/^The newest backup:$/m);
    expect(stdout).toMatch(/^ {2}Status {6}COMPLETED$/m);
    expect(stdout).toMatch(/^ {2}Finished {4}.* \(after 2 minutes\)$/m);
    const [, table = ''] = stdout.split('npx atlas-tenant-snapshots check: ---\n\n');
    expect(Array.from(table.matchAll(/ (flex|dedicated) +(\w+) /g), ([, type, state]) => `${type} ${state}`)).toEqual([
      ...['flex none', 'dedicated none', 'dedicated stale', 'dedicated paused', 'flex new'],
      ...['dedicated fresh', 'dedicated fresh', 'flex fresh'],
    ]);
    expect(table).toMatch(/\nClusters: 8 in 2 projects .*\. Not checked: 1 free\. Server: http/);
    expect(stdout).not.toMatch(/undefined|NaN|Invalid|null/);
  });

  it('reads from Atlas if the environment has credentials and IDs', async () => {
    const { emulator, environment } = await openAtlas();
    emulator.seed({ snapshots: [{ id: snapshotId, status: 'COMPLETED' }] });
    const { exitCode, stdout, stderr } = await run({ ...environment, ATLAS_SNAPSHOT_ID: snapshotId });
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    expect(stdout).toContain(`Reading from real Atlas at ${emulator.url}`);
    expect(stdout).toMatch(/^The snapshot:\n {2}Snapshot {4}\w{24}$/m);
    expect(stdout).toMatch(/^ {2}Finished {4}-$/m);
    expect(stdout).not.toMatch(/undefined|NaN|Invalid|emulator at/);
  });

  it('reports an error in at most two lines, and exits with 1', async () => {
    const { environment } = await openAtlas();
    const { exitCode, stderr } = await run({ ...environment, MONGODB_ATLAS_PRIVATE_KEY: 'a-wrong-key' });
    expect(exitCode).toBe(1);
    expect(stderr.trim()).toMatch(/^AtlasApiError \(API_ERROR\): .*401.*IP access list/);
    // The second line has the cause, if there is one.
    expect(stderr.trim().split('\n').length).toBeLessThanOrEqual(2);
    expect(stderr).not.toContain('a-wrong-key');
  });
});
