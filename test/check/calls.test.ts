import { getEventListeners } from 'node:events';
import { beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { checkBackups } from '../../src/check/index.js';
import {
  AtlasApiError,
  AtlasAuthenticationError,
  AtlasConnectionError,
  type AtlasError,
  AtlasTimeoutError,
} from '../../src/client/index.js';
import { passTime, runClock, standStill, stopClock } from '../support/clock.js';
import { fakeClient, hang } from './support/fake-client.js';
import { ago, cluster, clusters, hour, openAtlas, runCheck } from './support/open-atlas.js';

const [a, b] = ['a'.repeat(24), 'b'.repeat(24)] as const;
const groups = '/api/atlas/v2/groups';
const outOfTime = (timeout: number) =>
  expect.objectContaining({
    code: 'TIMEOUT',
    operation: 'checkBackups',
    limit: 'timeout',
    limitMs: timeout,
    message: `The check ran out of time after ${timeout} ms (timeout). Raise timeout if the check needs longer. What its caller does between two findings counts too.`,
  });

/** Lists this many Flex clusters, and no others. `answer` is that of each cluster. */
const flexClusters = (count: number, answer: (...call: Parameters<Parameters<typeof fakeClient>[0]>) => unknown) =>
  fakeClient((path, limits) => {
    if (path.endsWith('/snapshots')) return answer(path, limits);
    return path.endsWith('/flexClusters') ? clusters(count) : [];
  });

describe('the calls of a check', () => {
  it('are at most 16 at a time over all projects, and so are their listeners', async () => {
    let running = 0;
    let most = 0;
    const client = flexClusters(20, async (_path, { signal }) => {
      running += 1;
      most = Math.max(most, running, getEventListeners(signal, 'abort').length);
      await standStill(1);
      running -= 1;
      return [];
    });
    expect((await runCheck(client, { groupIds: [a, b] })).findings).toHaveLength(40);
    expect(most).toBe(16);
  });

  it('may read lists of any length', async () => {
    const backups = Array(130_000).fill({ status: 'COMPLETED', finishTime: ago(hour) });
    const client = flexClusters(130_000, () => backups);
    const check = checkBackups(client, { groupIds: [a], concurrency: 1 });
    expect(await check.next()).toMatchObject({ value: { state: 'fresh', backups: 130_000 } });
    await check.return({ projects: 1, projectsNotRead: [], notChecked: [] });
  });

  it('are aborted when the reader leaves the loop', async () => {
    const ofCalls: AbortSignal[] = [];
    const client = flexClusters(2, (path, limits) => {
      ofCalls.push(limits.signal);
      return path.includes('Cluster1') ? hang(path, limits) : [];
    });
    const { signal } = new AbortController();
    for await (const _ of checkBackups(client, { groupIds: [a], signal })) break;
    expect(ofCalls.map(({ aborted }) => aborted)).toEqual([true, true]);
    expect(getEventListeners(signal, 'abort')).toEqual([]);
  });

  it.each([429, 503])(
    'make one attempt each, and those that only bring evidence come last, and not again after a %i',
    async (status) => {
      const paths: string[] = [];
      const client = fakeClient((path, { maxRetries }) => {
        expect(maxRetries).toBe(0);
        paths.push(path.replace(/.*\//, ''));
        if (!path.endsWith('Jobs')) return path.endsWith('/flexClusters') ? clusters(2) : [];
        throw new AtlasApiError('failed', { status });
      });
      const { findings } = await runCheck(client, { groupIds: [a], evidence: true, concurrency: 1 });
      expect(findings).toMatchObject(Array(2).fill({ state: 'none', evidence: { errors: [{ status }] } }));
      const ofStates = ['flexClusters', 'snapshots', 'snapshots', 'clusters'];
      expect(paths).toEqual([...ofStates, 'restoreJobs', 'restoreJobs']);
    },
  );

  it('go on after clusters that need none before their evidence', async () => {
    const off = cluster('Off', { backupEnabled: false });
    const client = fakeClient((path) => (path.endsWith('/clusters') ? [off, off, cluster('On')] : []));
    const { findings } = await runCheck(client, { groupIds: [a], evidence: true, concurrency: 1, timeout: 5000 });
    expect(findings).toMatchObject(Array(3).fill({ state: 'none' }));
  });

  it('that only bring evidence take no state with them if the time is over', async () => {
    stopClock();
    const client = fakeClient((path, limits) => {
      if (path.endsWith('Jobs')) return hang(path, limits);
      return path.endsWith('/flexClusters') ? clusters(20) : [];
    });
    const { findings } = await runClock(runCheck(client, { groupIds: [a], evidence: true, timeout: 1000 }));
    expect(findings).toMatchObject(Array(20).fill({ state: 'none', evidence: { errors: [outOfTime(1000)] } }));
  });

  const date = (hours: number) => new Date(Date.now() + hours * hour).toUTCString();
  it.each<[what: string, headers: object | undefined, hours: number, offset?: number]>([
    ['its Date', { date: date(72) }, 73, -72],
    ['its Date and Age, if a cache had it', { date: date(-100), age: '360000' }, 1, 0],
    ['its Date without an odd Age', { date: date(1), age: 'old' }, 2, -1],
    ['the clock of this machine without a Date', { age: '3600' }, 1],
    ['the clock of this machine if its Date is odd', { date: 'soon' }, 1],
    ['the clock of this machine if its Date has no zone', { date: date(72).replace(' GMT', '') }, 1],
    ['the clock of this machine if a fake sends no headers', undefined, 1],
  ])('take the age of a backup by %s', async (_what, headers, hours, offset) => {
    const backups = [{ status: 'COMPLETED', finishTime: ago(hour) }];
    const { get, getAll } = flexClusters(1, () => backups);
    const withResponse = async () => ({ data: backups, response: headers && { headers } });
    const withHeaders = (...[path, options]: Parameters<typeof getAll>) => {
      const call = getAll(path, options);
      return path.endsWith('snapshots') ? Object.assign(call, { withResponse }) : call;
    };
    const { findings, totals } = await runCheck({ get, getAll: withHeaders }, { groupIds: [a] });
    expect(findings).toMatchObject([{ age: expect.closeTo(hours * hour, -6) }]);
    expect('clockOffset' in totals).toBe(offset !== undefined);
    if (offset !== undefined) expect(totals.clockOffset).toBeCloseTo(offset * hour, -6);
  });
});

it('the clocks are compared by the first response with a Date', async () => {
  const dates = ['soon', ...[2, 5].map((hours) => new Date(Date.now() + hours * hour).toUTCString())];
  const { get, getAll } = fakeClient(() => []);
  const withDate: typeof getAll = (...call) => {
    const withResponse = async () => ({ data: [], response: { headers: { date: dates.shift() } } });
    return Object.assign(getAll(...call), { withResponse });
  };
  const { totals } = await runCheck({ get, getAll: withDate }, { groupIds: [a, b], concurrency: 1 });
  expect(totals.clockOffset).toBeCloseTo(-2 * hour, -6);
});

describe('the timeout of a check', () => {
  beforeEach(stopClock);

  /** Ends a call by its own timeout, as the client does, unless it is aborted before. */
  const timeOut = (path: string, limits: Parameters<typeof hang>[1]) => {
    const { timeout: limitMs } = limits;
    const error = new AtlasTimeoutError(`${path} timed out.`, { limit: 'timeout', limitMs });
    return Promise.race([hang(path, limits), new Promise((_, reject) => setTimeout(reject, limitMs, error))]);
  };

  it('leaves it to a call to say what it waited for, and what had no turn says that the time is over', async () => {
    const paths: string[] = [];
    const client = fakeClient((path, limits) => {
      paths.push(path);
      return path.endsWith('/flexClusters') ? clusters(3) : timeOut(path, limits);
    });
    const { findings, totals } = await runClock(runCheck(client, { groupIds: [a, b], timeout: 100, concurrency: 2 }));
    expect(findings).toHaveLength(6);
    const errors = findings.map(({ error }) => error);
    const message = `${groups}/${a}/flexClusters/Cluster0/backup/snapshots timed out.`;
    expect(errors).toContainEqual(expect.objectContaining({ message, limitMs: 100 }));
    expect(errors.filter((error) => error?.operation === 'checkBackups')).toEqual(Array(4).fill(outOfTime(100)));
    // No list of the other project was read.
    expect(totals.projects).toBe(1);
    // The other calls were never started.
    expect(paths).toHaveLength(3);
  });

  it('says of a call without a place, and of others in its project, that they waited for a rate limit', async () => {
    const error = new AtlasApiError('Too many.', { status: 429, retryAfterMs: 1000 });
    const client = fakeClient((path, limits) => {
      if (path.includes('Cluster0')) throw error;
      return path.includes(a) ? clusters(2) : timeOut(path, limits);
    });
    const { findings } = await runClock(runCheck(client, { groupIds: [a, b], timeout: 5000, concurrency: 1 }));
    const ofLimited = findings.filter(({ groupId }) => groupId === a);
    expect(ofLimited).toMatchObject([{ error }, { error }, { clusterType: 'dedicated', error }]);
  });

  it('is 10 minutes by default, also under fake timers that do not fake performance.now()', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const ended = runCheck(fakeClient(hang), { groupIds: [a], concurrency: 1 });
    await vi.advanceTimersByTimeAsync(602_000);
    expect((await ended).findings).toMatchObject([{ error: outOfTime(600_000) }, { error: outOfTime(600_000) }]);
  });

  it('includes the time of a slow reader, during which no call starts', async () => {
    const answer = vi.fn((path: string) => (path.endsWith('/flexClusters') ? clusters(5) : []));
    const check = checkBackups(fakeClient(answer), { groupIds: [a], timeout: 100, concurrency: 1 });
    await check.next();
    await passTime(100);
    expect(await check.next()).toMatchObject({ value: { state: 'unknown', error: outOfTime(100) } });
    expect(answer).toHaveBeenCalledTimes(2);
  });
});

describe('a call that fails', () => {
  const failed = (status: number, retryAfterMs?: number) => new AtlasApiError('Failed.', { status, retryAfterMs });
  const unreachable = (code?: string) =>
    new AtlasConnectionError('No response.', code === undefined ? {} : { cause: Object.assign(new Error(), { code }) });

  beforeEach(stopClock);

  /** Checks a project with two clusters, in one place. The calls for the first one end with these errors, and then with a backup. */
  async function checkFailing(errors: AtlasError[], timeout = 600_000) {
    const calls: string[] = [];
    const left = [...errors];
    const client = flexClusters(2, (path, { timeout }) => {
      calls.push(`${/Cluster\d/.exec(path)} at ${performance.now()}, within ${timeout}`);
      const error = path.includes('Cluster0') ? left.shift() : undefined;
      if (error !== undefined) throw error;
      return [{ status: 'COMPLETED', finishTime: new Date().toISOString() }];
    });
    const { findings } = await runClock(runCheck(client, { groupIds: [a], concurrency: 1, timeout }), 500);
    const first = findings.find(({ clusterName }) => clusterName === 'Cluster0');
    const times = calls.filter((call) => call.startsWith('Cluster0')).map((call) => Number(/\d+(?=,)/.exec(call)));
    return { findings, first, times, calls };
  }

  it('for a rate limit is repeated after at least a second, and the other calls of its project wait too', async () => {
    // The token endpoint has a limit too.
    const noToken = new AtlasAuthenticationError('Too many requests.', { status: 429 });
    const errors = [failed(429, 2000), failed(429, 0), noToken];
    const { findings, calls } = await checkFailing(errors, 60_000);
    expect(findings.map(({ state }) => state)).toEqual(['fresh', 'fresh']);
    const ofFirst = [0, 2000, 3000, 13_000].map((time) => `Cluster0 at ${time}, within ${60_000 - time}`);
    expect(calls).toEqual([...ofFirst, 'Cluster1 at 13000, within 47000']);
  });

  it('for a rate limit waits as long as the last answer of its project says', async () => {
    const waits: Record<string, number> = { Cluster0: 1000, Cluster1: 3000 };
    const times: number[] = [];
    const client = flexClusters(3, (path) => {
      times.push(performance.now());
      const [name = ''] = /Cluster\d/.exec(path) ?? [];
      const wait = waits[name];
      delete waits[name];
      if (wait !== undefined) throw failed(429, wait);
      return [];
    });
    await runClock(runCheck(client, { groupIds: [a], concurrency: 2 }), 500);
    expect(times).toEqual([0, 0, 3000, 3000, 3000]);
  });

  const outage = () => Array(20).fill(failed(503));
  const every10s = Array.from({ length: 11 }, (_, index) => 15 + index * 10);
  const mixed = [failed(429, 200_000), failed(503), failed(429, 150_000), failed(503)];
  it.each<[what: string, errors: AtlasError[], seconds: number[], timeout?: number]>([
    ['with status 500', [failed(500)], [0, 1]],
    ['with a status and a wait', [failed(503, 30_000)], [0, 30]],
    ['because the connection was lost', [unreachable('ECONNRESET')], [0, 1]],
    ['for a reason that a fake leaves out', [unreachable()], [0, 1]],
    ['with a timeout', [new AtlasTimeoutError('Timed out.', { limit: 'attemptTimeout' })], [0, 1]],
    ['with a status and too long a wait', [failed(503, 121_000)], [0]],
    ['because the host does not exist', [unreachable('ENOTFOUND')], [0]],
    ['with a status that will not change', [failed(404)], [0]],
    ['for a rate limit that leaves time', [failed(429, 59_000)], [0, 59], 60_000],
    ['for a rate limit that leaves none', [failed(429, 60_000)], [0], 60_000],
    ['until two minutes after it first failed', outage(), [0, 1, 3, 7, ...every10s]],
    ['until two minutes after it first failed, rate limits aside', mixed, [0, 200, 201, 351]],
    ['until the end of the check', outage(), [0, 1, 3, 7, 15, 25], 30_000],
  ])('%s is repeated if that may help', async (_what, errors, expected, timeout) => {
    const { first, times } = await checkFailing(errors, timeout);
    expect(times).toEqual(expected.map((seconds) => seconds * 1000));
    const error = errors[times.length - 1];
    expect(first).toMatchObject(error === undefined ? { state: 'fresh' } : { state: 'unknown', error });
  });

  describe('of many projects', () => {
    const groupIds = Array.from({ length: 120 }, (_, index) => index.toString(16).padStart(24, '0'));
    const old = [{ status: 'completed', createdAt: '1969-12-01T00:00:00Z' }];

    const lists: Record<string, unknown> = {
      [`${groups}/${groupIds[0]}/clusters`]: clusters(40),
      [`${groups}/${groupIds.at(-1)}/clusters`]: [cluster('Ledger')],
    };

    /** Checks projects of which the first one has 40 clusters, and the last one a stale cluster. `fail` may throw an error. */
    async function checkMany(fail: (path: string) => unknown, timeout = 600_000) {
      const client = fakeClient(async (path) => {
        await fail(path);
        return lists[path] ?? (path.endsWith('/snapshots') ? old : []);
      });
      const { findings, totals } = await runClock(runCheck(client, { groupIds, timeout }), 1000);
      expect(findings).toContainEqual(expect.objectContaining({ clusterName: 'Ledger', state: 'stale' }));
      return { unknown: findings.filter(({ state }) => state === 'unknown'), totals };
    }

    it.each<[what: string, attempt: () => unknown, longest: number]>([
      ['fails', () => {}, 121_000],
      // Each list once, 16 at a time, and some again until two minutes after the first timeout.
      ['hangs', () => new Promise((resolve) => setTimeout(resolve, 15_000)), 165_000],
    ])('is not waited for by each call if a part of Atlas %s', async (_what, attempt, longest) => {
      const { unknown } = await checkMany(async (path) => {
        if (!path.endsWith('/flexClusters')) return;
        await attempt();
        throw new AtlasTimeoutError('Timed out.', { limit: 'attemptTimeout' });
      });
      expect(unknown).toHaveLength(120);
      expect(performance.now()).toBeLessThan(longest);
    });

    it('gives its place back while it waits for the rate limit of a project, in which few others are refused', async () => {
      let refused = 0;
      const { unknown, totals } = await checkMany((path) => {
        if (!path.includes(`${groupIds[0]}/clusters/`)) return;
        refused += 1;
        throw failed(429, 200_000);
      });
      expect(totals.projects).toBe(120);
      expect(unknown).toHaveLength(40);
      // 16 at a time, and once each when the next wait would pass the deadline.
      expect(refused).toBeLessThanOrEqual(16 + 16 + 40);
    });

    it('goes on after the others, so that no number of limited projects hides another one', async () => {
      const { unknown } = await checkMany(async (path) => {
        await new Promise((resolve) => setTimeout(resolve, 100));
        if (!path.includes(`${groupIds.at(-1)}`)) throw failed(429, 1000);
      }, 30_000);
      expect(unknown).toHaveLength(2 * 119);
    });
  });

  it.each(['fails', 'waits'])('is not waited for any longer if the check is aborted while it %s', async (when) => {
    const stop = new AbortController();
    const client = flexClusters(2, () => {
      if (when === 'fails') stop.abort('stopped');
      throw failed(429, 60_000);
    });
    const finding = checkBackups(client, { groupIds: [a], concurrency: 1, signal: stop.signal }).next();
    finding.catch(() => {});
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
    const client = fakeClient(hang);
    const stop = new AbortController();
    const groupIds = Array.from({ length: 12 }, (_, index) => index.toString(16).repeat(24));
    const checks = groupIds.map(() => checkBackups(client, { groupIds, signal: stop.signal }).next());
    await standStill();
    stop.abort(reason);
    expect(await Promise.allSettled(checks)).toEqual(Array(12).fill({ status: 'rejected', reason }));
    expect(warn).not.toHaveBeenCalled();
    expect(getEventListeners(stop.signal, 'abort')).toEqual([]);
  });

  it('after the last finding ends the check too', async () => {
    const stop = new AbortController();
    const check = checkBackups(
      flexClusters(1, () => []),
      { groupIds: [a], signal: stop.signal },
    );
    await check.next();
    stop.abort(reason);
    await expect(check.next()).rejects.toBe(reason);
  });

  it('before the check sends nothing', async () => {
    const { server, check } = await openAtlas({});
    await expect(check({ signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    expect(server.requests).toEqual([]);
  });
});
