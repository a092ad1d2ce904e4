import { beforeEach, describe, expect, it, vi } from 'vitest';
import {
  AtlasApiError,
  AtlasError,
  AtlasInvalidResponseError,
  type TenantSnapshotsClientOptions,
} from '../../src/index.js';
import { fakeClock, skipTime } from '../support/fault-clock.js';
import { expectNoUnhandledRejection } from '../support/fault-rejections.js';
import { startFaultServer } from '../support/fault-server.js';
import { answer, reset, type Script, snapshotJson } from '../support/fault-steps.js';
import { openClient } from '../support/open-client.js';
import { rejection } from '../support/rejection.js';
import { groupId, snapshotId, tenantListPath, tenantPath } from '../support/snapshot-routes.js';

expectNoUnhandledRejection();

beforeEach(() => {
  vi.spyOn(process, 'emitWarning').mockImplementation(() => undefined);
});

const notFlexCode = 'CANNOT_USE_NON_FLEX_CLUSTER_IN_FLEX_API';

/** A response with an ApiError. */
function error(status: number, errorCode: string | null, fields: object = {}): Script {
  return [answer(status, JSON.stringify({ error: status, errorCode, ...fields }), 'content-type: application/json')];
}

const page = (status: number) => [answer(status, '<h1>A gateway says no</h1>', 'content-type: text/html')];
const snapshot = [answer(200, snapshotJson)];
const list = [answer(200, `{"results":[${snapshotJson}],"totalCount":1}`)];
const emptyList = [answer(200, '{"results":[],"totalCount":0}')];

/** A server whose endpoints have these responses. Both can be changed. */
async function openAtlas(scripts: { tenant: Script; flex: Script }, options: TenantSnapshotsClientOptions = {}) {
  const server = await startFaultServer(({ target }) => (target.includes('/tenant/') ? scripts.tenant : scripts.flex));
  const client = openClient({ baseUrl: server.url, maxRetries: 0, ...options });
  let seen = 0;
  return {
    url: server.url,
    scripts,
    client,
    get: (clusterName = 'Cluster0') => client.getTenantSnapshot(groupId, clusterName, snapshotId),
    list: (clusterName = 'Cluster0') => client.listTenantSnapshots(groupId, clusterName),
    /** The endpoints of the requests since the last call of this function. */
    asked: () => {
      const targets = server.requests.slice(seen).map(({ target }) => target);
      seen = server.requests.length;
      return targets.map((target) => (target.includes('/tenant/') ? 'tenant' : 'flex'));
    },
  };
}

type Atlas = Awaited<ReturnType<typeof openAtlas>>;

/** The endpoint of the first request of a new call. */
async function firstAsked(atlas: Atlas, clusterName: string): Promise<string | undefined> {
  atlas.asked();
  await atlas.get(clusterName).catch(() => undefined);
  return atlas.asked()[0];
}

const noRoute = (fields: object) => error(404, 'RESOURCE_NOT_FOUND', fields);
const path = tenantPath.slice(1);

const gone: [name: string, tenant: Script, status: number][] = [
  ['410 VERSION_GONE', error(410, 'VERSION_GONE'), 410],
  ['410 from Atlas without a code', error(410, null), 410],
  ['410 with its code in a header only', [answer(410, '', 'x-error-code: VERSION_GONE')], 410],
  ['404 with the path in parameters', noRoute({ parameters: [tenantPath] }), 404],
  ['404 with the path in parameters, without the leading slash', noRoute({ parameters: [path] }), 404],
  ['404 with the path in an object in parameters', noRoute({ parameters: [null, { resource: tenantPath }] }), 404],
  ['404 with the path in detail', noRoute({ detail: `Cannot find resource ${tenantPath}.` }), 404],
  ['404 with the path and other values in parameters', noRoute({ parameters: ['GET', tenantPath] }), 404],
  ['404 with the path in detail, without the leading slash', noRoute({ detail: `Cannot find resource ${path}.` }), 404],
];

const notGone: [name: string, tenant: Script, status: number][] = [
  ['410 from a gateway', page(410), 410],
  ['404 from a gateway', page(404), 404],
  ['404 for another resource', noRoute({ parameters: ['Online archive with id 5'] }), 404],
  ['404 for another path', noRoute({ parameters: ['/api/atlas/v1.0/groups'] }), 404],
  ['404 for a longer path that starts with it', noRoute({ parameters: [`${tenantPath}/restores`] }), 404],
  ['404 for a longer ID that starts with it', noRoute({ detail: `Cannot find resource ${path}0.` }), 404],
  ['404 for the cluster', error(404, 'CLUSTER_NOT_FOUND', { parameters: ['Cluster0', groupId] }), 404],
  ['404 for the snapshot', error(404, 'TENANT_SNAPSHOT_NOT_FOUND'), 404],
  ['404 from Atlas without a code', error(404, null), 404],
  ['404 with the path and another code', error(404, 'CLUSTER_NOT_FOUND', { parameters: [tenantPath] }), 404],
  ['405', [answer(405, '', 'allow: PUT')], 405],
  ['400 for a Flex cluster', error(400, 'CANNOT_USE_FLEX_CLUSTER_IN_CLUSTER_API'), 400],
];

const unknownToFlex: [name: string, flex: Script, status: number][] = [
  ['404', error(404, 'CLUSTER_NOT_FOUND'), 404],
  ['404 from a gateway', page(404), 404],
  [`400 ${notFlexCode}`, error(400, notFlexCode), 400],
];

const unusable: [name: string, flex: Script][] = [
  ['a 200 that is not JSON', [answer(200, '<h1>Log in</h1>')]],
  ['a 200 that breaks the schema', [answer(200, '{"id":5,"results":5}')]],
];

const unreachable: [how: string, flex: Script, code: string, attemptTimeout?: number][] = [
  ['breaks the connection', [reset], 'CONNECTION'],
  ['does not respond', [], 'TIMEOUT', 50],
];

const otherRefusals: [name: string, flex: Script, status: number][] = [
  ['400 with another code', error(400, 'VALIDATION_ERROR'), 400],
  ['403', error(403, 'IP_ADDRESS_NOT_ON_ACCESS_LIST'), 403],
  ['410', error(410, 'VERSION_GONE'), 410],
  ['500', error(500, 'UNEXPECTED_ERROR'), 500],
  ['503 from a gateway', page(503), 503],
];

describe.each(gone)('a tenant endpoint that is gone, as shown by %s', (_name, tenant, status) => {
  it('is remembered for all clusters if Flex has the snapshot', async () => {
    const atlas = await openAtlas({ tenant, flex: snapshot });
    await expect(atlas.get()).resolves.toMatchObject({ id: snapshotId });
    expect(atlas.asked()).toEqual(['tenant', 'flex']);
    expect(await firstAsked(atlas, 'Cluster0')).toBe('flex');
    expect(await firstAsked(atlas, 'Another')).toBe('flex');
  });

  it.each([...unknownToFlex, ...otherRefusals])(
    "ends with Flex's error if Flex answers %s, and is remembered for all clusters",
    async (_flexName, flex, flexStatus) => {
      const atlas = await openAtlas({ tenant, flex });
      const refusal = await rejection(atlas.get(), AtlasApiError);
      expect(refusal).toMatchObject({ status: flexStatus, endpoint: 'flex', attempts: 2 });
      expect(refusal.cause).toMatchObject({ status, endpoint: 'tenant' });
      expect(await firstAsked(atlas, 'Another')).toBe('flex');
    },
  );
});

describe.each(notGone)('a tenant endpoint that responds with %s', (_name, tenant, status) => {
  it('is remembered for the cluster only if Flex has the snapshot', async () => {
    const atlas = await openAtlas({ tenant, flex: snapshot });
    await expect(atlas.get()).resolves.toMatchObject({ id: snapshotId });
    expect(atlas.asked()).toEqual(['tenant', 'flex']);
    expect(await firstAsked(atlas, 'Cluster0')).toBe('flex');
    expect(await firstAsked(atlas, 'Another')).toBe('tenant');
  });

  it.each(unknownToFlex)(
    "ends with the tenant's error if Flex answers %s, and nothing is remembered",
    async (_flexName, flex, flexStatus) => {
      const atlas = await openAtlas({ tenant, flex });
      const refusal = await rejection(atlas.get(), AtlasApiError);
      expect(refusal).toMatchObject({ status, endpoint: 'tenant', attempts: 2 });
      expect(refusal.cause).toMatchObject({ status: flexStatus, endpoint: 'flex' });
      expect(await firstAsked(atlas, 'Cluster0')).toBe('tenant');
    },
  );

  it.each(otherRefusals)(
    "ends with Flex's error if Flex answers %s, and nothing is remembered",
    async (_flexName, flex, flexStatus) => {
      const atlas = await openAtlas({ tenant, flex });
      const refusal = await rejection(atlas.get(), AtlasApiError);
      expect(refusal).toMatchObject({ status: flexStatus, endpoint: 'flex', attempts: 2 });
      expect(refusal.cause).toMatchObject({ status, endpoint: 'tenant' });
      expect(await firstAsked(atlas, 'Cluster0')).toBe('tenant');
    },
  );
});

describe.each([...gone, ...notGone])('a tenant endpoint that suggests Flex by %s', (_name, tenant, status) => {
  it.each(unusable)(
    'leads to INVALID_RESPONSE if Flex answers %s, and nothing is remembered',
    async (_flexName, flex) => {
      const atlas = await openAtlas({ tenant, flex }, { maxRetries: 3 });
      const failure = await rejection(atlas.get(), AtlasInvalidResponseError);
      expect(failure).toMatchObject({ endpoint: 'flex', attempts: 2, cause: { status, endpoint: 'tenant' } });
      expect(await firstAsked(atlas, 'Cluster0')).toBe('tenant');
    },
  );

  it.each(unreachable)(
    "leads to Flex's error if Flex %s, and nothing is remembered",
    async (_how, flex, code, attemptTimeout) => {
      const atlas = await openAtlas({ tenant, flex }, { attemptTimeout });
      const failure = await rejection(atlas.get(), AtlasError);
      expect(failure).toMatchObject({ code, endpoint: 'flex', attempts: 2, cause: { status, endpoint: 'tenant' } });
      expect(await firstAsked(atlas, 'Cluster0')).toBe('tenant');
    },
  );
});

describe('a failure of Flex is retried at Flex only', () => {
  fakeClock();

  const tenants = [...gone.slice(0, 1), ...notGone.filter(([name]) => /^40[05]|^404 from a gateway/.test(name))];
  const failures: [how: string, flex: Script][] = [
    ['breaks the connection', [reset]],
    ['does not respond', []],
    ['answers 429', error(429, 'RATE_LIMITED')],
    ['answers 503', page(503)],
  ];

  describe.each(tenants)('after %s', (_name, tenant) => {
    it.each(failures)('if it %s', async (_how, flex) => {
      const atlas = await openAtlas({ tenant, flex }, { maxRetries: 2, attemptTimeout: 1_000 });
      const failure = await skipTime(rejection(atlas.get(), AtlasError));
      expect(failure).toMatchObject({ endpoint: 'flex', attempts: 4, cause: { endpoint: 'tenant' } });
      expect(atlas.asked().filter((endpoint) => endpoint === 'tenant')).toHaveLength(1);
    });
  });

  it.each(failures)('after an empty list, if it %s', async (_how, flex) => {
    const atlas = await openAtlas({ tenant: emptyList, flex }, { maxRetries: 1, attemptTimeout: 1_000 });
    const failure = await skipTime(rejection(atlas.list(), AtlasError));
    expect(failure).toMatchObject({ endpoint: 'flex', attempts: 3 });
    expect(atlas.asked().filter((endpoint) => endpoint === 'tenant')).toHaveLength(1);
  });

  it("and may succeed, which counts as Flex's answer", async () => {
    const atlas = await openAtlas({ tenant: page(404), flex: page(503) }, { maxRetries: 1 });
    const call = atlas.get();
    await expect.poll(atlas.asked, { interval: 1 }).toContain('flex');
    atlas.scripts.flex = snapshot;
    await expect(skipTime(call)).resolves.toMatchObject({ id: snapshotId });
    expect(await firstAsked(atlas, 'Cluster0')).toBe('flex');
  });
});

describe('an empty list of the tenant endpoint', () => {
  it("leads to Flex's list if Flex has one, which is remembered for the cluster", async () => {
    const atlas = await openAtlas({ tenant: emptyList, flex: list });
    await expect(atlas.list()).resolves.toMatchObject([{ id: snapshotId }]);
    atlas.asked();
    await atlas.list();
    expect(atlas.asked()).toEqual(['flex']);
    await atlas.list('Another');
    expect(atlas.asked()).toEqual(['tenant', 'flex']);
  });

  it.each(unknownToFlex)('is the result if Flex responds with %s', async (_name, flex) => {
    const atlas = await openAtlas({ tenant: emptyList, flex });
    const { data, response } = await atlas.list().withResponse();
    expect(data).toEqual([]);
    expect(response).toMatchObject({ status: 200, endpoint: 'tenant', attempts: 2 });
    atlas.asked();
    await atlas.list();
    expect(atlas.asked()).toEqual(['tenant', 'flex']);
  });

  it.each(otherRefusals)("leads to Flex's error if Flex responds with %s", async (_name, flex, status) => {
    const atlas = await openAtlas({ tenant: emptyList, flex });
    const refusal = await rejection(atlas.list(), AtlasApiError);
    expect(refusal).toMatchObject({ status, endpoint: 'flex', attempts: 2 });
  });

  it.each(unusable)('leads to INVALID_RESPONSE if Flex answers %s', async (_name, flex) => {
    const atlas = await openAtlas({ tenant: emptyList, flex });
    const failure = await rejection(atlas.list(), AtlasInvalidResponseError);
    expect(failure).toMatchObject({ endpoint: 'flex', attempts: 2 });
  });

  it('is the result if the endpoint is pinned', async () => {
    const atlas = await openAtlas({ tenant: emptyList, flex: list }, { endpoint: 'tenant' });
    await expect(atlas.list()).resolves.toEqual([]);
    expect(atlas.asked()).toEqual(['tenant']);
  });
});

describe('a list', () => {
  it('detects by its own path that the tenant endpoint is gone', async () => {
    const atlas = await openAtlas({ tenant: noRoute({ parameters: [tenantListPath] }), flex: list });
    await atlas.list();
    expect(await firstAsked(atlas, 'Another')).toBe('flex');
  });

  it('does not detect it by the path of one of its snapshots', async () => {
    const atlas = await openAtlas({ tenant: noRoute({ parameters: [tenantPath] }), flex: list });
    await atlas.list();
    expect(await firstAsked(atlas, 'Another')).toBe('tenant');
  });
});

describe('an unknown project', () => {
  it('is reported without a request to Flex', async () => {
    const atlas = await openAtlas({ tenant: error(404, 'GROUP_NOT_FOUND', { parameters: [groupId] }), flex: list });
    for (const call of [atlas.get(), atlas.list()]) {
      const refusal = await rejection(call, AtlasApiError);
      expect(refusal).toMatchObject({ errorCode: 'GROUP_NOT_FOUND', endpoint: 'tenant', attempts: 1 });
    }
    expect(atlas.asked()).toEqual(['tenant', 'tenant']);
  });
});

describe('a remembered endpoint', () => {
  it.each<[what: string, tenant: Script]>([
    ['of a cluster', page(404)],
    ['of all clusters', error(410, 'VERSION_GONE')],
  ])('%s is not shared with another client', async (_what, tenant) => {
    const atlas = await openAtlas({ tenant, flex: snapshot });
    await atlas.get();
    atlas.asked();
    await openClient({ baseUrl: atlas.url }).getTenantSnapshot(groupId, 'Cluster0', snapshotId);
    expect(atlas.asked()).toEqual(['tenant', 'flex']);
  });

  it('does not apply to the same cluster name in another project', async () => {
    const atlas = await openAtlas({ tenant: page(404), flex: snapshot });
    await atlas.get();
    atlas.asked();
    await atlas.client.getTenantSnapshot('0'.repeat(24), 'Cluster0', snapshotId);
    expect(atlas.asked()).toEqual(['tenant', 'flex']);
  });

  it('is forgotten if the cluster is no longer a Flex cluster', async () => {
    const atlas = await openAtlas({ tenant: page(404), flex: snapshot });
    await atlas.get();
    atlas.asked();
    atlas.scripts.flex = error(400, notFlexCode);
    const refusal = await rejection(atlas.get(), AtlasApiError);
    expect(refusal).toMatchObject({ errorCode: notFlexCode, endpoint: 'flex', attempts: 1 });
    atlas.scripts.tenant = snapshot;
    atlas.asked();
    await atlas.get();
    expect(atlas.asked()).toEqual(['tenant']);
  });

  it('is forgotten after a call pinned to Flex that gets the 400', async () => {
    const atlas = await openAtlas({ tenant: page(404), flex: snapshot });
    await atlas.get();
    atlas.scripts.flex = error(400, notFlexCode);
    await rejection(
      atlas.client.getTenantSnapshot(groupId, 'Cluster0', snapshotId, { endpoint: 'flex' }),
      AtlasApiError,
    );
    expect(await firstAsked(atlas, 'Cluster0')).toBe('tenant');
  });

  it('is kept if Flex has the cluster, but not the snapshot', async () => {
    const atlas = await openAtlas({ tenant: page(404), flex: snapshot });
    await atlas.get();
    atlas.scripts.flex = error(404, 'TENANT_SNAPSHOT_NOT_FOUND');
    await rejection(atlas.get(), AtlasApiError);
    expect(await firstAsked(atlas, 'Cluster0')).toBe('flex');
  });

  it('is kept for all clusters, whatever Flex responds for one', async () => {
    const atlas = await openAtlas({ tenant: error(410, 'VERSION_GONE'), flex: error(400, notFlexCode) });
    await rejection(atlas.get(), AtlasApiError);
    await rejection(atlas.get(), AtlasApiError);
    expect(await firstAsked(atlas, 'Cluster0')).toBe('flex');
  });
});

describe('a pinned tenant endpoint', () => {
  it.each(gone)('suggests changing the option after %s', async (_name, tenant, status) => {
    const atlas = await openAtlas({ tenant, flex: snapshot }, { endpoint: 'tenant' });
    const refusal = await rejection(atlas.get(), AtlasApiError);
    expect(refusal).toMatchObject({ status, endpoint: 'tenant', attempts: 1 });
    expect(refusal.message).toMatch(/endpoint option to 'auto' or 'flex'/);
    expect(atlas.asked()).toEqual(['tenant']);
  });
});
