import { setImmediate as turn } from 'node:timers/promises';
import { afterEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import {
  AtlasApiError,
  AtlasClosedError,
  AtlasSnapshotFailedError,
  AtlasTimeoutError,
  type TenantSnapshot,
  type TenantSnapshotsClient,
  type WaitOptions,
} from '../src/index.js';
import { deferred } from './support/fault-deferred.js';
import { instantDispatcher } from './support/instant-dispatcher.js';
import { openClient } from './support/open-client.js';
import { openEmulator } from './support/open-emulator.js';
import { rejection } from './support/rejection.js';
import { path } from './support/snapshot-routes.js';
import { runClock, stopClock } from './support/test-clock.js';

const pollInterval = 10;

async function openWait(...statuses: string[]) {
  const emulator = await openEmulator();
  const client = openClient({ baseUrl: emulator.url, credentials: emulator.credentials.accessToken });
  const values = [emulator.groupId, emulator.clusterName, emulator.snapshotId] as const;
  emulator.progressSnapshot(emulator.snapshotId, ...statuses.map((status) => ({ status })));
  const wait = (options: WaitOptions = {}) => client.waitForTenantSnapshot(...values, { pollInterval, ...options });
  return { emulator, client, values, wait };
}

/** A wait on a clock of its own, whose polls take so long; gives the times at which they began. */
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
  it('polls until the snapshot is COMPLETED, and gives it', async () => {
    const { emulator, wait } = await openWait('QUEUED', 'RUNNING', 'RUNNING', 'COMPLETED');
    const seen: TenantSnapshot[] = [];
    const snapshot = await wait({ onPoll: (each) => void seen.push(each) });
    expect(snapshot).toMatchObject({ id: emulator.snapshotId, status: 'COMPLETED' });
    expect(snapshot.finishTime).toBeInstanceOf(Date);
    expect(seen.map(({ status }) => status)).toEqual(['QUEUED', 'RUNNING', 'RUNNING', 'COMPLETED']);
    expect(seen.at(-1)).toBe(snapshot);
    expect(emulator.requests).toHaveLength(4);
  });

  it('is one request where it is COMPLETED already', async () => {
    const { emulator, wait } = await openWait();
    await expect(wait()).resolves.toMatchObject({ status: 'COMPLETED' });
    expect(emulator.requests).toHaveLength(1);
  });

  it('goes on over a status that is unknown or missing', async () => {
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

  it('ends where the snapshot has FAILED', async () => {
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

  it('ends with what onPoll throws', async () => {
    const { emulator, wait } = await openWait('RUNNING');
    const reason = new Error('mine');
    const onPoll = () => {
      throw reason;
    };
    await expect(wait({ onPoll })).rejects.toBe(reason);
    expect(emulator.requests).toHaveLength(1);
  });

  it('hands the options of a call to each poll', async () => {
    const { emulator, wait } = await openWait('RUNNING', 'COMPLETED');
    await wait({ envelope: true, pretty: true, endpoint: 'tenant', maxRetries: 0, attemptTimeout: 5_000 });
    expect(emulator.requests.map((request) => [request.kind, request.path.split('?')[1]])).toEqual([
      ['tenant', 'envelope=true&pretty=true'],
      ['tenant', 'envelope=true&pretty=true'],
    ]);
  });

  it('goes on over a poll that meets trouble', async () => {
    const { emulator, wait } = await openWait('RUNNING', 'COMPLETED');
    emulator.respond({}, { status: 503 });
    stopClock();
    expect(await runClock(wait())).toMatchObject({ status: 'COMPLETED' });
    expect(emulator.requests.map(({ status }) => status)).toEqual([200, 503, 200]);
  });

  it('goes on over a sunset', async () => {
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

describe('an onPoll that gives a promise', () => {
  it('is waited for, at the last poll too', async () => {
    const { emulator, wait } = await openWait('RUNNING', 'COMPLETED');
    const ends = [deferred(), deferred()];
    const seen: (string | undefined)[] = [];
    const onPoll = ({ status }: TenantSnapshot) => ends[seen.push(status) - 1]?.promise;
    const settled = vi.fn();
    const promise = wait({ pollInterval: 1, onPoll }).finally(settled);
    await vi.waitFor(() => expect(seen).toEqual(['RUNNING']));
    // A poll more would be here by then.
    for (let turns = 0; turns < 50; turns += 1) await turn();
    expect(emulator.requests).toHaveLength(1);
    ends[0]?.resolve();
    await vi.waitFor(() => expect(seen).toEqual(['RUNNING', 'COMPLETED']));
    await turn();
    expect(settled).not.toHaveBeenCalled();
    ends[1]?.resolve();
    await expect(promise).resolves.toMatchObject({ status: 'COMPLETED' });
  });

  it.each(['RUNNING', 'COMPLETED', 'FAILED'])('ends the wait where it is rejected, at %s', async (status) => {
    const { emulator, wait } = await openWait(status);
    const reason = new Error('mine');
    await expect(wait({ onPoll: async () => Promise.reject(reason) })).rejects.toBe(reason);
    expect(emulator.requests).toHaveLength(1);
  });

  it('and hangs ends by the timeout', async () => {
    const { begun, promise } = waitOnFakeClock(['RUNNING'], { timeout: 1_000, onPoll: () => new Promise(() => {}) });
    await vi.advanceTimersByTimeAsync(1_050);
    const error = await rejection(promise, AtlasTimeoutError);
    expect(error.message).toContain('RUNNING');
    expect(begun).toHaveLength(1);
  });

  it('and hangs ends by an abort', async () => {
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
  it('is over all of it, and tells what was seen last', async () => {
    const { begun, promise } = waitOnFakeClock(['PENDING', 'QUEUED'], { pollInterval: 400, timeout: 1_000 });
    await vi.advanceTimersByTimeAsync(1_050);
    const error = await rejection(promise, AtlasTimeoutError);
    expect(error).toMatchObject({ code: 'TIMEOUT', operation: 'waitForTenantSnapshot' });
    expect(error.message).toMatch(/1000 ms \(timeout\).*QUEUED/);
    expect(begun).toHaveLength(3);
  });

  it('tells why its last poll was not done', async () => {
    const { emulator, wait } = await openWait('RUNNING');
    emulator.respond({}, { status: 503, times: Number.POSITIVE_INFINITY });
    const error = await rejection(wait({ timeout: 200 }), AtlasTimeoutError);
    expect(error.message).toContain('RUNNING');
    expect(error.cause).toMatchObject({ code: 'API_ERROR', status: 503, attempts: 2 });
  });

  it('ends a poll that hangs', async () => {
    const { emulator, wait } = await openWait();
    emulator.respond({ hang: true });
    const error = await rejection(wait({ timeout: 30 }), AtlasTimeoutError);
    expect(error.message).toContain('30 ms (timeout)');
    expect(emulator.requests.length).toBeLessThanOrEqual(1);
  });

  it('ends a pause', async () => {
    const { begun, promise } = waitOnFakeClock(['RUNNING'], { pollInterval: 60_000, timeout: 100 });
    await vi.advanceTimersByTimeAsync(150);
    const error = await rejection(promise, AtlasTimeoutError);
    expect(error.message).toContain('RUNNING');
    expect(begun).toHaveLength(1);
  });
});

describe('an abort of a wait', () => {
  const reason = { of: 'mine' };

  it('before it begins sends nothing', async () => {
    const { emulator, wait } = await openWait();
    await expect(wait({ signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    expect(emulator.requests).toEqual([]);
  });

  it('in a poll', async () => {
    const { emulator, wait } = await openWait();
    emulator.respond({ hang: true });
    const controller = new AbortController();
    const promise = wait({ signal: controller.signal });
    await vi.waitFor(() => expect(emulator.requests).toHaveLength(1));
    controller.abort(reason);
    await expect(promise).rejects.toBe(reason);
  });

  it('in a pause', async () => {
    const { emulator, wait } = await openWait('RUNNING');
    const controller = new AbortController();
    const onPoll = () => void setTimeout(() => controller.abort(reason), 5);
    await expect(wait({ signal: controller.signal, pollInterval: 60_000, onPoll })).rejects.toBe(reason);
    expect(emulator.requests).toHaveLength(1);
  });

  it('in onPoll', async () => {
    const { emulator, wait } = await openWait('RUNNING');
    const controller = new AbortController();
    const onPoll = () => controller.abort(reason);
    await expect(wait({ signal: controller.signal, pollInterval: 60_000, onPoll })).rejects.toBe(reason);
    expect(emulator.requests).toHaveLength(1);
  });

  it('after it has ended does nothing, and no listener is left', async () => {
    const { wait } = await openWait('RUNNING', 'COMPLETED');
    const { signal } = new AbortController();
    const added = vi.spyOn(signal, 'addEventListener');
    const removed = vi.spyOn(signal, 'removeEventListener');
    await wait({ signal });
    expect(added).toHaveBeenCalledOnce();
    expect(removed.mock.calls).toEqual(added.mock.calls);
  });

  it('that many have in common brings no warning', async () => {
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
  it('ends a wait in its pause', async () => {
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

  it('lets a wait whose poll on the wire says COMPLETED be fulfilled', async () => {
    const { emulator, client, wait } = await openWait('COMPLETED');
    emulator.respond({ delay: 50 });
    const promise = wait();
    await vi.waitFor(() => expect(emulator.requests).toHaveLength(1));
    await client.close();
    await expect(promise).resolves.toMatchObject({ status: 'COMPLETED' });
  });

  // Where close() and the wait wait for each other, only this timeout ends them.
  const timeout = 2_000;

  it('in an onPoll that waits for it ends the wait', async () => {
    const { emulator, client, wait } = await openWait('RUNNING');
    await rejection(wait({ timeout, onPoll: () => client.close() }), AtlasClosedError);
    expect(emulator.requests).toHaveLength(1);
  });

  it('does not wait for an onPoll that hangs', async () => {
    const { client, wait } = await openWait('RUNNING');
    const onPoll = vi.fn(() => new Promise<void>(() => {}));
    const ended = rejection(wait({ timeout, onPoll }), AtlasClosedError);
    await vi.waitFor(() => expect(onPoll).toHaveBeenCalled());
    await Promise.all([client.close(), ended]);
    expect((await ended).operation).toBe('waitForTenantSnapshot');
  });

  it.each<[name: string, onPoll: (client: TenantSnapshotsClient) => () => Promise<void>]>([
    ['that waits for it', (client) => () => client.close()],
    ['that hangs', () => () => new Promise<void>(() => {})],
  ])('while a poll is on the wire does not wait for an onPoll %s', async (_name, onPoll) => {
    const { emulator, client, wait } = await openWait('RUNNING');
    emulator.respond({ delay: 50 });
    const ended = rejection(wait({ timeout, onPoll: onPoll(client) }), AtlasClosedError);
    await vi.waitFor(() => expect(emulator.requests).toHaveLength(1));
    await Promise.all([client.close(), ended]);
    expect(emulator.requests).toHaveLength(1);
  });
});

describe('the pollInterval', () => {
  // A timer fires up to 2 ms late, as one more is asked for.
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

  it('is from the beginning of a poll to that of the next, however long a poll takes', async () => {
    const { begun, promise } = waitOnFakeClock(['RUNNING', 'RUNNING', 'COMPLETED'], { pollInterval: 1_000 }, 600);
    await vi.advanceTimersByTimeAsync(3_000);
    await expect(promise).resolves.toMatchObject({ status: 'COMPLETED' });
    expect(begun).toEqual([near(0), near(1_000), near(2_000)]);
  });

  it('that is shorter than a poll lets polls follow each other, never two at once', async () => {
    const { begun, promise } = waitOnFakeClock(['RUNNING', 'RUNNING', 'COMPLETED'], { pollInterval: 100 }, 600);
    await vi.advanceTimersByTimeAsync(2_000);
    await expect(promise).resolves.toMatchObject({ status: 'COMPLETED' });
    expect(begun).toEqual([near(0), near(600), near(1_200)]);
  });
});
