import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, it, vi } from 'vitest';
import { AtlasAuthenticationError, AtlasTimeoutError } from '../../src/index.js';
import { rejection } from '../support/rejection.js';
import { countAnswered, openServiceAccount } from '../support/service-account.js';
import { stopClock } from '../support/test-clock.js';

/** Ages of a token, in ms: `young` is before any renewal, whatever the jitter, and `old` is after. */
const hour = { young: 3_600_000 - 121_000, old: 3_600_000 - 59_000, life: 3_600_000 };
const halfMinute = { young: 23_000, old: 27_500, life: 30_000 };
const tokensOf = (life: number) => ({ tokens: { lifetime: life / 1000 } });

describe('a token', () => {
  it('is fetched by the first call, and reused by later ones', async () => {
    const { emulator, get, tokenRequests } = await openServiceAccount();
    for (let call = 0; call < 5; call += 1) await get();
    expect(tokenRequests()).toHaveLength(1);
    const [, ...api] = emulator.requests.map(({ headers }) => headers['authorization']);
    expect(api).toHaveLength(5);
    expect(new Set(api).size).toBe(1);
  });

  it('is fetched once for 100 concurrent calls', async () => {
    const { getAll, emulator, tokenRequests } = await openServiceAccount();
    expect(countAnswered(await getAll(100))).toBe(100);
    expect(tokenRequests()).toHaveLength(1);
    expect(emulator.requests).toHaveLength(101);
  });

  it('is fetched once for calls that start during the fetch', async () => {
    const { emulator, get, tokenRequests } = await openServiceAccount();
    emulator.respond({ for: 'token', delay: 60 });
    const first = get();
    await vi.waitFor(() => expect(emulator.requests).toHaveLength(1));
    await Promise.all([first, get(), get()]);
    expect(tokenRequests()).toHaveLength(1);
  });

  it('is shared with lists and waits', async () => {
    const { emulator, client, tokenRequests } = await openServiceAccount();
    const { groupId, clusterName, snapshotId } = emulator;
    await client.listTenantSnapshots(groupId, clusterName);
    await client.waitForTenantSnapshot(groupId, clusterName, snapshotId);
    await client.listTenantSnapshots(groupId, clusterName, { endpoint: 'flex' });
    expect(tokenRequests()).toHaveLength(1);
  });

  it('is fetched before anything is sent to the API', async () => {
    const { emulator, get, apiRequests } = await openServiceAccount({ attemptTimeout: 200 });
    emulator.respond({ for: 'token', hang: true });
    await rejection(get({ timeout: 40 }), AtlasTimeoutError);
    expect(apiRequests()).toEqual([]);
  });
});

describe('a call that ends during a token fetch', () => {
  it('does not end the fetch for other calls if it is aborted', async () => {
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

  it('does not end the fetch for other calls if it times out', async () => {
    const { emulator, get, tokenRequests } = await openServiceAccount();
    emulator.respond({ for: 'token', delay: 80 });
    const impatient = rejection(get({ timeout: 20 }), AtlasTimeoutError);
    const other = get();
    await impatient;
    await other;
    expect(tokenRequests()).toHaveLength(1);
  });

  it('leaves the token to later calls, even if no call waits for it', async () => {
    const { emulator, get, tokenRequests, apiRequests } = await openServiceAccount();
    emulator.respond({ for: 'token', delay: 40 });
    await rejection(get({ timeout: 10 }), AtlasTimeoutError);
    await vi.waitFor(() => expect(tokenRequests()[0]?.status).toBe(200));
    await get();
    expect(tokenRequests()).toHaveLength(1);
    expect(apiRequests()).toHaveLength(1);
  });

  it('rejects at once if it is aborted', async () => {
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
])('a token with a lifetime of $life', ({ times }) => {
  it('is used until shortly before it expires', async () => {
    stopClock();
    const { get, tokenRequests } = await openServiceAccount({}, tokensOf(times.life));
    await get();
    vi.advanceTimersByTime(times.young);
    await get();
    expect(tokenRequests()).toHaveLength(1);
  });

  it('is renewed shortly before it expires', async () => {
    stopClock();
    const { emulator, get, getAll, tokenRequests } = await openServiceAccount({}, tokensOf(times.life));
    await get();
    vi.advanceTimersByTime(times.old);
    expect(countAnswered(await getAll(20))).toBe(20);
    expect(tokenRequests()).toHaveLength(2);
    expect(emulator.requests.filter(({ status }) => status === 401)).toEqual([]);
  });

  it('is not used after it expired without a call meanwhile', async () => {
    stopClock();
    const { emulator, get, tokenRequests } = await openServiceAccount({}, tokensOf(times.life));
    await get();
    vi.advanceTimersByTime(times.life + 1);
    await get();
    expect(tokenRequests()).toHaveLength(2);
    expect(emulator.requests.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
  });

  it('is used until it expires if its renewal fails', async () => {
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

  it('is not renewed again by each call if its renewal failed', async () => {
    stopClock();
    const { emulator, get, getAll, tokenRequests } = await openServiceAccount({}, tokensOf(times.life));
    await get();
    vi.advanceTimersByTime(times.old);
    emulator.respond({ for: 'token', status: 503, times: Number.POSITIVE_INFINITY });
    for (let burst = 0; burst < 5; burst += 1) expect(countAnswered(await getAll(10))).toBe(10);
    expect(tokenRequests()).toHaveLength(2);
  });

  it('is renewed before it expires, even after a failed renewal', async () => {
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

it('measures the lifetime of a token from its request', async () => {
  stopClock();
  const { emulator, get, tokenRequests } = await openServiceAccount({}, tokensOf(30_000));
  emulator.respond({ for: 'token', delay: 30 });
  const call = get();
  while (emulator.requests.length === 0) await new Promise(setImmediate);
  vi.advanceTimersByTime(5_000);
  await call;
  vi.advanceTimersByTime(22_500);
  await get();
  expect(tokenRequests()).toHaveLength(2);
});

it('assumes a lifetime of an hour for a token without expires_in', async () => {
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
