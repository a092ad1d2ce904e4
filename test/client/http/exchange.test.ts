import type { Agent } from 'undici';
import { beforeEach, describe, expect, it } from 'vitest';
import { AtlasConnectionError, AtlasInvalidResponseError, AtlasTimeoutError } from '../../../src/client/index.js';
import { passTime, runClock, stopClock } from '../../support/clock.js';
import { get, openAgent, openBareClient } from '../../support/open-client.js';
import { startRawServer } from '../../support/raw-server.js';
import {
  answer,
  chunked,
  drip,
  end,
  good,
  head,
  reset,
  type Script,
  send,
  sendChallenge,
  snapshotJson,
} from '../../support/raw-steps.js';
import { rejection } from '../../support/rejection.js';

const length = `content-length: ${snapshotJson.length}`;
const half = snapshotJson.slice(0, 20);
const okHead = (...fields: string[]) => send(head(200, ...fields));
const lost = /ECONNRESET|other side closed/;

it.each<[after: string, script: Script]>([
  ['responses', good],
  ['chunked bodies', [chunked(200, [snapshotJson])]],
])('requests one after another use one connection, after %s', async (_after, script) => {
  const server = await startRawServer(script);
  const client = openBareClient(server);
  for (let call = 0; call < 5; call += 1) await get(client).catch(() => undefined);
  expect([server.requests.length, server.connections]).toEqual([5, 1]);
});

it.each<[what: string, script: Script, cause: RegExp]>([
  ['a reset before a response', [reset], lost],
  ['a close in the body', [okHead(length), send(half), end], lost],
  ['an unrequested upgrade', [send(head(101, 'connection: upgrade', 'upgrade: websocket'))], /upgrade/i],
  ['a response that is not HTTP', [send('SSH-2.0-OpenSSH_9.6\r\n')], /Expected HTTP/i],
])(
  '%s on a used connection is an error with its cause after one request, and the next call succeeds',
  async (_what, script, cause) => {
    const server = await startRawServer([good, script, good]);
    const client = openBareClient(server);
    await get(client);
    const error = await rejection(get(client), AtlasConnectionError);
    expect(error.attempts).toBe(1);
    expect(String(error.cause)).toMatch(cause);
    expect(server.requests.map(({ before }) => before)).toEqual([0, 1]);
    await expect(get(client)).resolves.toMatchObject({ status: 'COMPLETED' });
  },
);

it('a 103 with a length over the limit is followed by the response', async () => {
  const server = await startRawServer([send(head(103, 'content-length: 999999999')), ...good]);
  await expect(get(openBareClient(server))).resolves.toMatchObject({ status: 'COMPLETED' });
});

const limit = 1000;
const unusable = { code: 'INVALID_RESPONSE' };
/** A snapshot with this many bytes. */
const sized = (size: number) => snapshotJson.padEnd(size);

describe('maxResponseSize', () => {
  it.each<[name: string, script: (body: string) => Script]>([
    ['a declared body', (body) => [answer(200, body)]],
    ['a chunked body', (body) => [chunked(200, [body.slice(0, 600), body.slice(600)])]],
    ['a body that ends with the connection', (body) => [send(head(200)), send(body), end]],
  ])('allows %s of that size, and none that is larger', async (_name, script) => {
    const server = await startRawServer([script(sized(limit)), script(sized(limit + 1)), good]);
    const client = openBareClient(server, { maxResponseSize: limit });
    await expect(get(client)).resolves.toMatchObject({ status: 'COMPLETED' });
    const error = await rejection(get(client), AtlasInvalidResponseError);
    expect(error.issues).toEqual([{ path: '', message: expect.stringContaining('1000 bytes (maxResponseSize)') }]);
    await expect(get(client)).resolves.toMatchObject({ status: 'COMPLETED' });
  });

  // The end of an error is dropped, as it may be part of a secret.
  const cut = { status: 503, body: expect.stringMatching(/^x{900,1000}$/) };
  const endless = (fields: string, part: string, status = 200) => [send(head(status, fields)), drip(part, 0)];

  it.each<[what: string, script: Script, error: object]>([
    ['an endless body', endless('transfer-encoding: chunked', `64\r\n${' '.repeat(100)}\r\n`), unusable],
    ['a body whose Content-Length passes the limit', [okHead('content-length: 1001')], unusable],
    ['an error, which is cut', endless('content-length: 9999', 'x'.repeat(100), 503), cut],
  ])('closes the connection of %s', async (_what, script, error) => {
    const server = await startRawServer(script);
    await expect(get(openBareClient(server, { maxResponseSize: limit }))).rejects.toMatchObject(error);
    await expect.poll(() => server.closed, { interval: 1 }).toBe(1);
  });
});

describe('attemptTimeout', () => {
  beforeEach(stopClock);

  it.each<[what: string, script: Script]>([
    ['no response', []],
    ['endless interim responses', [drip(head(103))]],
    ['a body that never ends', [send(head(200, 'content-length: 1000000')), drip(' ')]],
  ])('ends an exchange with %s, and its connection', async (_what, script) => {
    const server = await startRawServer(script);
    const call = get(openBareClient(server), { attemptTimeout: 1000 });
    const error = await runClock(rejection(call, AtlasTimeoutError));
    expect(error).toMatchObject({ operation: 'getTenantSnapshot', endpoint: 'tenant', attempts: 1 });
    expect(error.message).toContain('1000 ms (attemptTimeout)');
    expect(performance.now()).toBeGreaterThanOrEqual(1000);
    expect(performance.now()).toBeLessThan(1500);
    await expect.poll(() => server.closed, { interval: 1 }).toBe(1);
  });

  it('starts again for the request after a challenge', async () => {
    const server = await startRawServer();
    const credentials = { publicKey: 'ABCDEFGH', privateKey: 'private' };
    const call = get(openBareClient(server, { credentials, attemptTimeout: 1000 }));
    const ended = rejection(call, AtlasTimeoutError);
    await server.arrived(1);
    await passTime(800);
    await server.respond(1, ...sendChallenge());
    await server.arrived(2);
    await runClock(ended);
    expect(performance.now()).toBeGreaterThanOrEqual(1800);
  });

  it.each<[where: string, connections: number, dispatcher: () => Agent | undefined]>([
    ['the default pool', 64, () => undefined],
    ["the caller's agent", 1, () => openAgent({ connections: 1 })],
  ])('does not run in the queue of %s', async (_where, connections, dispatcher) => {
    const server = await startRawServer(({ number }) => (number <= connections ? [] : good));
    const client = openBareClient(server, { dispatcher: dispatcher() });
    const first = Array.from({ length: connections }, () => get(client));
    await server.arrived(connections);
    const queued = get(client, { attemptTimeout: 1000 });
    await passTime(10_000);
    expect(server.requests).toHaveLength(connections);
    await Promise.all(first.map((_, index) => server.respond(index + 1, ...good)));
    await expect(Promise.all([...first, queued])).resolves.toHaveLength(connections + 1);
  });
});
