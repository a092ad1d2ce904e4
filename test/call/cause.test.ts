import { beforeEach, describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { AtlasClosedError, AtlasTimeoutError, type TenantSnapshotsClient } from '../../src/index.js';
import { runClock, standStill, stopClock } from '../support/clock.js';
import { openFaultClient } from '../support/fault-client.js';
import { openClient } from '../support/open-client.js';
import { startRawServer } from '../support/raw-server.js';
import { answer, refusal } from '../support/raw-steps.js';
import { rejection } from '../support/rejection.js';
import { scriptedDispatcher } from '../support/scripted-dispatcher.js';
import { listPath, path } from '../support/snapshot-routes.js';

beforeEach(stopClock);

const timeout = 3_000;
const running = [answer(200, '{"status":"RUNNING"}')];
const never = new Promise<never>(() => undefined);
const { setImmediate: afterThisTurn } = globalThis;

/** A client whose first attempt gets a 503, and whose second one succeeds. */
async function openRepaired(): Promise<TenantSnapshotsClient> {
  const server = await startRawServer([refusal(503), running]);
  return openFaultClient(server, { maxRetries: 1 });
}

describe('a failure that a retry has repaired is not the cause of a later TIMEOUT', () => {
  it.each<[when: string, call: (client: TenantSnapshotsClient) => Promise<unknown>]>([
    ['waiting to poll again', (client) => client.waitForTenantSnapshot(...path, { timeout })],
    ['waiting for onPoll', (client) => client.waitForTenantSnapshot(...path, { timeout, onPoll: () => never })],
    [
      'waiting for the schema',
      (client) => client.get('/api/atlas/v2/groups', { timeout, schema: z.unknown().transform(() => never) }),
    ],
  ])('while %s', async (when, call) => {
    const error = await runClock(rejection(call(await openRepaired()), AtlasTimeoutError));
    expect(error.message).toContain(`while ${when} (attempts: 2)`);
    expect(error.message).not.toContain('The cause says');
    expect(error.cause).toBeUndefined();
  });

  it('between two pages', async () => {
    const page = { results: [{}], totalCount: 2 };
    const dispatcher = scriptedDispatcher({ status: 503 }, (request) => {
      request.reply({ body: page });
      // The next page is requested later than in the next turn of the event loop.
      afterThisTurn(() => vi.advanceTimersByTime(timeout));
    });
    const client = openClient({ baseUrl: 'https://cloud.mongodb.com', endpoint: 'flex', dispatcher });
    const error = await runClock(rejection(client.listTenantSnapshots(...listPath, { timeout }), AtlasTimeoutError));
    expect(error.attempts).toBe(2);
    expect(error.cause).toBeUndefined();
    expect(dispatcher.requests).toHaveLength(2);
  });
});

describe('a failure that a retry has repaired is not the cause of a later CLOSED', () => {
  it('while waiting to poll again', async () => {
    const client = await openRepaired();
    const onPoll = vi.fn();
    const call = rejection(client.waitForTenantSnapshot(...path, { onPoll, pollInterval: 60_000 }), AtlasClosedError);
    await runClock(vi.waitUntil(() => onPoll.mock.calls.length > 0));
    await standStill();
    await client.close();
    expect((await call).cause).toBeUndefined();
  });

  it('after onPoll', async () => {
    const client = await openRepaired();
    const call = client.waitForTenantSnapshot(...path, { onPoll: () => client.close() });
    expect((await runClock(rejection(call, AtlasClosedError))).cause).toBeUndefined();
  });
});
