/**
 * How to test your own code against the emulator, over real sockets. Only `baseUrl` differs from production.
 *
 *   node --test nightly-check.test.mjs
 */
import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import { TenantSnapshotsClient } from 'atlas-tenant-snapshots';
import { startAtlasEmulator } from 'atlas-tenant-snapshots/testing';
import { checkProjects } from './nightly-check.mjs';

/** @type {import('atlas-tenant-snapshots/testing').AtlasEmulator} */
let atlas;
/** @type {TenantSnapshotsClient} */
let client;

beforeEach(async () => {
  atlas = await startAtlasEmulator();
  client = new TenantSnapshotsClient({ baseUrl: atlas.url, credentials: atlas.credentials.apiKey, maxRetries: 0 });
});

afterEach(async () => {
  await client.close();
  await atlas.close();
});

const groupId = '5e2211c17a3e5a48f5497de3';
const id = '5cc310ace5dc7ce369814bd0';
const hoursAgo = (/** @type {number} */ hours) => new Date(Date.now() - hours * 3_600_000);

/** @param {import('atlas-tenant-snapshots/testing').SnapshotSeed[]} snapshots */
function seed(...snapshots) {
  atlas.seed({ groupId, clusterName: 'Reports', snapshots });
}

async function check() {
  const [finding] = await checkProjects(client, [groupId]);
  return finding;
}

test('a backup from an hour ago is fresh', async () => {
  seed({ id, status: 'COMPLETED', finishTime: hoursAgo(1) });
  assert.equal((await check())?.state, 'fresh');
});

test('a backup from two days ago is stale', async () => {
  seed({ id, status: 'COMPLETED', finishTime: hoursAgo(48) });
  assert.equal((await check())?.state, 'stale');
});

test('a failed snapshot is no backup', async () => {
  seed({ id, status: 'FAILED', finishTime: hoursAgo(1) });
  assert.equal((await check())?.state, 'no backup');
});

test('a project that Atlas does not know is a finding', async () => {
  const finding = await check();
  assert.equal(finding?.state, 'unknown');
  assert.match(String(finding?.error), /GROUP_NOT_FOUND/);
});

test('a server error during the check is a finding', async () => {
  seed({ id, status: 'COMPLETED', finishTime: hoursAgo(1) });
  atlas.respond({ status: 500, for: 'flex' });
  assert.equal((await check())?.state, 'unknown');
});

test('a lost connection does no harm', async () => {
  seed({ id, status: 'COMPLETED', finishTime: hoursAgo(1) });
  atlas.respond({ reset: true });
  assert.equal((await check())?.state, 'fresh');
});
