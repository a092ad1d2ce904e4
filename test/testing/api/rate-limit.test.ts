import { describe, expect, it } from 'vitest';
import { clustersPath, flexApiPath, openApi, otherId, projectsPath, tenantApiPath } from '../support/open-api.js';

const limitOf = ({ headers }: { headers: Headers }) => [
  headers.get('ratelimit-limit'),
  headers.get('ratelimit-remaining'),
];

it('each endpoint of a project has its own rate limit', async () => {
  const { get } = await openApi({ seed: { groupId: otherId, snapshots: [] } });
  expect(limitOf(await get(flexApiPath()))).toEqual(['1200', '1199']);
  expect(limitOf(await get(flexApiPath(`/${otherId}`)))).toEqual(['1200', '1198']);
  for (const path of [flexApiPath('', 'Cluster0', otherId), clustersPath(), projectsPath]) {
    expect(limitOf(await get(path))).toEqual(['1200', '1199']);
  }
});

it('the rate limit of the options is reported, but not enforced by default', async () => {
  const { get } = await openApi({ rateLimit: { capacity: 1 } });
  expect(limitOf(await get(flexApiPath()))).toEqual(['1', '0']);
  const second = await get(flexApiPath());
  expect([second.status, ...limitOf(second)]).toEqual([200, '1', '0']);
});

describe('an enforced rate limit', () => {
  it('has a bucket for each endpoint, which fills at the rate of Atlas', async () => {
    const { statusOf, get, wait } = await openApi({ rateLimit: { capacity: 2, enforce: true } });
    for (const expected of [200, 200, 429]) expect(await statusOf(flexApiPath())).toBe(expected);
    const { headers, json } = await get(flexApiPath());
    expect([headers.get('retry-after'), json.errorCode]).toEqual(['1', 'RATE_LIMITED_TOKEN_BUCKET']);
    expect(json.parameters).toEqual([flexApiPath().slice(1), 1, 2, 500, 60]);
    expect(await statusOf(tenantApiPath())).toBe(200);
    wait(120);
    for (const expected of [200, 429]) expect(await statusOf(flexApiPath())).toBe(expected);
  });

  it('refuses requests until the bucket has one, and the bucket never overflows', async () => {
    const { get, wait } = await openApi({ rateLimit: { capacity: 1, refillPerMinute: 6, enforce: true } });
    await get(flexApiPath());
    expect((await get(flexApiPath())).headers.get('retry-after')).toBe('10');
    wait(10_000);
    expect((await get(flexApiPath())).status).toBe(200);
    wait(3_600_000);
    expect(limitOf(await get(flexApiPath()))).toEqual(['1', '0']);
  });

  it('has no Retry-After if the bucket never fills up', async () => {
    const { get } = await openApi({ rateLimit: { capacity: 0, refillPerMinute: 0, enforce: true } });
    const { status, headers } = await get(flexApiPath());
    expect([status, headers.has('retry-after')]).toEqual([429, false]);
  });
});
