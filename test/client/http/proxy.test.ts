import { beforeEach, describe, expect, it, vi } from 'vitest';
import { AtlasConnectionError, AtlasTimeoutError } from '../../../src/client/index.js';
import { runClock, standStill, stopClock } from '../../support/clock.js';
import { get, openBareClient } from '../../support/open-client.js';
import { type RawServer, type Scripts, startRawServer } from '../../support/raw-server.js';
import { answer, end, head, reset, type Script, send } from '../../support/raw-steps.js';
import { rejection } from '../../support/rejection.js';

beforeEach(() => {
  for (const name of ['http_proxy', 'HTTP_PROXY', 'https_proxy', 'HTTPS_PROXY', 'no_proxy', 'NO_PROXY'])
    vi.stubEnv(name, undefined);
});

it.each<[what: string, environment: Record<string, string>, calls: number, expected: object]>([
  [
    'gets at most 64 connections',
    { HTTPS_PROXY: 'PROXY', HTTP_PROXY: 'user:password@proxy' },
    100,
    { proxy: 64, atlas: 0 },
  ],
  ['is not used for a host in NO_PROXY', { HTTPS_PROXY: 'PROXY', NO_PROXY: '127.0.0.1' }, 1, { proxy: 0, atlas: 1 }],
])('the proxy of the environment %s', async (_what, environment, calls, expected) => {
  // Neither of them responds.
  const [proxy, atlas] = [await startRawServer(), await startRawServer()];
  for (const [name, value] of Object.entries(environment)) vi.stubEnv(name, value.replace('PROXY', proxy.url));
  const client = openBareClient({ url: `https://127.0.0.1:${atlas.port}` });
  const stop = new AbortController();
  const ended = Promise.allSettled(Array.from({ length: calls }, () => get(client, { signal: stop.signal })));
  const connections = () => ({ proxy: proxy.connections, atlas: atlas.connections });
  await expect.poll(connections, { interval: 1 }).toEqual(expected);
  await standStill();
  expect(connections()).toEqual(expected);
  stop.abort();
  await ended;
});

// Nothing listens there: only the proxy gets connections.
const atlas = { url: 'https://atlas.example' };

/** Starts a proxy with this script for each request, and sets HTTPS_PROXY to it. */
async function startProxy(scripts: Scripts): Promise<RawServer> {
  const proxy = await startRawServer(scripts);
  vi.stubEnv('HTTPS_PROXY', proxy.url);
  return proxy;
}

describe('each of many concurrent calls gets an error, after one connection per attempt, if the proxy', () => {
  beforeEach(stopClock);
  const noTunnel = /^The proxy closed the connection before it opened a tunnel$/;

  it.each<[what: string, script: Script, cause: RegExp]>([
    ['closes the connection', [end], noTunnel],
    ['resets the connection', [reset], /ECONNRESET/],
    ['opens the tunnel and closes it', [send(head(200)), end], /disconnected/],
  ])('%s', async (_what, script, cause) => {
    const proxy = await startProxy(script);
    const client = openBareClient(atlas, { maxRetries: 1 });
    const errors = Array.from({ length: 20 }, () => rejection(get(client), AtlasConnectionError));
    for (const error of await runClock(Promise.all(errors))) {
      expect(error).toMatchObject({ attempts: 2, cause: { message: expect.stringMatching(cause) } });
    }
    const { connections } = proxy;
    expect(connections).toBeLessThanOrEqual(20 * 2);
    // No further connections in the background.
    await standStill(200);
    expect(proxy.connections).toBe(connections);
  });
});

describe('a proxy that refuses the tunnel', () => {
  beforeEach(stopClock);

  it.each<[status: number, attempts: number, fields: string[], message: RegExp]>([
    [407, 1, ['proxy-authenticate: Basic realm="proxy"'], /proxy.*407.*user name and password/i],
    [403, 1, [], /proxy.*403.*NO_PROXY/i],
    [404, 1, [], /proxy.*404.*HTTPS_PROXY/i],
    [502, 3, [], /network.*proxy/],
  ])('with %i gets %i attempts, and no token', async (status, attempts, fields, message) => {
    const proxy = await startProxy([answer(status, 'no', ...fields)]);
    const error = await runClock(rejection(get(openBareClient(atlas, { maxRetries: 2 })), AtlasConnectionError));
    expect(error.attempts).toBe(attempts);
    expect(error.message).toMatch(message);
    expect(error.cause).toMatchObject({ message: expect.stringContaining(String(status)) });
    expect(proxy.requests).toHaveLength(attempts);
    expect(proxy.requests[0]?.head).toMatch(/^CONNECT atlas\.example:443 /);
    expect(proxy.requests[0]?.authorization).toBeUndefined();
  });
});

it('a connection that is never established times out after attemptTimeout', async () => {
  const ofProxy = (scheme: string) => (port: number) => ({ proxy: `${scheme}://127.0.0.1:${port}`, ...atlas });
  const silences: [to: string, script: Script, urls: (port: number) => { proxy?: string; url: string }][] = [
    ['the TLS handshake', [], (port) => ({ url: `https://127.0.0.1:${port}` })],
    ['the TLS handshake of the proxy', [], ofProxy('https')],
    ['the CONNECT', [], ofProxy('http')],
    ['the TLS handshake in the tunnel', [send(head(200))], ofProxy('http')],
  ];
  // All at once, because undici's timer has a resolution of half a second.
  const ends = silences.map(async ([to, script, urls]) => {
    const { proxy, url } = urls((await startRawServer(script)).port);
    vi.stubEnv('HTTPS_PROXY', proxy);
    const client = openBareClient({ url }, { attemptTimeout: 50.5 });
    const { attempts, message, cause } = await rejection(get(client, { timeout: 10_000 }), AtlasTimeoutError);
    expect([to, attempts, message]).toEqual([to, 1, expect.stringContaining('attemptTimeout')]);
    expect(cause).toMatchObject({ code: expect.stringMatching(/TIMEOUT/) });
  });
  await Promise.all(ends);
});
