import { setImmediate as turn } from 'node:timers/promises';
import { beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { AtlasTimeoutError, type TenantSnapshotsClient, type TenantSnapshotsClientOptions } from '../../src/index.js';
import { openFaultClient } from '../support/fault-client.js';
import { startFaultServer } from '../support/fault-server.js';
import { answer, good, refusal, type Script } from '../support/fault-steps.js';
import { rejection } from '../support/rejection.js';
import { path } from '../support/snapshot-routes.js';

const running = [answer(200, '{"status":"RUNNING"}')];
const serviceAccount = { clientId: 'id', clientSecret: 'client-secret' };
const timeout = 200;

describe('the error of an expired timeout says what the call was doing:', () => {
  const get = (client: TenantSnapshotsClient) => client.getTenantSnapshot(...path, { timeout });
  const wait = (client: TenantSnapshotsClient) => client.waitForTenantSnapshot(...path, { timeout });
  const never = new Promise<never>(() => undefined);

  it.each<
    [
      phase: string,
      how: string,
      script: Script | readonly Script[],
      options: TenantSnapshotsClientOptions,
      call: (client: TenantSnapshotsClient) => Promise<unknown>,
    ]
  >([
    ['logging in', 'by a function', good, { credentials: { accessToken: () => never } }, get],
    ['logging in', 'by a token request', [], { credentials: serviceAccount }, get],
    ['waiting for a connection', 'of a dispatcher', good, { dispatcher: { dispatch: () => true } }, get],
    ['waiting for the response', 'to a get', [], {}, get],
    [
      'waiting for the response',
      'to a poll',
      [running, []],
      {},
      (client) => client.waitForTenantSnapshot(...path, { timeout, pollInterval: 1 }),
    ],
    ['waiting to poll again', 'after a poll', running, {}, wait],
    [
      'waiting for onPoll',
      'after a poll',
      running,
      {},
      (client) => client.waitForTenantSnapshot(...path, { timeout, onPoll: () => never }),
    ],
  ])('%s, %s', async (phase, _how, script, options, call) => {
    const server = await startFaultServer(script);
    const error = await rejection(call(openFaultClient(server, options)), AtlasTimeoutError);
    expect(error.message).toContain(`timed out after ${timeout} ms (timeout) while ${phase}`);
  });

  it('waiting for a connection that is never made', async () => {
    // A TLS handshake that nobody answers.
    const { port } = await startFaultServer();
    const client = openFaultClient({ url: `https://127.0.0.1:${port}` });
    const error = await rejection(get(client), AtlasTimeoutError);
    expect(error.message).toContain('while waiting for a connection');
  });
});

describe('fake timers that leave performance real', () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    onTestFinished(() => {
      vi.useRealTimers();
    });
  });

  /** Moves the timers forward, a step at a time, until the promise has settled. Fails if it does not within the time. */
  async function advanceUntilSettled<T>(ms: number, promise: Promise<T>): Promise<T> {
    let isSettled = false;
    const settle = () => {
      isSettled = true;
    };
    promise.then(settle, settle);
    for (let passed = 0; passed < ms && !isSettled; passed += 100) {
      for (let turns = 0; turns < 20 && !isSettled; turns += 1) await turn();
      await vi.advanceTimersByTimeAsync(100);
    }
    expect(isSettled).toBe(true);
    return promise;
  }

  it('move the deadline of a call', async () => {
    const server = await startFaultServer();
    const client = openFaultClient(server, { attemptTimeout: 60_000 });
    const call = rejection(client.getTenantSnapshot(...path, { timeout: 30_000 }), AtlasTimeoutError);
    const error = await advanceUntilSettled(31_000, call);
    expect(error.message).toContain('30000 ms (timeout)');
  });

  it('move the deadline of an attempt', async () => {
    const server = await startFaultServer();
    const call = rejection(openFaultClient(server).getTenantSnapshot(...path), AtlasTimeoutError);
    const error = await advanceUntilSettled(16_000, call);
    expect(error.message).toContain('15000 ms (attemptTimeout)');
  });

  it('move a retry', async () => {
    const server = await startFaultServer([refusal(503, 'retry-after: 20'), good]);
    const client = openFaultClient(server, { maxRetries: 1 });
    await expect(advanceUntilSettled(31_000, client.getTenantSnapshot(...path))).resolves.toMatchObject({
      status: 'COMPLETED',
    });
  });

  it('move the wait between polls', async () => {
    const server = await startFaultServer([running, running, good]);
    const call = openFaultClient(server).waitForTenantSnapshot(...path);
    await expect(advanceUntilSettled(21_000, call)).resolves.toMatchObject({ status: 'COMPLETED' });
    expect(server.requests).toHaveLength(3);
  });
});
