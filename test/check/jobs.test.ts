import { getEventListeners } from 'node:events';
import { beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { checkBackups } from '../../src/check/index.js';
import { AtlasApiError, AtlasAuthenticationError, type AtlasError, AtlasTimeoutError } from '../../src/index.js';
import { passTime, runClock, standStill, stopClock } from '../support/clock.js';
import type { Script } from '../support/raw-steps.js';
import { clusters, list, openAtlas, runCheck } from './support/open-atlas.js';

const [a, b] = ['a'.repeat(24), 'b'.repeat(24)] as const;
const hanging: Script = [];
const flexList = `/${a}/flexClusters`;
const snapshotsOf = (name: string) => `${flexList}/${name}/backup/snapshots`;
/** A call that ignores its signal and its timeout. */
const ignoring = () => new Promise<never>(() => {});

interface Calls {
  getAll?: (path: string, options: { signal: AbortSignal }) => Promise<unknown>;
  listTenantSnapshots?: (groupId: string, name: string, options: { signal: AbortSignal }) => Promise<unknown>;
}

/** A client without a server. Calls that are not given never end. */
function fakeClient(calls: Calls = {}): Parameters<typeof checkBackups>[0] {
  // A check only awaits a call, so a plain promise does.
  return { get: ignoring, getAll: ignoring, listTenantSnapshots: ignoring, ...calls } as never;
}

/** Lists this clusters Flex clusters, and no others. */
const flexClusters = (count: number) => async (path: string) => (path.endsWith('/flexClusters') ? clusters(count) : []);

describe('the calls of a check', () => {
  it.each([
    [1, 1],
    [3, 3],
    [undefined, 16],
  ])('with a concurrency of %s are at most %i at a time over all projects', async (concurrency, limit) => {
    let running = 0;
    let most = 0;
    const count = async (result: object[]) => {
      running += 1;
      most = Math.max(most, running);
      await standStill(1);
      running -= 1;
      return result;
    };
    const getAll = async (path: string) => count(await flexClusters(20)(path));
    const client = fakeClient({ getAll, listTenantSnapshots: () => count([]) });
    expect((await runCheck(client, { groupIds: [a, b], concurrency })).findings).toHaveLength(40);
    expect(most).toBe(limit);
  });

  it('are aborted when the reader leaves the loop', async () => {
    const { server, client } = await openAtlas({ [flexList]: list(clusters(2)), [snapshotsOf('Cluster0')]: hanging });
    const { signal } = new AbortController();
    for await (const _ of checkBackups(client, { groupIds: [a], signal })) break;
    expect(getEventListeners(signal, 'abort')).toEqual([]);
    // It would wait for calls that go on.
    await client.close();
    expect(server.requests).toHaveLength(4);
  });
});

it('a finding without a call does not hold up what else the process does', async () => {
  const client = fakeClient({ getAll: async () => Array(1000).fill({ name: '' }) });
  const check = checkBackups(client, { groupIds: [a] });
  let turns = 0;
  setImmediate(() => {
    turns += 1;
  });
  let findings = 0;
  while (turns === 0 && !(await check.next()).done) findings += 1;
  expect(findings).toBeLessThan(1000);
  await check.return({ projects: 0, free: [] });
});

describe('the timeout of a check', () => {
  const ofCheck = expect.objectContaining({
    code: 'TIMEOUT',
    operation: 'checkBackups',
    message: expect.stringContaining('The check timed out after 100 ms (timeout).'),
  });

  it.each(['end with it', 'ignore it'])(
    'makes the lists and clusters unknown that were not read, if calls %s',
    async (how) => {
      const { server, client } = await openAtlas({
        [flexList]: list(clusters(3)),
        [`/${a}/clusters`]: hanging,
        [snapshotsOf('Cluster2')]: hanging,
      });
      if (how === 'ignore it') Object.assign(client, { listTenantSnapshots: ignoring });
      stopClock();
      await passTime(1000);
      const { findings, totals } = await runClock(runCheck(client, { groupIds: [a, b], timeout: 100, concurrency: 2 }));
      const about = findings.map(({ groupId, clusterType, clusterName }) => `${groupId} ${clusterType} ${clusterName}`);
      expect(about.sort()).toEqual([
        `${a} dedicated undefined`,
        ...clusters(3).map(({ name }) => `${a} flex ${name}`),
        `${b} dedicated undefined`,
        `${b} flex undefined`,
      ]);
      expect(findings.map(({ error }) => error)).toEqual(Array(6).fill(ofCheck));
      const causes = findings.flatMap(({ error }) => error?.cause ?? []);
      expect(causes).toContainEqual(expect.objectContaining({ code: 'TIMEOUT', operation: 'getAll' }));
      // No list of the other project was read.
      expect(totals.projects).toBe(1);
      // The other calls were never started.
      expect(server.requests.length).toBeLessThanOrEqual(3);
    },
  );

  it('is 10 minutes by default, also under fake timers that do not fake performance.now()', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    onTestFinished(() => void vi.useRealTimers());
    const ended = runCheck(fakeClient(), { groupIds: [a] });
    await vi.advanceTimersByTimeAsync(600_000);
    const advice = 'Raise it if the check needs longer.';
    const timeout = { code: 'TIMEOUT', advice, message: `The check timed out after 600000 ms (timeout). ${advice}` };
    expect((await ended).findings.map(({ error }) => error)).toMatchObject([timeout, timeout]);
  });

  it('leaves time to read a response that arrived before it', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
    onTestFinished(() => void vi.useRealTimers());
    const late = () => new Promise((resolve) => setTimeout(() => setImmediate(() => setImmediate(resolve, [])), 30));
    const ended = runCheck(fakeClient({ getAll: late }), { groupIds: [a], timeout: 30 });
    await new Promise(setImmediate);
    vi.advanceTimersByTime(30);
    expect(await ended).toEqual({ findings: [], totals: { projects: 1, free: [] } });
  });

  it('does not hide why an earlier call failed', async () => {
    const early = new AtlasTimeoutError('The attempts timed out.');
    const client = fakeClient({ getAll: flexClusters(1), listTenantSnapshots: () => Promise.reject(early) });
    const { findings } = await runCheck(client, { groupIds: [a], timeout: 60_000 });
    expect(findings[0]?.error).toBe(early);
  });

  it('includes the time of a slow reader, during which no call starts', async () => {
    const { server, client } = await openAtlas({ [flexList]: list(clusters(5)) });
    stopClock();
    const check = checkBackups(client, { groupIds: [a], timeout: 100, concurrency: 1 });
    await check.next();
    await passTime(100);
    expect(await check.next()).toMatchObject({ value: { state: 'unknown', error: ofCheck } });
    expect(server.requests).toHaveLength(2);
  });
});

describe('a rate limit', () => {
  const limited = (retryAfterMs?: number) =>
    new AtlasApiError('Too clusters requests.', { status: 429, retryAfterMs, headers: {}, body: '' });

  beforeEach(stopClock);

  /** A client of a project with two clusters. The calls for snapshots end with these errors, and then with a backup. */
  function openLimited(...errors: AtlasError[]) {
    const calls: string[] = [];
    const signals = new Set<AbortSignal>();
    const listTenantSnapshots: Calls['listTenantSnapshots'] = async (_groupId, name, { signal }) => {
      calls.push(`${name} at ${performance.now()}`);
      signals.add(signal);
      const error = errors.shift();
      if (error !== undefined) throw error;
      return [{ status: 'COMPLETED', finishTime: new Date() }];
    };
    return { client: fakeClient({ getAll: flexClusters(2), listTenantSnapshots }), calls, signals };
  }

  it('is waited for at least a second, while the call keeps its place, also if the token endpoint has it', async () => {
    const noToken = new AtlasAuthenticationError('Too clusters requests.', { status: 429 });
    const { client, calls, signals } = openLimited(limited(2000), limited(0), noToken);
    const { findings } = await runClock(runCheck(client, { groupIds: [a], concurrency: 1 }));
    expect(findings.map(({ state }) => state)).toEqual(['fresh', 'fresh']);
    expect(calls).toEqual([0, 2000, 3000, 13_000].map((time) => `Cluster1 at ${time}`).concat('Cluster0 at 13000'));
    expect([...signals].map((signal) => getEventListeners(signal, 'abort'))).toEqual([[]]);
  });

  it.each([
    [59_000, 'fresh', undefined],
    [60_000, 'unknown', limited(60_000)],
  ])('of %i ms leaves a cluster %s, if the check may take a minute', async (retryAfterMs, state, error) => {
    const { client, calls } = openLimited(limited(retryAfterMs));
    const { findings } = await runClock(runCheck(client, { groupIds: [a], concurrency: 1, timeout: 60_000 }));
    expect(findings).toMatchObject([{ clusterName: 'Cluster1', state, ...(error && { error }) }, { state: 'fresh' }]);
    expect(calls.at(-1)).toBe(`Cluster0 at ${error === undefined ? retryAfterMs : 0}`);
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
    const listen: Calls['getAll'] = (_path, { signal }) => {
      signal.addEventListener('abort', () => {});
      return ignoring();
    };
    const client = fakeClient({ getAll: listen });
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

  it.each([
    ['drops the findings that wait', 5],
    ['counts after the last finding too', 1],
  ])('between two findings %s', async (_name, count) => {
    const stop = new AbortController();
    const { client } = await openAtlas({ [flexList]: list(clusters(count)) });
    const check = checkBackups(client, { groupIds: [a], signal: stop.signal });
    await check.next();
    stop.abort(reason);
    await expect(check.next()).rejects.toBe(reason);
    expect(await check.next()).toEqual({ done: true, value: undefined });
  });
});
