import { beforeEach, describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { AtlasClosedError, AtlasTimeoutError, type TenantSnapshotsClient } from '../../src/index.js';
import { passTime, runClock, stopClock } from '../support/clock.js';
import { openClient } from '../support/open-client.js';
import { rejection } from '../support/rejection.js';
import { type Behavior, scriptedDispatcher } from '../support/scripted-dispatcher.js';
import { listPath, path } from '../support/snapshot-routes.js';

beforeEach(stopClock);

const timeout = 3_000;
const never = new Promise<never>(() => undefined);
const { setImmediate: afterThisTurn } = globalThis;

/** A client whose first attempt gets a 503, and whose second one succeeds. */
function openRepaired(second: Behavior = { body: { status: 'RUNNING' } }): TenantSnapshotsClient {
  const dispatcher = scriptedDispatcher({ status: 503 }, second);
  return openClient({ dispatcher, endpoint: 'tenant', maxRetries: 1 });
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
    const error = await runClock(rejection(call(openRepaired()), AtlasTimeoutError));
    expect(error.message).toContain(`while ${when} (attempts: 2)`);
    expect(error.message).not.toContain('The cause says');
    expect(error.cause).toBeUndefined();
  });

  it('between two pages', async () => {
    const client = openRepaired((request) => {
      request.reply({ body: { results: [{}], totalCount: 2 } });
      // The next page is requested later than in the next turn of the event loop.
      afterThisTurn(() => vi.advanceTimersByTime(timeout));
    });
    const error = await runClock(rejection(client.listTenantSnapshots(...listPath, { timeout }), AtlasTimeoutError));
    expect(error.attempts).toBe(2);
    expect(error.cause).toBeUndefined();
  });
});

describe('a failure that a retry has repaired is not the cause of a later CLOSED', () => {
  it('while waiting to poll again', async () => {
    const client = openRepaired();
    const call = rejection(client.waitForTenantSnapshot(...path), AtlasClosedError);
    await passTime(5_000);
    await client.close();
    const error = await call;
    expect(error.attempts).toBe(2);
    expect(error.cause).toBeUndefined();
  });

  it('after onPoll', async () => {
    const client = openRepaired();
    const call = client.waitForTenantSnapshot(...path, { onPoll: () => client.close() });
    expect((await runClock(rejection(call, AtlasClosedError))).cause).toBeUndefined();
  });
});
