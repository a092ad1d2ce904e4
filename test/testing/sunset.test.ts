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
  it('is 410 VERSION_GONE by default, enveloped if requested', async () => {
    emulator.sunset();
    const response = await get(tenantPath());
    expect(response.status).toBe(410);
    const path = tenantPath().slice(1);
    expect(await response.json()).toEqual({
      detail: `Version 2023-01-01 of ${path} is no longer available.`,
      error: 410,
      errorCode: 'VERSION_GONE',
      parameters: ['2023-01-01', path],
      reason: 'Gone',
    });
    const enveloped = await get(`${tenantPath()}?envelope=true`);
    expect([enveloped.status, (await enveloped.json()).status]).toEqual([200, 410]);
  });

  it('not-found-html is 404 with HTML', async () => {
    emulator.sunset('not-found-html');
    const response = await get(`${tenantPath()}?envelope=true`);
    expect([response.status, response.headers.get('content-type')]).toEqual([404, 'text/html;charset=utf-8']);
    expect(await response.text()).toMatch(/^<html>/);
  });

  it('method-not-allowed is 405 without a body', async () => {
    emulator.sunset('method-not-allowed');
    const response = await get(`${tenantPath()}?envelope=true`);
    expect([response.status, response.headers.get('allow'), await response.text()]).toEqual([405, 'OPTIONS', '']);
  });

  it('empty is a list without results, and 404 for a snapshot', async () => {
    emulator.sunset('empty');
    const list = await get(tenantPath().replace(/\/[^/]+$/, ''));
    expect([list.status, (await list.json()).results]).toEqual([200, []]);
    const one = await get(tenantPath());
    expect([one.status, (await one.json()).errorCode]).toEqual([404, 'TENANT_SNAPSHOT_NOT_FOUND']);
    expect((await get(flexPath())).status).toBe(200);
  });

  it('no-route has the path in its parameters and detail', async () => {
    emulator.sunset('no-route');
    const response = await get(`${tenantPath()}?pretty=true`);
    expect(response.status).toBe(404);
    expect(await response.json()).toEqual({
      error: 404,
      errorCode: 'RESOURCE_NOT_FOUND',
      reason: 'Not Found',
      detail: expect.stringContaining(tenantPath()),
      parameters: [tenantPath()],
    });
  });

  it('flex-cluster names the cluster', async () => {
    emulator.sunset('flex-cluster');
    const response = await get(tenantPath());
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({
      errorCode: 'CANNOT_USE_FLEX_CLUSTER_IN_CLUSTER_API',
      detail: 'Flex cluster Cluster0 cannot be used in the Cluster API.',
      parameters: ['Cluster0'],
    });
  });

  it('does not affect Flex, and can be ended', async () => {
    emulator.sunset('gone');
    expect((await get(flexPath())).status).toBe(200);
    emulator.sunset(false);
    expect((await get(tenantPath())).status).toBe(200);
  });
});

describe('a deprecation', () => {
  it('has HTTP dates with a one-digit day, also on errors', async () => {
    emulator.deprecate({ deprecation: new Date('2024-08-05T00:00:00Z'), sunset: new Date('2027-07-01T00:00:00Z') });
    const { status, headers } = await get(tenantPath().replace(emulator.snapshotId, 'f'.repeat(24)));
    expect([status, headers.get('deprecation'), headers.get('sunset')]).toEqual([
      ...[404, 'Mon, 5 Aug 2024 00:00:00 GMT', 'Thu, 1 Jul 2027 00:00:00 GMT'],
    ]);
  });

  it('is in the headers of the tenant endpoint only', async () => {
    const dates = { deprecation: new Date('2025-01-22T00:00:00Z'), sunset: new Date('2026-01-31T23:59:59Z') };
    emulator.deprecate(dates);
    const { headers } = await get(tenantPath());
    expect(headers.get('deprecation')).toBe('Wed, 22 Jan 2025 00:00:00 GMT');
    expect(headers.get('sunset')).toBe('Sat, 31 Jan 2026 23:59:59 GMT');
    expect((await get(flexPath())).headers.has('sunset')).toBe(false);
    emulator.deprecate({});
    expect((await get(tenantPath())).headers.has('deprecation')).toBe(false);
  });
});
