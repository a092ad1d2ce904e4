import { describe, expect, it } from 'vitest';
import { isAtlasApiError } from '../../../src/index.js';
import { startDigestServer } from '../../support/digest-server.js';
import { countsByNonce, sorted, upTo } from './support/counts.js';
import { type NonceRules, nonceSite } from './support/nonce-site.js';
import { answered, openClient, openEmulator, together } from './support/open-client.js';

const key = { publicKey: 'abcdefgh', privateKey: '0123-secret-4567' };

async function serve(rules: NonceRules) {
  const server = await startDigestServer(nonceSite(key, rules));
  return { server, get: openClient(server.url, key) };
}

/** Nobody knows which of the calls on one nonce comes first. */
async function serveInAnyOrder(rules: NonceRules) {
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

describe('the challenge is kept', () => {
  it('calls after the first cost one request each, and nc counts up', async () => {
    const { emulator, get } = await openEmulator(undefined);
    for (let i = 0; i < 100; i += 1) await get();
    expect(emulator.requests).toHaveLength(101);
    expect([...countsByNonce(emulator.requests).values()]).toEqual([upTo(100)]);
  });

  it('100 calls at once on a cold client cost 101 requests, no nc twice', async () => {
    const { emulator, get } = await openEmulator(undefined);
    expect(answered(await together(100, () => get()))).toBe(100);
    expect(emulator.requests).toHaveLength(101);
    expect([...countsByNonce(emulator.requests).values()].map(sorted)).toEqual([upTo(100)]);
  });

  it('100 calls at once on a warm client cost 100 requests, no nc twice', async () => {
    const { emulator, get } = await openEmulator(undefined);
    await get();
    expect(answered(await together(100, () => get()))).toBe(100);
    expect(emulator.requests).toHaveLength(102);
    expect([...countsByNonce(emulator.requests).values()].map(sorted)).toEqual([upTo(101)]);
  });

  it('each client keeps its own', async () => {
    const { emulator, get } = await openEmulator(undefined);
    const other = openClient(emulator.url, emulator.credentials.apiKey);
    answered(await together(10, (index) => (index % 2 === 0 ? get() : other())));
    expect(emulator.requests).toHaveLength(12);
    expect([...countsByNonce(emulator.requests).values()].map(sorted)).toEqual([upTo(5), upTo(5)]);
  });

  it('an answer of any status keeps it', async () => {
    const { emulator, get } = await openEmulator(undefined);
    emulator.respond({ status: 402 }, { status: 403 }, { status: 400 });
    for (let i = 0; i < 3; i += 1) await expect(get()).rejects.toMatchObject({ code: 'API_ERROR' });
    await get();
    expect(emulator.requests).toHaveLength(5);
  });

  it('goes on at the Flex endpoint when the tenant endpoint is gone', async () => {
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

describe('a nonce that is stale', () => {
  it('costs one request more, and the new one is kept', async () => {
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

  it('by age', async () => {
    let now = 1_700_000_000_000;
    const { emulator, get } = await openEmulator({ nonceLifetime: 1000 }, { now: () => now });
    for (let i = 0; i < 5; i += 1) {
      await get();
      now += 1000;
    }
    expect(emulator.requests).toHaveLength(10);
    expect(emulator.requests.map(({ status }) => status).filter((status) => status === 200)).toHaveLength(5);
  });

  it('costs each of 50 calls at once one request more', async () => {
    const { emulator, get } = await openEmulator(undefined);
    await get();
    emulator.expireNonces();
    expect(answered(await together(50, () => get()))).toBe(50);
    expect(emulator.requests).toHaveLength(2 + 100);
    await get();
    expect(emulator.requests).toHaveLength(2 + 100 + 1);
    expect(noRepeats(countsByNonce(emulator.requests))).toBe(true);
  });

  it('is refused when it is new too: one more', async () => {
    const { server, get } = await serve({ refuses: ({ number }) => number === 2 });
    await get();
    expect(server.requests).toHaveLength(3);
    await get();
    expect(server.requests).toHaveLength(4);
  });
});

describe('a nonce that is refused without stale', () => {
  it('costs one request more where it was used before', async () => {
    const { server, get } = await serve({ tellsStale: false, refuses: ({ number }) => number === 3 });
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

  it('is a wrong key where it was new', async () => {
    const { server, get } = await serve({ tellsStale: false, refuses: ({ number }) => number === 2 });
    const error: unknown = await get().catch((reason: unknown) => reason);
    expect(isAtlasApiError(error, { status: 401 })).toBe(true);
    expect(server.requests).toHaveLength(2);
    await get();
    expect(server.requests).toHaveLength(4);
  });

  it('is no wrong key where another call used it meanwhile', async () => {
    // The first two that come with the nonce: the call that fetched it, and one that waited for it.
    const { server, get } = await serve({ tellsStale: false, refuses: ({ number }) => number === 2 || number === 3 });
    expect(answered(await together(2, () => get()))).toBe(2);
    expect(server.requests).toHaveLength(5);
  });
});

describe('a server that takes each nonce once', () => {
  it.each(
    upTo(20).flatMap((round) => [
      { round, tellsStale: true },
      { round, tellsStale: false },
    ]),
  )('20 cold calls at once: at most 40 requests (stale told: $tellsStale, round $round)', async ({ tellsStale }) => {
    const { server, get } = await serve({ oneUse: true, tellsStale });
    expect(answered(await together(20, () => get()))).toBe(20);
    expect(server.requests.length).toBeLessThanOrEqual(40);
  });

  it.each([true, false])('20 cold calls that come in any order (stale told: %s)', async (tellsStale) => {
    const { server, get } = await serveInAnyOrder({ oneUse: true, tellsStale });
    expect(answered(await together(20, () => get()))).toBe(20);
    expect(server.requests.length).toBeLessThanOrEqual(40);
  });

  it.each([true, false])('200 calls at once on a warm client (stale told: %s)', async (tellsStale) => {
    const { server, get } = await serve({ oneUse: true, tellsStale });
    await get();
    expect(answered(await together(200, () => get()))).toBe(200);
    expect(server.requests.length).toBeLessThanOrEqual(402);
  });

  it('the emulator, 20 cold calls, then 200 at once', async () => {
    const { emulator, get } = await openEmulator({ oneUseNonces: true });
    expect(answered(await together(20, () => get()))).toBe(20);
    expect(emulator.requests.length).toBeLessThanOrEqual(40);
    expect(answered(await together(200, () => get()))).toBe(200);
    expect(emulator.requests.length).toBeLessThanOrEqual(440);
  });

  it('calls one after the other cost two requests each', async () => {
    const { server, get } = await serve({ oneUse: true, tellsStale: false });
    for (let i = 0; i < 5; i += 1) await get();
    expect(server.requests).toHaveLength(10);
  });

  it('one request each, where it gives the next nonce with the answer', async () => {
    const { emulator, get } = await openEmulator({ oneUseNonces: true, nextNonce: true });
    for (let i = 0; i < 10; i += 1) await get();
    expect(emulator.requests).toHaveLength(11);
    expect([...countsByNonce(emulator.requests).values()]).toEqual(upTo(10).map(() => [1]));
  });

  it('one request each under -sess with a next nonce, whose key stays that of the first', async () => {
    const { emulator, get } = await openEmulator({
      algorithms: ['SHA-256-sess'],
      oneUseNonces: true,
      nextNonce: true,
      sessionKey: 'first-request',
    });
    for (let i = 0; i < 10; i += 1) await get();
    expect(emulator.requests).toHaveLength(11);
  });

  it('50 calls at once are answered where it gives the next nonce', async () => {
    const { server, get } = await serve({ oneUse: true, nextNonce: true, tellsStale: false });
    for (let i = 0; i < 2; i += 1) expect(answered(await together(50, () => get()))).toBe(50);
    expect(server.requests.length).toBeLessThanOrEqual(200);
    expect(noRepeats(countsByNonce(server.requests))).toBe(true);
  });
});

describe('a server that hands one nonce to everybody', () => {
  const shared: NonceRules = { nonce: () => 'fixed' };

  it('no nc comes twice, also when it is handed out again', async () => {
    const { server, get } = await serve({ ...shared, refuses: ({ number }) => number === 3 });
    for (let i = 0; i < 4; i += 1) await get();
    expect([...countsByNonce(server.requests)]).toEqual([['fixed', upTo(5)]]);
  });

  it('100 cold calls at once cost 101 requests', async () => {
    const { server, get } = await serve({ ...shared, tellsStale: false });
    expect(answered(await together(100, () => get()))).toBe(100);
    expect(server.requests).toHaveLength(101);
    expect([...countsByNonce(server.requests).values()].map(sorted)).toEqual([upTo(100)]);
  });

  it('a next nonce that is the same nonce goes on counting', async () => {
    const { server, get } = await serve({ ...shared, nextNonce: true });
    for (let i = 0; i < 4; i += 1) await get();
    expect([...countsByNonce(server.requests)]).toEqual([['fixed', upTo(4)]]);
  });

  it('the emulator, 50 at once', async () => {
    const { emulator, get } = await openEmulator({ sharedNonce: true });
    expect(answered(await together(50, () => get()))).toBe(50);
    expect(emulator.requests).toHaveLength(51);
  });

  it('a wrong key is found out also when the nonce comes a second time', async () => {
    const { server } = await serve(shared);
    const wrong = openClient(server.url, { ...key, privateKey: 'wrong' });
    for (let i = 0; i < 3; i += 1) await expect(wrong()).rejects.toMatchObject({ code: 'API_ERROR', status: 401 });
    expect(server.requests.length).toBeLessThanOrEqual(8);
  });
});

describe('a server whose nonces want an order', () => {
  it.each([true, false])('100 calls at once whose nc must increase (stale told: %s)', async (tellsStale) => {
    const { server, get } = await serveInAnyOrder({ increasing: true, tellsStale });
    expect(answered(await together(100, () => get()))).toBe(100);
    expect(server.requests.length).toBeLessThanOrEqual(200);
    expect(noRepeats(countsByNonce(server.requests))).toBe(true);
  });

  it('one after the other the nc increases', async () => {
    const { server, get } = await serve({ increasing: true });
    for (let i = 0; i < 20; i += 1) await get();
    expect(server.requests).toHaveLength(21);
  });
});
