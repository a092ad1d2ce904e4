import { describe, expect, it } from 'vitest';
import { groupId } from '../../support/snapshot-routes.js';
import { clustersPath, now, openApi, otherId, tenantApiPath } from '../support/open-api.js';

const id = 'a'.repeat(24);

async function open() {
  const { emulator, get } = await openApi();
  const poll = async (snapshotId = id, cluster?: string) => (await get(tenantApiPath(`/${snapshotId}`, cluster))).json;
  return { emulator, get, poll };
}

describe('a seeded cluster', () => {
  it('has the fields of its snapshots as they are, in a project of its own', async () => {
    const { emulator, get } = await open();
    emulator.seed({ groupId: otherId, clusterName: 'Other', snapshots: [{ id, links: [] }] });
    expect((await get(tenantApiPath(`/${id}`, 'Other', otherId))).json).toEqual({ id, links: [] });
    expect((await get(tenantApiPath(`/${id}`))).status).toBe(404);
  });

  it('replaces the one of its name', async () => {
    const { emulator, poll } = await open();
    const { snapshotId } = emulator;
    emulator.seed({ snapshots: [{ id: snapshotId, status: 'QUEUED' }] });
    expect(await poll(snapshotId)).toEqual({ id: snapshotId, status: 'QUEUED' });
    expect(emulator.snapshots).toHaveLength(1);
  });

  it('may be one of many in the options', async () => {
    const { emulator, get } = await openApi({ seed: [{ clusterName: 'One', snapshots: [{ id }] }, { snapshots: [] }] });
    expect((await get(tenantApiPath('', 'One'))).json.totalCount).toBe(1);
    expect(emulator.snapshots).toEqual([]);
  });
});

describe('a snapshot', () => {
  it('changes by updateSnapshot()', async () => {
    const { emulator, poll } = await open();
    const { snapshotId } = emulator;
    emulator.updateSnapshot(snapshotId, { status: 'QUEUED', finishTime: undefined, extra: 1 });
    expect(await poll(snapshotId)).toMatchObject({ status: 'QUEUED', extra: 1 });
    expect(await poll(snapshotId)).not.toHaveProperty('finishTime');
  });

  it('that no cluster has cannot change', async () => {
    const { emulator } = await open();
    expect(() => emulator.updateSnapshot(id, {})).toThrow(TypeError);
  });

  it('changes in every cluster that has it', async () => {
    const { emulator, poll } = await open();
    const { snapshotId } = emulator;
    emulator.seed({ clusterName: 'Other', snapshots: [{ id: snapshotId }] });
    emulator.updateSnapshot(snapshotId, { extra: 1 });
    for (const cluster of ['Cluster0', 'Other']) expect(await poll(snapshotId, cluster)).toMatchObject({ extra: 1 });
  });

  it('is returned as a copy', async () => {
    const { emulator } = await open();
    const [first] = emulator.snapshots;
    Object.assign(first ?? {}, { status: 'CHANGED' });
    if (first?.scheduledTime instanceof Date) first.scheduledTime.setTime(0);
    expect(emulator.snapshots[0]).toMatchObject({ status: 'FAILED', scheduledTime: new Date('2026-05-11T11:20:00Z') });
  });

  it('is copied from seed() and updateSnapshot(), as its cluster is', async () => {
    const { emulator, get, poll } = await open();
    const time = new Date(now);
    const links = [{ href: 'https://example.com', rel: 'self' }];
    const nested = { list: [{ of: 'one' }] };
    const snapshot = { id, scheduledTime: time, links, nested, printsItself: new URL('https://x.com/') };
    emulator.seed({ createDate: time, snapshots: [snapshot] });
    emulator.updateSnapshot(id, { startTime: time });
    time.setTime(0);
    links.pop();
    nested.list.length = 0;
    const printed = '2026-05-14T16:20:00Z';
    expect(await poll()).toEqual({
      ...{ id, scheduledTime: printed, startTime: printed },
      links: [{ href: 'https://example.com', rel: 'self' }],
      nested: { list: [{ of: 'one' }] },
      printsItself: 'https://x.com/',
    });
    expect((await get(clustersPath(groupId))).json.results).toMatchObject([{ createDate: printed }]);
  });
});
