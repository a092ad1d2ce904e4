import { describe, expect, it, vi } from 'vitest';
import { AtlasAuthenticationError } from '../../src/index.js';
import type { ScriptedAnswer } from '../../src/testing/index.js';
import { rejection } from '../support/rejection.js';
import { countAnswered, openServiceAccount, reasonsOf } from '../support/service-account.js';
import { runClock, stopClock } from '../support/test-clock.js';

const always = Number.POSITIVE_INFINITY;
/** The delay between the first two token requests, in ms. */
const firstWait = (requests: readonly { receivedAt: number }[]) =>
  (requests[1]?.receivedAt ?? Number.NaN) - (requests[0]?.receivedAt ?? Number.NaN);

describe('a failed token request', () => {
  it.each<{ what: string; answer: ScriptedAnswer }>([
    { what: '429 without Retry-After', answer: { status: 429 } },
    { what: '429 with Retry-After', answer: { status: 429, retryAfter: 3 } },
    { what: '500', answer: { status: 500 } },
    { what: '502 with HTML', answer: { status: 502, body: '<html>Bad Gateway</html>' } },
    { what: '503 with Retry-After', answer: { status: 503, retryAfter: 3 } },
    { what: '408', answer: { status: 408 } },
    { what: 'a reset in the body', answer: { reset: 'body' } },
  ])('with $what counts as one attempt of the call', async ({ answer }) => {
    stopClock();
    const { emulator, get, tokenRequests } = await openServiceAccount();
    emulator.respond({ ...answer, for: 'token' });
    const { response } = await runClock(get().withResponse());
    expect(response).toMatchObject({ status: 200, attempts: 2 });
    expect(tokenRequests()).toHaveLength(2);
    const wait = (answer.retryAfter === undefined ? 0.5 : 3) * 1000;
    expect(firstWait(tokenRequests())).toBeGreaterThanOrEqual(wait);
    expect(firstWait(tokenRequests())).toBeLessThan(wait * 1.5 + 500);
  });

  it('is retried after a Retry-After date', async () => {
    stopClock();
    const { emulator, get, tokenRequests } = await openServiceAccount();
    emulator.respond({ for: 'token', status: 429, retryAfter: new Date(Date.now() + 5_000).toUTCString() });
    await runClock(get());
    expect(firstWait(tokenRequests())).toBeGreaterThanOrEqual(3_000);
  });

  it("is retried after Atlas's limit of token requests per minute", async () => {
    stopClock();
    const { emulator, get, tokenRequests } = await openServiceAccount({}, { tokens: { perMinute: 1 } });
    await get();
    emulator.revokeTokens();
    vi.advanceTimersByTime(40_000);
    const { response } = await runClock(get().withResponse(), 100);
    expect(response.attempts).toBe(2);
    expect(tokenRequests().map(({ status }) => status)).toEqual([200, 429, 200]);
  });

  it('fails the call at once if Retry-After is past the deadline', async () => {
    const { emulator, get, tokenRequests } = await openServiceAccount();
    emulator.respond({ for: 'token', status: 429, retryAfter: 30 });
    const error = await rejection(get({ timeout: 20_000 }), AtlasAuthenticationError);
    expect(error).toMatchObject({ status: 429, error: 'RATE_LIMITED', attempts: 1 });
    expect(tokenRequests()).toHaveLength(1);
  });

  it.each([400, 401, 403])('with %i is not retried', async (status) => {
    const { emulator, get, tokenRequests } = await openServiceAccount();
    emulator.respond({ for: 'token', status });
    expect(await rejection(get(), AtlasAuthenticationError)).toMatchObject({ status, attempts: 1 });
    expect(tokenRequests()).toHaveLength(1);
  });

  it('does not affect the next one', async () => {
    const { emulator, getAll, tokenRequests } = await openServiceAccount();
    emulator.respond({ for: 'token', status: 401 });
    expect(reasonsOf(await getAll(5))).toHaveLength(5);
    expect(countAnswered(await getAll(5))).toBe(5);
    expect(tokenRequests()).toHaveLength(2);
  });

  it('leads to a separate error for each waiting call', async () => {
    const { emulator, getAll } = await openServiceAccount();
    emulator.respond({ for: 'token', status: 401 });
    const reasons = reasonsOf(await getAll(3));
    expect(new Set(reasons).size).toBe(3);
  });

  it('counts as an attempt, like a failed API request', async () => {
    stopClock();
    const { emulator, get } = await openServiceAccount();
    emulator.respond({ for: 'token', status: 503 }, { status: 503, times: 2 });
    const { response } = await runClock(get().withResponse());
    expect(response.attempts).toBe(4);
  });
});

describe('the number of token requests', () => {
  it.each([0, 1, 3])('is at most maxRetries + 1 per call, with maxRetries %i', async (maxRetries) => {
    stopClock();
    const { emulator, get, tokenRequests, apiRequests } = await openServiceAccount({ maxRetries });
    emulator.respond({ for: 'token', status: 503, times: always });
    const error = await runClock(rejection(get(), AtlasAuthenticationError));
    expect(error).toMatchObject({ status: 503, error: 'server_error', attempts: maxRetries + 1 });
    expect(tokenRequests()).toHaveLength(maxRetries + 1);
    expect(apiRequests()).toEqual([]);
  });

  it('does not grow with the number of concurrent calls', async () => {
    const { emulator, getAll, tokenRequests } = await openServiceAccount({ maxRetries: 1 });
    emulator.respond({ for: 'token', status: 503, times: always });
    expect(reasonsOf(await getAll(100))).toHaveLength(100);
    // Usually two. On a busy machine the calls may wake in several groups.
    expect(tokenRequests().length).toBeLessThan(10);
  });

  it('is at most maxRetries + 1 for calls that start during the first token request', async () => {
    stopClock();
    const { emulator, get, tokenRequests } = await openServiceAccount();
    emulator.respond({ for: 'token', status: 503, delay: 50, times: always });
    const first = get();
    while (emulator.requests.length === 0) await new Promise(setImmediate);
    vi.advanceTimersByTime(40);
    const calls = Promise.allSettled([first, get(), get()]);
    expect(reasonsOf(await runClock(calls))).toHaveLength(3);
    expect(tokenRequests()).toHaveLength(4);
  });
});
