import { readFileSync } from 'node:fs';
import { HttpResponse, http } from 'msw';
import { Agent, MockAgent } from 'undici';
import { afterEach, describe, expect, it, vi } from 'vitest';
import {
  AtlasApiError,
  AtlasClosedError,
  AtlasConnectionError,
  AtlasInvalidResponseError,
  type CallOptions,
  TenantSnapshotsClient,
} from '../../src/index.js';
import { failedSnapshot, referenceSnapshot } from '../support/atlas-bodies.js';
import { startMswServer } from '../support/msw-server.js';
import { openClient } from '../support/open-client.js';
import { openEmulator } from '../support/open-emulator.js';
import { rejection } from '../support/rejection.js';
import {
  flexListRoute,
  flexPath,
  flexRoute,
  flexType,
  listPath,
  path,
  tenantListPath,
  tenantListRoute,
  tenantPath,
  tenantRoute,
} from '../support/snapshot-routes.js';

const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
const ownAgent = `atlas-tenant-snapshots/${version} node/${process.versions.node}`;

function startSnapshotServer(body: unknown = failedSnapshot) {
  const page = () => HttpResponse.json({ results: [failedSnapshot], totalCount: 1 });
  const snapshot = () => HttpResponse.json(body as object);
  return startMswServer(
    http.get(tenantRoute, snapshot),
    http.get(flexRoute, snapshot),
    http.get(tenantListRoute, page),
    http.get(flexListRoute, page),
  );
}

afterEach(() => vi.unstubAllEnvs());

describe('the request', () => {
  it('is a GET with no headers except Accept, User-Agent and the credentials', async () => {
    const server = await startSnapshotServer();
    await openClient({ baseUrl: server.url }).getTenantSnapshot(...path);
    expect(server.requests).toHaveLength(1);
    expect(server.requests[0]).toMatchObject({ method: 'GET', path: tenantPath });
    expect(server.requests[0]?.headers).toEqual({
      host: server.url.slice('http://'.length),
      connection: 'keep-alive',
      accept: 'application/json',
      'user-agent': ownAgent,
      authorization: 'Bearer token-of-the-test',
    });
  });

  it('has the path and media type of Flex', async () => {
    const server = await startSnapshotServer();
    await openClient({ baseUrl: server.url, endpoint: 'flex' }).getTenantSnapshot(...path);
    expect(server.requests[0]).toMatchObject({ path: flexPath, headers: { accept: flexType } });
  });

  it.each<[CallOptions, string]>([
    [{}, ''],
    [{ envelope: false, pretty: false }, ''],
    [{ envelope: true }, '?envelope=true'],
    [{ pretty: true }, '?pretty=true'],
    [{ envelope: true, pretty: true }, '?envelope=true&pretty=true'],
  ])('with %j has the query %j', async (options, query) => {
    const server = await startSnapshotServer();
    const client = openClient({ baseUrl: server.url });
    await client.getTenantSnapshot(...path, options);
    await client.listTenantSnapshots(...listPath, options);
    await client.listTenantSnapshots(...listPath, { ...options, endpoint: 'flex' });
    const flexQuery = query.replace('?', '&');
    expect(server.requests.map((request) => request.path)).toEqual([
      tenantPath + query,
      tenantListPath + query,
      expect.stringMatching(new RegExp(`snapshots\\?includeCount=true&itemsPerPage=500${flexQuery}$`)),
    ]);
  });

  it.each([
    ['', ''],
    ['/', ''],
    ['/atlas', '/atlas'],
    ['/atlas/', '/atlas'],
    ['/a/b//', '/a/b'],
    ['/a b/%2f', '/a%20b/%2f'],
  ])('keeps the prefix %j of baseUrl as %j', async (prefix, expected) => {
    const server = await startSnapshotServer();
    const client = openClient({ baseUrl: server.url + prefix });
    await client.getTenantSnapshot(...path, { endpoint: 'flex' });
    await client.getTenantSnapshot(...path, { endpoint: 'tenant' });
    expect(server.requests.map((request) => request.path)).toEqual([expected + flexPath, expected + tenantPath]);
  });

  it.each([
    [undefined, ownAgent],
    ['', ownAgent],
    ['report/2 (ops)', `report/2 (ops) ${ownAgent}`],
  ])('with the userAgent %j has the User-Agent %j', async (userAgent, expected) => {
    const server = await startSnapshotServer();
    await openClient({ baseUrl: server.url, userAgent }).getTenantSnapshot(...path);
    expect(server.requests[0]?.headers['user-agent']).toBe(expected);
  });
});

describe('a 200', () => {
  it("is parsed, like the reference page's example", async () => {
    const server = await startSnapshotServer(referenceSnapshot);
    const at = new Date('2025-05-04T09:42:00Z');
    const times = { expiration: at, finishTime: at, scheduledTime: at, startTime: at };
    expect(await openClient({ baseUrl: server.url }).getTenantSnapshot(...path)).toStrictEqual({
      ...referenceSnapshot,
      ...times,
    });
  });

  it('is parsed, like a recorded response of Atlas', async () => {
    const server = await startSnapshotServer();
    const snapshot = await openClient({ baseUrl: server.url }).getTenantSnapshot(...path);
    expect(snapshot.finishTime).toStrictEqual(new Date('2019-04-26T14:08:07Z'));
    expect(Object.keys(snapshot).sort()).toEqual(Object.keys(failedSnapshot).sort());
  });

  it('may have nulls, an unknown status and unknown fields', async () => {
    const body = { status: 'ARCHIVED', expiration: null, links: null, tier: { name: 'M2', at: null } };
    const server = await startSnapshotServer(body);
    expect(await openClient({ baseUrl: server.url }).getTenantSnapshot(...path)).toStrictEqual({
      status: 'ARCHIVED',
      tier: { name: 'M2', at: null },
    });
  });

  it.each<[name: string, body: unknown, issues: string[]]>([
    ['an object with a numeric status', { status: 5 }, ['status']],
    ['an object with invalid dates', { startTime: 'soon', finishTime: 5 }, ['finishTime', 'startTime']],
    ['a list', [failedSnapshot], ['']],
    ['null', null, ['']],
    ['a string', 'COMPLETED', ['']],
  ])('whose body is %s is an invalid response', async (_name, body, places) => {
    const server = await startSnapshotServer(body);
    const error = await rejection(
      openClient({ baseUrl: server.url }).getTenantSnapshot(...path),
      AtlasInvalidResponseError,
    );
    expect(error.issues.map((issue) => issue.path).sort()).toEqual(places);
    for (const { message } of error.issues) expect(error.message).toContain(message);
    expect(error).toMatchObject({
      code: 'INVALID_RESPONSE',
      operation: 'getTenantSnapshot',
      endpoint: 'tenant',
      attempts: 1,
    });
    expect(server.requests).toHaveLength(1);
  });

  it.each([
    ['', 'empty'],
    ['<html>Welcome</html>', 'JSON'],
    ['{"status":', 'JSON'],
  ])('whose body is %j is reported as such', async (body, problem) => {
    const server = await startMswServer(http.get(tenantRoute, () => HttpResponse.text(body)));
    const error = await rejection(
      openClient({ baseUrl: server.url }).getTenantSnapshot(...path),
      AtlasInvalidResponseError,
    );
    expect(error.issues).toEqual([{ path: '', message: expect.stringContaining(problem) }]);
  });

  it('with an invalid list is reported with the path of the invalid field', async () => {
    const server = await startMswServer(
      http.get(tenantListRoute, () => HttpResponse.json({ results: [{}, { id: 5 }] })),
    );
    const list = openClient({ baseUrl: server.url }).listTenantSnapshots(...listPath);
    expect((await rejection(list, AtlasInvalidResponseError)).issues).toMatchObject([{ path: 'results.1.id' }]);
  });
});

describe('the dispatcher', () => {
  it('is used, and not closed with the client', async () => {
    const agent = new Agent();
    const dispatch = vi.spyOn(agent, 'dispatch');
    const server = await startSnapshotServer();
    const client = openClient({ baseUrl: server.url, dispatcher: agent });
    await client.getTenantSnapshot(...path);
    await client.close();
    expect(dispatch).toHaveBeenCalledOnce();
    expect(agent.closed).toBe(false);
    const other = openClient({ baseUrl: server.url, dispatcher: agent });
    await other.getTenantSnapshot(...path);
    await agent.close();
  });

  it('may be a MockAgent', async () => {
    const agent = new MockAgent();
    agent.disableNetConnect();
    agent
      .get('https://cloud.mongodb.com')
      .intercept({ path: tenantPath, headers: { accept: 'application/json' } })
      .reply(200, failedSnapshot, { headers: { 'content-type': 'application/json' } });
    const client = openClient({ baseUrl: 'https://cloud.mongodb.com', dispatcher: agent });
    expect(await client.getTenantSnapshot(...path)).toMatchObject({ id: failedSnapshot.id });
    agent.assertNoPendingInterceptors();
    await agent.close();
  });
});

describe('the constructor', () => {
  it('opens no connection, and requests no token', async () => {
    const server = await startSnapshotServer();
    const accessToken = vi.fn(() => 'token-1');
    const tokenStore = { get: vi.fn(async () => undefined), set: vi.fn(async () => undefined) };
    const before = process.getActiveResourcesInfo();
    openClient({ baseUrl: server.url, credentials: { accessToken } });
    openClient({ baseUrl: server.url, credentials: { clientId: 'a', clientSecret: 'b' }, tokenStore });
    openClient({ baseUrl: server.url, credentials: { publicKey: 'a', privateKey: 'b' } });
    expect(process.getActiveResourcesInfo()).toEqual(before);
    await new Promise((resolve) => setImmediate(resolve));
    expect(server.connections).toBe(0);
    expect(accessToken).not.toHaveBeenCalled();
    expect(tokenStore.get).not.toHaveBeenCalled();
  });
});

describe('a connection failure', () => {
  it('is an error with its cause', async () => {
    const server = await startMswServer(http.get(tenantRoute, () => HttpResponse.error()));
    const client = openClient({ baseUrl: server.url, maxRetries: 0 });
    const error = await rejection(client.getTenantSnapshot(...path), AtlasConnectionError);
    expect(error).toMatchObject({
      code: 'CONNECTION',
      operation: 'getTenantSnapshot',
      endpoint: 'tenant',
      attempts: 1,
    });
    expect(error.cause).toMatchObject({ code: 'UND_ERR_SOCKET' });
    expect(error.message).toContain('UND_ERR_SOCKET');
  });

  it('may be a refused connection', async () => {
    const client = openClient({ baseUrl: 'http://127.0.0.1:1', maxRetries: 0 });
    const error = await rejection(client.getTenantSnapshot(...path), AtlasConnectionError);
    expect(error.cause).toMatchObject({ code: 'ECONNREFUSED' });
    expect(error.message).toContain('ECONNREFUSED');
  });
});

describe('call options', () => {
  it("override the client's", async () => {
    const server = await startMswServer(http.get('*', () => new HttpResponse(null, { status: 503 })));
    const client = openClient({ baseUrl: server.url, maxRetries: 3 });
    const error = await rejection(client.getTenantSnapshot(...path, { maxRetries: 0 }), AtlasApiError);
    expect(error).toMatchObject({ status: 503, attempts: 1 });
  });

  it("that are undefined do not override the client's", async () => {
    const server = await startMswServer(http.get('*', () => new HttpResponse(null, { status: 503 })));
    const client = openClient({ baseUrl: server.url, maxRetries: 0, endpoint: 'flex' });
    const options = { maxRetries: undefined, timeout: undefined, attemptTimeout: undefined, endpoint: undefined };
    const error = await rejection(client.getTenantSnapshot(...path, options), AtlasApiError);
    expect(error).toMatchObject({ status: 503, attempts: 1, endpoint: 'flex' });
  });

  it.each(['timeout', 'attemptTimeout'] as const)('%s ends a call that hangs', async (name) => {
    const emulator = await openEmulator();
    emulator.respond({ hang: true });
    const client = openClient({ baseUrl: emulator.url, credentials: emulator.credentials.accessToken });
    const call = client.getTenantSnapshot(...path, { [name]: 20, maxRetries: 0 });
    await expect(call).rejects.toMatchObject({ code: 'TIMEOUT', message: expect.stringContaining(`20 ms (${name})`) });
  });

  it('signal rejects the call with its reason, and nothing is sent if it is aborted already', async () => {
    const server = await startSnapshotServer();
    const reason = { of: 'mine' };
    const client = openClient({ baseUrl: server.url });
    const signal = AbortSignal.abort(reason);
    await expect(client.getTenantSnapshot(...path, { signal })).rejects.toBe(reason);
    await expect(client.listTenantSnapshots(...listPath, { signal })).rejects.toBe(reason);
    expect(server.requests).toEqual([]);
  });
});

describe('a closed client', () => {
  it('rejects calls, and may be closed twice', async () => {
    const server = await startSnapshotServer();
    const client = new TenantSnapshotsClient({ baseUrl: server.url, credentials: { accessToken: 'a' } });
    expect(client.close()).toBe(client.close());
    await client.close();
    const calls = [
      client.getTenantSnapshot(...path),
      client.listTenantSnapshots(...listPath),
      client.waitForTenantSnapshot(...path),
    ];
    for (const call of calls) {
      const error = await rejection(call, AtlasClosedError);
      expect(error.code).toBe('CLOSED');
    }
    expect(server.requests).toEqual([]);
  });

  it('ends a call that waits for a retry, with its last error as the cause', async () => {
    const server = await startMswServer(http.get('*', () => new HttpResponse(null, { status: 503 })));
    const client = openClient({ baseUrl: server.url });
    const ended = rejection(client.getTenantSnapshot(...path), AtlasClosedError);
    await vi.waitFor(() => expect(server.requests).toHaveLength(1));
    // The response may still be on its way: close() lets it arrive, and ends the wait for the retry.
    await client.close();
    const error = await ended;
    expect(error).toMatchObject({ operation: 'getTenantSnapshot', attempts: 1, cause: { status: 503 } });
    expect(server.requests).toHaveLength(1);
  });

  it('is left by `await using`', async () => {
    const server = await startSnapshotServer();
    let escaped: TenantSnapshotsClient;
    {
      await using client = new TenantSnapshotsClient({ baseUrl: server.url, credentials: { accessToken: 'a' } });
      await client.getTenantSnapshot(...path);
      escaped = client;
    }
    await rejection(escaped.getTenantSnapshot(...path), AtlasClosedError);
  });
});
