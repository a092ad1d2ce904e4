import { request as httpRequest } from 'node:http';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { TenantSnapshotsClient } from '../../src/index.js';
import { type AtlasEmulator, startAtlasEmulator } from '../../src/testing/index.js';

const GROUP_ID = '32b6e34b3d91647abb20e7b8';
const FLEX = 'application/vnd.atlas.2024-11-13+json';

let emulator: AtlasEmulator;

beforeEach(async () => {
  emulator = await startAtlasEmulator();
});

afterEach(() => emulator.close());

const path = (query = '') =>
  `/api/atlas/v1.0/groups/${emulator.groupId}/clusters/Cluster0/backup/tenant/snapshots${query}`;
const bearer = () => ({ authorization: `Bearer ${emulator.credentials.accessToken.accessToken}` });
const get = (query = '', init: RequestInit = {}) => fetch(emulator.url + path(query), { headers: bearer(), ...init });
const getFlex = () =>
  fetch(`${emulator.url}/api/atlas/v2/groups/${emulator.groupId}/flexClusters/Cluster0/backup/snapshots`, {
    headers: { ...bearer(), accept: FLEX },
  });
const postToken = () => {
  const { clientId, clientSecret } = emulator.credentials.serviceAccount;
  const authorization = `Basic ${Buffer.from(`${clientId}:${clientSecret}`).toString('base64')}`;
  const body = new URLSearchParams({ grant_type: 'client_credentials' });
  return fetch(`${emulator.url}/api/oauth/token`, { method: 'POST', headers: { authorization }, body });
};

describe('a scripted response', () => {
  it('is an error of Atlas, once', async () => {
    emulator.respond({ status: 429, retryAfter: 1 });
    const response = await get();
    expect([response.status, response.headers.get('retry-after')]).toEqual([429, '1']);
    expect(await response.json()).toMatchObject({
      error: 429,
      errorCode: 'RATE_LIMITED_TOKEN_BUCKET',
      reason: 'Too Many Requests',
    });
    expect((await get()).status).toBe(200);
    expect(emulator.requests.map(({ status }) => status)).toEqual([429, 200]);
  });

  it('has its error fields, headers and body', async () => {
    const parts = { errorCode: 'CODE', detail: 'Detail.', parameters: [1, 'two'] };
    emulator.respond(
      { status: 599, ...parts, headers: { 'x-test': 'yes', 'ratelimit-remaining': '0' } },
      { status: 502, body: '<html>Bad Gateway</html>', retryAfter: 'Wed, 21 Oct 2026 07:28:00 GMT' },
      { body: { id: 'x' }, headers: { 'content-type': 'text/json' } },
      { body: 'plain' },
      { status: 204 },
      { status: 302, headers: { location: '/elsewhere' } },
    );
    const error = await get();
    expect(await error.json()).toEqual({ error: 599, reason: 'Unknown', ...parts });
    expect([error.headers.get('x-test'), error.headers.get('ratelimit-remaining')]).toEqual(['yes', '0']);
    const gateway = await get('?envelope=true');
    expect([gateway.status, gateway.headers.get('content-type')]).toEqual([502, 'text/html;charset=utf-8']);
    expect(gateway.headers.get('retry-after')).toContain('Oct 2026');
    expect(gateway.headers.has('ratelimit-limit')).toBe(false);
    const json = await get('?envelope=true');
    expect([json.headers.get('content-type'), await json.json()]).toEqual([
      'text/json',
      { status: 200, content: { id: 'x' } },
    ]);
    expect((await get()).headers.get('content-type')).toBe('text/plain;charset=utf-8');
    expect((await get()).status).toBe(204);
    const redirect = await get('', { redirect: 'manual' });
    expect([redirect.status, redirect.headers.get('location')]).toEqual([302, '/elsewhere']);
  });

  it('is enveloped if requested, also a 401', async () => {
    emulator.respond({ status: 401 });
    const response = await get('?envelope=true');
    expect([response.status, (await response.json()).status]).toEqual([200, 401]);
  });

  it('is sent as often as scripted, in order, until the script is cleared', async () => {
    emulator.respond({ status: 503, times: 2 }, { status: 500, times: Number.POSITIVE_INFINITY });
    const statuses = [];
    for (let i = 0; i < 4; i += 1) statuses.push((await get()).status);
    expect(statuses).toEqual([503, 503, 500, 500]);
    emulator.clearResponses();
    expect((await get()).status).toBe(200);
  });

  it('is sent to the next request of its kind', async () => {
    emulator.respond({ status: 500, for: 'flex' }, { status: 501, for: 'tenant' }, { status: 502 });
    expect((await fetch(emulator.url + path())).status).toBe(401);
    expect((await get()).status).toBe(501);
    expect((await getFlex()).status).toBe(500);
    expect((await getFlex()).status).toBe(502);
    expect((await getFlex()).status).toBe(200);
  });

  it.each([
    ['the list of projects', '/api/atlas/v2/groups'],
    ['the clusters of one project', `/api/atlas/v2/groups/${GROUP_ID}/flexClusters`],
    ['the snapshots of one cluster', `/api/atlas/v2/groups/${GROUP_ID}/flexClusters/Two/backup/snapshots`],
    ['an unknown path', '/api/atlas/v2/orgs'],
  ])('is sent to %s only, if it has that path', async (_name, aimed) => {
    emulator.seed({ clusterName: 'Two', snapshots: [] });
    emulator.respond({ status: 503, path: aimed, times: Number.POSITIVE_INFINITY }, { status: 500, path: path() });
    const ask = async (target: string) =>
      (await fetch(emulator.url + target, { headers: { ...bearer(), accept: FLEX } })).status;
    expect((await getFlex()).status).toBe(200);
    expect(await ask(`${aimed}?pageNum=1`)).toBe(503);
    expect((await get()).status).toBe(500);
    expect((await get()).status).toBe(200);
    expect(await ask(aimed)).toBe(503);
  });

  it('with a path and another target needs both', async () => {
    emulator.respond({ status: 503, path: path(), for: 'flex' }, { status: 502, path: path(), for: 'any' });
    expect((await postToken()).status).toBe(200);
    expect((await get()).status).toBe(502);
    expect((await get()).status).toBe(200);
    expect((await getFlex()).status).toBe(200);
  });

  it('for any request is sent before authentication', async () => {
    emulator.respond({ status: 503, for: 'any' });
    expect((await fetch(emulator.url + path())).status).toBe(503);
    expect((await fetch(emulator.url + path())).status).toBe(401);
  });

  it('of the token endpoint is an OAuth error, except a 429', async () => {
    emulator.respond({ status: 500, for: 'token', retryAfter: 2, headers: { 'x-test': 'yes' } });
    emulator.respond({ status: 403, for: 'token', errorCode: 'access_denied', detail: 'No.' });
    emulator.respond({ status: 400, for: 'token' }, { status: 429, for: 'token' });
    expect((await get()).status).toBe(200);
    const first = await postToken();
    expect([first.headers.get('retry-after'), first.headers.get('x-test')]).toEqual(['2', 'yes']);
    expect(await first.json()).toMatchObject({ error: 'server_error' });
    expect(await (await postToken()).json()).toEqual({ error: 'access_denied', error_description: 'No.' });
    expect(await (await postToken()).json()).toMatchObject({ error: 'invalid_request' });
    expect(await (await postToken()).json()).toMatchObject({ error: 429, errorCode: 'RATE_LIMITED' });
    expect((await postToken()).status).toBe(200);
  });
});

describe('a fault', () => {
  const cause = async (promise: Promise<unknown>) => {
    const error = await promise.then(
      () => undefined,
      (reason: { cause?: { code?: string } }) => reason,
    );
    return error?.cause?.code;
  };

  it('delays an unchanged response', async () => {
    emulator.respond({ delay: 30 }, { delay: 10, for: 'any' }, { delay: 1, for: 'token' });
    const before = performance.now();
    expect((await get()).status).toBe(200);
    expect(performance.now() - before).toBeGreaterThan(25);
    expect((await postToken()).status).toBe(200);
  });

  it('resets the connection before the head', async () => {
    emulator.respond({ reset: true });
    expect(await cause(get())).toBe('ECONNRESET');
    expect(emulator.requests[0]?.status).toBeUndefined();
    expect((await get()).status).toBe(200);
  });

  it('resets the connection in the body', async () => {
    emulator.respond({ reset: 'body', status: 503 }, { reset: 'body' });
    for (const status of [503, 200]) {
      const response = await get();
      expect(response.status).toBe(status);
      expect(await cause(response.text())).toBe('UND_ERR_SOCKET');
    }
  });

  it.each([{ reset: true, times: Number.POSITIVE_INFINITY }, { reset: 'body' }] as const)(
    'fails a call without retries on a client with kept connections: %j',
    async (response) => {
      const { url: baseUrl, credentials, groupId, clusterName, snapshotId } = emulator;
      await using client = new TenantSnapshotsClient({ baseUrl, credentials: credentials.apiKey, maxRetries: 0 });
      const call = () => client.getTenantSnapshot(groupId, clusterName, snapshotId);
      await Promise.all([call(), call(), call()]);
      emulator.respond(response);
      await expect(call()).rejects.toHaveProperty('code', 'CONNECTION');
      emulator.clearResponses();
      await expect(call()).resolves.toHaveProperty('id', snapshotId);
    },
  );

  it('hangs until the client gives up', async () => {
    emulator.respond({ hang: true });
    await expect(get('', { signal: AbortSignal.timeout(20) })).rejects.toThrow(/timeout/);
  });

  it('hangs in the body until the client gives up', async () => {
    emulator.respond({ hang: 'body' });
    const client = new AbortController();
    const response = await get('', { signal: client.signal });
    expect(response.status).toBe(200);
    const body = response.text();
    setTimeout(() => client.abort(), 20);
    await expect(body).rejects.toThrow(/abort/);
  });

  it('ends with the emulator', async () => {
    emulator.respond({ hang: true, times: 2 });
    const hanging = [get(), emulator.fetch(new Request(emulator.url + path(), { headers: bearer() }))];
    await expect.poll(() => emulator.requests.length).toBe(2);
    await emulator.close();
    const results = await Promise.allSettled(hanging);
    expect(results.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    await expect(emulator.fetch(new Request(emulator.url + path(), { headers: bearer() }))).resolves.toHaveProperty(
      'ok',
    );
  });
});

describe('the emulator', () => {
  const raw = (options: { path: string; method?: string; headers?: Record<string, string> }) =>
    new Promise<number | undefined>((resolve, reject) => {
      const { port } = new URL(emulator.url);
      httpRequest({ port, host: '127.0.0.1', ...options }, (response) => {
        response.resume();
        resolve(response.statusCode);
      })
        .on('error', reject)
        .end();
    });

  it('accepts an absolute URL in the request line, as proxies send it', async () => {
    expect(await raw({ path: emulator.url + path(), headers: bearer() })).toBe(200);
  });

  it('responds with 400 to an invalid request', async () => {
    expect(await raw({ path: '/', method: 'TRACE' })).toBe(400);
    expect(await raw({ path: '/', headers: { host: '[' } })).toBe(400);
  });

  it('rejects with EADDRINUSE if its port is in use', async () => {
    const port = Number(new URL(emulator.url).port);
    await expect(startAtlasEmulator({ port })).rejects.toThrow('EADDRINUSE');
  });

  it('may be closed twice, and by `await using`', async () => {
    await Promise.all([emulator.close(), emulator[Symbol.asyncDispose]()]);
    await expect(get()).rejects.toThrow();
  });

  it('responds with 500 if a scripted status is not valid in HTTP', async () => {
    emulator.respond({ status: 42 });
    const response = await get();
    expect(response.status).toBe(500);
    expect(await response.text()).toMatch(/RangeError/);
  });

  it('records no requests if recordRequests is false', async () => {
    await emulator.close();
    emulator = await startAtlasEmulator({ recordRequests: false });
    expect((await get()).status).toBe(200);
    expect(emulator.requests).toEqual([]);
  });

  it('sends the same response without a socket by fetch()', async () => {
    const response = await emulator.fetch(new Request(emulator.url + path(), { headers: bearer() }));
    expect(await response.json()).toEqual(await (await get()).json());
  });
});
