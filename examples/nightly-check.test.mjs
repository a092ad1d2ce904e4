/**
 * How to test your own code against the emulator: one import and one `baseUrl`, over real sockets.
 *
 *   node --test nightly-check.test.mjs
 */
import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import { TenantSnapshotsClient } from 'atlas-tenant-snapshots';
import { startAtlasEmulator } from 'atlas-tenant-snapshots/testing';
import { checkBackups } from './nightly-check.mjs';

/** @type {import('atlas-tenant-snapshots/testing').AtlasEmulator} */
let atlas;
/** @type {TenantSnapshotsClient} */
let client;

beforeEach(async () => {
  atlas = await startAtlasEmulator();
  client = new TenantSnapshotsClient({ baseUrl: atlas.url, credentials: atlas.credentials.apiKey });
});

afterEach(async () => {
  await client.close();
  await atlas.close();
});

/** @param {string} clusterName */
async function stateOf(clusterName) {
  const [finding] = await checkBackups(client, [{ groupId: atlas.groupId, clusterName }]);
  return finding?.state;
}

/** @param {import('atlas-tenant-snapshots/testing').SnapshotSeed} snapshot */
function seed(snapshot) {
  atlas.seed({ clusterName: 'Reports', snapshots: [snapshot] });
}

const id = '5cc310ace5dc7ce369814bd0';

test('a backup of an hour ago is fresh', async () => {
  seed({ id, status: 'COMPLETED', finishTime: new Date(Date.now() - 3_600_000) });
  assert.equal(await stateOf('Reports'), 'fresh');
});

test('a backup of two days ago is stale', async () => {
  seed({ id, status: 'COMPLETED', finishTime: new Date(Date.now() - 2 * 86_400_000) });
  assert.equal(await stateOf('Reports'), 'stale');
});

test('a failed backup is none', async () => {
  seed({ id, status: 'FAILED', finishTime: new Date() });
  assert.equal(await stateOf('Reports'), 'none');
});

test('a cluster that is not there is unknown', async () => {
  assert.equal(await stateOf('Gone'), 'unknown');
});

test('a reset connection is survived', async () => {
  seed({ id, status: 'COMPLETED', finishTime: new Date() });
  atlas.respond({ reset: true });
  assert.equal(await stateOf('Reports'), 'fresh');
});

test('so is the end of the tenant endpoint', async () => {
  seed({ id, status: 'COMPLETED', finishTime: new Date() });
  atlas.sunset();
  assert.equal(await stateOf('Reports'), 'fresh');
  assert.equal(atlas.requests.at(-1)?.kind, 'flex');
});
