import { describe, expect, it } from 'vitest';
import { clustersPath, flexApiPath, openApi, projectsPath, tenantApiPath } from '../support/open-api.js';

const forever = Number.POSITIVE_INFINITY;

describe('a scripted response', () => {
  it('is sent as often as scripted, in order, until the script is cleared', async () => {
    const { emulator, statusOf } = await openApi();
    emulator.respond({ status: 503, times: 2 }, { status: 500, times: forever });
    for (const status of [503, 503, 500, 500]) expect(await statusOf(tenantApiPath())).toBe(status);
    emulator.clearResponses();
    expect(await statusOf(tenantApiPath())).toBe(200);
    expect(emulator.requests.map(({ status }) => status)).toEqual([503, 503, 500, 500, 200]);
  });

  it('of the token endpoint is an OAuth error, except a 429', async () => {
    const { emulator, fetchToken, statusOf } = await openApi();
    emulator.respond({ status: 500, for: 'token', retryAfter: 2, headers: { 'x-test': 'yes' } });
    emulator.respond({ status: 403, for: 'token', errorCode: 'access_denied', detail: 'No.' });
    emulator.respond({ status: 400, for: 'token' }, { status: 429, for: 'token' });
    expect(await statusOf(tenantApiPath())).toBe(200);
    const first = await fetchToken();
    expect([first.headers.get('retry-after'), first.headers.get('x-test')]).toEqual(['2', 'yes']);
    expect(first.json).toMatchObject({ error: 'server_error' });
    expect((await fetchToken()).json).toEqual({ error: 'access_denied', error_description: 'No.' });
    expect((await fetchToken()).json).toMatchObject({ error: 'invalid_request' });
    expect((await fetchToken()).json).toMatchObject({ error: 429, errorCode: 'RATE_LIMITED' });
    expect((await fetchToken()).status).toBe(200);
  });
});

describe('a target', () => {
  it('is the next request of its kind, by default the next one that has logged in', async () => {
    const { emulator, statusOf, fetchToken } = await openApi();
    emulator.respond({ status: 500, for: 'flex' }, { status: 501, for: 'tenant' }, { status: 502 });
    expect(await statusOf(tenantApiPath(), { headers: {} })).toBe(401);
    expect((await fetchToken()).status).toBe(200);
    expect(await statusOf(tenantApiPath())).toBe(501);
    for (const status of [500, 502, 200]) expect(await statusOf(flexApiPath())).toBe(status);
  });

  it('of any request is met before authentication', async () => {
    const { emulator, statusOf } = await openApi();
    emulator.respond({ status: 503, for: 'any' });
    expect(await statusOf(tenantApiPath(), { headers: {} })).toBe(503);
    expect(await statusOf(tenantApiPath(), { headers: {} })).toBe(401);
  });

  it('may be a path, whatever its query', async () => {
    const { emulator, statusOf } = await openApi();
    emulator.seed({ clusterName: 'Two', snapshots: [] });
    emulator.respond({ status: 503, path: flexApiPath('', 'Two'), times: forever }, { status: 501, path: '/orgs' });
    for (const path of [projectsPath, clustersPath(), flexApiPath()]) expect(await statusOf(path)).toBe(200);
    expect(await statusOf(flexApiPath('?pageNum=1', 'Two'))).toBe(503);
    expect(await statusOf('/orgs')).toBe(501);
  });

  it('may be the path of a token request', async () => {
    const { emulator, fetchToken } = await openApi();
    emulator.respond({ status: 500, path: '/api/oauth/token' });
    expect((await fetchToken()).status).toBe(500);
    expect((await fetchToken()).status).toBe(200);
  });

  it('may be both a path and a kind', async () => {
    const { emulator, statusOf } = await openApi();
    emulator.respond(
      { status: 500, path: tenantApiPath(), for: 'flex' },
      { status: 503, path: flexApiPath(), for: 'any' },
    );
    expect(await statusOf(tenantApiPath())).toBe(200);
    expect(await statusOf(flexApiPath())).toBe(503);
    expect(await statusOf(flexApiPath())).toBe(200);
  });
});

describe('a fault', () => {
  const causeOf = (error: { cause?: { code?: string } }) => error.cause?.code;

  it('delays an unchanged response', async () => {
    const { emulator, statusOf, fetchToken } = await openApi();
    emulator.respond({ delay: 30 }, { delay: 10, for: 'any' }, { delay: 1, for: 'token' });
    const before = performance.now();
    expect(await statusOf(tenantApiPath())).toBe(200);
    expect(performance.now() - before).toBeGreaterThan(25);
    expect((await fetchToken()).status).toBe(200);
  });

  it('hangs one of several concurrent requests until its client gives up', async () => {
    const { emulator, statusOf } = await openApi();
    emulator.respond({ hang: true, path: clustersPath() });
    const hanging = expect(statusOf(clustersPath(), { signal: AbortSignal.timeout(50) })).rejects.toThrow(/timeout/);
    expect(await Promise.all([statusOf(projectsPath), statusOf(flexApiPath())])).toEqual([200, 200]);
    await hanging;
  });

  it('resets the connection before the head', async () => {
    const { emulator, statusOf } = await openApi();
    emulator.respond({ reset: true });
    expect(await statusOf(tenantApiPath()).catch(causeOf)).toBe('ECONNRESET');
    expect(emulator.requests[0]?.status).toBeUndefined();
    expect(await statusOf(tenantApiPath())).toBe(200);
  });

  it('resets the connection in the body', async () => {
    const { emulator, ask } = await openApi();
    for (const answer of [{ status: 503 }, {}, { for: 'any' }] as const) {
      emulator.respond({ reset: 'body', ...answer });
      const response = await ask(tenantApiPath());
      expect(response.status).toBe('status' in answer ? 503 : 200);
      expect(await response.text().catch(causeOf)).toBe('UND_ERR_SOCKET');
    }
  });

  it('hangs in the body until the client gives up', async () => {
    const { emulator, ask } = await openApi();
    emulator.respond({ hang: 'body' });
    const client = new AbortController();
    const response = await ask(tenantApiPath(), { signal: client.signal });
    expect(response.status).toBe(200);
    const body = response.text();
    setTimeout(() => client.abort(), 20);
    await expect(body).rejects.toThrow(/abort/);
  });

  it('ends with the emulator', async () => {
    const { emulator, login, ask } = await openApi();
    const withoutSocket = () => emulator.fetch(new Request(emulator.url + tenantApiPath(), { headers: login }));
    emulator.respond({ hang: true, times: 2 });
    const hanging = [ask(tenantApiPath()), withoutSocket()];
    await expect.poll(() => emulator.requests.length).toBe(2);
    await emulator.close();
    for (const { status } of await Promise.allSettled(hanging)) expect(status).toBe('rejected');
    await expect(withoutSocket()).resolves.toHaveProperty('ok', true);
  });
});
