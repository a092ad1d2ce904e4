import { describe, expect, it } from 'vitest';
import { isAtlasApiError } from '../../../src/index.js';
import { startDigestServer } from '../../support/digest-server.js';
import { countsByNonce, sorted, upTo } from './support/counts.js';
import { type NonceRules, nonceSite } from './support/nonce-site.js';
import { fulfilled, openClient, openEmulator, together } from './support/open-client.js';

const key = { publicKey: 'abcdefgh', privateKey: '0123-secret-4567' };

async function serve(rules: NonceRules) {
  const server = await startDigestServer(nonceSite(key, rules));
  return { server, get: openClient(server.url, key) };
}

/** Delays requests, so that concurrent ones are checked in another order than they arrive. */
async function serveOutOfOrder(rules: NonceRules) {
  const site = nonceSite(key, rules);
  const server = await startDigestServer(async (request) => {
    await new Promise((resolve) => setTimeout(resolve, (request.number * 7) % 20));
    return site(request);
  });
  return { server, get: openClient(server.url, key) };
}

function noRepeats(counts: Map<string, number[]>): boolean {
  return [...counts.values()].every((numbers) => new Set(numbers).size === numbers.length);
}

describe('a challenge', () => {
  it('is reused by later calls, with one request each and an increasing nc', async () => {
    const { emulator, get } = await openEmulator(undefined);
    for (let i = 0; i < 100; i += 1) await get();
    expect(emulator.requests).toHaveLength(101);
    expect([...countsByNonce(emulator.requests).values()]).toEqual([upTo(100)]);
  });

  it('is shared by 100 concurrent first calls, with 101 requests and no repeated nc', async () => {
    const { emulator, get } = await openEmulator(undefined);
    expect(fulfilled(await together(100, () => get()))).toBe(100);
    expect(emulator.requests).toHaveLength(101);
    expect([...countsByNonce(emulator.requests).values()].map(sorted)).toEqual([upTo(100)]);
  });

  it('is shared by 100 concurrent later calls, with 100 requests and no repeated nc', async () => {
    const { emulator, get } = await openEmulator(undefined);
    await get();
    expect(fulfilled(await together(100, () => get()))).toBe(100);
    expect(emulator.requests).toHaveLength(102);
    expect([...countsByNonce(emulator.requests).values()].map(sorted)).toEqual([upTo(101)]);
  });

  it('is not shared between clients', async () => {
    const { emulator, get } = await openEmulator(undefined);
    const other = openClient(emulator.url, emulator.credentials.apiKey);
    fulfilled(await together(10, (index) => (index % 2 === 0 ? get() : other())));
    expect(emulator.requests).toHaveLength(12);
    expect([...countsByNonce(emulator.requests).values()].map(sorted)).toEqual([upTo(5), upTo(5)]);
  });

  it('is reused after a response of any status', async () => {
    const { emulator, get } = await openEmulator(undefined);
    emulator.respond({ status: 402 }, { status: 403 }, { status: 400 });
    for (let i = 0; i < 3; i += 1) await expect(get()).rejects.toMatchObject({ code: 'API_ERROR' });
    await get();
    expect(emulator.requests).toHaveLength(5);
  });

  it('is reused at the Flex endpoint after a sunset', async () => {
    const { emulator, get } = await openEmulator(undefined);
    emulator.sunset();
    await get();
    await get();
    expect(emulator.requests.map(({ kind, status }) => [kind, status])).toEqual([
      ['tenant', 401],
      ['tenant', 410],
      ['flex', 200],
      ['flex', 200],
    ]);
    expect([...countsByNonce(emulator.requests).values()]).toEqual([[1, 2, 3]]);
  });
});

describe('a stale nonce', () => {
  it('leads to one more request, and the new nonce is kept', async () => {
    const { emulator, get } = await openEmulator(undefined);
    await get();
    emulator.expireNonces();
    await get();
    expect(emulator.requests.map(({ status }) => status)).toEqual([401, 200, 401, 200]);
    await get();
    expect(emulator.requests).toHaveLength(5);
    expect([...countsByNonce(emulator.requests).values()]).toEqual([
      [1, 2],
      [1, 2],
    ]);
  });

  it('may be one that expired', async () => {
    let now = 1_700_000_000_000;
    const { emulator, get } = await openEmulator({ nonceLifetime: 1000 }, { now: () => now });
    for (let i = 0; i < 5; i += 1) {
      await get();
      now += 1000;
    }
    expect(emulator.requests).toHaveLength(10);
    expect(emulator.requests.map(({ status }) => status).filter((status) => status === 200)).toHaveLength(5);
  });

  it('leads to one more request for each of 50 concurrent calls', async () => {
    const { emulator, get } = await openEmulator(undefined);
    await get();
    emulator.expireNonces();
    expect(fulfilled(await together(50, () => get()))).toBe(50);
    expect(emulator.requests).toHaveLength(2 + 100);
    await get();
    expect(emulator.requests).toHaveLength(2 + 100 + 1);
    expect(noRepeats(countsByNonce(emulator.requests))).toBe(true);
  });

  it('leads to one more request even if it is new', async () => {
    const { server, get } = await serve({ refuses: ({ number }) => number === 2 });
    await get();
    expect(server.requests).toHaveLength(3);
    await get();
    expect(server.requests).toHaveLength(4);
  });
});

describe('a nonce that is refused without stale', () => {
  it('leads to one more request if it was used before', async () => {
    const { server, get } = await serve({ sendsStale: false, refuses: ({ number }) => number === 3 });
    await get();
    await get();
    expect(server.requests).toHaveLength(4);
    await get();
    expect(server.requests).toHaveLength(5);
    expect([...countsByNonce(server.requests)]).toEqual([
      ['nonce-1', [1, 2]],
      ['nonce-2', [1, 2]],
    ]);
  });

  it('means a wrong key if it is new', async () => {
    const { server, get } = await serve({ sendsStale: false, refuses: ({ number }) => number === 2 });
    const error: unknown = await get().catch((reason: unknown) => reason);
    expect(isAtlasApiError(error, { status: 401 })).toBe(true);
    expect(server.requests).toHaveLength(2);
    await get();
    expect(server.requests).toHaveLength(4);
  });

  it('does not mean a wrong key if another call used it meanwhile', async () => {
    // Refuses the first two uses of the nonce: by the call that fetched it, and by the one that waited for it.
    const { server, get } = await serve({ sendsStale: false, refuses: ({ number }) => number === 2 || number === 3 });
    expect(fulfilled(await together(2, () => get()))).toBe(2);
    expect(server.requests).toHaveLength(5);
  });
});

describe('a server that accepts each nonce once', () => {
  it.each(
    upTo(20).flatMap((round) => [
      { round, sendsStale: true },
      { round, sendsStale: false },
    ]),
  )(
    'gets at most 40 requests for 20 concurrent first calls (stale: $sendsStale, round $round)',
    async ({ sendsStale }) => {
      const { server, get } = await serve({ oneUse: true, sendsStale });
      expect(fulfilled(await together(20, () => get()))).toBe(20);
      expect(server.requests.length).toBeLessThanOrEqual(40);
    },
  );

  it.each([true, false])(
    'gets at most 40 requests for 20 first calls that arrive out of order (stale: %s)',
    async (sendsStale) => {
      const { server, get } = await serveOutOfOrder({ oneUse: true, sendsStale });
      expect(fulfilled(await together(20, () => get()))).toBe(20);
      expect(server.requests.length).toBeLessThanOrEqual(40);
    },
  );

  it.each([true, false])(
    'gets at most two requests per call for 200 concurrent later calls (stale: %s)',
    async (sendsStale) => {
      const { server, get } = await serve({ oneUse: true, sendsStale });
      await get();
      expect(fulfilled(await together(200, () => get()))).toBe(200);
      expect(server.requests.length).toBeLessThanOrEqual(402);
    },
  );

  it('may be the emulator, with 20 first calls and 200 concurrent later calls', async () => {
    const { emulator, get } = await openEmulator({ oneUseNonces: true });
    expect(fulfilled(await together(20, () => get()))).toBe(20);
    expect(emulator.requests.length).toBeLessThanOrEqual(40);
    expect(fulfilled(await together(200, () => get()))).toBe(200);
    expect(emulator.requests.length).toBeLessThanOrEqual(440);
  });

  it('gets two requests per call for consecutive calls', async () => {
    const { server, get } = await serve({ oneUse: true, sendsStale: false });
    for (let i = 0; i < 5; i += 1) await get();
    expect(server.requests).toHaveLength(10);
  });

  it('gets one request per call if it sends a next nonce', async () => {
    const { emulator, get } = await openEmulator({ oneUseNonces: true, nextNonce: true });
    for (let i = 0; i < 10; i += 1) await get();
    expect(emulator.requests).toHaveLength(11);
    expect([...countsByNonce(emulator.requests).values()]).toEqual(upTo(10).map(() => [1]));
  });

  it('gets one request per call if it sends a next nonce with -sess', async () => {
    const { emulator, get } = await openEmulator({
      algorithms: ['SHA-256-sess'],
      oneUseNonces: true,
      nextNonce: true,
      sessionKey: 'first-request',
    });
    for (let i = 0; i < 10; i += 1) await get();
    expect(emulator.requests).toHaveLength(11);
  });

  it('gets at most two requests per call for 50 concurrent calls if it sends a next nonce', async () => {
    const { server, get } = await serve({ oneUse: true, nextNonce: true, sendsStale: false });
    for (let i = 0; i < 2; i += 1) expect(fulfilled(await together(50, () => get()))).toBe(50);
    expect(server.requests.length).toBeLessThanOrEqual(200);
    expect(noRepeats(countsByNonce(server.requests))).toBe(true);
  });
});

describe('a server that sends the same nonce each time', () => {
  const shared: NonceRules = { nonce: () => 'fixed' };

  it('gets no nc twice, even after a new challenge', async () => {
    const { server, get } = await serve({ ...shared, refuses: ({ number }) => number === 3 });
    for (let i = 0; i < 4; i += 1) await get();
    expect([...countsByNonce(server.requests)]).toEqual([['fixed', upTo(5)]]);
  });

  it('gets 101 requests for 100 concurrent first calls', async () => {
    const { server, get } = await serve({ ...shared, sendsStale: false });
    expect(fulfilled(await together(100, () => get()))).toBe(100);
    expect(server.requests).toHaveLength(101);
    expect([...countsByNonce(server.requests).values()].map(sorted)).toEqual([upTo(100)]);
  });

  it('gets an increasing nc if it sends the nonce as the next nonce', async () => {
    const { server, get } = await serve({ ...shared, nextNonce: true });
    for (let i = 0; i < 4; i += 1) await get();
    expect([...countsByNonce(server.requests)]).toEqual([['fixed', upTo(4)]]);
  });

  it('may be the emulator, with 50 concurrent calls', async () => {
    const { emulator, get } = await openEmulator({ sharedNonce: true });
    expect(fulfilled(await together(50, () => get()))).toBe(50);
    expect(emulator.requests).toHaveLength(51);
  });

  it('refuses a wrong key each time', async () => {
    const { server } = await serve(shared);
    const wrong = openClient(server.url, { ...key, privateKey: 'wrong' });
    for (let i = 0; i < 3; i += 1) await expect(wrong()).rejects.toMatchObject({ code: 'API_ERROR', status: 401 });
    expect(server.requests.length).toBeLessThanOrEqual(8);
  });
});

describe('a server that requires an increasing nc', () => {
  it.each([true, false])(
    'gets at most two requests per call for 100 concurrent calls (stale: %s)',
    async (sendsStale) => {
      const { server, get } = await serveOutOfOrder({ increasing: true, sendsStale });
      expect(fulfilled(await together(100, () => get()))).toBe(100);
      expect(server.requests.length).toBeLessThanOrEqual(200);
      expect(noRepeats(countsByNonce(server.requests))).toBe(true);
    },
  );

  it('gets one request per call for consecutive calls', async () => {
    const { server, get } = await serve({ increasing: true });
    for (let i = 0; i < 20; i += 1) await get();
    expect(server.requests).toHaveLength(21);
  });
});
