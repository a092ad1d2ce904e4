import { gzipSync } from 'node:zlib';
import { HttpResponse, http, type JsonBodyType } from 'msw';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import {
  AtlasApiError,
  AtlasTimeoutError,
  type CallOptions,
  type TenantSnapshotsClientOptions,
} from '../../src/index.js';
import type { AtlasEmulator, SunsetForm } from '../../src/testing/index.js';
import { failedSnapshot } from '../support/atlas-bodies.js';
import { type MswServer, startMswServer } from '../support/msw-server.js';
import { openClient } from '../support/open-client.js';
import { openEmulator } from '../support/open-emulator.js';
import { rejection } from '../support/rejection.js';
import { flexPath, flexRoute, groupId, path, snapshotId, tenantPath, tenantRoute } from '../support/snapshot-routes.js';
import { runClock, stopClock } from '../support/test-clock.js';

// Tested in sunset-warning.test.ts.
beforeEach(() => {
  vi.spyOn(process, 'emitWarning').mockImplementation(() => undefined);
});

const connect = (emulator: AtlasEmulator, options: TenantSnapshotsClientOptions = {}) =>
  openClient({ baseUrl: emulator.url, credentials: emulator.credentials.accessToken, ...options });
const valuesOf = (emulator: AtlasEmulator) => [emulator.groupId, emulator.clusterName, emulator.snapshotId] as const;
const kinds = (emulator: AtlasEmulator) => emulator.requests.splice(0).map(({ kind }) => kind);

const forms: SunsetForm[] = ['gone', 'not-found-html', 'method-not-allowed', 'no-route'];

describe.each<SunsetForm>([...forms, 'flex-cluster'])('the sunset %s', (form) => {
  it('leads to Flex, with the same result', async () => {
    const emulator = await openEmulator();
    const client = connect(emulator);
    const before = await client.getTenantSnapshot(...valuesOf(emulator));
    emulator.sunset(form);
    const { data, response } = await client.getTenantSnapshot(...valuesOf(emulator)).withResponse();
    expect({ ...data, links: undefined }).toEqual({ ...before, links: undefined });
    expect(response).toMatchObject({ status: 200, endpoint: 'flex', attempts: 2 });
    expect(kinds(emulator)).toEqual(['tenant', 'tenant', 'flex']);
  });

  it('needs no second login with an API key', async () => {
    const emulator = await openEmulator();
    const client = connect(emulator, { credentials: emulator.credentials.apiKey });
    await client.getTenantSnapshot(...valuesOf(emulator));
    kinds(emulator);
    emulator.sunset(form);
    await client.getTenantSnapshot(...valuesOf(emulator));
    expect(kinds(emulator)).toEqual(['tenant', 'flex']);
  });

  it('is recognized in an envelope', async () => {
    const emulator = await openEmulator();
    emulator.sunset(form);
    const call = connect(emulator).getTenantSnapshot(...valuesOf(emulator), { envelope: true });
    expect((await call.withResponse()).response).toMatchObject({ endpoint: 'flex', status: 200 });
    expect(emulator.requests.map((request) => request.path.split('?')[1])).toEqual(['envelope=true', 'envelope=true']);
  });
});

describe('a sunset', () => {
  it.each(forms)('is remembered by its client: %s', async (form) => {
    const emulator = await openEmulator();
    emulator.sunset(form);
    const client = connect(emulator);
    await client.getTenantSnapshot(...valuesOf(emulator));
    kinds(emulator);
    const { response } = await client.getTenantSnapshot(...valuesOf(emulator)).withResponse();
    expect(response).toMatchObject({ endpoint: 'flex', attempts: 1 });
    await client.listTenantSnapshots(emulator.groupId, emulator.clusterName);
    expect(kinds(emulator)).toEqual(['flex', 'flex']);
  });
});

describe('a remembered sunset', () => {
  it('does not affect a call that pins the tenant endpoint', async () => {
    const emulator = await openEmulator();
    emulator.sunset();
    const client = connect(emulator);
    await client.getTenantSnapshot(...valuesOf(emulator));
    kinds(emulator);
    const pinned = client.getTenantSnapshot(...valuesOf(emulator), { endpoint: 'tenant' });
    expect(await rejection(pinned, AtlasApiError)).toMatchObject({ status: 410, endpoint: 'tenant' });
    expect(kinds(emulator)).toEqual(['tenant']);
  });

  it('can be found by concurrent calls', async () => {
    const emulator = await openEmulator();
    emulator.sunset();
    const client = connect(emulator);
    const calls = Array.from({ length: 20 }, () => client.getTenantSnapshot(...valuesOf(emulator)));
    for (const { id } of await Promise.all(calls)) expect(id).toBe(emulator.snapshotId);
    kinds(emulator);
    await client.getTenantSnapshot(...valuesOf(emulator));
    expect(kinds(emulator)).toEqual(['flex']);
  });
});

/** A server with this response at the tenant endpoint, and the snapshot at Flex. */
function startAnswering(body: JsonBodyType | string, status: number): Promise<MswServer> {
  return startMswServer(
    http.get(tenantRoute, () =>
      typeof body === 'string' ? new HttpResponse(body, { status }) : HttpResponse.json(body, { status }),
    ),
    http.get(flexRoute, () => HttpResponse.json(failedSnapshot)),
  );
}

const noRoute = { error: 404, errorCode: 'RESOURCE_NOT_FOUND' };

describe('a response that means the tenant endpoint is gone', () => {
  it.each<[name: string, status: number, body: JsonBodyType]>([
    ['410 with an ApiError', 410, { error: 410, errorCode: 'VERSION_GONE' }],
    ['410 with HTML', 410, '<h1>Gone</h1>'],
    ['410 with an empty body', 410, ''],
    ['404 with HTML', 404, '<h1>Not Found</h1>'],
    ['404 with an empty body', 404, ''],
    ['404 with other JSON', 404, { message: 'no Route matched with those values' }],
    ['404 with an ApiError without errorCode', 404, { error: 404 }],
    ['404 with a list', 404, []],
    ['404 with the path in parameters', 404, { ...noRoute, parameters: [1, null, tenantPath] }],
    ['404 with the path inside a parameter', 404, { ...noRoute, parameters: [`GET ${tenantPath}`] }],
    ['404 with the path in an object', 404, { ...noRoute, parameters: [{ status: 404, path: tenantPath }] }],
    ['404 with the path in detail', 404, { ...noRoute, detail: `Cannot find resource ${tenantPath}.` }],
    ['405 with HTML', 405, '<h1>Method Not Allowed</h1>'],
    ['405 with an empty body', 405, ''],
  ])('leads to Flex: %s', async (_name, status, body) => {
    const server = await startAnswering(body, status);
    const client = openClient({ baseUrl: server.url });
    const { response } = await client.getTenantSnapshot(...path).withResponse();
    expect(response).toMatchObject({ endpoint: 'flex', attempts: 2 });
    await client.getTenantSnapshot(...path);
    expect(server.requests.map((request) => request.path)).toEqual([tenantPath, flexPath, flexPath]);
  });

  it('may name the path without the prefix of baseUrl', async () => {
    const server = await startAnswering({ ...noRoute, parameters: [tenantPath] }, 404);
    const client = openClient({ baseUrl: `${server.url}/proxy` });
    await expect(client.getTenantSnapshot(...path)).resolves.toMatchObject({ id: failedSnapshot.id });
  });

  it('may name the path without the query', async () => {
    const server = await startAnswering({ ...noRoute, detail: `Cannot find resource ${tenantPath}.` }, 404);
    const client = openClient({ baseUrl: server.url });
    await expect(client.getTenantSnapshot(...path, { pretty: true })).resolves.toMatchObject({ id: snapshotId });
  });
});

describe('a response that does not lead to Flex', () => {
  const flexCluster = 'CANNOT_USE_FLEX_CLUSTER_IN_CLUSTER_API';

  it.each<[name: string, status: number, body: JsonBodyType]>([
    ['404 for the project', 404, { error: 404, errorCode: 'GROUP_NOT_FOUND', parameters: [groupId] }],
    ['400 with another code', 400, { error: 400, errorCode: 'VALIDATION_ERROR' }],
    ['400 with HTML', 400, '<h1>Bad Request</h1>'],
    ['403 with the code of a Flex cluster', 403, { error: 403, errorCode: flexCluster }],
    ['401', 401, { error: 401, errorCode: 'USER_UNAUTHORIZED' }],
    ['403 with HTML', 403, '<h1>Forbidden</h1>'],
    ['402', 402, ''],
    ['409', 409, ''],
    ['411', 411, ''],
    ['302', 302, ''],
  ])('is the error of the call: %s', async (_name, status, body) => {
    const server = await startAnswering(body, status);
    const client = openClient({ baseUrl: server.url });
    const error = await rejection(client.getTenantSnapshot(...path), AtlasApiError);
    expect(error).toMatchObject({ status, endpoint: 'tenant', attempts: 1 });
    expect(error.cause).toBeUndefined();
    await rejection(client.getTenantSnapshot(...path), AtlasApiError);
    expect(server.requests.map((request) => request.path)).toEqual([tenantPath, tenantPath]);
  });

  it.each([500, 503])('is the error of the call: %i with RESOURCE_NOT_FOUND and the path', async (status) => {
    const server = await startAnswering({ ...noRoute, error: status, detail: tenantPath }, status);
    const client = openClient({ baseUrl: server.url, maxRetries: 0 });
    expect(await rejection(client.getTenantSnapshot(...path), AtlasApiError)).toMatchObject({ endpoint: 'tenant' });
    expect(server.requests).toHaveLength(1);
  });
});

describe('a 410 with an unreadable body', () => {
  const body = JSON.stringify({ error: 410, errorCode: 'VERSION_GONE', detail: `Gone ${'x'.repeat(999)}` });

  it.each<[name: string, bytes: Uint8Array, headers: Record<string, string>, maxResponseSize?: number]>([
    ['past maxResponseSize', Buffer.from(body), {}, 100],
    ['with an unsupported content coding', Buffer.from(body), { 'content-encoding': 'zstd' }],
    ['with invalid gzip', Buffer.from(body), { 'content-encoding': 'gzip' }],
    ['past maxResponseSize when decoded', gzipSync(body), { 'content-encoding': 'gzip' }, 200],
  ])('leads to Flex: %s', async (_name, bytes, headers, maxResponseSize) => {
    const server = await startMswServer(
      http.get(tenantRoute, () => HttpResponse.arrayBuffer(Uint8Array.from(bytes).buffer, { status: 410, headers })),
      http.get(flexRoute, () => HttpResponse.json({ id: snapshotId })),
    );
    const client = openClient({ baseUrl: server.url, maxResponseSize });
    await expect(client.getTenantSnapshot(...path)).resolves.toEqual({ id: snapshotId });
    await client.getTenantSnapshot(...path);
    expect(server.requests.map((request) => request.path)).toEqual([tenantPath, flexPath, flexPath]);
  });
});

describe('an error at Flex', () => {
  it("has the tenant endpoint's error as its cause", async () => {
    const emulator = await openEmulator();
    emulator.sunset();
    const error = await rejection(
      connect(emulator).getTenantSnapshot(emulator.groupId, emulator.clusterName, '0'.repeat(24)),
      AtlasApiError,
    );
    const errorCode = 'TENANT_SNAPSHOT_NOT_FOUND';
    expect(error).toMatchObject({ status: 404, errorCode, endpoint: 'flex', attempts: 2 });
    expect(error.cause).toBeInstanceOf(AtlasApiError);
    expect(error.cause).toMatchObject({ status: 410, errorCode: 'VERSION_GONE', endpoint: 'tenant', attempts: 1 });
    expect(error.message).toContain(`404 ${errorCode}`);
  });

  it('has no cause if the tenant endpoint was not asked', async () => {
    const emulator = await openEmulator();
    emulator.sunset();
    const client = connect(emulator);
    await client.getTenantSnapshot(...valuesOf(emulator));
    const error = await rejection(client.getTenantSnapshot(groupId, 'NoSuch', snapshotId), AtlasApiError);
    expect(error).toMatchObject({ errorCode: 'CLUSTER_NOT_FOUND', endpoint: 'flex', attempts: 1 });
    expect(error.cause).toBeUndefined();
  });

  it('that looks like a sunset ends the call', async () => {
    const server = await startMswServer(http.get('*', () => new HttpResponse(null, { status: 410 })));
    const error = await rejection(openClient({ baseUrl: server.url }).getTenantSnapshot(...path), AtlasApiError);
    expect(error).toMatchObject({ status: 410, endpoint: 'flex', attempts: 2, cause: { endpoint: 'tenant' } });
    expect(server.requests).toHaveLength(2);
  });

  it('is retried', async () => {
    const emulator = await openEmulator();
    emulator.sunset();
    emulator.respond({ status: 503, for: 'flex' });
    stopClock();
    const client = connect(emulator, { maxRetries: 1 });
    const { response } = await runClock(client.getTenantSnapshot(...valuesOf(emulator)).withResponse());
    expect(response).toMatchObject({ endpoint: 'flex', attempts: 3 });
  });

  it.each([
    [1, 3],
    [2, 4],
    [3, 5],
  ])('counts towards maxRetries together with those at the tenant endpoint: %i', async (maxRetries, attempts) => {
    let requests = 0;
    const tenant = () => new HttpResponse(null, { status: requests++ === 0 ? 503 : 410 });
    const server = await startMswServer(
      http.get(tenantRoute, tenant),
      http.get(flexRoute, () => new HttpResponse(null, { status: 503 })),
    );
    stopClock();
    const call = openClient({ baseUrl: server.url, maxRetries }).getTenantSnapshot(...path);
    const error = await runClock(rejection(call, AtlasApiError));
    expect(error).toMatchObject({ status: 503, endpoint: 'flex', attempts, cause: { status: 410 } });
    expect(server.requests).toHaveLength(attempts);
  });

  it("that is a timeout has the tenant endpoint's error as its cause", async () => {
    const emulator = await openEmulator();
    emulator.sunset();
    emulator.respond({ hang: true, for: 'flex' });
    const call = connect(emulator).getTenantSnapshot(...valuesOf(emulator), { timeout: 200 });
    const error = await rejection(call, AtlasTimeoutError);
    expect(error).toMatchObject({ endpoint: 'flex', attempts: 2 });
    expect(error.cause).toMatchObject({ status: 410, errorCode: 'VERSION_GONE', endpoint: 'tenant' });
    expect(error.message).toContain('200 ms (timeout)');
  });
});

describe('the endpoint option', () => {
  it.each<[TenantSnapshotsClientOptions['endpoint'], CallOptions['endpoint'], string[]]>([
    [undefined, undefined, ['tenant', 'flex']],
    ['auto', undefined, ['tenant', 'flex']],
    ['flex', undefined, ['flex']],
    ['auto', 'flex', ['flex']],
    ['tenant', 'flex', ['flex']],
    ['tenant', 'auto', ['tenant', 'flex']],
    ['flex', 'auto', ['tenant', 'flex']],
  ])('of the client: %s, of the call: %s', async (ofClient, ofCall, expected) => {
    const emulator = await openEmulator();
    emulator.sunset();
    const client = connect(emulator, { endpoint: ofClient });
    const call = client.getTenantSnapshot(...valuesOf(emulator), { endpoint: ofCall });
    expect((await call.withResponse()).response.endpoint).toBe('flex');
    expect(kinds(emulator)).toEqual(expected);
  });

  it.each<[TenantSnapshotsClientOptions['endpoint'], CallOptions['endpoint']]>([
    ['tenant', undefined],
    ['auto', 'tenant'],
    ['flex', 'tenant'],
  ])('of the client: %s, of the call: %s: a 410 suggests changing it', async (ofClient, ofCall) => {
    const emulator = await openEmulator();
    emulator.sunset();
    const client = connect(emulator, { endpoint: ofClient });
    const error = await rejection(client.getTenantSnapshot(...valuesOf(emulator), { endpoint: ofCall }), AtlasApiError);
    expect(error).toMatchObject({ status: 410, errorCode: 'VERSION_GONE', endpoint: 'tenant', attempts: 1 });
    expect(error.message).toMatch(/endpoint.*flex/);
    expect(kinds(emulator)).toEqual(['tenant']);
  });

  it('of a call that pins the tenant endpoint leaves nothing remembered', async () => {
    const emulator = await openEmulator();
    emulator.sunset();
    const client = connect(emulator);
    await rejection(client.getTenantSnapshot(...valuesOf(emulator), { endpoint: 'tenant' }), AtlasApiError);
    kinds(emulator);
    await client.getTenantSnapshot(...valuesOf(emulator));
    expect(kinds(emulator)).toEqual(['tenant', 'flex']);
  });
});
