import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type AtlasEmulator, startAtlasEmulator } from '../../src/testing/index.js';

let emulator: AtlasEmulator;

beforeEach(async () => {
  emulator = await startAtlasEmulator();
});

afterEach(() => emulator.close());

const tenantPath = () =>
  `/api/atlas/v1.0/groups/${emulator.groupId}/clusters/Cluster0/backup/tenant/snapshots/${emulator.snapshotId}`;
const flexPath = () =>
  `/api/atlas/v2/groups/${emulator.groupId}/flexClusters/Cluster0/backup/snapshots/${emulator.snapshotId}`;

function get(path: string) {
  const authorization = `Bearer ${emulator.credentials.accessToken.accessToken}`;
  return fetch(emulator.url + path, { headers: { authorization, accept: 'application/vnd.atlas.2024-11-13+json' } });
}

describe('a sunset', () => {
  it('is 410 VERSION_GONE by default, enveloped where that is wanted', async () => {
    emulator.sunset();
    const answer = await get(tenantPath());
    expect(answer.status).toBe(410);
    expect(await answer.json()).toMatchObject({ error: 410, errorCode: 'VERSION_GONE', reason: 'Gone' });
    const enveloped = await get(`${tenantPath()}?envelope=true`);
    expect([enveloped.status, (await enveloped.json()).status]).toEqual([200, 410]);
  });

  it.each([
    ['not-found-html', 404],
    ['method-not-allowed', 405],
  ] as const)('%s is %i whose body is no ApiError', async (form, status) => {
    emulator.sunset(form);
    const answer = await get(`${tenantPath()}?envelope=true`);
    expect([answer.status, answer.headers.get('content-type')]).toEqual([status, 'text/html;charset=utf-8']);
    expect(await answer.text()).toMatch(/^<html>/);
  });

  it('no-route has the path in its parameters and detail', async () => {
    emulator.sunset('no-route');
    const answer = await get(`${tenantPath()}?pretty=true`);
    expect(answer.status).toBe(404);
    expect(await answer.json()).toEqual({
      error: 404,
      errorCode: 'RESOURCE_NOT_FOUND',
      reason: 'Not Found',
      detail: expect.stringContaining(tenantPath()),
      parameters: [tenantPath()],
    });
  });

  it('flex-cluster names the cluster', async () => {
    emulator.sunset('flex-cluster');
    const answer = await get(tenantPath());
    expect(answer.status).toBe(400);
    expect(await answer.json()).toMatchObject({
      errorCode: 'CANNOT_USE_FLEX_CLUSTER_IN_CLUSTER_API',
      detail: 'Flex cluster Cluster0 cannot be used in the Cluster API.',
      parameters: ['Cluster0'],
    });
  });

  it('leaves Flex, and can be taken back', async () => {
    emulator.sunset('gone');
    expect((await get(flexPath())).status).toBe(200);
    emulator.sunset(false);
    expect((await get(tenantPath())).status).toBe(200);
  });
});

describe('a deprecation', () => {
  it('is told in headers of the tenant endpoint alone', async () => {
    const dates = { deprecation: new Date('2025-01-22T00:00:00Z'), sunset: new Date('2026-01-31T23:59:59Z') };
    emulator.deprecate(dates);
    const { headers } = await get(tenantPath());
    expect(headers.get('deprecation')).toBe('@1737504000');
    expect(headers.get('sunset')).toBe('Sat, 31 Jan 2026 23:59:59 GMT');
    expect((await get(flexPath())).headers.has('sunset')).toBe(false);
    emulator.deprecate({});
    expect((await get(tenantPath())).headers.has('deprecation')).toBe(false);
  });
});
