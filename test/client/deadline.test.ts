import type { Agent } from 'undici';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { AtlasTimeoutError, type TenantSnapshotsClient, type TenantSnapshotsClientOptions } from '../../src/index.js';
import { passTime, runClock, stopClock } from '../support/clock.js';
import { get, openAgent, openBareClient } from '../support/open-client.js';
import { type Scripts, startRawServer } from '../support/raw-server.js';
import {
  answer,
  drip,
  good,
  head,
  type Script,
  send,
  sendChallenge,
  sendRefusal,
  snapshotJson,
} from '../support/raw-steps.js';
import { rejection } from '../support/rejection.js';
import { listPath } from '../support/snapshot-routes.js';

const apiKey = { publicKey: 'ABCDEFGH', privateKey: 'private' };
const serviceAccount = { clientId: 'id', clientSecret: 'client-secret' };
const never = new Promise<never>(() => undefined);

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
    const call = get(openBareClient(server, { credentials: apiKey, attemptTimeout: 1000 }));
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

describe('timeout ends a call, and its error says what the call was doing:', () => {
  beforeEach(stopClock);

  type Call = (client: TenantSnapshotsClient) => Promise<unknown>;
  const timeout = 1000;
  const once: Call = (client) => get(client, { timeout });
  const list: Call = (client) => client.listTenantSnapshots(...listPath, { timeout });
  const full = [answer(200, `{"totalCount":1000,"results":[${snapshotJson}]}`)];
  const stuck = () => ({ dispatcher: openAgent({ connect: () => undefined }) });
  type Options = () => TenantSnapshotsClientOptions;

  it.each<[phase: string, how: string, Scripts, Options, Call, attempts: number]>([
    ['logging in', 'by a function', [], () => ({ credentials: { accessToken: () => never } }), once, 1],
    ['logging in', 'by a token request', [], () => ({ credentials: serviceAccount }), once, 1],
    ['waiting for a connection', 'that is never made', [], stuck, once, 1],
    ['waiting for the response', 'to a get', [], () => ({}), once, 1],
    ['waiting for the response', 'to the second page of a list', [full, []], () => ({ endpoint: 'flex' }), list, 2],
  ])('%s %s', async (phase, _how, scripts, options, call, attempts) => {
    const server = await startRawServer(scripts);
    const error = await runClock(rejection(call(openBareClient(server, options())), AtlasTimeoutError));
    expect(error.message).toContain(`timed out after 1000 ms (timeout) while ${phase}`);
    expect(error.attempts).toBe(attempts);
    expect(performance.now()).toBeGreaterThanOrEqual(1000);
    expect(performance.now()).toBeLessThan(1500);
    // A token request outlives its call, and close() waits for it.
    await server.close();
  });

  it('waiting for the response to a retry, with the failure of the attempt before as its cause', async () => {
    const server = await startRawServer([sendRefusal(503), []]);
    const call = once(openBareClient(server, { maxRetries: 3 }));
    const error = await runClock(rejection(call, AtlasTimeoutError));
    expect(error.message).toContain('while waiting for the response (attempts: 2). The cause says');
    expect(error.cause).toMatchObject({ code: 'API_ERROR', status: 503 });
  });
});

describe('fake timers that do not fake performance.now()', () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    return () => vi.useRealTimers();
  });

  // If they did not, these would take longer than a test may.
  it.each<[what: string, Scripts, call: (client: TenantSnapshotsClient) => Promise<unknown>, end: object]>([
    ['the deadline of a call', [], (client) => get(client, { timeout: 10_000 }), { code: 'TIMEOUT' }],
    [
      'a retry',
      [sendRefusal(429, 'retry-after: 10'), good],
      (client) => get(client, { maxRetries: 1 }),
      { status: 'COMPLETED' },
    ],
  ])('move %s', async (_what, scripts, call, end) => {
    const ended = call(openBareClient(await startRawServer(scripts))).catch((error: unknown) => error);
    expect(await runClock(ended)).toMatchObject(end);
  });
});
