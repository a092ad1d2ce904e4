import Keyv from 'keyv';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { TenantSnapshotsClientOptions } from '../../../../src/client/index.js';
import { runClock, standStill } from '../../../support/clock.js';
import { brokenStores, RecordingStore, storeOf } from '../../../support/odd-stores.js';
import { type Behavior, type Reply, silent } from '../../../support/scripted-dispatcher.js';
import {
  converse,
  serviceAccount as credentials,
  hour,
  type Interlude,
  no,
  ok,
  openConversation,
  outcomeOf,
  pass,
  token,
  tooManyTokens,
} from '../support/conversation.js';

const key = 'atlas-tenant-snapshots:token:https://cloud.mongodb.com:mdb_sa_id_1';
const [t, u] = [token('t'), token('u')];
const limited = (seconds: string): Reply => ({ status: 429, headers: { 'retry-after': seconds } });

/** A token in the format of the store. */
function stored(accessToken: string, life = hour, lifetime = hour): string {
  return JSON.stringify({ accessToken, expiresAt: Date.now() + life, lifetime });
}

let store = new RecordingStore();
let emitWarning = vi.spyOn(process, 'emitWarning');
beforeEach(() => {
  store = new RecordingStore();
  emitWarning = vi.spyOn(process, 'emitWarning').mockReturnValue();
});

/** Another process puts a token into the store. */
const putNow = (accessToken: string) => void store.values.set(key, stored(accessToken));
const put = (accessToken: string): Interlude => ({ happens: () => putNow(accessToken) });

const named = (name: string, message: string, code?: string) => Object.assign(new Error(message), { name, code });

/** A client with the store. */
function openStored(script: Behavior[], options?: TenantSnapshotsClientOptions) {
  const atlas = openConversation({ credentials, tokenStore: store, ...options }, ...script);
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
    ['the host and path', { baseUrl: 'https://x.org/p/' }, 'atlas-tenant-snapshots:token:https://x.org/p:mdb_sa_id_1'],
  ])('has a key that names %s, but no secret', async (_what, options, expected) => {
    const { call } = openStored([token('t'), ok], options);
    expect(await call()).toBe('ok');
    expect([...store.gets, ...store.sets.map((set) => set.key)]).toEqual([expected, expected]);
  });

  it('gets the token, and the rest of its lifetime as the TTL, in whole ms', async () => {
    const { get, answer } = openConversation({ credentials, tokenStore: store }, silent, ok);
    const call = get();
    await standStill();
    vi.advanceTimersByTime(5_000);
    await answer(1, token('t', 600.0015));
    await call;
    const [set] = store.sets;
    expect(set?.ttlMs).toBe(595_001);
    const lifetime = 600.0015 * 1_000;
    expect(JSON.parse(set?.value ?? '')).toEqual({
      accessToken: 't',
      expiresAt: Date.now() + lifetime - 5_000,
      lifetime,
    });
  });

  it.each<[promise: string, script: (Behavior | Interlude)[], sent: string, reads: number, writes: number]>([
    ['is read before each fetch, not for each call', [t, ok, ok, pass(hour), u, ok], 'token t t token u', 2, 2],
    ['saves a renewal by another process', [t, ok, pass(hour - 10_000), put('other'), ok], 'token t other', 2, 1],
    ['may hold a refused token, which is replaced within the attempt', [put('x'), no, t, ok, ok], 'x token t t', 2, 1],
    [
      'may get a refused token again, even after another one was refused',
      [put('x'), no, t, ok, pass(60_000), put('x'), no, u, ok],
      'x token t t token u',
      3,
      2,
    ],
    ['with a new token after a refusal saves the fetch', [t, ok, put('other'), no, ok], 'token t t other', 2, 1],
    [
      'replaces a refused token also within a minute of the last fetch',
      [t, no, u, ok, put('other'), no, ok],
      'token t token u u other',
      3,
      2,
    ],
    ['may hold the next refused token too', [t, ok, put('other'), no, no, u, ok], 'token t t other token u', 3, 2],
  ])('%s', async (_promise, script, sent, reads, writes) => {
    const conversation = await converse({ credentials, tokenStore: store }, ...script);
    expect(conversation).toEqual({ sent, ended: expect.stringMatching(/^ok( ok)*$/) });
    expect([store.gets.length, store.sets.length]).toEqual([reads, writes]);
  });

  it('that has another refused token at each read costs a call three tokens, and refused ones are remembered', async () => {
    let reads = 0;
    const get = async () => JSON.parse(stored(`x${reads++ % 12}`));
    const refusals = Array<Behavior>(18).fill(no);
    const { sent, ended } = await converse({ credentials, tokenStore: { get, set: async () => true } }, ...refusals);
    expect(ended).toBe('401 401 401 401 401 401');
    // The third token of a call is the first one of the next.
    expect(sent).toBe('x0 x1 x2 x2 x3 x4 x4 x5 x6 x6 x7 x8 x8 x9 x10 x10 x11 x0');
  });

  it('may hold an object instead of a string, with additional fields', async () => {
    const tokenStore = storeOf({ accessToken: 'other', expiresAt: Date.now() + hour, lifetime: hour, version: 2 });
    expect((await converse({ credentials, tokenStore }, ok)).sent).toBe('other');
  });
});

it.each<[what: string, reply: Reply, wait: number]>([
  ['a 429 with a short Retry-After', limited('1'), 1_000],
  ['a 429 with a Retry-After that the deadline leaves no time for', limited('60'), 2_000],
  ['a 403 for too many live tokens', { status: 403, body: tooManyTokens }, 500],
])('after %s, the next attempt reads the store', async (_what, reply, wait) => {
  const refuse: Behavior = (request) => {
    putNow('other');
    request.reply(reply);
  };
  const { call, sent } = openStored([refuse, ok], { maxRetries: 1 });
  const before = performance.now();
  expect([await call(), sent()]).toEqual(['ok', 'token other']);
  const waited = performance.now() - before;
  expect(waited).toBeGreaterThanOrEqual(wait);
  expect(waited).toBeLessThan(wait * 1.5 + 200);
});

describe('a store that fails costs one token request and at most a second, never a call, and is not silent:', () => {
  it.each(brokenStores)('it $does', async ({ store: tokenStore, failure }) => {
    const before = performance.now();
    expect(await converse({ credentials, tokenStore }, t, ok, ok)).toEqual({ sent: 'token t t', ended: 'ok ok' });
    expect(performance.now() - before).toBeLessThan(1_100);
    expect(emitWarning).toHaveBeenCalledWith(expect.any(String), 'AtlasTokenStoreWarning');
    expect(emitWarning.mock.calls[0]?.[0]).toBe(
      `tokenStore: ${failure}. Check the store. Without it, every process fetches its own tokens, and Atlas limits them.`,
    );
  });

  it('only the first failure of each client is a warning', async () => {
    const tokenStore = storeOf('not a token');
    for (let client = 1; client <= 2; client += 1) {
      const { ended } = await converse({ credentials, tokenStore }, t, ok, pass(hour), u, ok);
      expect({ ended, warnings: emitWarning.mock.calls.length }).toEqual({ ended: 'ok ok', warnings: client });
    }
  });

  it.each<[what: string, error: unknown, shown: string]>([
    ['Redis without a password', named('ReplyError', 'NOAUTH Authentication required.'), 'ReplyError NOAUTH'],
    ['a lost connection', named('Error', 'connect the-token', 'ECONNREFUSED'), 'Error ECONNREFUSED'],
    ['a command of Redis', named('ReplyError', 'unknown command the-token'), 'ReplyError'],
    ['a secret as the whole message', named('Error', 'SECRET'), 'Error'],
    ['a name and a code that are sentences', named('\u001b[31m the-token', 'X', 'the-token'), 'an error'],
    ['a code that is too long', named('Error', '', 'x'.repeat(41)), 'Error'],
    ['nothing', undefined, 'Error'],
  ])('of what it throws, its warning shows only names: %s', async (_what, error, shown) => {
    const tokenStore = { get: async () => undefined, set: () => Promise.reject(error) };
    await converse({ credentials, tokenStore }, token('the-token'), ok);
    expect(emitWarning.mock.calls[0]?.[0]).toContain(`tokenStore: set() failed: it threw ${shown}. Check the store.`);
  });
});

describe('a store costs one token request if it holds', () => {
  it.each<[what: string, value: () => unknown]>([
    ['text', () => 'not a token'],
    ['an invalid token', () => stored('two words')],
    ['a token without its lifetime', () => JSON.stringify({ accessToken: 'old', expiresAt: Date.now() + hour })],
    ['a string as its date', () => ({ accessToken: 'old', expiresAt: '2099-01-01', lifetime: hour })],
    ['an infinite date', () => ({ accessToken: 'old', expiresAt: Number.POSITIVE_INFINITY, lifetime: hour })],
    // It would count as valid after it expired.
    ['a negative lifetime', () => stored('old', hour, -hour)],
  ])('%s, which is a failure', async (_what, value) => {
    expect((await converse({ credentials, tokenStore: storeOf(value()) }, t, ok, ok)).sent).toBe('token t t');
    expect(emitWarning.mock.calls[0]?.[0]).toContain(
      'tokenStore: get() failed: it returned something other than a token',
    );
  });

  it.each<[what: string, value: () => unknown]>([
    ['nothing', () => undefined],
    ['null', () => null],
    ['an expired token', () => stored('old', -1)],
    ['a token that is about to expire', () => stored('old', 59_000)],
  ])('%s, which is no failure', async (_what, value) => {
    const tokenStore = storeOf(value());
    expect((await converse({ credentials, tokenStore }, t, ok, ok)).sent).toBe('token t t');
    expect(emitWarning).not.toHaveBeenCalled();
  });
});
