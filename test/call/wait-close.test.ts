import { beforeEach, describe, expect, it } from 'vitest';
import { AtlasClosedError, AtlasTimeoutError, type WaitOptions } from '../../src/index.js';
import { runClock, standStill, stopClock } from '../support/clock.js';
import { openFaultClient } from '../support/fault-client.js';
import { deferred } from '../support/fault-deferred.js';
import { expectNoUnhandledRejection } from '../support/fault-rejections.js';
import { startRawServer } from '../support/raw-server.js';
import { answer } from '../support/raw-steps.js';
import { rejection } from '../support/rejection.js';
import { path } from '../support/snapshot-routes.js';

expectNoUnhandledRejection();
beforeEach(stopClock);

/** A wait whose onPoll runs until the test ends it, and whose client was closed meanwhile. */
async function openClosedInOnPoll(status: string, options: WaitOptions = {}) {
  const server = await startRawServer([answer(200, JSON.stringify({ status }))]);
  const client = openFaultClient(server);
  const { promise: onPollBegan, resolve: beginOnPoll } = deferred();
  let end = { resolve: () => {}, reject: (_reason: unknown) => {} };
  let hasEnded = false;
  const onPoll = () => {
    beginOnPoll();
    return new Promise<void>((resolve, reject) => {
      end = { resolve, reject };
    });
  };
  const wait = client.waitForTenantSnapshot(...path, { ...options, onPoll });
  const note = () => {
    hasEnded = true;
  };
  wait.then(note, note);
  await onPollBegan;
  await client.close();
  await standStill();
  return { server, wait, end, hasEnded: () => hasEnded };
}

describe('close() while onPoll runs', () => {
  it('neither waits for it nor ends it, and leaves no connection', async () => {
    const { server, wait, end, hasEnded } = await openClosedInOnPoll('RUNNING');
    await expect.poll(() => server.open, { interval: 1 }).toBe(0);
    expect(hasEnded()).toBe(false);
    end.resolve();
    const error = await rejection(wait, AtlasClosedError);
    expect(error).toMatchObject({ operation: 'waitForTenantSnapshot', attempts: 1 });
    expect(server.requests).toHaveLength(1);
  });

  it('lets the wait return the snapshot after it, if that is COMPLETED', async () => {
    const { wait, end } = await openClosedInOnPoll('COMPLETED');
    end.resolve();
    await expect(wait).resolves.toMatchObject({ status: 'COMPLETED' });
  });

  it('ends the wait after it, if that is FAILED', async () => {
    const { wait, end } = await openClosedInOnPoll('FAILED');
    end.resolve();
    await rejection(wait, AtlasClosedError);
  });

  it.each(['RUNNING', 'COMPLETED'])('passes its error on, at %s', async (status) => {
    const { wait, end } = await openClosedInOnPoll(status);
    const reason = new Error('mine');
    end.reject(reason);
    await expect(wait).rejects.toBe(reason);
  });

  it('does not keep the deadline from ending the wait, and what it throws later is dropped', async () => {
    const { wait, end } = await openClosedInOnPoll('RUNNING', { timeout: 5_000 });
    await runClock(rejection(wait, AtlasTimeoutError));
    end.reject(new Error('too late'));
    await standStill();
  });

  it('does not keep an abort from ending the wait, and what it throws later is dropped', async () => {
    const controller = new AbortController();
    const { wait, end } = await openClosedInOnPoll('RUNNING', { signal: controller.signal });
    controller.abort('stop');
    await expect(wait).rejects.toBe('stop');
    end.reject(new Error('too late'));
    await standStill();
  });
});
