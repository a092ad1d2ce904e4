import Keyv from 'keyv';
import { describe, expect, it, vi } from 'vitest';
import { AtlasAuthenticationError, AtlasConfigurationError, AtlasError } from '../../src/index.js';
import { brokenStores, RecordingStore, storeOf } from '../support/odd-stores.js';
import { openClient } from '../support/open-client.js';
import { openEmulator } from '../support/open-emulator.js';
import { rejection } from '../support/rejection.js';
import {
  countAnswered,
  getFrom,
  openServiceAccount,
  openServiceAccountClient,
  reasonsOf,
} from '../support/service-account.js';
import { runClock, stopClock } from '../support/test-clock.js';

const always = Number.POSITIVE_INFINITY;

/** A token in the format of the store. */
function stored(accessToken: string, life = 3_600_000, lifetime = 3_600_000): string {
  return JSON.stringify({ accessToken, expiresAt: Date.now() + life, lifetime });
}

describe('a token store', () => {
  it('may be a Keyv instance, and shares a token between clients', async () => {
    const tokenStore = new Keyv();
    const { emulator, get, tokenRequests } = await openServiceAccount({ tokenStore });
    await get();
    for (let other = 0; other < 5; other += 1) {
      await getFrom(emulator, openServiceAccountClient(emulator, { tokenStore }));
    }
    expect(tokenRequests()).toHaveLength(1);
  });

  it('has a key made of the base URL and the client id, without the secret', async () => {
    const tokenStore = new RecordingStore();
    const { emulator, get } = await openServiceAccount({ tokenStore });
    await get();
    const { clientId, clientSecret } = emulator.credentials.serviceAccount;
    const [key = ''] = tokenStore.gets;
    expect(key).toContain(emulator.url);
    expect(key).toContain(clientId);
    expect(key).not.toContain(clientSecret);
    expect(key).not.toContain(btoa(`${clientId}:${clientSecret}`));
    expect(new Set([...tokenStore.gets, ...tokenStore.sets.map((set) => set.key)])).toEqual(new Set([key]));
  });

  it('has separate keys for different clients, hosts and paths', async () => {
    const tokenStore = new RecordingStore();
    const emulator = await openEmulator();
    const { port } = new URL(emulator.url);
    const clients = [
      { clientId: 'a', baseUrl: emulator.url },
      { clientId: 'b', baseUrl: emulator.url },
      { clientId: 'a', baseUrl: `http://localhost:${port}` },
      { clientId: 'a', baseUrl: `${emulator.url}/proxy` },
      { clientId: 'a', baseUrl: `${emulator.url}/proxy/` },
    ];
    for (const { clientId, baseUrl } of clients) {
      const credentials = { clientId, clientSecret: 'wrong' };
      const client = openClient({ baseUrl, credentials, tokenStore });
      tokenStore.gets.push('--');
      await rejection(getFrom(emulator, client), AtlasAuthenticationError);
    }
    expect(new Set(tokenStore.gets).size).toBe(1 + 4);
  });

  it('stores the token with its lifetime as the TTL, without the client secret', async () => {
    stopClock();
    const tokenStore = new RecordingStore();
    const { emulator, get } = await openServiceAccount({ tokenStore }, { tokens: { lifetime: 600 } });
    await get();
    const [set] = tokenStore.sets;
    const token = emulator.requests[1]?.headers['authorization']?.slice('Bearer '.length);
    expect(JSON.parse(set?.value ?? '')).toEqual({
      accessToken: token,
      expiresAt: Date.now() + 600_000,
      lifetime: 600_000,
    });
    expect(set?.ttlMs).toBe(600_000);
    expect(set?.value).not.toContain(emulator.credentials.serviceAccount.clientSecret);
  });

  it('is read before each fetch, not for each call', async () => {
    stopClock();
    const tokenStore = new RecordingStore();
    const { emulator, get, getAll } = await openServiceAccount({ tokenStore });
    await getAll(20);
    await get();
    expect(tokenStore.gets).toHaveLength(1);
    vi.advanceTimersByTime(3_600_000);
    await get();
    expect(tokenStore.gets).toHaveLength(2);
    expect(tokenStore.sets).toHaveLength(2);
    expect(emulator.requests.filter(({ kind }) => kind === 'token')).toHaveLength(2);
  });

  it('is read before a retry, which then uses the token of another process', async () => {
    stopClock();
    const tokenStore = new RecordingStore();
    const { emulator, get, tokenRequests } = await openServiceAccount({ tokenStore });
    emulator.respond({ for: 'token', status: 503, times: always });
    const call = get().withResponse();
    while (tokenRequests()[0]?.status !== 503) await new Promise(setImmediate);
    vi.advanceTimersByTime(300);
    tokenStore.values.set(tokenStore.gets[0] ?? '', stored(emulator.issueToken()));
    expect((await runClock(call)).response.status).toBe(200);
    expect(tokenRequests()).toHaveLength(1);
  });

  it('is read after a rate limit, even if Retry-After is past the deadline', async () => {
    stopClock();
    const tokenStore = new RecordingStore();
    const { emulator, get, tokenRequests } = await openServiceAccount({ tokenStore });
    emulator.respond({ for: 'token', status: 429, retryAfter: 60, times: always });
    const call = get();
    while (tokenRequests()[0]?.status !== 429) await new Promise(setImmediate);
    tokenStore.values.set(tokenStore.gets[0] ?? '', stored(emulator.issueToken()));
    await runClock(call);
    expect(tokenRequests()).toHaveLength(1);
  });

  // Atlas may need a second to issue a token, but refuses one at once: a refused process may look before the token of
  // another is in the store.
  it.each([
    { for: 'token', status: 429, retryAfter: 60, times: always },
    { for: 'token', status: 403, times: always },
  ] as const)('is read again if the token of another process arrives a second after a $status', async (refusal) => {
    stopClock();
    const tokenStore = new RecordingStore();
    const { emulator, get, tokenRequests } = await openServiceAccount({ tokenStore });
    emulator.respond(refusal);
    const call = get();
    setTimeout(() => tokenStore.values.set(tokenStore.gets[0] ?? '', stored(emulator.issueToken())), 1_000);
    await runClock(call);
    expect(tokenRequests().length).toBeLessThanOrEqual(4);
  });

  it.each([
    { retryAfter: 0, reads: 2 },
    { retryAfter: 1, reads: 4 },
    { retryAfter: 60, reads: 6 },
  ])('is read $reads times if Atlas refuses with Retry-After: $retryAfter', async ({ retryAfter, reads }) => {
    stopClock();
    const tokenStore = new RecordingStore();
    const { emulator, get } = await openServiceAccount({ tokenStore, maxRetries: 0 });
    emulator.respond({ for: 'token', status: 429, retryAfter, times: always });
    await runClock(rejection(get(), AtlasAuthenticationError));
    expect(tokenStore.gets).toHaveLength(reads);
  });

  it('is never given an expired token', async () => {
    stopClock();
    const tokenStore = new RecordingStore();
    const { get } = await openServiceAccount({ tokenStore }, { tokens: { lifetime: 0 } });
    await rejection(get(), AtlasError);
    expect(tokenStore.sets).toEqual([]);
  });

  it('saves a renewal if another process renewed the token', async () => {
    stopClock();
    const tokenStore = new RecordingStore();
    const { emulator, get, tokenRequests } = await openServiceAccount({ tokenStore });
    await get();
    vi.advanceTimersByTime(3_590_000);
    tokenStore.values.set(tokenStore.gets[0] ?? '', stored(emulator.issueToken()));
    await get();
    expect(tokenRequests()).toHaveLength(1);
  });

  it('without set is rejected by the constructor', async () => {
    // As a caller without types may pass it.
    const tokenStore = { get: async () => undefined } as unknown as Keyv;
    const emulator = await openEmulator();
    expect(() => openServiceAccountClient(emulator, { tokenStore })).toThrow(AtlasConfigurationError);
  });
});

describe('a store that fails', () => {
  it.each(brokenStores)('leads to one token request within a few seconds, if it $does', async ({ store }) => {
    stopClock();
    const { get, getAll, tokenRequests } = await openServiceAccount({ tokenStore: store });
    const before = performance.now();
    await runClock(get());
    expect(performance.now() - before).toBeLessThan(3_000);
    expect(countAnswered(await getAll(10))).toBe(10);
    expect(tokenRequests()).toHaveLength(1);
  });

  it.each(brokenStores)('does not change the retries of a failed fetch, if it $does', async ({ store }) => {
    stopClock();
    const { emulator, getAll, tokenRequests } = await openServiceAccount({ tokenStore: store, maxRetries: 1 });
    emulator.respond({ for: 'token', status: 503, times: always });
    const reasons = reasonsOf(await runClock(getAll(10)));
    for (const reason of reasons) expect(reason).toMatchObject({ code: 'AUTHENTICATION', status: 503, attempts: 2 });
    expect(reasons).toHaveLength(10);
    expect(tokenRequests()).toHaveLength(2);
  });

  it('does not extend the timeout of the call, if it hangs', async () => {
    stopClock();
    const store = brokenStores.find(({ does }) => does === 'hangs')?.store;
    const { get, emulator, client } = await openServiceAccount({ tokenStore: store });
    await expect(runClock(get({ timeout: 100 }))).rejects.toMatchObject({ code: 'TIMEOUT' });
    expect(emulator.requests).toEqual([]);
    // close() waits for the token fetch, which waits for the store.
    await runClock(client.close());
  });

  it('is ignored if it responds too late', async () => {
    stopClock();
    const settle: ((value: unknown) => void)[] = [];
    const slow = () => new Promise((resolve) => settle.push(resolve));
    const { get, tokenRequests } = await openServiceAccount({ tokenStore: { get: slow, set: slow } });
    await runClock(get());
    for (const resolve of settle) resolve('too late');
    await get();
    expect(tokenRequests()).toHaveLength(1);
  });

  it('causes no unhandled rejection if it rejects too late', async () => {
    stopClock();
    const fail: ((reason: Error) => void)[] = [];
    const slow = () => new Promise((_resolve, reject) => fail.push(reject));
    const { get } = await openServiceAccount({ tokenStore: { get: slow, set: slow } });
    const unhandled = vi.fn();
    process.once('unhandledRejection', unhandled);
    await runClock(get());
    for (const reject of fail) reject(new Error('too late'));
    await new Promise(setImmediate);
    process.removeListener('unhandledRejection', unhandled);
    expect(unhandled).not.toHaveBeenCalled();
  });

  it('is not mentioned in the error of a call', async () => {
    const { get } = await openServiceAccount({ tokenStore: brokenStores[0]?.store, clientSecret: 'wrong' });
    const error = await rejection(get(), AtlasAuthenticationError);
    expect(`${error.message}${error.cause}`).not.toContain('the store is broken');
  });
});

describe('a store with', () => {
  it.each([
    { what: 'text', value: 'not a token' },
    { what: 'truncated JSON', value: '{"accessToken":"a' },
    { what: 'a bare token', value: 'emulator-token-0123' },
    { what: 'other JSON', value: '{"access_token":"a","expires_in":3600}' },
    { what: 'null', value: null },
    { what: 'a number', value: 17 },
    { what: 'bytes', value: Buffer.from('not a token') },
    { what: 'a list', value: [] },
    { what: 'a token that is invalid in a header', value: stored('a\r\nx-injected: yes') },
    { what: 'a token that never expires', value: '{"accessToken":"a","lifetime":3600000,"expiresAt":1e999}' },
  ])('$what leads to one token request', async ({ value }) => {
    const { emulator, get, tokenRequests } = await openServiceAccount({ tokenStore: storeOf(value) });
    await get();
    await get();
    expect(tokenRequests()).toHaveLength(1);
    expect(emulator.requests).toHaveLength(3);
  });

  it.each([
    { what: 'an expired token', life: -1, lifetime: 3_600_000 },
    { what: 'a token that is about to expire', life: 59_000, lifetime: 3_600_000 },
    { what: 'an expired token with a negative lifetime', life: -1, lifetime: -3_600_000 },
  ])('$what leads to one token request, and the token is not sent', async ({ life, lifetime }) => {
    const tokenStore = storeOf(stored('expired', life, lifetime));
    const { emulator, get, tokenRequests } = await openServiceAccount({ tokenStore });
    await get();
    expect(tokenRequests()).toHaveLength(1);
    expect(emulator.requests.map(({ status }) => status)).toEqual([200, 200]);
  });

  it('a token of another service account leads to a 401 and one token request', async () => {
    const tokenStore = new RecordingStore();
    vi.spyOn(tokenStore, 'get').mockImplementation(async (key) => tokenStore.values.get(key) ?? stored('not-ours'));
    const { emulator, get, tokenRequests } = await openServiceAccount({ tokenStore });
    const { response } = await get().withResponse();
    expect(response.attempts).toBe(1);
    expect(tokenRequests()).toHaveLength(1);
    expect(emulator.requests.map(({ status }) => status)).toEqual([401, 200, 200]);
    expect(tokenStore.sets).toHaveLength(1);
  });

  it('a refused token that stays in the store leads to one token request', async () => {
    const { emulator, get, tokenRequests } = await openServiceAccount({ tokenStore: storeOf(stored('revoked')) });
    await get();
    await get();
    expect(tokenRequests()).toHaveLength(1);
    expect(emulator.requests).toHaveLength(4);
  });

  it("a revoked token leads to one token request after the client's own was revoked", async () => {
    const tokenStore = new RecordingStore();
    const { emulator, get, tokenRequests } = await openServiceAccount({ tokenStore });
    await get();
    tokenStore.values.set(tokenStore.gets[0] ?? '', stored('revoked-as-well'));
    emulator.revokeTokens();
    await get();
    expect(tokenRequests()).toHaveLength(2);
    await get();
    expect(tokenRequests()).toHaveLength(2);
  });

  it.each([2, 3, 4, 5, 6])(
    'another revoked token at each of %i reads causes no unhandled rejection',
    async (revoked) => {
      stopClock();
      const emulator = await openEmulator();
      let reads = 0;
      const tokenStore = storeOf(undefined);
      vi.spyOn(tokenStore, 'get').mockImplementation(async () => {
        reads += 1;
        return reads > revoked ? undefined : stored(`revoked-${reads}`);
      });
      emulator.respond({ for: 'token', status: 403, times: always });
      const unhandled = vi.fn();
      process.on('unhandledRejection', unhandled);
      const client = openServiceAccountClient(emulator, { tokenStore });
      await runClock(rejection(getFrom(emulator, client), AtlasError));
      // Work that outlives the call may fail too.
      await runClock(new Promise((resolve) => setTimeout(resolve, 1_000)));
      process.removeListener('unhandledRejection', unhandled);
      expect(unhandled).not.toHaveBeenCalled();
    },
  );

  it('a newer token than the refused one saves the token request', async () => {
    const tokenStore = new RecordingStore();
    const { emulator, get, tokenRequests } = await openServiceAccount({ tokenStore });
    await get();
    emulator.revokeTokens();
    tokenStore.values.set(tokenStore.gets[0] ?? '', stored(emulator.issueToken()));
    await get();
    expect(tokenRequests()).toHaveLength(1);
  });

  it('a new revoked token at each read leads to one token request, within the attempt', async () => {
    const tokenStore = new RecordingStore();
    vi.spyOn(tokenStore, 'get').mockImplementation(async (key) => {
      tokenStore.gets.push(key);
      return stored(`revoked-${tokenStore.gets.length}`);
    });
    const { emulator, get, tokenRequests } = await openServiceAccount({ tokenStore });
    const { response } = await get().withResponse();
    expect(response.attempts).toBe(1);
    expect(tokenRequests()).toHaveLength(1);
    expect(emulator.requests.map(({ status }) => status)).toEqual([401, 401, 200, 200]);
  });

  it('a valid token after each revocation saves every token request', async () => {
    const tokenStore = new RecordingStore();
    const { emulator, get, tokenRequests } = await openServiceAccount({ tokenStore });
    await get();
    for (let revocation = 0; revocation < 5; revocation += 1) {
      emulator.revokeTokens();
      tokenStore.values.set(tokenStore.gets[0] ?? '', stored(emulator.issueToken()));
      await get();
    }
    expect(tokenRequests()).toHaveLength(1);
  });

  it('an object instead of a string works', async () => {
    const emulator = await openEmulator();
    const tokenStore = storeOf(JSON.parse(stored(emulator.issueToken())));
    await getFrom(emulator, openServiceAccountClient(emulator, { tokenStore }));
    expect(emulator.requests.map(({ kind }) => kind)).toEqual(['tenant']);
  });
});

describe('a wrong secret', () => {
  it('is reported as such with a store', async () => {
    stopClock();
    const { get, apiRequests } = await openServiceAccount({ tokenStore: new Keyv(), clientSecret: 'wrong' });
    const error = await runClock(rejection(get(), AtlasAuthenticationError));
    expect(error).toMatchObject({ status: 401, error: 'invalid_client' });
    expect(apiRequests()).toEqual([]);
  });
});
