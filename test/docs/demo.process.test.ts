import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { command } from '../support/command.js';
import { openEmulator } from '../support/open-emulator.js';
import { snapshotId } from '../support/snapshot-routes.js';

const demo = fileURLToPath(new URL('../demo.mjs', import.meta.url));

/** Runs the demo with these variables only. */
function run(environment: Record<string, string>) {
  const env = { TZ: 'Europe/Berlin', LANG: 'en_US.UTF-8', NODE_NO_WARNINGS: '1', ...environment };
  return command(process.execPath, [demo], { env });
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

describe('the demo', { timeout: 30_000 }, () => {
  it('reads from the emulator without IDs in the environment, before and after the sunset', async () => {
    const { emulator, environment } = await openAtlas();
    const { code, stdout, stderr } = await run({ ...environment, ATLAS_GROUP_ID: '' });
    expect({ code, stderr, requests: emulator.requests }).toEqual({ code: 0, stderr: '', requests: [] });
    const [before = '', after = ''] = stdout.split('--- Atlas retires');
    expect(before).toMatch(/^Reading from the emulator at http:\/\/127\.0\.0\.1:\d+/);
    expect(before).toMatch(/5 snapshots of cluster Cluster0, newest first \(from the tenant endpoint, 1 attempt\):/);
    expect(before).toMatch(/Waiting for the newest snapshot \w{24}:\n {2}QUEUED\n {2}RUNNING\n {2}COMPLETED\n/);
    expect(before).toMatch(/^ {2}Status {6}COMPLETED$/m);
    expect(before).toMatch(/^ {2}Expires {5}.* \(in 8 days\)$/m);
    expect(before).toMatch(/^ {2}Read from {3}the tenant endpoint, 1 attempt$/m);
    expect(after).toMatch(/newest first \(from the Flex endpoint, 2 attempts, \d+ requests left\):/);
    expect(after).toMatch(/^ {2}Read from {3}the Flex endpoint, 1 attempt/m);
    expect(after).toMatch(/^Billing +Invoices +none .*\nProject 0 +Cluster0 +fresh /m);
    expect(stdout).not.toMatch(/undefined|NaN|Invalid|null/);
  });

  it('reads from Atlas if the environment has credentials and IDs', async () => {
    const { emulator, environment } = await openAtlas();
    emulator.seed({ snapshots: [{ id: snapshotId, status: 'COMPLETED' }] });
    const { code, stdout, stderr } = await run({ ...environment, ATLAS_SNAPSHOT_ID: snapshotId });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toContain(`Reading from real Atlas at ${emulator.url}`);
    expect(stdout).toContain(`Waiting for snapshot ${snapshotId}:`);
    expect(stdout).toMatch(/^ {2}Finished {4}-$/m);
    expect(stdout).not.toMatch(/undefined|NaN|Invalid|emulator at/);
  });

  it('reports an error in at most two lines, and exits with 1', async () => {
    const { environment } = await openAtlas();
    const { code, stderr } = await run({ ...environment, MONGODB_ATLAS_PRIVATE_KEY: 'a-wrong-key' });
    expect(code).toBe(1);
    expect(stderr.trim()).toMatch(/^AtlasApiError \(API_ERROR\): .*401.*IP access list/);
    // The second line has the cause, if there is one.
    expect(stderr.trim().split('\n').length).toBeLessThanOrEqual(2);
    expect(stderr).not.toContain('a-wrong-key');
  });
});
