import { beforeEach, describe, expect, it, vi } from 'vitest';
import { AtlasTimeoutError, type TenantSnapshotsClient, type TenantSnapshotsClientOptions } from '../../src/index.js';
import { runClock, stopClock } from '../support/clock.js';
import { get, openAgent, openBareClient } from '../support/open-client.js';
import { type Scripts, startRawServer } from '../support/raw-server.js';
import { answer, good, sendRefusal, sendToken, snapshotJson } from '../support/raw-steps.js';
import { rejection } from '../support/rejection.js';
import { listPath } from '../support/snapshot-routes.js';

const serviceAccount = { clientId: 'id', clientSecret: 'client-secret' };
const never = new Promise<never>(() => undefined);

describe('timeout ends a call, and its error says what the call was doing:', () => {
  beforeEach(stopClock);

  type Call = (client: TenantSnapshotsClient) => Promise<unknown>;
  const timeout = 1000;
  const once: Call = (client) => get(client, { timeout });
  const list: Call = (client) => client.listTenantSnapshots(...listPath, { timeout });
  const firstPage = [answer(200, `{"totalCount":1000,"results":[${snapshotJson}]}`)];
  const stuck = () => ({ dispatcher: openAgent({ connect: () => undefined }) });
  type Options = () => TenantSnapshotsClientOptions;

  it.each<[phase: string, how: string, Scripts, Options, Call, attempts: number]>([
    ['logging in', 'by a function', [], () => ({ credentials: { accessToken: () => never } }), once, 1],
    ['logging in', 'by a token request', [], () => ({ credentials: serviceAccount }), once, 1],
    [
      'logging in',
      'again after a refused token',
      [sendToken(), sendRefusal(401), []],
      () => ({ credentials: serviceAccount }),
      once,
      1,
    ],
    ['waiting for a connection', 'that is never made', [], stuck, once, 1],
    ['waiting for the response', 'to a get', [], () => ({}), once, 1],
    [
      'waiting for the response',
      'to the second page of a list',
      [firstPage, []],
      () => ({ endpoint: 'flex' }),
      list,
      2,
    ],
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
