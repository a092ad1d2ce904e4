import { expect, it, vi } from 'vitest';
import { type AccessToken, renewalTime } from '../../src/auth/access-token.js';
import { type Authorization, LoginFailure, type LoginRetry } from '../../src/auth/authenticator.js';
import { ServiceAccount } from '../../src/auth/service-account.js';
import { TokenCache } from '../../src/auth/token-store.js';
import { AtlasAuthenticationError } from '../../src/index.js';
import { RecordingStore } from '../support/odd-stores.js';
import { stopClock } from '../support/test-clock.js';

// Answers in an order that a server does not give on demand.

const request = { method: 'GET', path: '/' };
const life = 3_600_000;

function tokenOf(accessToken: string): AccessToken {
  return { accessToken, lifetime: life, expiresAt: Date.now() + life };
}

/** An account whose tokens are named token-1, token-2 … in the order they were asked for. */
function open(store = new RecordingStore()) {
  const fetch = vi.fn(async () => tokenOf(`token-${fetch.mock.calls.length}`));
  const account = new ServiceAccount(fetch, new TokenCache(store, 'key'), []);
  const answer = (to: Authorization, status: number) =>
    account.review(to, request, {
      status,
      headers: {},
      trailers: undefined,
      body: Buffer.alloc(0),
      truncated: false,
    });
  /** What the account sends in place of a refused authorization. */
  const renew = async (refused: Authorization) => {
    const next = await answer(refused, 401);
    if (next === undefined) throw new Error('It is renewed');
    return next;
  };
  return { account, fetch, answer, renew, store };
}

function refusal(retry: LoginRetry = {}) {
  return new LoginFailure(() => new AtlasAuthenticationError('no', {}), retry);
}

it('a refusal of an old token that comes late changes nothing of the new one', async () => {
  stopClock();
  const { account, fetch, answer } = open();
  const early = await account.authorize();
  const late = await account.authorize();
  const second = await answer(early, 401);
  expect(second).toMatchObject({ header: 'Bearer token-2' });
  if (second !== undefined) answer(second, 200);
  expect(await answer(late, 401)).toMatchObject({ header: 'Bearer token-2' });
  expect(fetch).toHaveBeenCalledTimes(2);

  // The next one comes in the ordinary course of things, so its refusal is renewed as any.
  vi.advanceTimersByTime(life);
  const third = await account.authorize();
  expect(third).toMatchObject({ header: 'Bearer token-3' });
  expect(await answer(third, 401)).toMatchObject({ header: 'Bearer token-4' });
});

it('a refusal of an older token does not bring back a refused one from the store', async () => {
  stopClock();
  const { account, answer, store } = open();
  const oldest = await account.authorize();
  vi.advanceTimersByTime(life);
  const old = await account.authorize();
  expect(old).toMatchObject({ header: 'Bearer token-2' });

  let give = (_value: unknown) => {};
  vi.spyOn(store, 'get').mockImplementationOnce(() => new Promise((resolve) => (give = resolve)));
  const renewal = answer(old, 401);
  const other = answer(oldest, 401);
  // The store still has the one that was refused.
  give(store.values.get('key'));
  expect(await renewal).toMatchObject({ header: 'Bearer token-3' });
  expect(await other).toMatchObject({ header: 'Bearer token-3' });
});

it('a token that is refused while it is being renewed is renewed once', async () => {
  stopClock();
  const { account, fetch, answer } = open();
  const first = await account.authorize();
  vi.advanceTimersByTime(life - 59_000);
  const renewal = account.authorize();
  const again = answer(first, 401);
  expect(await renewal).toMatchObject({ header: 'Bearer token-2' });
  expect(await again).toMatchObject({ header: 'Bearer token-2' });
  expect(fetch).toHaveBeenCalledTimes(2);
});

it('a token that is refused while its renewal fails is not used on', async () => {
  stopClock();
  const { account, fetch, answer } = open();
  const first = await account.authorize();
  vi.advanceTimersByTime(life - 59_000);
  fetch.mockRejectedValueOnce(new Error('no token'));
  const renewal = Promise.resolve(account.authorize());
  const again = Promise.resolve(answer(first, 401));
  const results = await Promise.allSettled([renewal, again]);
  expect(results.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
});

it('a new token that is refused too is not replaced, nor is it by a call that begins later', async () => {
  stopClock();
  const { account, fetch, answer, renew } = open();
  const second = await renew(await account.authorize());
  expect(answer(second, 401)).toBeUndefined();
  const later = await account.authorize();
  expect(later).toMatchObject({ header: 'Bearer token-2' });
  expect(answer(later, 401)).toBeUndefined();
  expect(fetch).toHaveBeenCalledTimes(2);
});

it('a token at hand is given without a promise', async () => {
  const { account } = open();
  await account.authorize();
  expect(account.authorize()).not.toBeInstanceOf(Promise);
});

/** An account whose token is to be renewed, by a request that is on its way. */
async function openRenewing() {
  stopClock();
  const opened = open();
  const first = await opened.account.authorize();
  vi.advanceTimersByTime(life - 59_000);
  let give = (_token: AccessToken) => {};
  let fail = (_failure: unknown) => {};
  opened.fetch.mockImplementationOnce(() => new Promise((resolve, reject) => ([give, fail] = [resolve, reject])));
  const renewal = Promise.resolve(opened.account.authorize());
  await vi.advanceTimersByTimeAsync(499);
  return {
    ...opened,
    first,
    renewal,
    give: (token: AccessToken) => give(token),
    fail: (failure: unknown) => fail(failure),
  };
}

it('a token that lives is used on while its renewal takes long, and the new one when it is there', async () => {
  const { account, fetch, first, renewal, give } = await openRenewing();
  await vi.advanceTimersByTimeAsync(1);
  expect(await renewal).toBe(first);
  // Nobody else waits for it.
  expect(account.authorize()).toBe(first);
  give(tokenOf('token-2'));
  await vi.advanceTimersByTimeAsync(0);
  expect(account.authorize()).toMatchObject({ header: 'Bearer token-2' });
  expect(fetch).toHaveBeenCalledTimes(2);
  expect(vi.getTimerCount()).toBe(0);
});

it('a renewal that does not take long is waited for', async () => {
  const { renewal, give } = await openRenewing();
  give(tokenOf('token-2'));
  await vi.advanceTimersByTimeAsync(0);
  expect(await renewal).toMatchObject({ header: 'Bearer token-2' });
  expect(vi.getTimerCount()).toBe(0);
});

it('a renewal that takes long is waited for where its token was refused meanwhile', async () => {
  const { answer, first, renewal, give } = await openRenewing();
  const again = answer(first, 401);
  await vi.advanceTimersByTimeAsync(1);
  give(tokenOf('token-2'));
  expect(await renewal).toMatchObject({ header: 'Bearer token-2' });
  expect(await again).toMatchObject({ header: 'Bearer token-2' });
});

it('a renewal that fails after nobody waits for it any more is no unhandled rejection', async () => {
  const unhandled = vi.fn();
  process.on('unhandledRejection', unhandled);
  const { renewal, fail, first } = await openRenewing();
  await vi.advanceTimersByTimeAsync(1);
  expect(await renewal).toBe(first);
  fail(new Error('no token'));
  await new Promise((resolve) => setImmediate(resolve));
  process.off('unhandledRejection', unhandled);
  expect(unhandled).not.toHaveBeenCalled();
});

it.each([
  ['twice', {}, 250, 2],
  ['for longer where tokens are known to be there', { isOverLimit: true }, 3_750, 5],
  ['until the server may be asked again', { isOverLimit: true, retryAfter: 250 }, 250, 2],
])('the store is looked into again after a failure: %s', async (_name, retry, ms, looks) => {
  stopClock();
  const { account, fetch, store } = open();
  const failure = refusal({ retryable: true, ...retry });
  fetch.mockRejectedValueOnce(failure);
  const failed = expect(account.authorize()).rejects.toBe(failure);
  await vi.advanceTimersByTimeAsync(ms - 1);
  expect(store.gets).toHaveLength(1 + looks - 1);
  await vi.advanceTimersByTimeAsync(1);
  await failed;
  expect(store.gets).toHaveLength(1 + looks);
});

it('a token that another process put into the store is used, and once more replaced where it is refused', async () => {
  stopClock();
  const { account, fetch, store, answer } = open();
  fetch.mockRejectedValueOnce(refusal({ isOverLimit: true }));
  const login = Promise.resolve(account.authorize());
  await vi.advanceTimersByTimeAsync(10);
  store.values.set('key', JSON.stringify(tokenOf('of-another')));
  await vi.advanceTimersByTimeAsync(240);
  const authorization = await login;
  expect(authorization).toMatchObject({ header: 'Bearer of-another', isSecond: false });
  expect(await answer(authorization, 401)).toMatchObject({ header: 'Bearer token-2', isSecond: true });
});

it('a token is renewed from its renewal time on, to the ms', async () => {
  stopClock();
  const { account } = open();
  const first = await account.authorize();
  const renewAt = renewalTime(tokenOf('any'));
  vi.setSystemTime(Math.ceil(renewAt) - 1);
  expect(account.authorize()).toBe(first);
  vi.setSystemTime(Math.ceil(renewAt));
  expect(account.authorize()).toBeInstanceOf(Promise);
});

/** Lets a store give another token at each look. */
function give(store: RecordingStore, nameOf: (count: number) => string) {
  const spy = vi.spyOn(store, 'get');
  return spy.mockImplementation(async () => tokenOf(nameOf(spy.mock.calls.length)));
}

it('a store that gives dead tokens is not asked for a third: one is fetched, within the attempt', async () => {
  stopClock();
  const { account, fetch, store, answer, renew } = open();
  const given = give(store, (count) => `dead-${count}`);
  const first = await account.authorize();
  const second = await renew(first);
  expect([first, second]).toMatchObject([{ header: 'Bearer dead-1' }, { header: 'Bearer dead-2' }]);
  const third = await answer(second, 401);
  expect(third).toMatchObject({ header: 'Bearer token-1', isSecond: true });
  expect([fetch.mock.calls.length, given.mock.calls.length]).toEqual([1, 2]);
});

it('a store that gives two dead tokens in turn does not keep the calls from a good one', async () => {
  stopClock();
  const { account, fetch, store, answer, renew } = open();
  give(store, (count) => `dead-${count % 2}`);
  fetch.mockRejectedValueOnce(refusal());
  const second = await renew(await account.authorize());
  const failed = expect(answer(second, 401)).rejects.toBeInstanceOf(LoginFailure);
  await vi.advanceTimersByTimeAsync(250);
  // Looked into again after the failure, the store has nothing but these two.
  await failed;
  expect(await account.authorize()).toMatchObject({ header: 'Bearer token-2' });
});

it('an answer to a token of the store shows that the store is good', async () => {
  stopClock();
  const { account, fetch, store, answer, renew } = open();
  give(store, (count) => `shared-${count}`);
  let authorization: Authorization = await account.authorize();
  for (let revocation = 0; revocation < 5; revocation += 1) {
    authorization = await renew(authorization);
    answer(authorization, 200);
  }
  expect(authorization).toMatchObject({ header: 'Bearer shared-6' });
  expect(fetch).not.toHaveBeenCalled();
});
