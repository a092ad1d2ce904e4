import { expect, it } from 'vitest';
import { clustersPath, flexApiPath, openApi, otherId, projectsPath, tenantApiPath } from '../support/open-api.js';

// test/testing/exchanges.http has what each endpoint sends.

it('the tenant endpoint is gone until sunset(false), and after sunset()', async () => {
  const { emulator, statusOf } = await openApi();
  expect([await statusOf(tenantApiPath()), await statusOf(flexApiPath())]).toEqual([410, 200]);
  emulator.sunset(false);
  expect(await statusOf(tenantApiPath())).toBe(200);
  emulator.sunset();
  expect(await statusOf(tenantApiPath())).toBe(410);
});

it('each endpoint of a project has its own rate limit', async () => {
  const { get } = await openApi({ seed: { groupId: otherId, snapshots: [] } });
  const remaining = async (path: string) => (await get(path)).headers.get('ratelimit-remaining');
  expect(await remaining(flexApiPath())).toBe('1199');
  expect(await remaining(flexApiPath(`/${otherId}`))).toBe('1198');
  for (const path of [flexApiPath('', 'Cluster0', otherId), clustersPath(), projectsPath]) {
    expect(await remaining(path)).toBe('1199');
  }
});

it('an enforced rate limit refuses requests until the bucket has one, and the bucket never overflows', async () => {
  const { get, wait } = await openApi({ rateLimit: { capacity: 2, refillPerMinute: 6, enforce: true } });
  const ask = async () => {
    const { status, headers } = await get(flexApiPath());
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
