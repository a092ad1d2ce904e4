import { describe, expect, it } from 'vitest';
import { type Answer, startDigestServer, type WholeAnswer } from '../../support/digest-server.js';
import { fakeClock, passTime, skipTime } from '../../support/fault-clock.js';
import { deferred } from '../../support/fault-deferred.js';
import { countsByNonce, sorted, upTo } from './support/counts.js';
import { nonceSite, snapshot } from './support/nonce-site.js';
import { together as begin, fulfilled, openClient, openEmulator } from './support/open-client.js';

// For skipTime(), which lets the waits between retries pass at once.
fakeClock();

/** Starts that many calls at once, and skips their waits. */
const together: typeof begin = (calls, call) => skipTime(begin(calls, call));

const key = { publicKey: 'abcdefgh', privateKey: '0123-secret-4567' };

/** The status of each call's response; undefined if there was none, for example after a timeout. */
function statusesOf(results: readonly PromiseSettledResult<unknown>[]): unknown[] {
  return results.map((result) => (result.status === 'rejected' ? result.reason.status : 200));
}

/** A server with these first responses, which checks logins after them. A promise delays its own response. */
async function serve(...first: (Answer | Promise<void>)[]) {
  const site = nonceSite(key);
  const server = await startDigestServer(async (request) => {
    const scripted = await first[request.number - 1];
    return scripted ?? site(request);
  });
  return { server, get: openClient(server.url, key) };
}

/** A server that holds the responses to requests number `from` to `until` until all of these have arrived. */
function startHolding({ from, until }: { from: number; until: number }, answerTo: (number: number) => Answer) {
  const { promise: allThere, resolve } = deferred();
  return startDigestServer(async ({ number }) => {
    if (number === until) resolve();
    if (number >= from) await allThere;
    return answerTo(number);
  });
}

describe('calls that wait while another requests the challenge', () => {
  it('log in with that challenge', async () => {
    const { promise: held, resolve: release } = deferred();
    const { server, get } = await serve(held);
    const first = get();
    const others = begin(20, () => get());
    await expect.poll(() => server.requests.length, { interval: 1 }).toBe(1);
    release();
    expect(fulfilled(await others)).toBe(20);
    await first;
    expect(server.requests).toHaveLength(22);
    expect([...countsByNonce(server.requests).values()].map(sorted)).toEqual([upTo(21)]);
  });

  it('continue if its connection is reset', async () => {
    const { server, get } = await serve('reset');
    expect(fulfilled(await together(20, () => get()))).toBe(20);
    expect(server.requests).toHaveLength(1 + 20 * 2);
  });

  it('continue if it fails without a retry', async () => {
    const { server, get } = await serve('cut');
    const [first, ...others] = await together(20, (index) => get({ maxRetries: index === 0 ? 0 : 3 }));
    expect(first).toMatchObject({ status: 'rejected', reason: { code: 'CONNECTION' } });
    expect(fulfilled(others)).toBe(19);
    expect(server.requests).toHaveLength(1 + 19 * 2);
  });

  it('ask by themselves if it fails, and may fail too', async () => {
    const { server, get } = await serve('cut', 'cut', 'cut');
    const results = await together(10, () => get({ maxRetries: 0 }));
    expect(results.map(({ status }) => status)).toEqual([
      ...['rejected', 'rejected', 'rejected'],
      ...Array.from({ length: 7 }, () => 'fulfilled'),
    ]);
    expect(server.requests).toHaveLength(3 + 7 * 2);
  });

  it('continue if it hangs', async () => {
    const { server, get } = await serve('hang');
    const [first, ...others] = await together(20, (index) =>
      get(index === 0 ? { maxRetries: 0, attemptTimeout: 100 } : {}),
    );
    expect(first).toMatchObject({ status: 'rejected', reason: { code: 'TIMEOUT' } });
    expect(fulfilled(others)).toBe(19);
    expect(server.requests).toHaveLength(1 + 19 * 2);
  });

  it('continue if it is aborted', async () => {
    const { server, get } = await serve('hang');
    const abort = new AbortController();
    const first = get({ signal: abort.signal });
    const others = together(20, () => get());
    await expect.poll(() => server.requests.length, { interval: 1 }).toBe(1);
    abort.abort(new Error('enough'));
    await expect(first).rejects.toThrow('enough');
    expect(fulfilled(await others)).toBe(20);
    expect(server.requests).toHaveLength(1 + 20 * 2);
  });

  it('continue if it is aborted before it is sent', async () => {
    const { server, get } = await serve();
    const abort = new AbortController();
    const first = get({ signal: abort.signal });
    const others = together(5, () => get());
    abort.abort(new Error('enough'));
    await expect(first).rejects.toThrow('enough');
    expect(fulfilled(await others)).toBe(5);
    expect(server.requests).toHaveLength(5 * 2);
  });

  it('continue if it and the next in line are aborted', async () => {
    const { server, get } = await serve('hang');
    const abort = new AbortController();
    const aborted = together(5, () => get({ signal: abort.signal }));
    const others = together(5, () => get());
    await expect.poll(() => server.requests.length, { interval: 1 }).toBe(1);
    abort.abort(new Error('enough'));
    expect((await aborted).map(({ status }) => status)).toEqual(upTo(5).map(() => 'rejected'));
    expect(fulfilled(await others)).toBe(5);
    expect(server.requests).toHaveLength(1 + 5 * 2);
  });

  it('may all be aborted, and the next call requests the challenge', async () => {
    const { server, get } = await serve('hang');
    const abort = new AbortController();
    const aborted = together(5, () => get({ signal: abort.signal }));
    await expect.poll(() => server.requests.length, { interval: 1 }).toBe(1);
    abort.abort(new Error('enough'));
    await aborted;
    await get();
    await get();
    expect(server.requests).toHaveLength(1 + 3);
  });

  it('may time out while they wait, and the others succeed', async () => {
    const { promise: held, resolve: release } = deferred();
    const { server, get } = await serve(held);
    const calls = begin(10, (index) => get(index % 2 === 1 ? { timeout: 10 } : {}));
    await passTime(100);
    release();
    const results = await calls;
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(5);
    for (const result of results) {
      if (result.status === 'rejected') expect(result.reason).toMatchObject({ code: 'TIMEOUT', attempts: 1 });
    }
    expect(server.requests).toHaveLength(6);
  });

  it.each([503, 429, 408, 403])('continue if it gets a %i', async (status) => {
    const { server, get } = await serve({ status, body: `{"error":${status},"errorCode":"NO"}` });
    const [first, ...others] = await together(20, (index) => get({ maxRetries: index === 0 ? 0 : 3 }));
    expect(first).toMatchObject({ status: 'rejected', reason: { code: 'API_ERROR', status } });
    expect(fulfilled(others)).toBe(19);
    expect(server.requests).toHaveLength(1 + 19 * 2);
  });

  it.each<WholeAnswer>([{ status: 403 }, { status: 401 }, snapshot])(
    'send their requests all at once after a final response: %j',
    async (answer) => {
      const server = await startHolding({ from: 2, until: 20 }, () => answer);
      const get = openClient(server.url, key);
      expect(statusesOf(await together(20, () => get({ maxRetries: 0 })))).toEqual(Array(20).fill(answer.status));
      expect(server.requests).toHaveLength(20);
    },
  );

  it('continue if it gets a 401 without a challenge', async () => {
    const { server, get } = await serve({ status: 401 });
    const [first, ...others] = await together(20, () => get());
    expect(first).toMatchObject({ status: 'rejected', reason: { code: 'API_ERROR', status: 401 } });
    expect(fulfilled(others)).toBe(19);
    const before = server.requests.length;
    expect(before).toBeLessThanOrEqual(1 + 19 * 2);
    await get();
    expect(server.requests).toHaveLength(before + 1);
  });

  it('continue if it gets a Basic challenge', async () => {
    const { server, get } = await serve({ status: 401, headers: { 'www-authenticate': 'Basic realm="r"' } });
    const [first, ...others] = await together(20, () => get());
    expect(first).toMatchObject({ status: 'rejected', reason: { code: 'AUTHENTICATION', status: 401 } });
    expect(fulfilled(others)).toBe(19);
    expect(server.requests.length).toBeLessThanOrEqual(1 + 19 * 2);
  });

  it('continue if it is sent on a dead connection', async () => {
    const { server, get } = await serve(snapshot, 'reset');
    await get();
    // The connection is free again after this.
    await new Promise(setImmediate);
    expect(fulfilled(await together(20, () => get({ maxRetries: 0 })))).toBe(20);
    expect(server.requests).toHaveLength(1 + 1 + 20 * 2);
  });
});

describe('a server that requires no login', () => {
  it('gets 100 concurrent first calls without a login', async () => {
    const server = await startDigestServer(() => snapshot);
    const get = openClient(server.url, key);
    expect(fulfilled(await together(100, () => get()))).toBe(100);
    expect(fulfilled(await together(10, () => get()))).toBe(10);
    expect(server.requests).toHaveLength(110);
    expect(server.requests.every(({ authorization }) => authorization === undefined)).toBe(true);
  });

  it('may require one later', async () => {
    const { server, get } = await serve(snapshot, snapshot);
    for (let i = 0; i < 4; i += 1) await get();
    expect(server.requests).toHaveLength(5);
  });
});

describe('a failed attempt', () => {
  it('is retried with the next nc', async () => {
    const { emulator, get } = await openEmulator(undefined);
    emulator.respond({ status: 503 }, { reset: true }, { status: 500 });
    await skipTime(get());
    expect(emulator.requests).toHaveLength(5);
    expect([...countsByNonce(emulator.requests).values()]).toEqual([upTo(4)]);
  });

  it('uses up its nc', async () => {
    const { emulator, get } = await openEmulator(undefined);
    await get();
    emulator.respond({ hang: true });
    const hanging = get({ attemptTimeout: 100, maxRetries: 0 });
    await expect(skipTime(hanging)).rejects.toMatchObject({ code: 'TIMEOUT' });
    await get();
    expect([...countsByNonce(emulator.requests).values()]).toEqual([upTo(3)]);
  });

  it('does not hold up other calls while it hangs', async () => {
    const { emulator, get } = await openEmulator(undefined);
    await get();
    emulator.respond({ hang: true });
    const hanging = get({ attemptTimeout: 100, maxRetries: 0 }).catch((error: unknown) => error);
    expect(fulfilled(await together(5, () => get()))).toBe(5);
    expect(await skipTime(hanging)).toMatchObject({ code: 'TIMEOUT' });
    expect(emulator.requests).toHaveLength(8);
  });
});
