import { describe, expect, it, vi } from 'vitest';
import { AtlasApiError, AtlasAuthenticationError } from '../../src/index.js';
import { rejection } from '../support/rejection.js';
import { countAnswered, openServiceAccount, reasonsOf } from '../support/service-account.js';
import { runClock, stopClock } from '../support/test-clock.js';

const always = Number.POSITIVE_INFINITY;
/** Does not say that a role is missing, so the token may be invalid. */
const refusal = { status: 401, errorCode: 'UNEXPECTED_ERROR' } as const;

/** A service account with a token that Atlas has accepted. */
async function openLoggedIn() {
  const test = await openServiceAccount();
  await test.get();
  test.emulator.requests.length = 0;
  return test;
}

describe('a refused token', () => {
  it.each([{ envelope: false }, { envelope: true }])(
    'is renewed within the attempt, with envelope: $envelope',
    async (options) => {
      const { emulator, get } = await openLoggedIn();
      emulator.revokeTokens();
      const { response } = await get(options).withResponse();
      expect(response).toMatchObject({ status: 200, attempts: 1 });
      expect(emulator.requests.map(({ kind }) => kind)).toEqual(['tenant', 'token', 'tenant']);
      const [first, , second] = emulator.requests.map(({ headers }) => headers['authorization']);
      expect(second).not.toBe(first);
    },
  );

  it('is renewed once for all calls that used it', async () => {
    const { emulator, getAll, tokenRequests } = await openLoggedIn();
    emulator.revokeTokens();
    expect(countAnswered(await getAll(100))).toBe(100);
    expect(tokenRequests()).toHaveLength(1);
  });

  it('is not renewed again if another 401 arrives after the renewal', async () => {
    const { emulator, get, tokenRequests } = await openLoggedIn();
    emulator.respond({ ...refusal, for: 'any', delay: 80 }, { ...refusal, for: 'any' });
    const late = get();
    await vi.waitFor(() => expect(emulator.requests).toHaveLength(1));
    await get();
    await late;
    expect(tokenRequests()).toHaveLength(1);
  });

  it('is replaced for later calls', async () => {
    const { emulator, get } = await openLoggedIn();
    emulator.revokeTokens();
    await get();
    await get();
    expect(emulator.requests.map(({ status }) => status)).toEqual([401, 200, 200, 200]);
  });

  it('is renewed each time Atlas revokes a token that it accepted before', async () => {
    const { emulator, get, tokenRequests } = await openLoggedIn();
    for (let time = 0; time < 3; time += 1) {
      emulator.revokeTokens();
      await get();
    }
    expect(tokenRequests()).toHaveLength(3);
  });

  it('is renewed at each attempt of a call', async () => {
    stopClock();
    const { emulator, get, tokenRequests } = await openLoggedIn();
    emulator.respond(
      { ...refusal, for: 'any' },
      { for: 'any' },
      { status: 503, for: 'any' },
      { ...refusal, for: 'any' },
    );
    const { response } = await runClock(get().withResponse());
    expect(response.attempts).toBe(2);
    expect(tokenRequests()).toHaveLength(2);
  });

  it('leads to an AtlasAuthenticationError if its renewal is refused', async () => {
    const { emulator, get } = await openLoggedIn();
    emulator.revokeTokens();
    emulator.respond({ for: 'token', status: 401, errorCode: 'invalid_client', detail: 'The secret has expired.' });
    const error = await rejection(get(), AtlasAuthenticationError);
    expect(error).toMatchObject({ status: 401, error: 'invalid_client', errorDescription: 'The secret has expired.' });
  });

  it('is not used again if its renewal fails', async () => {
    stopClock();
    const { emulator, get, getAll } = await openLoggedIn();
    emulator.revokeTokens();
    emulator.respond({ for: 'token', status: 503, times: 1 });
    const { response } = await runClock(get().withResponse());
    expect(response).toMatchObject({ attempts: 2 });
    expect(countAnswered(await getAll(3))).toBe(3);
    expect(emulator.requests.filter(({ status }) => status === 401)).toHaveLength(1);
  });
});

describe('a second 401', () => {
  it.each([{ envelope: false }, { envelope: true }])(
    'is an AtlasApiError, with envelope: $envelope',
    async (options) => {
      const { emulator, get, tokenRequests } = await openLoggedIn();
      emulator.respond({ ...refusal, times: always });
      const error = await rejection(get(options), AtlasApiError);
      expect(error).toMatchObject({ status: 401, attempts: 1 });
      expect(error.message).toMatch(/token.*role.*IP access list/);
      expect(tokenRequests()).toHaveLength(1);
      expect(emulator.requests).toHaveLength(3);
    },
  );

  it('is an AtlasApiError after one renewal on the first call', async () => {
    const { emulator, get, tokenRequests } = await openServiceAccount();
    emulator.respond({ ...refusal, times: always });
    await rejection(get(), AtlasApiError);
    expect(tokenRequests()).toHaveLength(2);
  });

  it('leads to one token request for 100 concurrent calls', async () => {
    const { emulator, getAll, tokenRequests } = await openLoggedIn();
    emulator.respond({ ...refusal, times: always });
    const reasons = reasonsOf(await getAll(100));
    expect(reasons).toHaveLength(100);
    for (const reason of reasons) expect(reason).toBeInstanceOf(AtlasApiError);
    expect(tokenRequests()).toHaveLength(1);
  });

  // If a new token is refused too, another one would not help, and Atlas issues at most ten per minute.
  it('leads to no further token request within a minute', async () => {
    stopClock();
    const { emulator, get, tokenRequests } = await openLoggedIn();
    emulator.respond({ ...refusal, times: always });
    for (let call = 0; call < 4; call += 1) {
      await rejection(get(), AtlasApiError);
      vi.advanceTimersByTime(14_000);
    }
    expect(tokenRequests()).toHaveLength(1);
  });

  it('leads to another token request after a minute', async () => {
    stopClock();
    const { emulator, get, tokenRequests } = await openLoggedIn();
    emulator.respond({ ...refusal, times: always });
    await rejection(get(), AtlasApiError);
    vi.advanceTimersByTime(60_001);
    await rejection(get(), AtlasApiError);
    await rejection(get(), AtlasApiError);
    expect(tokenRequests()).toHaveLength(2);
  });

  it('does not affect later calls once Atlas accepts the token', async () => {
    const { emulator, get, tokenRequests } = await openLoggedIn();
    emulator.respond({ ...refusal, times: 2 });
    await rejection(get(), AtlasApiError);
    await get();
    emulator.revokeTokens();
    await get();
    expect(tokenRequests()).toHaveLength(2);
  });
});

describe('a response other than a 401', () => {
  it.each([402, 403, 500])('with %i does not renew the token', async (status) => {
    const { emulator, get, tokenRequests } = await openLoggedIn();
    emulator.respond({ status });
    await rejection(get({ maxRetries: 0 }), AtlasApiError);
    await get();
    expect(tokenRequests()).toEqual([]);
  });
});
