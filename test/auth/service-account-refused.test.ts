import { describe, expect, it, vi } from 'vitest';
import { AtlasApiError, AtlasAuthenticationError } from '../../src/index.js';
import { rejection } from '../support/rejection.js';
import { countAnswered, openServiceAccount, reasonsOf } from '../support/service-account.js';
import { runClock, stopClock } from '../support/test-clock.js';

const always = Number.POSITIVE_INFINITY;
/** Says nothing of a missing role, so the token may be at fault. */
const refusal = { status: 401, errorCode: 'UNEXPECTED_ERROR' } as const;

/** A service account with a token that Atlas has answered well to. */
async function openLoggedIn() {
  const test = await openServiceAccount();
  await test.get();
  test.emulator.requests.length = 0;
  return test;
}

describe('a token that is refused', () => {
  it.each([{ envelope: false }, { envelope: true }])(
    'is renewed within the attempt, envelope: $envelope',
    async (how) => {
      const { emulator, get } = await openLoggedIn();
      emulator.revokeTokens();
      const { response } = await get(how).withResponse();
      expect(response).toMatchObject({ status: 200, attempts: 1 });
      expect(emulator.requests.map(({ kind }) => kind)).toEqual(['tenant', 'token', 'tenant']);
      const [first, , second] = emulator.requests.map(({ headers }) => headers['authorization']);
      expect(second).not.toBe(first);
    },
  );

  it('is renewed once for all calls that saw it', async () => {
    const { emulator, getAll, tokenRequests } = await openLoggedIn();
    emulator.revokeTokens();
    expect(countAnswered(await getAll(100))).toBe(100);
    expect(tokenRequests()).toHaveLength(1);
  });

  it('is not renewed again for a call that learns of it late', async () => {
    const { emulator, get, tokenRequests } = await openLoggedIn();
    emulator.respond({ ...refusal, for: 'any', delay: 80 }, { ...refusal, for: 'any' });
    const late = get();
    await vi.waitFor(() => expect(emulator.requests).toHaveLength(1));
    await get();
    await late;
    expect(tokenRequests()).toHaveLength(1);
  });

  it('is dropped: later calls begin with the new one', async () => {
    const { emulator, get } = await openLoggedIn();
    emulator.revokeTokens();
    await get();
    await get();
    expect(emulator.requests.map(({ status }) => status)).toEqual([401, 200, 200, 200]);
  });

  it('is renewed as often as Atlas revokes it, where Atlas took the one before', async () => {
    const { emulator, get, tokenRequests } = await openLoggedIn();
    for (let time = 0; time < 3; time += 1) {
      emulator.revokeTokens();
      await get();
    }
    expect(tokenRequests()).toHaveLength(3);
  });

  it('may be refused at each attempt of one call', async () => {
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

  it('is an AtlasAuthenticationError where no other is to be had', async () => {
    const { emulator, get } = await openLoggedIn();
    emulator.revokeTokens();
    emulator.respond({ for: 'token', status: 401, errorCode: 'invalid_client', detail: 'The secret has expired.' });
    const error = await rejection(get(), AtlasAuthenticationError);
    expect(error).toMatchObject({ status: 401, error: 'invalid_client', errorDescription: 'The secret has expired.' });
  });

  it('is not used again where its renewal fails', async () => {
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

describe('a second refusal', () => {
  it.each([{ envelope: false }, { envelope: true }])('is the AtlasApiError, envelope: $envelope', async (how) => {
    const { emulator, get, tokenRequests } = await openLoggedIn();
    emulator.respond({ ...refusal, times: always });
    const error = await rejection(get(how), AtlasApiError);
    expect(error).toMatchObject({ status: 401, attempts: 1 });
    expect(error.message).toMatch(/token.*role.*IP access list/);
    expect(tokenRequests()).toHaveLength(1);
    expect(emulator.requests).toHaveLength(3);
  });

  it('is so for a cold client too, after one renewal', async () => {
    const { emulator, get, tokenRequests } = await openServiceAccount();
    emulator.respond({ ...refusal, times: always });
    await rejection(get(), AtlasApiError);
    expect(tokenRequests()).toHaveLength(2);
  });

  it('costs 100 calls at once no more token requests than one', async () => {
    const { emulator, getAll, tokenRequests } = await openLoggedIn();
    emulator.respond({ ...refusal, times: always });
    const reasons = reasonsOf(await getAll(100));
    expect(reasons).toHaveLength(100);
    for (const reason of reasons) expect(reason).toBeInstanceOf(AtlasApiError);
    expect(tokenRequests()).toHaveLength(1);
  });

  // Where a new token is refused the token is not what is wrong, and Atlas gives ten a minute.
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

  it('leads to one again after a minute', async () => {
    stopClock();
    const { emulator, get, tokenRequests } = await openLoggedIn();
    emulator.respond({ ...refusal, times: always });
    await rejection(get(), AtlasApiError);
    vi.advanceTimersByTime(60_001);
    await rejection(get(), AtlasApiError);
    await rejection(get(), AtlasApiError);
    expect(tokenRequests()).toHaveLength(2);
  });

  it('is forgotten once Atlas takes the token', async () => {
    const { emulator, get, tokenRequests } = await openLoggedIn();
    emulator.respond({ ...refusal, times: 2 });
    await rejection(get(), AtlasApiError);
    await get();
    emulator.revokeTokens();
    await get();
    expect(tokenRequests()).toHaveLength(2);
  });
});

describe('another answer than 401', () => {
  it.each([402, 403, 500])('with %i leaves the token as it is', async (status) => {
    const { emulator, get, tokenRequests } = await openLoggedIn();
    emulator.respond({ status });
    await rejection(get({ maxRetries: 0 }), AtlasApiError);
    await get();
    expect(tokenRequests()).toEqual([]);
  });
});
