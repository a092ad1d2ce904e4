import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, it, vi } from 'vitest';
import { AtlasAuthenticationError, AtlasTimeoutError } from '../../src/index.js';
import { rejection } from '../support/rejection.js';
import { countAnswered, openServiceAccount } from '../support/service-account.js';
import { stopClock } from '../support/test-clock.js';

/** ms of the life of an hour in which no token is renewed yet, and from which on each is; and of one of 30 s. */
const hour = { young: 3_600_000 - 121_000, old: 3_600_000 - 59_000, life: 3_600_000 };
const halfMinute = { young: 23_000, old: 27_500, life: 30_000 };
const tokensOf = (life: number) => ({ tokens: { lifetime: life / 1000 } });

describe('one token', () => {
  it('is fetched by the first call, and used by all after it', async () => {
    const { emulator, get, tokenRequests } = await openServiceAccount();
    for (let call = 0; call < 5; call += 1) await get();
    expect(tokenRequests()).toHaveLength(1);
    const [, ...api] = emulator.requests.map(({ headers }) => headers['authorization']);
    expect(api).toHaveLength(5);
    expect(new Set(api).size).toBe(1);
  });

  it('is fetched once for 100 calls that begin together', async () => {
    const { getAll, emulator, tokenRequests } = await openServiceAccount();
    expect(countAnswered(await getAll(100))).toBe(100);
    expect(tokenRequests()).toHaveLength(1);
    expect(emulator.requests).toHaveLength(101);
  });

  it('is fetched once for calls that come while it is on its way', async () => {
    const { emulator, get, tokenRequests } = await openServiceAccount();
    emulator.respond({ for: 'token', delay: 60 });
    const first = get();
    await vi.waitFor(() => expect(emulator.requests).toHaveLength(1));
    await Promise.all([first, get(), get()]);
    expect(tokenRequests()).toHaveLength(1);
  });

  it('serves lists and waits too', async () => {
    const { emulator, client, tokenRequests } = await openServiceAccount();
    const { groupId, clusterName, snapshotId } = emulator;
    await client.listTenantSnapshots(groupId, clusterName);
    await client.waitForTenantSnapshot(groupId, clusterName, snapshotId);
    await client.listTenantSnapshots(groupId, clusterName, { endpoint: 'flex' });
    expect(tokenRequests()).toHaveLength(1);
  });

  it('is waited for before anything is sent to the API', async () => {
    const { emulator, get, apiRequests } = await openServiceAccount({ attemptTimeout: 200 });
    emulator.respond({ for: 'token', hang: true });
    await rejection(get({ timeout: 40 }), AtlasTimeoutError);
    expect(apiRequests()).toEqual([]);
  });
});

describe('a caller that leaves', () => {
  it('leaves the fetch that its call began to the others', async () => {
    const { emulator, get, tokenRequests } = await openServiceAccount();
    emulator.respond({ for: 'token', delay: 60 });
    const first = new AbortController();
    const aborted = get({ signal: first.signal });
    const others = [get(), get()];
    await vi.waitFor(() => expect(emulator.requests).toHaveLength(1));
    first.abort(new Error('no longer wanted'));
    await expect(aborted).rejects.toThrow('no longer wanted');
    await Promise.all(others);
    expect(tokenRequests()).toHaveLength(1);
  });

  it('by its timeout does so too', async () => {
    const { emulator, get, tokenRequests } = await openServiceAccount();
    emulator.respond({ for: 'token', delay: 80 });
    const impatient = rejection(get({ timeout: 20 }), AtlasTimeoutError);
    const other = get();
    await impatient;
    await other;
    expect(tokenRequests()).toHaveLength(1);
  });

  it('last leaves a token to the calls that come later', async () => {
    const { emulator, get, tokenRequests, apiRequests } = await openServiceAccount();
    emulator.respond({ for: 'token', delay: 40 });
    await rejection(get({ timeout: 10 }), AtlasTimeoutError);
    await vi.waitFor(() => expect(tokenRequests()[0]?.status).toBe(200));
    await get();
    expect(tokenRequests()).toHaveLength(1);
    expect(apiRequests()).toHaveLength(1);
  });

  it('is not waited for: its abort rejects at once', async () => {
    const { emulator, get } = await openServiceAccount({ attemptTimeout: 100 });
    emulator.respond({ for: 'token', hang: true });
    const caller = new AbortController();
    const call = get({ signal: caller.signal });
    let settled = false;
    call.catch(() => {
      settled = true;
    });
    caller.abort(new Error('no longer wanted'));
    await turn();
    expect(settled).toBe(true);
  });
});

describe.each([
  { life: 'an hour', times: hour },
  { life: '30 s', times: halfMinute },
])('a token of $life', ({ times }) => {
  it('is used until shortly before it dies', async () => {
    stopClock();
    const { get, tokenRequests } = await openServiceAccount({}, tokensOf(times.life));
    await get();
    vi.advanceTimersByTime(times.young);
    await get();
    expect(tokenRequests()).toHaveLength(1);
  });

  it('is renewed shortly before it dies', async () => {
    stopClock();
    const { emulator, get, getAll, tokenRequests } = await openServiceAccount({}, tokensOf(times.life));
    await get();
    vi.advanceTimersByTime(times.old);
    expect(countAnswered(await getAll(20))).toBe(20);
    expect(tokenRequests()).toHaveLength(2);
    expect(emulator.requests.filter(({ status }) => status === 401)).toEqual([]);
  });

  it('is not used after its death, though nobody called meanwhile', async () => {
    stopClock();
    const { emulator, get, tokenRequests } = await openServiceAccount({}, tokensOf(times.life));
    await get();
    vi.advanceTimersByTime(times.life + 1);
    await get();
    expect(tokenRequests()).toHaveLength(2);
    expect(emulator.requests.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
  });

  it('is used on where its renewal fails, and dies in time', async () => {
    stopClock();
    const { emulator, get, tokenRequests, apiRequests } = await openServiceAccount({}, tokensOf(times.life));
    await get();
    vi.advanceTimersByTime(times.old);
    emulator.respond({ for: 'token', status: 403, times: Number.POSITIVE_INFINITY });
    const { response } = await get().withResponse();
    expect(response).toMatchObject({ status: 200, attempts: 1 });
    expect(tokenRequests()).toHaveLength(2);
    vi.advanceTimersByTime(times.life - times.old + 1);
    await rejection(get(), AtlasAuthenticationError);
    expect(apiRequests()).toHaveLength(2);
  });

  it('whose renewal failed is not renewed again for each call', async () => {
    stopClock();
    const { emulator, get, getAll, tokenRequests } = await openServiceAccount({}, tokensOf(times.life));
    await get();
    vi.advanceTimersByTime(times.old);
    emulator.respond({ for: 'token', status: 503, times: Number.POSITIVE_INFINITY });
    for (let burst = 0; burst < 5; burst += 1) expect(countAnswered(await getAll(10))).toBe(10);
    expect(tokenRequests()).toHaveLength(2);
  });

  it('whose renewal failed is renewed in time all the same', async () => {
    stopClock();
    const { emulator, get, tokenRequests } = await openServiceAccount({}, tokensOf(times.life));
    await get();
    vi.advanceTimersByTime(times.old);
    emulator.respond({ for: 'token', status: 503 });
    await get();
    vi.advanceTimersByTime((times.life - times.old) * 0.75);
    await get();
    vi.advanceTimersByTime(times.life - times.old);
    await get();
    expect(tokenRequests().map(({ status }) => status)).toEqual([200, 503, 200]);
  });
});

it('counts the life of a token from when it was asked for', async () => {
  stopClock();
  const { emulator, get, tokenRequests } = await openServiceAccount({}, tokensOf(30_000));
  emulator.respond({ for: 'token', delay: 30 });
  const call = get();
  while (emulator.requests.length === 0) await new Promise(setImmediate);
  // The answer takes a while by the clock of the process.
  vi.advanceTimersByTime(5_000);
  await call;
  vi.advanceTimersByTime(22_500);
  await get();
  expect(tokenRequests()).toHaveLength(2);
});

it('takes a token that names no lifetime for one of an hour', async () => {
  stopClock();
  const { emulator, get, tokenRequests } = await openServiceAccount();
  emulator.respond({ for: 'token', body: { access_token: emulator.issueToken() } });
  await get();
  vi.advanceTimersByTime(hour.young);
  await get();
  vi.advanceTimersByTime(hour.old - hour.young);
  await get();
  expect(tokenRequests()).toHaveLength(2);
});
