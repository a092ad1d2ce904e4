import { beforeEach, describe, expect, it, vi } from 'vitest';
import {
  AtlasApiError,
  AtlasError,
  AtlasTimeoutError,
  type CallOptions,
  type TenantSnapshotsClientOptions,
} from '../../src/index.js';
import { runClock, stopClock } from '../support/clock.js';
import { openClient } from '../support/open-client.js';
import { rejection } from '../support/rejection.js';
import {
  type Behavior,
  type DispatchedRequest,
  type Reply,
  scriptedDispatcher,
  silent,
} from '../support/scripted-dispatcher.js';
import { clusterName, groupId, snapshotId, tenantListPath, tenantPath } from '../support/snapshot-routes.js';

beforeEach(() => {
  stopClock();
  // Tested in sunset-warning.test.ts.
  vi.spyOn(process, 'emitWarning').mockImplementation(() => undefined);
});

const endpointOf = ({ options }: DispatchedRequest) => (options.path.includes('/tenant/') ? 'tenant' : 'flex');

/** A client of two endpoints that behave like this. Both can be changed. */
function openAtlas(atlas: { tenant: Behavior; flex: Behavior }, options: TenantSnapshotsClientOptions = {}) {
  const dispatcher = scriptedDispatcher((request) => request.behave(atlas[endpointOf(request)]));
  const client = openClient({ dispatcher, maxRetries: 0, attemptTimeout: 1_000, ...options });
  let seen = 0;
  return {
    atlas,
    dispatcher,
    get: (cluster = clusterName, options: CallOptions = {}) =>
      client.getTenantSnapshot(groupId, cluster, snapshotId, options),
    getOfProject: (project: string) => client.getTenantSnapshot(project, clusterName, snapshotId),
    list: (cluster = clusterName) => client.listTenantSnapshots(groupId, cluster),
    /** The endpoints of the requests since the last call of this function. */
    asked: () => {
      const requests = dispatcher.requests.slice(seen);
      seen += requests.length;
      return requests.map(endpointOf);
    },
  };
}

/** What the client remembers: the clusters for which a new call asks Flex first. */
async function remembered({ asked, get }: ReturnType<typeof openAtlas>): Promise<'all' | 'the cluster' | 'nothing'> {
  const first = async (cluster: string) => {
    asked();
    await runClock(get(cluster).catch(() => undefined));
    return asked()[0];
  };
  // The calls may make the client remember more, so the other cluster is the first.
  if ((await first('Another')) === 'flex') return 'all';
  return (await first(clusterName)) === 'flex' ? 'the cluster' : 'nothing';
}

/** A response with an ApiError. */
const apiError = (status: number, errorCode: string | null, fields: object = {}): Reply => ({
  status,
  body: { error: status, errorCode, ...fields },
});
const gone = apiError(410, 'VERSION_GONE');
const noRoute = (fields: object) => apiError(404, 'RESOURCE_NOT_FOUND', fields);
const fromGateway = (status: number): Reply => ({ status, body: '<h1>A gateway says no</h1>' });

const notFlex = 'CANNOT_USE_NON_FLEX_CLUSTER_IN_FLEX_API';
const path = tenantPath.slice(1);
/** A snapshot and a list in one. */
const found = { body: { id: snapshotId, results: [{ id: snapshotId }], totalCount: 1 } };

const emptyList = { body: { results: [], totalCount: 0 } };

/** What the tenant endpoint may answer. */
const tenants: Record<'gone' | 'not gone' | 'empty', Record<string, Reply>> = {
  gone: {
    '410 VERSION_GONE': gone,
    '410 from Atlas without a code': apiError(410, null),
    '410 with its code in a header only': { status: 410, headers: { 'x-error-code': 'VERSION_GONE' }, body: '' },
    '404 with the path in parameters': noRoute({ parameters: [tenantPath] }),
    '404 with the path in parameters, without the leading slash': noRoute({ parameters: [path] }),
    '404 with the path in an object in parameters': noRoute({ parameters: [null, { resource: tenantPath }] }),
    '404 with the path and other values in parameters': noRoute({ parameters: ['GET', 1, tenantPath] }),
    '404 with the path inside a parameter': noRoute({ parameters: [`GET ${tenantPath}`] }),
    '404 with the path in detail': noRoute({ detail: `Cannot find resource ${tenantPath}.` }),
    '404 with the path and a colon in detail': noRoute({ detail: `${tenantPath}: gone` }),
    '404 with the path in detail, without the leading slash': noRoute({ detail: `Cannot find resource ${path}.` }),
  },
  'not gone': {
    '410 from a gateway': fromGateway(410),
    '410 in an unsupported content coding': { ...fromGateway(410), headers: { 'content-encoding': 'zstd' } },
    '404 from a gateway': fromGateway(404),
    '404 without a body': { status: 404, body: '' },
    '404 for another resource': noRoute({ parameters: ['Online archive with id 5'] }),
    '404 for another path': noRoute({ parameters: ['/api/atlas/v1.0/groups'] }),
    '404 for a longer path that starts with it': noRoute({ parameters: [`${tenantPath}/restores`] }),
    '404 for a longer path with a colon': noRoute({ parameters: [`${tenantPath}:cancel`] }),
    '404 for a longer ID that starts with it': noRoute({ detail: `Cannot find resource ${path}0.` }),
    '404 for the cluster': apiError(404, 'CLUSTER_NOT_FOUND', { parameters: ['Cluster0', groupId] }),
    '404 for the snapshot': apiError(404, 'TENANT_SNAPSHOT_NOT_FOUND'),
    '404 from Atlas without a code': apiError(404, null),
    '404 with the path and another code': apiError(404, 'CLUSTER_NOT_FOUND', { parameters: [tenantPath] }),
    '405': { status: 405, headers: { allow: 'PUT' }, body: '' },
    '400 for a Flex cluster': apiError(400, 'CANNOT_USE_FLEX_CLUSTER_IN_CLUSTER_API'),
  },
  empty: { 'an empty list': emptyList },
};

/** What Flex may answer, and the error of that answer. */
const flexes: Record<string, Record<string, [behavior: Behavior, error?: object]>> = {
  '200': { 'a 200': [found] },
  'an unknown cluster': {
    '404': [apiError(404, 'CLUSTER_NOT_FOUND'), { status: 404 }],
    '404 from a gateway': [fromGateway(404), { status: 404 }],
    '400 for a dedicated cluster': [apiError(400, notFlex), { status: 400 }],
  },
  'any other status': {
    '400 with another code': [apiError(400, 'VALIDATION_ERROR'), { status: 400 }],
    '403': [apiError(403, 'IP_ADDRESS_NOT_ON_ACCESS_LIST'), { status: 403 }],
    '410': [gone, { status: 410 }],
    '500': [apiError(500, 'UNEXPECTED_ERROR'), { status: 500 }],
    '503 from a gateway': [fromGateway(503), { status: 503 }],
  },
  '200 with an unusable body': {
    'no JSON': [{ body: '<h1>Log in</h1>' }, { code: 'INVALID_RESPONSE' }],
    'a broken schema': [{ body: { id: 5, results: 5 } }, { code: 'INVALID_RESPONSE' }],
  },
  nothing: {
    'a broken connection': [Object.assign(new Error('no'), { code: 'ENOTFOUND' }), { code: 'CONNECTION' }],
    'no response': [silent, { code: 'TIMEOUT' }],
  },
};

/** What a call ends with. */
async function endOf(call: ReturnType<ReturnType<typeof openAtlas>['get' | 'list']>): Promise<object> {
  const [end] = await runClock(Promise.allSettled([call.withResponse()]));
  if (end.status === 'rejected') return end.reason;
  const { data, response } = end.value;
  return { data, endpoint: response.endpoint, attempts: response.attempts };
}

/** What it should end with. An empty list is no error, so it is the cause of none. */
function expectedEnd(end: string, ofTenant: object, ofFlex: object, isList: boolean): object {
  const ends: Record<string, object> = {
    'the result of Flex': { data: isList ? found.body.results : { id: snapshotId }, endpoint: 'flex' },
    'the error of Flex': isList ? ofFlex : { ...ofFlex, cause: ofTenant },
    'the error of the tenant endpoint': { ...ofTenant, cause: ofFlex },
    'the empty list': { data: [], endpoint: 'tenant' },
  };
  return { ...ends[end], attempts: 2 };
}

describe('a call that asks both endpoints', () => {
  it.each<[flex: string, tenant: keyof typeof tenants, end: string, remembers: 'all' | 'the cluster' | 'nothing']>([
    ['200', 'gone', 'the result of Flex', 'all'],
    ['200', 'not gone', 'the result of Flex', 'the cluster'],
    ['200', 'empty', 'the result of Flex', 'the cluster'],
    ['an unknown cluster', 'gone', 'the error of Flex', 'all'],
    ['an unknown cluster', 'not gone', 'the error of the tenant endpoint', 'nothing'],
    ['an unknown cluster', 'empty', 'the empty list', 'nothing'],
    ['any other status', 'gone', 'the error of Flex', 'all'],
    ['any other status', 'not gone', 'the error of Flex', 'nothing'],
    ['any other status', 'empty', 'the error of Flex', 'nothing'],
    ['200 with an unusable body', 'gone', 'the error of Flex', 'nothing'],
    ['200 with an unusable body', 'not gone', 'the error of Flex', 'nothing'],
    ['200 with an unusable body', 'empty', 'the error of Flex', 'nothing'],
    ['nothing', 'gone', 'the error of Flex', 'nothing'],
    ['nothing', 'not gone', 'the error of Flex', 'nothing'],
    ['nothing', 'empty', 'the error of Flex', 'nothing'],
  ])(
    'if Flex answers %s and the tenant endpoint is %s: ends with %s, remembers %s',
    async (kind, state, end, known) => {
      const pairs = Object.entries(tenants[state]).flatMap((tenant) =>
        Object.entries(flexes[kind] ?? {}).map((flex) => [tenant, flex] as const),
      );
      for (const [[tenantName, tenant], [flexName, [flex, flexError]]] of pairs) {
        const atlas = openAtlas({ tenant, flex });
        const isList = state === 'empty';
        const ended = await endOf(isList ? atlas.list() : atlas.get());
        const actual = { tenantName, flexName, end: ended, asked: atlas.asked(), remembers: await remembered(atlas) };
        const ofTenant = { status: tenant.status, endpoint: 'tenant' };
        const expected = expectedEnd(end, ofTenant, { ...flexError, endpoint: 'flex' }, isList);
        expect(actual).toMatchObject({
          tenantName,
          flexName,
          end: expected,
          asked: ['tenant', 'flex'],
          remembers: known,
        });
      }
    },
  );

  it('knows its path without the prefix of baseUrl and without a query, but not in a body that is too large', async () => {
    const tenant = noRoute({ parameters: [tenantPath] });
    const prefixed = openAtlas({ tenant, flex: found }, { baseUrl: 'https://proxy.example/atlas' });
    await prefixed.get(clusterName, { pretty: true });
    expect(await remembered(prefixed)).toBe('all');
    const cut = openAtlas({ tenant, flex: { body: {} } }, { maxResponseSize: 20 });
    await cut.get();
    expect(await remembered(cut)).toBe('the cluster');
  });

  it('finds the answers in their envelopes', async () => {
    const tenant = { body: { status: 410, content: { error: 410, errorCode: 'VERSION_GONE' } } };
    const atlas = openAtlas({ tenant, flex: { body: { status: 200, content: found.body } } });
    const { response } = await atlas.get(clusterName, { envelope: true }).withResponse();
    expect(response).toMatchObject({ status: 200, endpoint: 'flex', attempts: 2 });
    expect(atlas.asked()).toEqual(['tenant', 'flex']);
    await atlas.get(clusterName, { envelope: true });
    expect(atlas.asked()).toEqual(['flex']);
  });

  it.each([
    [tenantListPath, 'all'],
    [tenantPath, 'the cluster'],
  ])('for a list knows the path of the list: after a 404 for %s, %s is remembered', async (resource, remembers) => {
    const atlas = openAtlas({ tenant: noRoute({ parameters: [resource] }), flex: found });
    await atlas.list();
    expect(await remembered(atlas)).toBe(remembers);
  });
});

describe('a failure of Flex', () => {
  const retryable = {
    ...flexes['nothing'],
    '429': [apiError(429, 'RATE_LIMITED')],
    '503': [fromGateway(503)],
  } as const;

  it.each(Object.entries(retryable))('is retried, at Flex only: %s', async (_name, [flex]) => {
    for (const tenant of [
      gone,
      fromGateway(404),
      { status: 405 },
      tenants['not gone']['400 for a Flex cluster'] ?? {},
    ]) {
      const atlas = openAtlas({ tenant, flex }, { maxRetries: 2 });
      const error = await runClock(rejection(atlas.get(), AtlasError));
      expect(error).toMatchObject({ endpoint: 'flex', attempts: 4, cause: { endpoint: 'tenant' } });
      expect(atlas.asked()).toEqual(['tenant', 'flex', 'flex', 'flex']);
    }
    const list = openAtlas({ tenant: emptyList, flex }, { maxRetries: 1 });
    expect(await runClock(rejection(list.list(), AtlasError))).toMatchObject({ endpoint: 'flex', attempts: 3 });
    expect(list.asked()).toEqual(['tenant', 'flex', 'flex']);
  });

  it("shares maxRetries with the tenant endpoint, and may be followed by Flex's answer", async () => {
    const script = [fromGateway(503), fromGateway(404), fromGateway(503), found];
    const next = (request: DispatchedRequest) => request.reply(script[request.number - 1]);
    const atlas = openAtlas({ tenant: next, flex: next }, { maxRetries: 2 });
    const { response } = await runClock(atlas.get().withResponse());
    expect(response).toMatchObject({ endpoint: 'flex', attempts: 4 });
    expect(atlas.asked()).toEqual(['tenant', 'tenant', 'flex', 'flex']);
    const failing = openAtlas({ tenant: next, flex: fromGateway(503) }, { maxRetries: 2 });
    const error = await runClock(rejection(failing.get(), AtlasApiError));
    expect(error).toMatchObject({ status: 503, endpoint: 'flex', attempts: 4, cause: { status: 404 } });
  });

  it("that is the timeout of the call has the tenant endpoint's error as its cause", async () => {
    const atlas = openAtlas({ tenant: gone, flex: silent });
    const error = await runClock(rejection(atlas.get(clusterName, { timeout: 200 }), AtlasTimeoutError));
    expect(error).toMatchObject({ endpoint: 'flex', attempts: 2, cause: { status: 410, endpoint: 'tenant' } });
    expect(error.message).toContain('200 ms (timeout)');
  });
});

describe('a response that does not lead to Flex is the error of the call:', () => {
  it.each<[name: string, reply: Reply]>([
    ['404 for the project', apiError(404, 'GROUP_NOT_FOUND', { parameters: [groupId] })],
    ['400 with another code', apiError(400, 'VALIDATION_ERROR')],
    ['400 from a gateway', fromGateway(400)],
    ['401', apiError(401, 'USER_UNAUTHORIZED')],
    ['403 with the code of a Flex cluster', apiError(403, 'CANNOT_USE_FLEX_CLUSTER_IN_CLUSTER_API')],
    ['503 with RESOURCE_NOT_FOUND and the path', apiError(503, 'RESOURCE_NOT_FOUND', { detail: tenantPath })],
    ...[302, 402, 403, 409, 411, 500].map((status): [string, Reply] => [
      `${status} from a gateway`,
      fromGateway(status),
    ]),
  ])('%s', async (_name, tenant) => {
    const atlas = openAtlas({ tenant, flex: found });
    for (const call of [atlas.get(), atlas.list()]) {
      const error = await rejection(call, AtlasApiError);
      expect(error).toMatchObject({ status: tenant.status, endpoint: 'tenant', attempts: 1 });
      expect(error.cause).toBeUndefined();
    }
    expect(atlas.asked()).toEqual(['tenant', 'tenant']);
  });
});

describe('what a client remembers', () => {
  it.each([fromGateway(404), gone])('is not shared with another client: %j', async (tenant) => {
    const { get, dispatcher } = openAtlas({ tenant, flex: found });
    await get();
    await openClient({ dispatcher }).getTenantSnapshot(groupId, clusterName, snapshotId);
    expect(dispatcher.requests.map(endpointOf)).toEqual(['tenant', 'flex', 'tenant', 'flex']);
  });

  it('does not apply to the same cluster name in another project', async () => {
    const atlas = openAtlas({ tenant: fromGateway(404), flex: found });
    await atlas.get();
    await atlas.getOfProject('0'.repeat(24));
    expect(atlas.asked()).toEqual(['tenant', 'flex', 'tenant', 'flex']);
  });

  it.each<[what: string, tenant: Reply, flex: Reply, endpoint: 'auto' | 'flex', first: 'tenant' | 'flex']>([
    ['is forgotten if the cluster is no Flex cluster', fromGateway(404), apiError(400, notFlex), 'auto', 'tenant'],
    ['is forgotten also if the call is pinned to Flex', fromGateway(404), apiError(400, notFlex), 'flex', 'tenant'],
    [
      'is kept if Flex lacks the snapshot',
      fromGateway(404),
      apiError(404, 'TENANT_SNAPSHOT_NOT_FOUND'),
      'auto',
      'flex',
    ],
    ['is kept for all clusters, whatever Flex says of one', gone, apiError(400, notFlex), 'auto', 'flex'],
  ])('%s', async (_what, tenant, flex, endpoint, first) => {
    const atlas = openAtlas({ tenant, flex: found });
    await atlas.get();
    atlas.atlas.flex = flex;
    const error = await rejection(atlas.get(clusterName, { endpoint }), AtlasApiError);
    expect(error).toMatchObject({ status: flex.status, endpoint: 'flex', attempts: 1 });
    expect(error.cause).toBeUndefined();
    atlas.asked();
    await atlas.get().catch(() => undefined);
    expect(atlas.asked()[0]).toBe(first);
  });
});

describe('the endpoint option', () => {
  it.each<[TenantSnapshotsClientOptions['endpoint'], CallOptions['endpoint'], asked: string[]]>([
    [undefined, undefined, ['tenant', 'flex']],
    ['auto', undefined, ['tenant', 'flex']],
    ['flex', undefined, ['flex']],
    ['auto', 'flex', ['flex']],
    ['tenant', 'flex', ['flex']],
    ['tenant', 'auto', ['tenant', 'flex']],
    ['flex', 'auto', ['tenant', 'flex']],
  ])('of the client: %s, of the call: %s', async (ofClient, ofCall, asked) => {
    const atlas = openAtlas({ tenant: gone, flex: found }, { endpoint: ofClient });
    await atlas.get(clusterName, { endpoint: ofCall });
    expect(atlas.asked()).toEqual(asked);
  });

  it.each<[TenantSnapshotsClientOptions['endpoint'], CallOptions['endpoint']]>([
    ['tenant', undefined],
    ['auto', 'tenant'],
    ['flex', 'tenant'],
  ])('of the client: %s, of the call: %s: pins the tenant endpoint', async (ofClient, ofCall) => {
    for (const tenant of Object.values(tenants.gone)) {
      const atlas = openAtlas({ tenant, flex: found }, { endpoint: ofClient });
      const error = await rejection(atlas.get(clusterName, { endpoint: ofCall }), AtlasApiError);
      expect(error).toMatchObject({ status: tenant.status, endpoint: 'tenant', attempts: 1 });
      expect(error.message).toContain("Set the endpoint option to 'auto' or 'flex'.");
      await atlas.get(clusterName, { endpoint: 'auto' });
      expect(atlas.asked()).toEqual(['tenant', 'tenant', 'flex']);
    }
  });

  it('pins the tenant endpoint also after a sunset was found, and an empty list is then the result', async () => {
    const atlas = openAtlas({ tenant: gone, flex: found });
    await atlas.get();
    await rejection(atlas.get(clusterName, { endpoint: 'tenant' }), AtlasApiError);
    expect(atlas.asked()).toEqual(['tenant', 'flex', 'tenant']);
    const pinned = openAtlas({ tenant: emptyList, flex: found }, { endpoint: 'tenant' });
    await expect(pinned.list()).resolves.toEqual([]);
    expect(pinned.asked()).toEqual(['tenant']);
  });
});
