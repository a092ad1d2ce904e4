import { getEventListeners } from 'node:events';
import { beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { checkBackups } from '../../src/check/index.js';
import { AtlasApiError, AtlasAuthenticationError, type AtlasError } from '../../src/index.js';
import { passTime, runClock, standStill, stopClock } from '../support/clock.js';
import type { Script } from '../support/raw-steps.js';
import { fakeClient, ignoring } from './support/fake-client.js';
import { ago, clusters, hour, list, openAtlas, runCheck } from './support/open-atlas.js';

const [a, b] = ['a'.repeat(24), 'b'.repeat(24)] as const;
const hanging: Script = [];
const flexList = `/${a}/flexClusters`;
const snapshotsOf = (name: string) => `${flexList}/${name}/backup/snapshots`;
const outOfTime = (timeout: number) =>
  expect.objectContaining({
    code: 'TIMEOUT',
    operation: 'checkBackups',
    limit: 'timeout',
    limitMs: timeout,
    message: `The check ran out of time after ${timeout} ms (timeout). Raise timeout if the check needs longer.`,
  });

/** Lists this many Flex clusters, and no others. `answer` is that of each cluster. */
const flexClusters = (count: number, answer: (...call: Parameters<Parameters<typeof fakeClient>[0]>) => unknown) =>
  fakeClient((path, limits) => {
    if (path.endsWith('/snapshots')) return answer(path, limits);
    return path.endsWith('/flexClusters') ? clusters(count) : [];
  });

describe('the calls of a check', () => {
  it('are at most 16 at a time over all projects', async () => {
    let running = 0;
    let most = 0;
    const client = flexClusters(20, async () => {
      running += 1;
      most = Math.max(most, running);
      await standStill(1);
      running -= 1;
      return [];
    });
    expect((await runCheck(client, { groupIds: [a, b] })).findings).toHaveLength(40);
    expect(most).toBe(16);
  });

  it('are aborted when the reader leaves the loop', async () => {
    const { server, client } = await openAtlas({ [flexList]: list(clusters(2)), [snapshotsOf('Cluster1')]: hanging });
    const { signal } = new AbortController();
    for await (const _ of checkBackups(client, { groupIds: [a], signal })) break;
    expect(getEventListeners(signal, 'abort')).toEqual([]);
    // It would wait for calls that go on.
    await client.close();
    expect(server.requests).toHaveLength(4);
  });

  const sent = (time: number) => new Date(time).toUTCString();
  it.each([
    ['the Date of the response', sent(Date.now() + 72 * hour), 73],
    ['the clock of this machine without one', undefined, 1],
    ['the clock of this machine if it is odd', 'soon', 1],
  ])('take the age of a backup by %s', async (_what, date, hours) => {
    const snapshots = [{ status: 'COMPLETED', finishTime: ago(hour) }];
    const answer = { data: snapshots, response: date && { headers: { date } } };
    const client = flexClusters(1, () => snapshots);
    const { getAll } = client;
    const withResponse = (path: string) => Object.assign(getAll(path), { withResponse: async () => answer });
    const fake: unknown = (path: string) => (path.endsWith('snapshots') ? withResponse(path) : getAll(path));
    const { findings } = await runCheck(Object.assign(client, { getAll: fake }), { groupIds: [a] });
    expect(findings).toMatchObject([{ age: expect.closeTo(hours * hour, -5) }]);
  });
});

describe('the timeout of a check', () => {
  it('leaves it to a call to say what it waited for', async () => {
    const { server, client } = await openAtlas({
      [flexList]: list(clusters(3)),
      [`/${a}/clusters`]: hanging,
      [snapshotsOf('Cluster0')]: hanging,
    });
    stopClock();
    await passTime(1000);
    const { findings, totals } = await runClock(runCheck(client, { groupIds: [a, b], timeout: 100, concurrency: 2 }));
    expect(findings).toHaveLength(6);
    const errors = findings.map(({ error }) => error);
    const path = `/api/atlas/v2/groups${snapshotsOf('Cluster0')}`;
    const message = expect.stringMatching(
      /^getAll .*timed out after \d+ ms \(timeout\) while waiting for the response/,
    );
    expect(errors).toContainEqual(expect.objectContaining({ code: 'TIMEOUT', operation: 'getAll', path, message }));
    expect(errors.filter((error) => error?.operation === 'checkBackups')).toEqual(Array(4).fill(outOfTime(100)));
    // No list of the other project was read.
    expect(totals.projects).toBe(1);
    // The other calls were never started.
    expect(server.requests).toHaveLength(3);
  });

  it('is 10 minutes by default, also under fake timers that do not fake performance.now()', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    onTestFinished(() => void vi.useRealTimers());
    const ended = runCheck(fakeClient(ignoring), { groupIds: [a], concurrency: 1 });
    await vi.advanceTimersByTimeAsync(600_000);
    const { findings } = await ended;
    // A call that ignores its own limit does not hold the check.
    expect(findings).toMatchObject([{ error: outOfTime(600_000) }, { error: outOfTime(600_000) }]);
  });

  it('leaves time to read a response that arrived before it', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
    onTestFinished(() => void vi.useRealTimers());
    const late = () => new Promise((resolve) => setTimeout(() => setImmediate(() => setImmediate(resolve, [])), 30));
    const ended = runCheck(fakeClient(late), { groupIds: [a], timeout: 30 });
    await new Promise(setImmediate);
    vi.advanceTimersByTime(30);
    expect((await ended).totals.projects).toBe(1);
  });

  it('includes the time of a slow reader, during which no call starts', async () => {
    const { server, client } = await openAtlas({ [flexList]: list(clusters(5)) });
    stopClock();
    const check = checkBackups(client, { groupIds: [a], timeout: 100, concurrency: 1 });
    await check.next();
    await passTime(100);
    expect(await check.next()).toMatchObject({ value: { state: 'unknown', error: outOfTime(100) } });
    expect(server.requests).toHaveLength(2);
  });
});

describe('a rate limit', () => {
  const limited = (retryAfterMs?: number) => new AtlasApiError('Too many requests.', { status: 429, retryAfterMs });

  beforeEach(stopClock);

  /** A client of a project with two clusters. The calls for snapshots end with these errors, and then with a backup. */
  function openLimited(...errors: AtlasError[]) {
    const calls: string[] = [];
    const signals = new Set<AbortSignal>();
    const client = flexClusters(2, (path, { signal, timeout }) => {
      calls.push(`${/Cluster\d/.exec(path)} at ${performance.now()}, within ${timeout}`);
      signals.add(signal);
      const error = errors.shift();
      if (error !== undefined) throw error;
      return [{ status: 'COMPLETED', finishTime: new Date().toISOString() }];
    });
    return { client, calls, signals };
  }

  it('is waited for at least a second, while the call keeps its place, also if the token endpoint has it', async () => {
    const noToken = new AtlasAuthenticationError('Too many requests.', { status: 429 });
    const { client, calls, signals } = openLimited(limited(2000), limited(0), noToken);
    const { findings } = await runClock(runCheck(client, { groupIds: [a], concurrency: 1, timeout: 60_000 }));
    expect(findings.map(({ state }) => state)).toEqual(['fresh', 'fresh']);
    const times = [0, 2000, 3000, 13_000].map((time) => `Cluster0 at ${time}, within ${60_000 - time}`);
    expect(calls).toEqual([...times, 'Cluster1 at 13000, within 47000']);
    expect([...signals].map((signal) => getEventListeners(signal, 'abort'))).toEqual([[]]);
  });

  it.each([
    [59_000, 'fresh', undefined],
    [60_000, 'unknown', limited(60_000)],
  ])('of %i ms leaves a cluster %s, if the check may take a minute', async (retryAfterMs, state, error) => {
    const { client } = openLimited(limited(retryAfterMs));
    const { findings } = await runClock(runCheck(client, { groupIds: [a], concurrency: 1, timeout: 60_000 }));
    expect(findings).toMatchObject([{ clusterName: 'Cluster0', state, ...(error && { error }) }, { state: 'fresh' }]);
  });

  it('is not waited for any longer after an abort', async () => {
    const stop = new AbortController();
    const { client } = openLimited(limited(60_000));
    const finding = checkBackups(client, { groupIds: [a], concurrency: 1, signal: stop.signal }).next();
    await standStill();
    stop.abort('stopped');
    await expect(finding).rejects.toBe('stopped');
    expect(vi.getTimerCount()).toBe(0);
  });
});

describe('an abort', () => {
  const reason = { text: 'stopped' };

  it('of many checks whose calls listen for it makes Node warn about nothing', async () => {
    const warn = vi.fn();
    process.on('warning', warn);
    onTestFinished(() => void process.off('warning', warn));
    const client = fakeClient((_path, { signal }) => {
      signal.addEventListener('abort', () => {});
      return ignoring();
    });
    const stop = new AbortController();
    const groupIds = Array.from({ length: 12 }, (_, index) => index.toString(16).repeat(24));
    const checks = groupIds.map(() => checkBackups(client, { groupIds, signal: stop.signal }).next());
    await standStill();
    stop.abort(reason);
    expect(await Promise.allSettled(checks)).toEqual(Array(12).fill({ status: 'rejected', reason }));
    expect(warn).not.toHaveBeenCalled();
    expect(getEventListeners(stop.signal, 'abort')).toEqual([]);
  });

  it('before the check sends nothing', async () => {
    const { server, check } = await openAtlas({});
    await expect(check({ signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    expect(server.requests).toEqual([]);
  });
});
