import { tracingChannel } from 'node:diagnostics_channel';
import { beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import {
  AtlasApiError,
  AtlasClosedError,
  type CallOptions,
  type TenantSnapshotsClientOptions,
} from '../../../src/client/index.js';
import { hexId } from '../../support/atlas-bodies.js';
import { runClock, standStill, stopClock } from '../../support/clock.js';
import { get, openScripted } from '../../support/open-client.js';
import { rejection } from '../../support/rejection.js';
import { type Behavior, type DispatchedRequest, type Reply, silent } from '../../support/scripted-dispatcher.js';
import { flexPath, listPath, tenantPath } from '../../support/snapshot-routes.js';

beforeEach(stopClock);

/** What the requests of a client get. */
interface Atlas {
  readonly flex: Behavior;
  readonly tenant: Behavior;
}

function endpointOf({ options: { path } }: DispatchedRequest): 'flex' | 'tenant' | 'token' {
  if (path.endsWith('/oauth/token')) return 'token';
  return path.includes('/tenant/') ? 'tenant' : 'flex';
}

function openAtlas(atlas: Atlas, options: TenantSnapshotsClientOptions = {}) {
  const token = { body: { access_token: 't', token_type: 'Bearer', expires_in: 3600 } };
  const behave = (request: DispatchedRequest) => request.behave({ ...atlas, token }[endpointOf(request)]);
  const { client, dispatcher } = openScripted([behave], { maxRetries: 3, ...options });
  return {
    client,
    dispatcher,
    get: (options?: CallOptions) => get(client, options),
    list: (options?: CallOptions) => client.listTenantSnapshots(...listPath, options),
    asked: () => dispatcher.requests.map(endpointOf),
  };
}

/** A behavior for each request in turn. The last one is also for later requests. */
function inTurn(...behaviors: [Behavior, ...Behavior[]]): Behavior {
  let count = 0;
  return (request) => {
    count += 1;
    request.behave(behaviors[Math.min(count, behaviors.length) - 1] ?? behaviors[0]);
  };
}

const apiError = (status: number, errorCode?: string): Reply => ({ status, body: { error: status, errorCode } });
const html = (status: number): Reply => ({ status, body: '<h1>A gateway says no</h1>' });
const dead = (code: string) => Object.assign(new Error('dead'), { code });

/** A response after some ms. */
const late =
  (ms: number, reply: Reply): Behavior =>
  (request) =>
    void setTimeout(() => request.reply(reply), ms);

/** A snapshot and a list in one. */
const found: Reply = { body: { id: hexId(1), results: [{ id: hexId(1) }], totalCount: 1 } };
const emptyList: Reply = { body: { results: [], totalCount: 0 } };
const missing = apiError(404, 'CLUSTER_NOT_FOUND');

/** Ends as if the tenant endpoint had not been asked, except for the number of attempts. */
async function expectErrorOfFlex(call: Promise<unknown>, attempts = 2): Promise<void> {
  const error = await runClock(rejection(call, AtlasApiError));
  expect(error).toMatchObject({ status: 404, errorCode: 'CLUSTER_NOT_FOUND', endpoint: 'flex', attempts });
  expect(error.path).toContain('/flexClusters/');
  expect(error).not.toHaveProperty('cause');
}

// When Flex does not have something is in test/client/atlas/snapshots.test.ts.
describe('the tenant endpoint is asked', () => {
  it.each<[after: string, flex: Reply, options?: CallOptions]>([
    ['a 404', missing],
    ['a 404 in an envelope', { body: { status: 404, content: { error: 404 } } }, { envelope: true }],
  ])('by each call after %s, and its 200 is the result', async (_after, flex, options) => {
    const atlas = openAtlas({ flex, tenant: found });
    for (const call of [atlas.get, atlas.list]) {
      const { response } = await call(options).withResponse();
      expect(response).toMatchObject({ status: 200, endpoint: 'tenant', attempts: 2 });
    }
    expect(atlas.asked()).toEqual(['flex', 'tenant', 'flex', 'tenant']);
  });

  it('after retries of Flex', async () => {
    const flex = inTurn(dead('UND_ERR_SOCKET'), html(503), missing);
    const atlas = openAtlas({ flex, tenant: found });
    const { response } = await runClock(atlas.get().withResponse());
    expect(response).toMatchObject({ endpoint: 'tenant', attempts: 4 });
    expect(atlas.asked()).toEqual([...Array(3).fill('flex'), 'tenant']);
  });
});

describe('Flex alone is asked, and the call ends with its answer', () => {
  it.each<[after: string, flex: Behavior, error: object]>([
    ['another error', apiError(404, 'GROUP_NOT_FOUND'), { status: 404 }],
    ['a dead connection', dead('ENOTFOUND'), { code: 'CONNECTION' }],
  ])('after %s', async (_after, flex, error) => {
    const atlas = openAtlas({ flex, tenant: found }, { maxRetries: 0 });
    for (const call of [atlas.get, atlas.list]) {
      await expect(call()).rejects.toMatchObject({ ...error, endpoint: 'flex', attempts: 1 });
    }
    expect(atlas.asked()).toEqual(['flex', 'flex']);
  });

  it('after an empty list', async () => {
    const atlas = openAtlas({ flex: emptyList, tenant: found });
    expect(await atlas.list()).toEqual([]);
    expect(atlas.asked()).toEqual(['flex']);
  });
});

describe('the call ends with the error of Flex if the tenant endpoint', () => {
  const gone = ['flex', 'tenant', 'flex'];
  const asked = ['flex', 'tenant', 'flex', 'tenant'];

  it.each<[does: string, tenant: Behavior, asked: string[]]>([
    ['says 410: later calls do not ask it', apiError(410, 'VERSION_GONE'), gone],
    ['has no such route: later calls do not ask it', apiError(404, 'RESOURCE_NOT_FOUND'), gone],
    ['closes the connection: later calls do not ask it', dead('ECONNRESET'), gone],
    ['never responds: later calls do not ask it', silent, gone],
    ['lives, but lacks the snapshot too: later calls ask it', apiError(404, 'CLUSTER_NOT_FOUND'), asked],
    ['refuses the request', apiError(400, 'RESOURCE_NOT_FOUND'), asked],
    ['responds with a retryable error', html(503), asked],
    ['responds with HTML', html(200), asked],
    ['has nothing either', emptyList, asked],
    ['is not mocked', dead('UND_MOCK_ERR_MOCK_NOT_MATCHED'), asked],
  ])('%s', async (_does, tenant, asked) => {
    const atlas = openAtlas({ flex: missing, tenant });
    await expectErrorOfFlex(atlas.get(), 2);
    await expectErrorOfFlex(atlas.list(), asked.length - 2);
    expect(atlas.asked()).toEqual(asked);
  });
});

it('100 misses of a client are 101 requests', async () => {
  const atlas = openAtlas({ flex: missing, tenant: apiError(410) });
  for (let call = 0; call < 100; call += 1) await atlas.get().catch(() => undefined);
  expect(atlas.asked()).toEqual(['flex', 'tenant', ...Array(99).fill('flex')]);
});

it.each<[what: string, options: TenantSnapshotsClientOptions, asked: string[]]>([
  ['an attemptTimeout of less than 5 s', { attemptTimeout: 1_000 }, ['flex', 'tenant', 'flex', 'tenant']],
  ['the deadline of a call', { timeout: 2_000 }, ['flex', 'tenant', 'flex', 'tenant']],
  ['a login that fails', { credentials: { accessToken: failAfterFirst() } }, ['flex', 'flex', 'tenant']],
])('%s does not mean that the tenant endpoint is gone', async (_what, options, asked) => {
  const atlas = openAtlas({ flex: missing, tenant: silent }, options);
  await expectErrorOfFlex(atlas.get());
  await expectErrorOfFlex(atlas.get());
  expect(atlas.asked()).toEqual(asked);
});

/** An accessToken function whose second call fails. */
function failAfterFirst() {
  const failure = Object.assign(new Error('lost'), { code: 'ECONNRESET' });
  return vi.fn().mockResolvedValue('token').mockResolvedValueOnce('token').mockRejectedValueOnce(failure);
}

it.each<[what: string, options: TenantSnapshotsClientOptions, asked: string[], limit: number]>([
  ['5 s, if it does not respond', { attemptTimeout: 60_000 }, ['flex', 'tenant'], 5_000],
  ['timeout, if a login for it hangs', { credentials: { accessToken: hangAfterFirst() } }, ['flex'], 60_000],
  ['attemptTimeout, if that is less', { attemptTimeout: 1_000 }, ['flex', 'tenant'], 1_000],
  ['timeout, if that is less', { timeout: 2_000 }, ['flex', 'tenant'], 2_000],
])('the tenant endpoint is asked for at most %s', async (_what, options, asked, limit) => {
  const atlas = openAtlas({ flex: missing, tenant: silent }, options);
  await expectErrorOfFlex(atlas.get());
  expect(performance.now()).toBeCloseTo(limit, -3);
  expect(atlas.asked()).toEqual(asked);
});

/** An accessToken function whose second token never comes. */
function hangAfterFirst() {
  return vi.fn(() => new Promise<string>(() => undefined)).mockResolvedValueOnce('token');
}

it('close() ends a call that asks the tenant endpoint', async () => {
  const atlas = openAtlas({ flex: missing, tenant: silent });
  const call = rejection(atlas.get(), AtlasClosedError);
  await standStill();
  await runClock(atlas.client.close());
  expect(await call).toMatchObject({ attempts: 2, endpoint: 'flex' });
});

describe('a 401 of the tenant endpoint', () => {
  it('replaces no token', async () => {
    const credentials = { clientId: 'id', clientSecret: 'secret' };
    const atlas = openAtlas({ flex: missing, tenant: apiError(401) }, { credentials });
    await expectErrorOfFlex(atlas.get());
    await expectErrorOfFlex(atlas.get());
    expect(atlas.asked()).toEqual(['token', 'flex', 'tenant', 'flex', 'tenant']);
    const accessToken = vi.fn(() => 'token');
    await expectErrorOfFlex(
      openAtlas({ flex: missing, tenant: apiError(401) }, { credentials: { accessToken } }).get(),
    );
    expect(accessToken.mock.calls).toEqual([[{}], [{}]]);
  });

  it('with a Digest challenge is answered once', async () => {
    const challenge = (nonce: string): Reply => ({
      status: 401,
      headers: { 'www-authenticate': `Digest realm="r", nonce="${nonce}", qop="auth"` },
    });
    const credentials = { publicKey: 'public', privateKey: 'private-key' };
    const flex = inTurn(challenge('a'), missing);
    const atlas = openAtlas({ flex, tenant: inTurn(challenge('b'), found, challenge('c')) }, { credentials });
    expect(await atlas.get()).toMatchObject({ id: hexId(1) });
    await expectErrorOfFlex(atlas.get());
    expect(atlas.asked()).toEqual(['flex', 'flex', 'tenant', 'tenant', 'flex', 'tenant', 'tenant']);
  });
});

describe('the pages of a list', () => {
  const next = { links: [{ rel: 'next' }] };
  const page = (id: number, rest: object = {}): Reply => ({ body: { results: [{ id: hexId(id) }], ...rest } });

  it('come from the endpoint that has the first one, without its limit of 5 s', async () => {
    const atlas = openAtlas({
      flex: missing,
      tenant: inTurn(page(1, next), html(503), late(6_000, page(2, { totalCount: 2 }))),
    });
    const { data, response } = await runClock(atlas.list().withResponse());
    expect(data).toEqual([{ id: hexId(1) }, { id: hexId(2) }]);
    expect(response).toMatchObject({ endpoint: 'tenant', attempts: 4 });
    expect(atlas.asked()).toEqual(['flex', 'tenant', 'tenant', 'tenant']);
    expect(atlas.dispatcher.requests[3]?.options.path).toMatch(/\/tenant\/snapshots\?pageNum=2$/);
  });

  it('are not asked for elsewhere after the first one', async () => {
    const atlas = openAtlas({ flex: inTurn(page(1, next), missing), tenant: found });
    await expectErrorOfFlex(atlas.list());
    expect(atlas.asked()).toEqual(['flex', 'flex']);
  });
});

it.each<[end: string, tenant: Reply, trace: object]>([
  ['a result of the tenant endpoint', found, { endpoint: 'tenant', path: tenantPath, status: 200 }],
  ['the error of Flex', html(503), { endpoint: 'flex', path: flexPath, status: 404, error: { status: 404 } }],
])('a call with %s has one trace, with the endpoint that it ended at', async (_end, tenant, trace) => {
  const { asyncEnd } = tracingChannel('atlas-tenant-snapshots:call');
  const traces: unknown[] = [];
  const note = (ended: unknown) => void traces.push(ended);
  asyncEnd.subscribe(note);
  onTestFinished(() => void asyncEnd.unsubscribe(note));
  await openAtlas({ flex: missing, tenant })
    .get()
    .catch(() => undefined);
  expect(traces).toMatchObject([{ ...trace, attempts: 2 }]);
});
