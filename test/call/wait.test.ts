import { beforeEach, describe, expect, it, vi } from 'vitest';
import {
  AtlasApiError,
  AtlasClosedError,
  AtlasSnapshotFailedError,
  AtlasTimeoutError,
  type TenantSnapshot,
  type TenantSnapshotsClientOptions,
  type WaitOptions,
} from '../../src/index.js';
import { passTime, runClock, standStill, stopClock } from '../support/clock.js';
import { waitDefaults } from '../support/defaults.js';
import { openClient } from '../support/open-client.js';
import { rejection } from '../support/rejection.js';
import { type Behavior, scriptedDispatcher } from '../support/scripted-dispatcher.js';
import { flexPath, path, snapshotId, tenantPath } from '../support/snapshot-routes.js';

beforeEach(stopClock);

/** A response with a snapshot of this status. */
const poll = (status?: string) => ({ body: { id: snapshotId, status } });
const [running, completed, failed] = [poll('RUNNING'), poll('COMPLETED'), poll('FAILED')];

/** A wait whose polls get these responses. */
function open(script: Behavior[], options: TenantSnapshotsClientOptions = {}) {
  const dispatcher = scriptedDispatcher(...script);
  const client = openClient({ dispatcher, endpoint: 'tenant', ...options });
  return {
    client,
    requests: dispatcher.requests,
    wait: (waitOptions: WaitOptions = {}) => client.waitForTenantSnapshot(...path, waitOptions),
  };
}

describe('a wait', () => {
  it.each([[['COMPLETED']], [['QUEUED', 'RUNNING', 'RUNNING', 'COMPLETED']], [['ARCHIVING', undefined, 'COMPLETED']]])(
    'polls until the snapshot is COMPLETED, and returns it: %j',
    async (statuses) => {
      const { wait, requests } = open(statuses.map(poll));
      const seen: TenantSnapshot[] = [];
      const snapshot = await runClock(wait({ onPoll: (each) => void seen.push(each) }), 1_000);
      expect(snapshot).toEqual(completed.body);
      expect(seen.map(({ status }) => status)).toEqual(statuses);
      expect(seen.at(-1)).toBe(snapshot);
      expect(requests).toHaveLength(statuses.length);
    },
  );

  it('rejects if the snapshot has FAILED', async () => {
    const { wait, requests } = open([running, failed]);
    const onPoll = vi.fn();
    const call = wait({ onPoll });
    const error = await runClock(rejection(call.withResponse(), AtlasSnapshotFailedError), 1_000);
    expect(error).toMatchObject({ operation: 'waitForTenantSnapshot', attempts: 2, snapshot: failed.body });
    expect(onPoll.mock.calls).toEqual([[running.body], [failed.body]]);
    expect(requests).toHaveLength(2);
  });

  it('retries a poll, and ends with its error if it cannot be retried', async () => {
    const { wait, requests } = open([running, { status: 503 }, running, { status: 403 }]);
    const error = await runClock(rejection(wait(), AtlasApiError), 1_000);
    expect(error).toMatchObject({ status: 403, operation: 'waitForTenantSnapshot', attempts: 4 });
    expect(requests).toHaveLength(4);
  });

  it('applies the call options to each poll', async () => {
    const { wait, requests } = open([running, completed]);
    await runClock(wait({ envelope: true, pretty: true, pollInterval: 10 }));
    const queries = requests.map(({ options }) => options.path.split('?')[1]);
    expect(queries).toEqual(['envelope=true&pretty=true', 'envelope=true&pretty=true']);
  });

  it('continues at Flex after a sunset', async () => {
    vi.spyOn(process, 'emitWarning').mockImplementation(() => undefined);
    const gone = { status: 410, body: { error: 410, errorCode: 'VERSION_GONE' } };
    const { wait, requests } = open([running, gone, running, completed], { endpoint: 'auto' });
    const { response } = await runClock(wait().withResponse(), 1_000);
    expect(response).toMatchObject({ status: 200, endpoint: 'flex', attempts: 4 });
    expect(requests.map(({ options }) => options.path)).toEqual([tenantPath, tenantPath, flexPath, flexPath]);
  });
});

describe('pollInterval', () => {
  /** When the polls of a wait begin, if each takes that long. */
  async function startsOf(options: WaitOptions, pollTime: number, script = [running, running, completed]) {
    const starts: number[] = [];
    const { wait } = open([
      (request) => {
        starts.push(performance.now());
        setTimeout(() => request.reply(script[request.number - 1] ?? running), pollTime);
      },
    ]);
    const end = await runClock(
      wait(options).then(
        ({ status }) => status,
        ({ message }) => message,
      ),
      10,
    );
    return { starts, end };
  }

  // The clock advances in steps of 10 ms.
  const near = (times: number[]) => times.map((time) => expect.closeTo(time, -1.7));

  it('is the time between the starts of two polls, however long a poll takes', async () => {
    const { starts } = await startsOf({ pollInterval: 1_000 }, 600);
    expect(starts).toEqual(near([0, 1_000, 2_000]));
  });

  it('never leads to two concurrent polls, even if it is shorter than a poll', async () => {
    const { starts } = await startsOf({ pollInterval: 100 }, 600);
    expect(starts).toEqual(near([0, 600, 1_200]));
  });

  it('is 10 s by default', async () => {
    const { starts } = await startsOf({}, 0);
    expect(starts).toEqual(near([0, 1, 2].map((number) => number * waitDefaults.pollInterval)));
  });
});

describe('the timeout of a wait', () => {
  it('covers all polls, and its error names the last status', async () => {
    const { wait, requests } = open([poll('PENDING'), poll('QUEUED')]);
    const error = await runClock(rejection(wait({ pollInterval: 400, timeout: 1_000 }), AtlasTimeoutError));
    expect(error).toMatchObject({ code: 'TIMEOUT', operation: 'waitForTenantSnapshot' });
    expect(error.message).toMatch(/1000 ms \(timeout\).*The snapshot was QUEUED at the last poll/);
    expect(requests).toHaveLength(3);
  });

  it('is 30 min by default', async () => {
    const { wait } = open([running]);
    const { message } = await runClock(rejection(wait({ pollInterval: 600_000 }), AtlasTimeoutError), 1_000);
    expect(message).toContain(`${waitDefaults.timeout} ms (timeout)`);
    expect(performance.now() - waitDefaults.timeout).toSatisfy((late: number) => late >= 0 && late <= 1_000);
  });
});

/** An onPoll that runs until the test ends it. */
function controlledOnPoll() {
  let end = { resolve: () => {}, reject: (_reason: unknown) => {} };
  const onPoll = vi.fn(
    () =>
      new Promise<void>((resolve, reject) => {
        end = { resolve, reject };
      }),
  );
  return {
    onPoll,
    began: (times = 1) => vi.waitFor(() => expect(onPoll).toHaveBeenCalledTimes(times)),
    resolve: () => end.resolve(),
    reject: (reason: unknown) => end.reject(reason),
  };
}

describe('onPoll', () => {
  it.each(['RUNNING', 'COMPLETED', 'FAILED'])(
    'ends the wait with what it throws or rejects with, at %s',
    async (status) => {
      const reason = new Error('mine');
      const fail = () => {
        throw reason;
      };
      for (const onPoll of [fail, async () => fail()]) {
        const { wait, requests } = open([poll(status)]);
        await expect(wait({ onPoll })).rejects.toBe(reason);
        expect(requests).toHaveLength(1);
      }
    },
  );

  it('is awaited, also after the last poll', async () => {
    const { wait, requests } = open([running, completed]);
    const { onPoll, began, resolve } = controlledOnPoll();
    const settled = vi.fn();
    const call = wait({ pollInterval: 10, onPoll }).finally(settled);
    await began();
    await passTime(1_000);
    expect(requests).toHaveLength(1);
    resolve();
    await runClock(began(2));
    await passTime(1_000);
    expect(settled).not.toHaveBeenCalled();
    resolve();
    await expect(call).resolves.toMatchObject({ status: 'COMPLETED' });
  });

  it.each([
    ['RUNNING', false],
    ['COMPLETED', false],
    ['FAILED', false],
    ['COMPLETED', true],
  ])('may abort the wait (snapshot: %s, onPoll throws: %s)', async (status, throws) => {
    const { wait, requests } = open([{ body: { status } }]);
    const controller = new AbortController();
    const onPoll = () => {
      controller.abort('stop');
      if (throws) throw new Error('of onPoll');
    };
    await expect(wait({ signal: controller.signal, onPoll })).rejects.toBe('stop');
    expect(requests).toHaveLength(1);
  });
});

describe('close()', () => {
  it('ends a wait between polls', async () => {
    const { client, wait, requests } = open([running]);
    const onPoll = vi.fn();
    const ended = rejection(wait({ onPoll }), AtlasClosedError);
    await vi.waitFor(() => expect(onPoll).toHaveBeenCalled());
    await standStill();
    await client.close();
    expect(await ended).toMatchObject({ code: 'CLOSED', operation: 'waitForTenantSnapshot', attempts: 1 });
    expect(requests).toHaveLength(1);
  });

  it('lets a poll on the wire finish, and ends the wait after it, unless that returns COMPLETED', async () => {
    for (const reply of [running, completed]) {
      const { client, wait, requests } = open([(request) => void setTimeout(() => request.reply(reply), 50)]);
      const onPoll = vi.fn();
      const ended = wait({ onPoll }).catch((error: unknown) => error);
      await standStill();
      await runClock(client.close());
      expect(await ended).toMatchObject(reply === running ? { code: 'CLOSED' } : reply.body);
      expect(onPoll).toHaveBeenCalledOnce();
      expect(requests).toHaveLength(1);
    }
  });

  it('may be awaited by onPoll, also if it was called before', async () => {
    for (const isClosing of [false, true]) {
      const { client, wait } = open([(request) => void setTimeout(() => request.reply(running), 50)]);
      const ended = rejection(wait({ onPoll: () => client.close() }), AtlasClosedError);
      await runClock(Promise.all([isClosing && client.close(), ended]));
    }
  });
});

describe('close() while onPoll runs', () => {
  /** A wait whose client was closed while onPoll ran. */
  async function openClosed(reply: Behavior, options: WaitOptions = {}) {
    const { client, wait } = open([reply]);
    const onPoll = controlledOnPoll();
    const settled = vi.fn();
    const call = wait({ ...options, onPoll: onPoll.onPoll });
    call.then(settled, settled);
    await onPoll.began();
    await client.close();
    await standStill();
    expect(settled).not.toHaveBeenCalled();
    return { call, ...onPoll };
  }

  it.each([
    ['ends the wait afterwards', running, { code: 'CLOSED', operation: 'waitForTenantSnapshot', attempts: 1 }],
    ['ends the wait afterwards', failed, { code: 'CLOSED' }],
    ['lets the wait return the snapshot afterwards', completed, completed.body],
  ])('does not wait for onPoll, and %s: %j', async (_what, reply, end) => {
    const { call, resolve } = await openClosed(reply);
    resolve();
    expect(await call.catch((error: unknown) => error)).toMatchObject(end);
  });

  it.each([running, completed])('passes its error on: %j', async (reply) => {
    const { call, reject } = await openClosed(reply);
    const reason = new Error('mine');
    reject(reason);
    await expect(call).rejects.toBe(reason);
  });

  it('does not keep a deadline or an abort from ending the wait, and what it throws later is dropped', async () => {
    const late = await openClosed(running, { timeout: 5_000 });
    await runClock(rejection(late.call, AtlasTimeoutError));
    const controller = new AbortController();
    const aborted = await openClosed(running, { signal: controller.signal });
    controller.abort('stop');
    await expect(aborted.call).rejects.toBe('stop');
    for (const { reject } of [late, aborted]) reject(new Error('too late'));
    await standStill();
  });
});
