import { expect, it } from 'vitest';
import { snapshotId } from '../../support/snapshot-routes.js';
import { flexClustersPath, flexSnapshotsPath, openApi, otherId, tenantSnapshotsPath } from '../support/open-api.js';

// test/testing/exchanges.http has what seeds look like in responses.

async function open() {
  const { emulator, get, statusOf } = await openApi();
  const read = async (cluster?: string, group?: string) =>
    (await get(flexSnapshotsPath(`/${snapshotId}`, cluster, group))).json;
  return { emulator, get, statusOf, read };
}

it('a seeded cluster is in its project only, and replaces the one of its name', async () => {
  const { emulator, read } = await open();
  emulator.seed({ groupId: otherId, clusterName: 'Other', snapshots: [{ id: snapshotId, links: [] }] });
  expect(await read('Other', otherId)).toEqual({ id: snapshotId, links: [] });
  expect(await read('Other')).toMatchObject({ errorCode: 'CLUSTER_NOT_FOUND' });
  emulator.seed({ snapshots: [{ id: snapshotId, status: 'QUEUED' }] });
  expect(await read()).toEqual({ id: snapshotId, status: 'QUEUED' });
  expect(emulator.snapshots).toEqual([{ id: snapshotId, status: 'QUEUED' }]);
});

it('a cluster keeps its ID until a seed has another, and is gone after remove(), as its project is', async () => {
  const { emulator, get, statusOf } = await open();
  const idOf = async () => (await get(flexClustersPath(otherId))).json.results[0].id;
  const seed = { groupId: otherId, clusterName: 'Other', snapshots: [] };
  emulator.seed(seed);
  const id = await idOf();
  emulator.seed({ ...seed, id: snapshotId });
  emulator.seed({ ...seed, stateName: 'UPDATING' });
  expect(await idOf()).toBe(snapshotId);
  emulator.remove({ groupId: otherId, clusterName: 'Other' });
  expect((await get(flexClustersPath(otherId))).json.results).toEqual([]);
  expect(() => emulator.remove({ groupId: otherId, clusterName: 'Other' })).toThrow(`no ${otherId}/Other.`);
  emulator.seed(seed);
  expect(await idOf()).toBe(id);
  emulator.remove({ groupId: otherId });
  expect(await statusOf(flexClustersPath(otherId))).toBe(404);
  expect(() => emulator.remove({ groupId: otherId })).toThrow(TypeError);
  emulator.remove({ clusterName: 'Cluster0' });
  expect([await statusOf(flexSnapshotsPath()), emulator.snapshots]).toEqual([404, []]);
});

it('the tenant endpoint is gone until sunset(false), and after sunset()', async () => {
  const { emulator, statusOf } = await openApi();
  expect([await statusOf(tenantSnapshotsPath()), await statusOf(flexSnapshotsPath())]).toEqual([410, 200]);
  emulator.sunset(false);
  expect(await statusOf(tenantSnapshotsPath())).toBe(200);
  emulator.sunset();
  expect(await statusOf(tenantSnapshotsPath())).toBe(410);
});
