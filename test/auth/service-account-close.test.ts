import { describe, expect, it } from 'vitest';
import { TenantSnapshotsClient, type TenantSnapshotsClientOptions } from '../../src/index.js';
import { fakeClock, passTime, skipTime } from '../support/fault-clock.js';
import { deferred } from '../support/fault-deferred.js';
import { expectNoUnhandledRejection } from '../support/fault-rejections.js';
import { startFaultServer } from '../support/fault-server.js';
import { answer, good, reset, type Script, until } from '../support/fault-steps.js';
import { RecordingStore } from '../support/odd-stores.js';
import { openEmulator } from '../support/open-emulator.js';
import { path } from '../support/snapshot-routes.js';

expectNoUnhandledRejection();

const tokenAnswer = answer(200, '{"access_token":"the-token","expires_in":3600}');

interface Scripts {
  readonly token?: Script;
  readonly api?: Script;
  readonly revoke?: Script;
}

/** A client with a service account, and a server with these responses. */
async function open(
  { token = [tokenAnswer], api = good, revoke = [answer(200, '')] }: Scripts,
  options: TenantSnapshotsClientOptions = {},
) {
  const server = await startFaultServer(({ target }) => {
    if (target.endsWith('/token')) return token;
    return target.endsWith('/revoke') ? revoke : api;
  });
  const client = new TenantSnapshotsClient({
    baseUrl: server.url,
    credentials: { clientId: 'id', clientSecret: 'secret' },
    endpoint: 'tenant',
    maxRetries: 0,
    ...options,
  });
  const kinds = () => server.requests.map(({ target }) => /\/(token|revoke)$/.exec(target)?.[1] ?? 'api');
  return { server, client, kinds, get: () => client.getTenantSnapshot(...path) };
}

describe('close() of a client that fetched a token', () => {
  it('revokes it, logged in as the service account', async () => {
    const { server, client, kinds, get } = await open({});
    await get();
    await client.close();
    expect(kinds()).toEqual(['token', 'api', 'revoke']);
    const request = server.requests[2];
    expect(request).toMatchObject({ method: 'POST', target: '/api/oauth/revoke' });
    expect(request?.authorization).toMatch(/^Basic /);
    expect(request?.body).toBe('token=the-token&token_type_hint=access_token');
  });

  it('invalidates it at Atlas', async () => {
    const emulator = await openEmulator();
    const { serviceAccount } = emulator.credentials;
    const client = new TenantSnapshotsClient({ baseUrl: emulator.url, credentials: serviceAccount });
    const values = [emulator.groupId, emulator.clusterName, emulator.snapshotId] as const;
    await client.getTenantSnapshot(...values);
    const accessToken = emulator.requests.at(-1)?.headers['authorization']?.replace('Bearer ', '') ?? '';
    await client.close();
    await using other = new TenantSnapshotsClient({ baseUrl: emulator.url, credentials: { accessToken } });
    await expect(other.getTenantSnapshot(...values)).rejects.toMatchObject({ code: 'API_ERROR', status: 401 });
  });

  it('revokes it even if its renewal fails meanwhile', async () => {
    let tokens = 0;
    const server = await startFaultServer(({ target }) => {
      if (target.endsWith('/revoke')) return [answer(200, '')];
      if (!target.endsWith('/token')) return good;
      tokens += 1;
      // The first token is due for renewal at once.
      return tokens === 1 ? [answer(200, '{"access_token":"the-token","expires_in":1}')] : [answer(500, '{}')];
    });
    const credentials = { clientId: 'id', clientSecret: 'secret' };
    const client = new TenantSnapshotsClient({ baseUrl: server.url, credentials, maxRetries: 0 });
    await client.getTenantSnapshot(...path);
    await new Promise((resolve) => setTimeout(resolve, 900));
    const renewing = client.getTenantSnapshot(...path).catch(() => undefined);
    await client.close();
    await renewing;
    expect(tokens).toBe(2);
    expect(server.requests.at(-1)?.target).toBe('/api/oauth/revoke');
  });

  it('revokes it once, even if it is called several times', async () => {
    const { client, kinds, get } = await open({});
    await get();
    await Promise.all([client.close(), client.close(), client[Symbol.asyncDispose]()]);
    await client.close();
    expect(kinds()).toEqual(['token', 'api', 'revoke']);
  });

  it('revokes it after the calls on the wire have ended', async () => {
    const response = deferred();
    const { client, kinds, get } = await open({ api: [until(response.promise), ...good] });
    const call = get();
    await expect.poll(kinds, { interval: 1 }).toEqual(['token', 'api']);
    const closing = client.close();
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(kinds()).toEqual(['token', 'api']);
    response.resolve();
    await expect(call).resolves.toMatchObject({ status: 'COMPLETED' });
    await closing;
    expect(kinds()).toEqual(['token', 'api', 'revoke']);
  });

  it.each<[name: string, revoke: Script]>([
    ['is refused', [answer(401, '{"error":"invalid_client"}')]],
    ['fails', [answer(500, '<h1>no</h1>')]],
    ['breaks the connection', [reset]],
  ])('resolves if the revocation %s', async (_name, revoke) => {
    const { client, get } = await open({ revoke });
    await get();
    await expect(client.close()).resolves.toBeUndefined();
  });

  it('revokes the token that replaced a refused one, but not the refused one', async () => {
    let tokens = 0;
    const server = await startFaultServer(({ target, authorization }) => {
      if (target.endsWith('/revoke')) return [answer(200, '')];
      if (target.endsWith('/token')) {
        tokens += 1;
        return [answer(200, `{"access_token":"token-${tokens}","expires_in":3600}`)];
      }
      return authorization === 'Bearer token-2' ? good : [answer(401, '{}')];
    });
    const client = new TenantSnapshotsClient({
      baseUrl: server.url,
      credentials: { clientId: 'id', clientSecret: 'secret' },
      endpoint: 'tenant',
    });
    await client.getTenantSnapshot(...path);
    await client.close();
    const revoked = server.requests.filter(({ target }) => target.endsWith('/revoke')).map(({ body }) => body);
    expect(revoked).toHaveLength(1);
    expect(revoked[0]).toContain('token=token-2&');
  });
});

describe('close() during a token fetch', () => {
  /** Starts a token fetch, and aborts its only call. */
  async function startFetch(options: TenantSnapshotsClientOptions = {}) {
    const response = deferred();
    const atlas = await open({ token: [until(response.promise), tokenAnswer] }, options);
    const stop = new AbortController();
    const call = atlas.client.getTenantSnapshot(...path, { signal: stop.signal });
    await expect.poll(atlas.kinds, { interval: 1 }).toEqual(['token']);
    stop.abort('stopped');
    await expect(call).rejects.toBe('stopped');
    return { ...atlas, response };
  }

  it('waits for the token and revokes it', async () => {
    const { client, kinds, response } = await startFetch();
    const closing = client.close();
    await new Promise((resolve) => setTimeout(resolve, 20));
    response.resolve();
    await closing;
    expect(kinds()).toEqual(['token', 'revoke']);
  });

  it('writes the token to the store and does not revoke it', async () => {
    const tokenStore = new RecordingStore();
    const { client, kinds, response } = await startFetch({ tokenStore });
    const closing = client.close();
    response.resolve();
    await closing;
    expect(kinds()).toEqual(['token']);
    expect(tokenStore.sets).toHaveLength(1);
  });
});

describe('close() does not revoke', () => {
  it('a token that is shared in a store', async () => {
    const { client, kinds, get } = await open({}, { tokenStore: new RecordingStore() });
    await get();
    await client.close();
    expect(kinds()).toEqual(['token', 'api']);
  });

  it('a token that came from a store', async () => {
    const tokenStore = new RecordingStore();
    const first = await open({}, { tokenStore });
    await first.get();
    const second = new TenantSnapshotsClient({
      baseUrl: first.server.url,
      credentials: { clientId: 'id', clientSecret: 'secret' },
      tokenStore,
      endpoint: 'tenant',
    });
    await second.getTenantSnapshot(...path);
    await second.close();
    expect(first.kinds()).toEqual(['token', 'api', 'api']);
    await first.client.close();
    expect(first.kinds()).toEqual(['token', 'api', 'api']);
  });

  it('a token that has expired', async () => {
    const { client, kinds, get } = await open({ token: [answer(200, '{"access_token":"the-token","expires_in":0}')] });
    await get();
    await client.close();
    expect(kinds()).toEqual(['token', 'api']);
  });

  it('anything if no token was fetched', async () => {
    const { client, server } = await open({});
    await client.close();
    expect(server.connections).toBe(0);
  });

  it("a caller's own token", async () => {
    const { client, kinds, get } = await open({}, { credentials: { accessToken: 'own' } });
    await get();
    await client.close();
    expect(kinds()).toEqual(['api']);
  });
});

describe('close() waits at most 2 s', () => {
  fakeClock();

  /** Whether a promise settles within that many ms of the stopped clock. */
  async function settlesWithin(ms: number, promise: Promise<unknown>): Promise<boolean> {
    let isSettled = false;
    void promise.then(() => {
      isSettled = true;
    });
    await passTime(ms);
    return isSettled;
  }

  it('for a revocation that gets no response', async () => {
    const { client, get, kinds } = await open({ revoke: [] });
    await skipTime(get());
    const closing = client.close();
    await expect.poll(kinds, { interval: 1 }).toContain('revoke');
    expect(await settlesWithin(1_900, closing)).toBe(false);
    expect(await settlesWithin(200, closing)).toBe(true);
  });

  it('for a token fetch that gets no response and the revocation together', async () => {
    const response = deferred();
    const { client, get, kinds } = await open({ token: [until(response.promise), tokenAnswer], revoke: [] });
    await skipTime(
      expect(client.getTenantSnapshot(...path, { timeout: 50 })).rejects.toMatchObject({ code: 'TIMEOUT' }),
    );
    const closing = client.close();
    await passTime(1_500);
    response.resolve();
    await expect.poll(kinds, { interval: 1 }).toContain('revoke');
    expect(await settlesWithin(600, closing)).toBe(true);
    await expect(get()).rejects.toMatchObject({ code: 'CLOSED' });
  });
});
