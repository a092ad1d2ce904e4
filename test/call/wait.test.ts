import { setImmediate as turn } from 'node:timers/promises';
import { afterEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import {
  AtlasApiError,
  AtlasClosedError,
  AtlasSnapshotFailedError,
  AtlasTimeoutError,
  type TenantSnapshot,
  type WaitOptions,
} from '../../src/index.js';
import { deferred } from '../support/fault-deferred.js';
import { instantDispatcher } from '../support/instant-dispatcher.js';
import { openClient } from '../support/open-client.js';
import { openEmulator } from '../support/open-emulator.js';
import { rejection } from '../support/rejection.js';
import { path } from '../support/snapshot-routes.js';
import { runClock, stopClock } from '../support/test-clock.js';

const pollInterval = 10;

async function openWait(...statuses: string[]) {
  const emulator = await openEmulator();
  const client = openClient({ baseUrl: emulator.url, credentials: emulator.credentials.accessToken });
  const values = [emulator.groupId, emulator.clusterName, emulator.snapshotId] as const;
  emulator.progressSnapshot(emulator.snapshotId, ...statuses.map((status) => ({ status })));
  const wait = (options: WaitOptions = {}) => client.waitForTenantSnapshot(...values, { pollInterval, ...options });
  return { emulator, client, values, wait };
}

/** A wait on fake timers, whose polls take `pollTime` ms, with the times at which they began. */
function waitOnFakeClock(statuses: string[], options: WaitOptions, pollTime = 0) {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance', 'Date'] });
  const begun: number[] = [];
  const start = performance.now();
  const accessToken = () => {
    begun.push(performance.now() - start);
    return new Promise<string>((resolve) => setTimeout(() => resolve('token-1'), pollTime));
  };
  const dispatcher = instantDispatcher(() => ({ status: statuses[begun.length - 1] ?? statuses.at(-1) }));
  const client = openClient({ baseUrl: 'https://cloud.mongodb.com', credentials: { accessToken }, dispatcher });
  const promise = client.waitForTenantSnapshot(...path, options);
  promise.catch(() => undefined);
  return { begun, promise };
}

afterEach(() => vi.useRealTimers());

describe('a wait', () => {
  it('polls until the snapshot is COMPLETED, and returns it', async () => {
    const { emulator, wait } = await openWait('QUEUED', 'RUNNING', 'RUNNING', 'COMPLETED');
    const seen: TenantSnapshot[] = [];
    const snapshot = await wait({ onPoll: (each) => void seen.push(each) });
    expect(snapshot).toMatchObject({ id: emulator.snapshotId, status: 'COMPLETED' });
    expect(snapshot.finishTime).toBeInstanceOf(Date);
    expect(seen.map(({ status }) => status)).toEqual(['QUEUED', 'RUNNING', 'RUNNING', 'COMPLETED']);
    expect(seen.at(-1)).toBe(snapshot);
    expect(emulator.requests).toHaveLength(4);
  });

  it('sends one request if the snapshot is COMPLETED already', async () => {
    const { emulator, wait } = await openWait();
    await expect(wait()).resolves.toMatchObject({ status: 'COMPLETED' });
    expect(emulator.requests).toHaveLength(1);
  });

  it('continues after an unknown or missing status', async () => {
    const { emulator, wait } = await openWait('PENDING', 'ARCHIVING');
    emulator.progressSnapshot(
      emulator.snapshotId,
      { status: 'ARCHIVING' },
      { status: undefined },
      { status: 'COMPLETED' },
    );
    await expect(wait()).resolves.toMatchObject({ status: 'COMPLETED' });
    expect(emulator.requests).toHaveLength(3);
  });

  it('ends when the snapshot has FAILED', async () => {
    const { emulator, wait } = await openWait('RUNNING', 'FAILED');
    const onPoll = vi.fn();
    const error = await rejection(wait({ onPoll }), AtlasSnapshotFailedError);
    expect(error).toMatchObject({ code: 'SNAPSHOT_FAILED', operation: 'waitForTenantSnapshot' });
    expect(error.snapshot).toMatchObject({ id: emulator.snapshotId, status: 'FAILED' });
    expect(error.message).toContain(emulator.snapshotId);
    expect(onPoll).toHaveBeenCalledTimes(2);
    expect(onPoll).toHaveBeenLastCalledWith(error.snapshot);
    expect(emulator.requests).toHaveLength(2);
  });

  it('ends with the error of a poll', async () => {
    const { client, values, wait, emulator } = await openWait('RUNNING', 'RUNNING');
    const missing = client.waitForTenantSnapshot(values[0], 'NoSuch', values[2], { pollInterval });
    expect(await rejection(missing, AtlasApiError)).toMatchObject({
      status: 404,
      errorCode: 'CLUSTER_NOT_FOUND',
      operation: 'waitForTenantSnapshot',
    });
    emulator.respond({}, { status: 403 });
    expect(await rejection(wait(), AtlasApiError)).toMatchObject({ status: 403 });
  });

  it('rejects with the error that onPoll throws', async () => {
    const { emulator, wait } = await openWait('RUNNING');
    const reason = new Error('mine');
    const onPoll = () => {
      throw reason;
    };
    await expect(wait({ onPoll })).rejects.toBe(reason);
    expect(emulator.requests).toHaveLength(1);
  });

  it('applies the call options to each poll', async () => {
    const { emulator, wait } = await openWait('RUNNING', 'COMPLETED');
    await wait({ envelope: true, pretty: true, endpoint: 'tenant', maxRetries: 0, attemptTimeout: 5_000 });
    expect(emulator.requests.map((request) => [request.kind, request.path.split('?')[1]])).toEqual([
      ['tenant', 'envelope=true&pretty=true'],
      ['tenant', 'envelope=true&pretty=true'],
    ]);
  });

  it('retries a poll', async () => {
    const { emulator, wait } = await openWait('RUNNING', 'COMPLETED');
    emulator.respond({}, { status: 503 });
    stopClock();
    expect(await runClock(wait())).toMatchObject({ status: 'COMPLETED' });
    expect(emulator.requests.map(({ status }) => status)).toEqual([200, 503, 200]);
  });

  it('continues at Flex after a sunset', async () => {
    vi.spyOn(process, 'emitWarning').mockImplementation(() => undefined);
    const { emulator, wait } = await openWait('QUEUED', 'RUNNING', 'RUNNING', 'COMPLETED');
    const statuses: (string | undefined)[] = [];
    const onPoll = ({ status }: TenantSnapshot) => {
      statuses.push(status);
      if (statuses.length === 2) emulator.sunset();
    };
    await expect(wait({ onPoll })).resolves.toMatchObject({ status: 'COMPLETED' });
    expect(statuses).toEqual(['QUEUED', 'RUNNING', 'RUNNING', 'COMPLETED']);
    expect(emulator.requests.map(({ kind }) => kind)).toEqual(['tenant', 'tenant', 'tenant', 'flex', 'flex']);
  });
});

describe('an onPoll that returns a promise', () => {
  it('is awaited, also after the last poll', async () => {
    const { emulator, wait } = await openWait('RUNNING', 'COMPLETED');
    const ends = [deferred(), deferred()];
    const seen: (string | undefined)[] = [];
    const onPoll = ({ status }: TenantSnapshot) => ends[seen.push(status) - 1]?.promise;
    const settled = vi.fn();
    const promise = wait({ pollInterval: 1, onPoll }).finally(settled);
    await vi.waitFor(() => expect(seen).toEqual(['RUNNING']));
    // Another poll would have arrived by then.
    for (let turns = 0; turns < 50; turns += 1) await turn();
    expect(emulator.requests).toHaveLength(1);
    ends[0]?.resolve();
    await vi.waitFor(() => expect(seen).toEqual(['RUNNING', 'COMPLETED']));
    await turn();
    expect(settled).not.toHaveBeenCalled();
    ends[1]?.resolve();
    await expect(promise).resolves.toMatchObject({ status: 'COMPLETED' });
  });

  it.each(['RUNNING', 'COMPLETED', 'FAILED'])('ends the wait if the promise rejects, at %s', async (status) => {
    const { emulator, wait } = await openWait(status);
    const reason = new Error('mine');
    await expect(wait({ onPoll: async () => Promise.reject(reason) })).rejects.toBe(reason);
    expect(emulator.requests).toHaveLength(1);
  });

  it('is bounded by the timeout', async () => {
    const { begun, promise } = waitOnFakeClock(['RUNNING'], { timeout: 1_000, onPoll: () => new Promise(() => {}) });
    await vi.advanceTimersByTimeAsync(1_050);
    const error = await rejection(promise, AtlasTimeoutError);
    expect(error.message).toContain('RUNNING');
    expect(begun).toHaveLength(1);
  });

  it('ends with an abort', async () => {
    const { wait } = await openWait('RUNNING');
    const controller = new AbortController();
    const onPoll = vi.fn(() => new Promise<void>(() => {}));
    const ended = expect(wait({ signal: controller.signal, onPoll })).rejects.toBe('stop');
    await vi.waitFor(() => expect(onPoll).toHaveBeenCalled());
    controller.abort('stop');
    await ended;
  });
});

describe('the timeout of a wait', () => {
  it('covers all polls, and its error names the last status', async () => {
    const { begun, promise } = waitOnFakeClock(['PENDING', 'QUEUED'], { pollInterval: 400, timeout: 1_000 });
    await vi.advanceTimersByTimeAsync(1_050);
    const error = await rejection(promise, AtlasTimeoutError);
    expect(error).toMatchObject({ code: 'TIMEOUT', operation: 'waitForTenantSnapshot' });
    expect(error.message).toMatch(/1000 ms \(timeout\).*QUEUED/);
    expect(begun).toHaveLength(3);
  });

  it('leaves no time for a retry, so the wait ends with the error of the poll', async () => {
    const { emulator, wait } = await openWait('RUNNING');
    emulator.respond({}, { status: 503, times: Number.POSITIVE_INFINITY });
    const error = await rejection(wait({ timeout: 200 }), AtlasApiError);
    expect(error).toMatchObject({ status: 503, attempts: 2 });
  });

  it('ends a poll that hangs', async () => {
    const { emulator, wait } = await openWait();
    emulator.respond({ hang: true });
    const error = await rejection(wait({ timeout: 30 }), AtlasTimeoutError);
    expect(error.message).toContain('30 ms (timeout)');
    expect(emulator.requests.length).toBeLessThanOrEqual(1);
  });

  it('ends the pause between polls', async () => {
    const { begun, promise } = waitOnFakeClock(['RUNNING'], { pollInterval: 60_000, timeout: 100 });
    await vi.advanceTimersByTimeAsync(150);
    const error = await rejection(promise, AtlasTimeoutError);
    expect(error.message).toContain('RUNNING');
    expect(begun).toHaveLength(1);
  });
});

describe('aborting a wait', () => {
  const reason = { of: 'mine' };

  it('sends nothing if the signal is aborted already', async () => {
    const { emulator, wait } = await openWait();
    await expect(wait({ signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    expect(emulator.requests).toEqual([]);
  });

  it('rejects with the reason during a poll', async () => {
    const { emulator, wait } = await openWait();
    emulator.respond({ hang: true });
    const controller = new AbortController();
    const promise = wait({ signal: controller.signal });
    await vi.waitFor(() => expect(emulator.requests).toHaveLength(1));
    controller.abort(reason);
    await expect(promise).rejects.toBe(reason);
  });

  it('rejects with the reason between polls', async () => {
    const { emulator, wait } = await openWait('RUNNING');
    const controller = new AbortController();
    const onPoll = () => void setTimeout(() => controller.abort(reason), 5);
    await expect(wait({ signal: controller.signal, pollInterval: 60_000, onPoll })).rejects.toBe(reason);
    expect(emulator.requests).toHaveLength(1);
  });

  it('rejects with the reason in onPoll', async () => {
    const { emulator, wait } = await openWait('RUNNING');
    const controller = new AbortController();
    const onPoll = () => controller.abort(reason);
    await expect(wait({ signal: controller.signal, pollInterval: 60_000, onPoll })).rejects.toBe(reason);
    expect(emulator.requests).toHaveLength(1);
  });

  it('leaves no listener on the signal', async () => {
    const { wait } = await openWait('RUNNING', 'COMPLETED');
    const { signal } = new AbortController();
    const added = vi.spyOn(signal, 'addEventListener');
    const removed = vi.spyOn(signal, 'removeEventListener');
    await wait({ signal });
    expect(added).toHaveBeenCalledOnce();
    expect(removed.mock.calls).toEqual(added.mock.calls);
  });

  it('causes no warning if many waits share the signal', async () => {
    const warnings: Error[] = [];
    const note = (warning: Error) => warnings.push(warning);
    process.on('warning', note);
    onTestFinished(() => void process.off('warning', note));
    const { wait } = await openWait('RUNNING');
    const controller = new AbortController();
    const options = { signal: controller.signal, pollInterval: 60_000 };
    const waits = Array.from({ length: 11 }, () => expect(wait(options)).rejects.toBe(reason));
    await turn();
    controller.abort(reason);
    await Promise.all(waits);
    expect(warnings).toEqual([]);
  });
});

describe('close()', () => {
  it('ends a wait between polls', async () => {
    const { emulator, client, wait } = await openWait('RUNNING');
    const onPoll = vi.fn();
    const promise = wait({ pollInterval: 60_000, onPoll });
    const ended = rejection(promise, AtlasClosedError);
    await vi.waitFor(() => expect(onPoll).toHaveBeenCalled());
    await client.close();
    expect(await ended).toMatchObject({ code: 'CLOSED', operation: 'waitForTenantSnapshot' });
    expect(emulator.requests).toHaveLength(1);
  });

  it('lets a poll on the wire finish, and ends the wait after it', async () => {
    const { emulator, client, wait } = await openWait('RUNNING', 'COMPLETED');
    emulator.respond({ delay: 50 });
    const onPoll = vi.fn();
    const ended = rejection(wait({ onPoll }), AtlasClosedError);
    await vi.waitFor(() => expect(emulator.requests).toHaveLength(1));
    await client.close();
    await ended;
    expect(onPoll).toHaveBeenCalledOnce();
    expect(emulator.requests).toHaveLength(1);
  });

  it('lets a wait succeed if the poll on the wire returns COMPLETED', async () => {
    const { emulator, client, wait } = await openWait('COMPLETED');
    emulator.respond({ delay: 50 });
    const promise = wait();
    await vi.waitFor(() => expect(emulator.requests).toHaveLength(1));
    await client.close();
    await expect(promise).resolves.toMatchObject({ status: 'COMPLETED' });
  });

  // Ends the wait if it and close() wait for each other.
  const timeout = 2_000;

  it('ends the wait if onPoll awaits it', async () => {
    const { emulator, client, wait } = await openWait('RUNNING');
    await rejection(wait({ timeout, onPoll: () => client.close() }), AtlasClosedError);
    expect(emulator.requests).toHaveLength(1);
  });

  it('with a poll on the wire does not wait for an onPoll that awaits it', async () => {
    const { emulator, client, wait } = await openWait('RUNNING');
    emulator.respond({ delay: 50 });
    const ended = rejection(wait({ timeout, onPoll: () => client.close() }), AtlasClosedError);
    await vi.waitFor(() => expect(emulator.requests).toHaveLength(1));
    await Promise.all([client.close(), ended]);
    expect(emulator.requests).toHaveLength(1);
  });
});

describe('pollInterval', () => {
  // Timers fire up to 2 ms late.
  const near = (time: number) => expect.closeTo(time, -1);

  it('is 10 s by default, and the timeout 30 min', async () => {
    const { begun, promise } = waitOnFakeClock(['RUNNING'], {});
    await vi.advanceTimersByTimeAsync(30_050);
    expect(begun).toEqual([near(0), near(10_000), near(20_000), near(30_000)]);
    await vi.advanceTimersByTimeAsync(30 * 60_000 - 30_050 - 100);
    await expect(Promise.race([promise, 'waits'])).resolves.toBe('waits');
    await vi.advanceTimersByTimeAsync(200);
    await expect(promise).rejects.toMatchObject({ message: expect.stringContaining('1800000 ms (timeout)') });
  });

  it('is the time between the starts of two polls, however long a poll takes', async () => {
    const { begun, promise } = waitOnFakeClock(['RUNNING', 'RUNNING', 'COMPLETED'], { pollInterval: 1_000 }, 600);
    await vi.advanceTimersByTimeAsync(3_000);
    await expect(promise).resolves.toMatchObject({ status: 'COMPLETED' });
    expect(begun).toEqual([near(0), near(1_000), near(2_000)]);
  });

  it('never leads to two concurrent polls, even if it is shorter than a poll', async () => {
    const { begun, promise } = waitOnFakeClock(['RUNNING', 'RUNNING', 'COMPLETED'], { pollInterval: 100 }, 600);
    await vi.advanceTimersByTimeAsync(2_000);
    await expect(promise).resolves.toMatchObject({ status: 'COMPLETED' });
    expect(begun).toEqual([near(0), near(600), near(1_200)]);
  });
});
