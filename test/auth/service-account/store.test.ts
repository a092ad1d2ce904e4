import Keyv from 'keyv';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import {
  AtlasAuthenticationError,
  type AtlasCredentials,
  type TenantSnapshotsClientOptions,
} from '../../../src/index.js';
import { runClock, standStill } from '../../support/clock.js';
import { brokenStores, RecordingStore, storeOf } from '../../support/odd-stores.js';
import { rejection } from '../../support/rejection.js';
import type { Behavior, Reply } from '../../support/scripted-dispatcher.js';
import {
  challenge,
  converse,
  serviceAccount as credentials,
  hour,
  type Interlude,
  no,
  ok,
  openScripted,
  outcomeOf,
  pass,
  refusal,
  token,
} from '../support/conversation.js';

const key = 'atlas-tenant-snapshots:token:https://cloud.mongodb.com:mdb_sa_id_1';
const [t, u] = [token('t'), token('u')];
const atLimit = (status: number, retryAfter?: number): Reply => ({
  status,
  headers: retryAfter === undefined ? {} : { 'retry-after': `${retryAfter}` },
});

/** A token in the format of the store. */
function stored(accessToken: string, life = hour, lifetime = hour): string {
  return JSON.stringify({ accessToken, expiresAt: Date.now() + life, lifetime });
}

let store = new RecordingStore();
beforeEach(() => {
  store = new RecordingStore();
});

/** Another process puts a token into the store. */
const putNow = (accessToken: string) => void store.values.set(key, stored(accessToken));
const put = (accessToken: string): Interlude => ({ happens: () => putNow(accessToken) });

/** A client with the store. */
function openStored(script: Behavior[], options?: TenantSnapshotsClientOptions) {
  const atlas = openScripted({ credentials, tokenStore: store, ...options }, ...script);
  return { ...atlas, call: () => runClock(outcomeOf(atlas.get())) };
}

describe('a token store', () => {
  it('may be a Keyv instance, and shares a token between clients', async () => {
    const tokenStore = new Keyv();
    expect((await converse({ credentials, tokenStore }, token('t'), ok)).sent).toBe('token t');
    expect((await converse({ credentials, tokenStore }, ok, ok)).sent).toBe('t t');
  });

  it.each([
    ['the client id', { credentials }, key],
    [
      'the host',
      { baseUrl: 'http://localhost:8080' },
      'atlas-tenant-snapshots:token:http://localhost:8080:mdb_sa_id_1',
    ],
    ['the path', { baseUrl: 'https://x.org/p' }, 'atlas-tenant-snapshots:token:https://x.org/p:mdb_sa_id_1'],
    [
      'the path without its last /',
      { baseUrl: 'https://x.org/p/' },
      'atlas-tenant-snapshots:token:https://x.org/p:mdb_sa_id_1',
    ],
  ])('has a key that names %s, but no secret', async (_what, options, expected) => {
    const { call } = openStored([token('t'), ok], options);
    expect(await call()).toBe('ok');
    expect([...store.gets, ...store.sets.map((set) => set.key)]).toEqual([expected, expected]);
  });

  it('gets the token with its lifetime in ms as the TTL', async () => {
    const { call } = openStored([token('t', 600), ok]);
    await call();
    const [set] = store.sets;
    expect(set?.ttlMs).toBe(600_000);
    expect(JSON.parse(set?.value ?? '')).toEqual({
      accessToken: 't',
      expiresAt: expect.any(Number),
      lifetime: 600_000,
    });
  });

  it.each<[promise: string, script: (Behavior | Interlude)[], sent: string, reads: number, writes: number]>([
    ['is read before each fetch, not for each call', [t, ok, ok, pass(hour), u, ok], 'token t t token u', 2, 2],
    ['saves a renewal by another process', [t, ok, pass(hour - 10_000), put('other'), ok], 'token t other', 2, 1],
    ['may hold a refused token, which is replaced within the attempt', [put('x'), no, t, ok, ok], 'x token t t', 2, 1],
    [
      'with a new token after a refusal saves the token request',
      [t, ok, put('a'), no, ok, put('b'), no, ok, ok],
      'token t t a a b b',
      3,
      1,
    ],
    [
      'with another refused token after a refusal costs one token request',
      [t, ok, put('other'), no, no, u, ok, ok],
      'token t t other token u u',
      2,
      2,
    ],
  ])('%s', async (_promise, script, sent, reads, writes) => {
    const conversation = await converse({ credentials, tokenStore: store }, ...script);
    expect(conversation).toEqual({ sent, ended: expect.stringMatching(/^ok( ok)*$/) });
    expect([store.gets.length, store.sets.length]).toEqual([reads, writes]);
  });

  it('is read again after a fetched token was refused too', async () => {
    const script = [put('x'), no, t, no, pass(61_000), put('y'), no, ok];
    expect(await converse({ credentials, tokenStore: store }, ...script)).toEqual({
      sent: 'x token t t y',
      ended: '401 ok',
    });
  });

  it('is read again after it failed once, also if it had held two refused tokens', async () => {
    const get = vi.fn().mockResolvedValueOnce(stored('x')).mockResolvedValueOnce(stored('y'));
    get.mockRejectedValueOnce(new Error('down')).mockResolvedValue(stored('z'));
    const options = { credentials, tokenStore: { get, set: async () => true } };
    expect(await converse(options, no, no, atLimit(429), atLimit(429), ok)).toEqual({
      sent: 'x y token token z',
      ended: 'AUTHENTICATION ok',
    });
  });

  it('is never given an expired token', async () => {
    const { call } = openStored([token('t', 0), no]);
    await call();
    expect(store.sets).toEqual([]);
  });

  it('may hold an object instead of a string', async () => {
    const tokenStore = storeOf({ accessToken: 'other', expiresAt: Date.now() + hour, lifetime: hour });
    expect((await converse({ credentials, tokenStore }, ok)).sent).toBe('other');
  });

  it.each<[name: string, credentials: AtlasCredentials]>([
    ['an API key', { publicKey: 'public', privateKey: 'private-key' }],
    ['an access token', { accessToken: 'token' }],
    ['an accessToken function', { accessToken: () => 'token' }],
  ])('is not used with %s', async (_name, other) => {
    const script: Behavior = (request) => request.reply(request.headers['authorization'] ? ok : challenge('a'));
    const { call } = openStored([script], { credentials: other });
    expect(await call()).toBe('ok');
    expect([store.gets, store.sets]).toEqual([[], []]);
  });
});

describe('after a token request that failed, the store', () => {
  it('is read before the retry, which then uses the token of another process', async () => {
    const { get, sent } = openStored([refusal(503), ok], { maxRetries: 1 });
    const call = outcomeOf(get());
    await standStill();
    expect(sent()).toBe('token');
    vi.advanceTimersByTime(300);
    putNow('other');
    expect(await runClock(call)).toBe('ok');
    expect(sent()).toBe('token other');
  });

  // Atlas may need a second to issue a token, but refuses one at once: a refused process may look before the token of
  // another is in the store.
  it.each([
    ['at once after a 429 whose Retry-After is too long', atLimit(429, 60), 0],
    ['a second after a 429', atLimit(429, 60), 1_000],
    ['a second after a 403', atLimit(403), 1_000],
  ])('may have the token of another process %s', async (_when, reply, delay) => {
    const { call, sent } = openStored([reply, ok]);
    setTimeout(() => putNow('other'), delay);
    expect(await call()).toBe('ok');
    expect(sent()).toBe('token other');
  });

  it.each<[reads: number, what: string, reply: Reply]>([
    [3, 'a 401', atLimit(401)],
    [3, 'a 503', atLimit(503)],
    [6, 'a 403', atLimit(403)],
    [6, 'a 429', atLimit(429)],
    [2, 'a 429 with Retry-After: 0', atLimit(429, 0)],
    [4, 'a 429 with Retry-After: 1', atLimit(429, 1)],
    [6, 'a 429 with Retry-After: 60', atLimit(429, 60)],
  ])('has been read %i times when the call ends, if it was %s', async (reads, _what, reply) => {
    const { call, sent } = openStored([reply]);
    expect(await call()).toBe('AUTHENTICATION');
    expect(store.gets).toHaveLength(reads);
    expect(sent()).toBe('token');
  });
});

describe('a store that fails costs one token request and at most a second, never a call:', () => {
  it.each(brokenStores)('it $does', async ({ store: tokenStore }) => {
    const { get, sent } = openScripted({ credentials, tokenStore }, token('t'), ok);
    const before = performance.now();
    expect(await runClock(outcomeOf(get()))).toBe('ok');
    expect(performance.now() - before).toBeLessThan(1_100);
    expect(await runClock(outcomeOf(get()))).toBe('ok');
    expect(sent()).toBe('token t t');
  });

  it.each(brokenStores)('a token request that fails too is retried as usual: it $does', async ({ store }) => {
    const options = { credentials, tokenStore: store, maxRetries: 1 };
    const { get, sent } = openScripted(options, refusal(503));
    const error = await runClock(rejection(get(), AtlasAuthenticationError));
    expect(error).toMatchObject({ status: 503, attempts: 2 });
    expect(`${error.message}${error.cause}`).not.toContain('the store is broken');
    expect(sent()).toBe('token token');
  });

  it.each(brokenStores.slice(0, 3))(
    'it is not read again after a failed token request: it $does',
    async ({ store: tokenStore }) => {
      const read = vi.spyOn(tokenStore, 'get');
      const { get, sent } = openScripted({ credentials, tokenStore, maxRetries: 1 }, refusal(429), t, ok);
      expect(await runClock(outcomeOf(get()))).toBe('ok');
      expect(read).toHaveBeenCalledTimes(2);
      expect(sent()).toBe('token token t');
    },
  );

  it('that fails while it is read again is not read a third time', async () => {
    const get = vi.fn().mockResolvedValueOnce(undefined).mockRejectedValue(new Error('down'));
    const { sent } = await converse({ credentials, tokenStore: { get, set: async () => true } }, refusal(429));
    expect([sent, get.mock.calls.length]).toEqual(['token', 2]);
  });

  it('the timeout of a call ends it even while the store hangs', async () => {
    const tokenStore = brokenStores.find(({ does }) => does === 'hangs')?.store;
    const { get, sent } = openScripted({ credentials, tokenStore }, token('t'));
    expect(await runClock(outcomeOf(get({ timeout: 100 })))).toBe('TIMEOUT');
    expect(sent()).toBe('');
  });

  it.each<[how: string, settle: (resolve: (value: string) => void, reject: (reason: Error) => void) => void]>([
    ['a value', (resolve) => resolve('too late')],
    ['an error', (_resolve, reject) => reject(new Error('too late'))],
  ])('%s that comes too late is ignored', async (_how, settle) => {
    const late: (() => void)[] = [];
    const slow = () => new Promise<string>((resolve, reject) => late.push(() => settle(resolve, reject)));
    const { get, sent } = openScripted({ credentials, tokenStore: { get: slow, set: slow } }, token('t'), ok);
    expect(await runClock(outcomeOf(get()))).toBe('ok');
    for (const settleLate of late) settleLate();
    await standStill();
    expect(await runClock(outcomeOf(get()))).toBe('ok');
    expect(sent()).toBe('token t t');
  });
});

describe('a store costs one token request if it holds', () => {
  it.each<[what: string, value: () => unknown]>([
    ['text', () => 'not a token'],
    ['other JSON', () => '{"access_token":"a","expires_in":3600}'],
    ['null', () => null],
    ['an expired token', () => stored('old', -1)],
    ['a token that is about to expire', () => stored('old', 59_000)],
  ])('%s', async (_what, value) => {
    const { get, sent } = openScripted({ credentials, tokenStore: storeOf(value()) }, token('t'), ok);
    await get();
    await get();
    expect(sent()).toBe('token t t');
  });
});

describe('a refused token in a store', () => {
  it('costs one token request, even if it stays there', async () => {
    const options = { credentials, tokenStore: storeOf(stored('old')) };
    const { sent } = await converse(options, no, token('t'), ok, ok);
    expect(sent).toBe('old token t t');
  });

  /** A store with a new token at each of that many reads. */
  function storeOfMany(reads: number) {
    let count = 0;
    return { get: async () => (count++ < reads ? stored(`old${count}`) : undefined), set: async () => true };
  }

  it('may be followed there by further ones: the third login within the attempt is by a fetched token', async () => {
    const { sent } = await converse({ credentials, tokenStore: storeOfMany(99) }, no, no, token('t'), ok, ok);
    expect(sent).toBe('old1 old2 token t t');
  });

  it.each([2, 4, 6])('and another at each of %i reads end the call if no token can be fetched', async (reads) => {
    const { get } = openScripted({ credentials, tokenStore: storeOfMany(reads) }, (request) =>
      request.reply(request.options.path.endsWith('/token') ? refusal(403) : no),
    );
    expect(await runClock(outcomeOf(get()))).toMatch(/^(AUTHENTICATION|401)$/);
    // Work that outlives the call may fail too.
    await runClock(new Promise((resolve) => setTimeout(resolve, 1_000)));
  });
});
