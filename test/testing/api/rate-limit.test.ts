import { expect, it } from 'vitest';
import { flexClustersPath, flexSnapshotsPath, openApi, otherId, projectsPath } from '../support/open-api.js';

it('a list and its items share a rate limit, which other lists and other projects do not', async () => {
  const { get } = await openApi({ seed: { groupId: otherId, snapshots: [] } });
  const remaining = async (path: string) => (await get(path)).headers.get('ratelimit-remaining');
  expect(await remaining(flexSnapshotsPath())).toBe('1199');
  expect(await remaining(flexSnapshotsPath(`/${otherId}`))).toBe('1198');
  for (const path of [flexSnapshotsPath('', 'Cluster0', otherId), flexClustersPath(), projectsPath]) {
    expect(await remaining(path)).toBe('1199');
  }
});

it('an enforced rate limit refuses requests until the bucket has one, and the bucket never overflows', async () => {
  const { get, wait } = await openApi({ rateLimit: { capacity: 2, refillPerMinute: 6, enforce: true } });
  const ask = async () => {
    const { status, headers } = await get(flexSnapshotsPath());
    return [status, headers.get('ratelimit-remaining'), headers.get('retry-after')];
  };
  expect(await ask()).toEqual([200, '1', null]);
  expect(await ask()).toEqual([200, '0', null]);
  expect(await ask()).toEqual([429, '0', '10']);
  wait(5_000);
  expect(await ask()).toEqual([429, '0', '5']);
  wait(5_000);
  expect(await ask()).toEqual([200, '0', null]);
  expect(await ask()).toEqual([429, '0', '10']);
  wait(3_600_000);
  expect(await ask()).toEqual([200, '1', null]);
});
