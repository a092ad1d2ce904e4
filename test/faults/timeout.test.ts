import { once } from 'node:events';
import { createServer } from 'node:net';
import { Agent } from 'undici';
import { describe, expect, it, onTestFinished } from 'vitest';
import { AtlasApiError, AtlasTimeoutError } from '../../src/index.js';
import { get, openFaultClient } from '../support/fault-client.js';
import { fakeClock, passTime, skipTime, standStill } from '../support/fault-clock.js';
import { deferred } from '../support/fault-deferred.js';
import { expectNoUnhandledRejection } from '../support/fault-rejections.js';
import { startFaultServer } from '../support/fault-server.js';
import { answer, drip, good, head, refusal, type Script, send, snapshotJson, until } from '../support/fault-steps.js';
import { rejection } from '../support/rejection.js';

expectNoUnhandledRejection();
fakeClock();

const challenge = 'www-authenticate: Digest realm="r", nonce="n", qop="auth"';

const endless: [name: string, script: Script][] = [
  ['no response', []],
  ['half a status line', [send('HTTP/1.1 2')]],
  ['half a head', [send('HTTP/1.1 200 OK\r\nx: ')]],
  ['a head that never ends', [send('HTTP/1.1 200 OK\r\n'), drip('x')]],
  ['endless interim responses', [drip(head(103))]],
  ['a head without a body', [send(head(200, 'content-length: 5'))]],
  ['a body that never ends', [send(head(200, 'content-length: 1000000')), drip(' ')]],
  ['chunks that never end', [send(head(200, 'transfer-encoding: chunked')), drip('1\r\n \r\n')]],
  ['a body without a length', [send(head(200)), send(snapshotJson)]],
  ['an error body that never ends', [send(head(503, 'content-length: 1000000')), drip('x')]],
];

describe('attemptTimeout', () => {
  it.each(endless)('ends an exchange with %s', async (_name, script) => {
    const server = await startFaultServer(script);
    const client = openFaultClient(server, { attemptTimeout: 1000 });
    const error = await skipTime(rejection(get(client), AtlasTimeoutError));
    expect(error).toMatchObject({ code: 'TIMEOUT', operation: 'getTenantSnapshot', endpoint: 'tenant', attempts: 1 });
    expect(error.message).toContain('1000 ms (attemptTimeout)');
    expect(performance.now()).toBeGreaterThanOrEqual(1000);
    expect(performance.now()).toBeLessThan(1500);
    await expect.poll(() => server.closed, { interval: 1 }).toBe(1);
  });

  it('leads to a retry', async () => {
    const server = await startFaultServer([[], good]);
    const client = openFaultClient(server, { maxRetries: 1, attemptTimeout: 1000 });
    await expect(skipTime(get(client))).resolves.toMatchObject({ status: 'COMPLETED' });
    expect(server.requests).toHaveLength(2);
  });

  it("of the call overrides the client's", async () => {
    const client = openFaultClient(await startFaultServer(), { attemptTimeout: 9000 });
    const error = await skipTime(rejection(get(client, { attemptTimeout: 700 }), AtlasTimeoutError));
    expect(error.message).toContain('700 ms (attemptTimeout)');
    expect(performance.now()).toBeLessThan(1200);
  });

  it('starts again for the request after a challenge', async () => {
    const credentials = { publicKey: 'ABCDEFGH', privateKey: 'private' };
    const { promise: later, resolve: release } = deferred();
    const server = await startFaultServer([[until(later), answer(401, '{}', challenge)], []]);
    const client = openFaultClient(server, { credentials, attemptTimeout: 1000 });
    const error = rejection(get(client), AtlasTimeoutError);
    await passTime(800);
    release();
    await standStill();
    expect(server.requests).toHaveLength(2);
    await passTime(800);
    await skipTime(error);
    expect(performance.now()).toBeGreaterThanOrEqual(1800);
  });
});

describe('attemptTimeout starts when the request is on the wire', () => {
  it('not in the queue of the default pool', async () => {
    const { promise: later, resolve: release } = deferred();
    const server = await startFaultServer([until(later), ...good]);
    const client = openFaultClient(server);
    const first = Array.from({ length: 64 }, () => get(client, { attemptTimeout: 40_000 }));
    await expect.poll(() => server.requests.length, { interval: 1 }).toBe(64);
    const queued = get(client, { attemptTimeout: 1000 });
    await passTime(10_000);
    expect(server.requests).toHaveLength(64);
    release();
    await expect(Promise.all([...first, queued])).resolves.toHaveLength(65);
  });

  it("not in the queue of the caller's agent", async () => {
    const { promise: later, resolve: release } = deferred();
    const dispatcher = new Agent({ connections: 1 });
    onTestFinished(() => dispatcher.destroy());
    const server = await startFaultServer([until(later), ...good]);
    const client = openFaultClient(server, { dispatcher });
    const first = get(client);
    await expect.poll(() => server.requests.length, { interval: 1 }).toBe(1);
    const queued = get(client, { attemptTimeout: 1000 });
    await passTime(10_000);
    release();
    await expect(Promise.all([first, queued])).resolves.toHaveLength(2);
  });
});

describe('timeout ends a call', () => {
  it('during an exchange', async () => {
    const server = await startFaultServer();
    const client = openFaultClient(server, { timeout: 1000 });
    const error = await skipTime(rejection(get(client), AtlasTimeoutError));
    expect(error.message).toContain('1000 ms (timeout)');
    expect(error).toMatchObject({ operation: 'getTenantSnapshot', attempts: 1 });
    expect(error.cause).toBeUndefined();
    await expect.poll(() => server.closed, { interval: 1 }).toBe(1);
  });

  it('during a retry, with the error of the attempt before as the cause', async () => {
    const server = await startFaultServer([refusal(503), []]);
    const client = openFaultClient(server, { timeout: 5000, maxRetries: 100 });
    const error = await skipTime(rejection(get(client), AtlasTimeoutError));
    expect(performance.now()).toBeGreaterThanOrEqual(5000);
    expect(performance.now()).toBeLessThan(5200);
    expect(error.attempts).toBe(2);
    expect(error.cause).toBeInstanceOf(AtlasApiError);
  });

  it('in the queue', async () => {
    const server = await startFaultServer();
    const client = openFaultClient(server);
    const first = Array.from({ length: 64 }, () => rejection(get(client), AtlasTimeoutError));
    await expect.poll(() => server.requests.length, { interval: 1 }).toBe(64);
    const error = await skipTime(rejection(get(client, { timeout: 1000 }), AtlasTimeoutError));
    expect(error.message).toContain('1000 ms (timeout)');
    await skipTime(Promise.all(first));
    // A request that timed out in the queue is never sent.
    await standStill();
    expect(server.requests).toHaveLength(64);
  });

  it('while it waits for the challenge of another call, which continues', async () => {
    const { promise: later, resolve: release } = deferred();
    const server = await startFaultServer(({ number }) =>
      number === 1 ? [until(later), answer(401, '{}', challenge)] : good,
    );
    const client = openFaultClient(server, { credentials: { publicKey: 'ABCDEFGH', privateKey: 'private' } });
    const other = get(client);
    const error = await skipTime(rejection(get(client, { timeout: 500 }), AtlasTimeoutError));
    expect(error.message).toContain('500 ms (timeout)');
    expect(server.requests).toHaveLength(1);
    release();
    await expect(other).resolves.toMatchObject({ status: 'COMPLETED' });
  });

  it('while it waits for a token', async () => {
    const credentials = { accessToken: () => new Promise<string>(() => undefined) };
    const client = openFaultClient(await startFaultServer(), { credentials, timeout: 1000 });
    const error = await skipTime(rejection(get(client), AtlasTimeoutError));
    expect(error.message).toContain('1000 ms (timeout)');
  });

  it('during a TLS handshake', async () => {
    // The server never responds to the TLS handshake.
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    onTestFinished(() => {
      server.close();
    });
    const address = server.address();
    const port = typeof address === 'object' ? address?.port : undefined;
    const client = openFaultClient({ url: `https://127.0.0.1:${port}` }, { timeout: 1000 });
    const error = await skipTime(rejection(get(client), AtlasTimeoutError));
    expect(error.message).toContain('1000 ms (timeout)');
  });

  it('during a connect() of an agent that never calls back', async () => {
    const dispatcher = new Agent({ connect: () => undefined });
    onTestFinished(() => dispatcher.destroy());
    const client = openFaultClient({ url: 'http://127.0.0.1:9' }, { dispatcher, timeout: 1000, maxRetries: 3 });
    await skipTime(rejection(get(client), AtlasTimeoutError));
    expect(performance.now()).toBeLessThan(1500);
  });

  it('before a longer attemptTimeout', async () => {
    const client = openFaultClient(await startFaultServer(), { timeout: 500, attemptTimeout: 60_000 });
    await skipTime(rejection(get(client), AtlasTimeoutError));
    expect(performance.now()).toBeLessThan(1000);
  });

  it('after it covered all pages of a list', async () => {
    const full = JSON.stringify({ totalCount: 1000, results: [JSON.parse(snapshotJson)] });
    const server = await startFaultServer([[answer(200, full)], []]);
    const client = openFaultClient(server, { endpoint: 'flex' });
    const list = client.listTenantSnapshots('32b6e34b3d91647abb20e7b8', 'Cluster0', { timeout: 1000 });
    const error = await skipTime(rejection(list, AtlasTimeoutError));
    expect(error).toMatchObject({ operation: 'listTenantSnapshots', attempts: 2 });
  });
});

it('each of many calls ends at its own deadline, whatever their order', async () => {
  const server = await startFaultServer();
  const client = openFaultClient(server);
  const timeouts = [400, 100, 300, 200, 500, 250, 150, 450, 350].flatMap((ms) => [ms, ms + 7]);
  const ended = timeouts.map(async (timeout) => {
    const { message } = await rejection(get(client, { timeout }), AtlasTimeoutError);
    return { timeout, message, after: performance.now() };
  });
  for (const { timeout, message, after } of await skipTime(Promise.all(ended))) {
    expect(message).toContain(`${timeout} ms`);
    expect(after).toBeGreaterThanOrEqual(timeout);
    expect(after).toBeLessThan(timeout + 60);
  }
});

it('the longest timeouts do not end a call at once', async () => {
  const longest = 0x7fff_ffff;
  const { promise: later, resolve: release } = deferred();
  const server = await startFaultServer([until(later), ...good]);
  const call = get(openFaultClient(server), { timeout: longest, attemptTimeout: longest });
  await expect.poll(() => server.requests.length, { interval: 1 }).toBe(1);
  await passTime(10_000);
  release();
  await expect(call).resolves.toMatchObject({ status: 'COMPLETED' });
});
