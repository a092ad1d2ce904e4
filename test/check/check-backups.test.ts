import { getEventListeners } from 'node:events';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import {
  AtlasClosedError,
  AtlasConnectionError,
  AtlasInvalidArgumentError,
  AtlasTimeoutError,
  type BackupCheckOptions,
  type BackupFinding,
  type CallOptions,
  checkBackups,
  type GetOptions,
} from '../../src/index.js';
import { rejection } from '../support/rejection.js';

const [a, b] = ['a'.repeat(24), 'b'.repeat(24)] as const;
const hour = 3_600_000;
const down = new AtlasConnectionError('Atlas is down.');
const fresh = () => [{ status: 'COMPLETED', finishTime: new Date(Date.now() - hour) }];
const cluster = (name: string) => ({ name, stateName: 'IDLE', createDate: '2024-12-19T17:05:10Z' });
const many = (count: number) => Array.from({ length: count }, (_, n) => cluster(`Cluster${n}`));

type Options = CallOptions & GetOptions;
/** The answer to a call: its result, an error to throw, or a function that returns either. */
type Answer = object | ((options: Options) => unknown);

/** Ends when the call is aborted. */
const hanging = ({ signal }: Options) =>
  new Promise((_, reject) => signal?.addEventListener('abort', () => reject(signal.reason)));
const delayed = (answer: unknown) => () => new Promise((resolve) => setTimeout(resolve, 1, answer));

/**
 * A plain object for a client.
 *
 * @param answers - by `projects`, by project ID for its clusters, and by `ID/cluster` for its snapshots. Other clusters have a
 * fresh backup.
 */
function fakeClient(answers: Record<string, Answer>) {
  const calls: string[] = [];
  const options: Options[] = [];
  let running = 0;
  let mostAtOnce = 0;
  async function answer(key: string, call: string, callOptions: Options) {
    calls.push(call);
    options.push(callOptions);
    running += 1;
    mostAtOnce = Math.max(mostAtOnce, running);
    const prepared = answers[key] ?? fresh();
    try {
      const result = typeof prepared === 'function' ? await prepared(callOptions) : prepared;
      if (result instanceof Error) throw result;
      return result;
    } finally {
      running -= 1;
    }
  }
  const client = {
    getAll(path: string, { schema: _schema, ...rest }: Options) {
      const key = /groups\/(\w+)\/flexClusters$/.exec(path)?.[1] ?? 'projects';
      return answer(key, `${path} ${rest.apiVersion}`, rest);
    },
    listTenantSnapshots(groupId: string, clusterName: string, rest: Options) {
      return answer(`${groupId}/${clusterName}`, `${groupId}/${clusterName} ${rest.endpoint}`, rest);
    },
  };
  return {
    // A check only awaits the calls, so plain promises do.
    client: client as unknown as Parameters<typeof checkBackups>[0],
    calls,
    options,
    mostAtOnce: () => mostAtOnce,
  };
}

async function findingsOf(answers: Record<string, Answer>, options?: BackupCheckOptions) {
  const fake = fakeClient(answers);
  const findings: BackupFinding[] = [];
  for await (const finding of checkBackups(fake.client, options)) findings.push(finding);
  return { ...fake, findings };
}

const twoProjects = {
  projects: [
    { id: a, name: 'Web Shop' },
    { id: b, name: 'Billing' },
  ],
  [a]: [cluster('Orders'), cluster('Carts')],
  [b]: [cluster('Invoices')],
};
const invalidName = expect.objectContaining({
  code: 'INVALID_ARGUMENT',
  operation: 'listTenantSnapshots',
  issues: [{ path: 'clusterName', message: expect.any(String) }],
});

describe('checkBackups', () => {
  it('makes one call for the projects, one per project and one per cluster', async () => {
    const { calls, findings } = await findingsOf(twoProjects);
    expect(calls.sort()).toEqual([
      '/api/atlas/v2/groups 2023-01-01',
      `/api/atlas/v2/groups/${a}/flexClusters 2024-11-13`,
      `/api/atlas/v2/groups/${b}/flexClusters 2024-11-13`,
      `${a}/Carts flex`,
      `${a}/Orders flex`,
      `${b}/Invoices flex`,
    ]);
    expect(findings).toHaveLength(3);
    expect(findings).toContainEqual({
      groupId: b,
      groupName: 'Billing',
      clusterName: 'Invoices',
      state: 'fresh',
      newest: expect.objectContaining({ status: 'COMPLETED' }),
      age: expect.closeTo(hour, -3),
    });
  });

  it('copes with a project that has no name', async () => {
    const { findings } = await findingsOf({ ...twoProjects, projects: [{ id: a, name: null }, { id: b }] });
    for (const finding of findings) expect(finding).not.toHaveProperty('groupName');
  });

  it('checks the given projects, each once, without listing any', async () => {
    const { calls, findings } = await findingsOf(twoProjects, { groupIds: [b, b] });
    expect(calls).toEqual([`/api/atlas/v2/groups/${b}/flexClusters 2024-11-13`, `${b}/Invoices flex`]);
    expect(findings).toEqual([expect.not.objectContaining({ groupName: expect.anything() })]);
  });

  it.each<[name: string, answers: Record<string, Answer>, options: BackupCheckOptions]>([
    ['an empty list of projects', { projects: [] }, {}],
    ['an empty list of project IDs', {}, { groupIds: [] }],
    ['a project without Flex clusters', { projects: [{ id: a }], [a]: [] }, {}],
    ['a cluster in deletion', { projects: [{ id: a }], [a]: [{ ...cluster('Old'), stateName: 'DELETING' }] }, {}],
  ])('yields nothing for %s', async (_name, answers, options) => {
    expect((await findingsOf(answers, options)).findings).toEqual([]);
  });

  it.each<[name: string, change: Record<string, Answer>, unknown: Partial<BackupFinding>, others: number]>([
    ['a cluster whose call fails', { [`${a}/Orders`]: down }, { groupId: a, clusterName: 'Orders', error: down }, 2],
    [
      'a cluster whose name breaks the pattern',
      { [b]: [cluster('../..')] },
      { groupId: b, clusterName: '../..', error: invalidName },
      2,
    ],
    ['a project whose clusters cannot be listed', { [a]: down }, { groupId: a, groupName: 'Web Shop', error: down }, 1],
  ])('reports %s as unknown, and goes on', async (_name, change, unknown, others) => {
    const { findings } = await findingsOf({ ...twoProjects, ...change });
    expect(findings.filter(({ state }) => state === 'unknown')).toEqual([expect.objectContaining(unknown)]);
    expect(findings.filter(({ state }) => state === 'fresh')).toHaveLength(others);
  });

  it.each<[path: string, options: object]>([
    ['groupIds.1', { groupIds: [a, 'A'.repeat(24)] }],
    ['groupIds', { groupIds: a }],
    ['maxAge', { maxAge: 0 }],
    ['maxAge', { maxAge: Number.POSITIVE_INFINITY }],
    ['timeout', { timeout: -1 }],
    ['timeout', { timeout: 2 ** 31 }],
    ['concurrency', { concurrency: 1.5 }],
    ['concurrency', { concurrency: 0 }],
    ['signal', { signal: {} }],
    ['signal', { signal: 'abort' }],
    ['', { maxage: 1 }],
  ])('rejects an invalid %s, and sends nothing', async (path, options) => {
    const { client, calls } = fakeClient(twoProjects);
    const error = await rejection(checkBackups(client, options).next(), AtlasInvalidArgumentError);
    expect(error).toMatchObject({ operation: 'checkBackups', issues: [{ path, message: expect.any(String) }] });
    expect(calls).toEqual([]);
  });

  it.each<[name: string, change: Record<string, Answer>, thrown: Error]>([
    ['the projects cannot be listed', { projects: down }, down],
    ['the client is closed', { [b]: new AtlasClosedError('Closed.') }, new AtlasClosedError('Closed.')],
    ['an error is not one of Atlas', { [`${a}/Carts`]: new TypeError('A bug.') }, new TypeError('A bug.')],
  ])('throws if %s', async (_name, change, thrown) => {
    await expect(findingsOf({ ...twoProjects, ...change })).rejects.toThrow(thrown);
  });
});

describe('the calls of a check', () => {
  const projects = [{ id: a }, { id: b }];

  it.each([1, 3, 16])('are at most %i at a time over all projects', async (concurrency) => {
    const answers = { projects, [a]: delayed(many(20)), [b]: delayed(many(20)) };
    const slow = Object.fromEntries(
      projects.flatMap(({ id }) => many(20).map(({ name }) => [`${id}/${name}`, delayed(fresh())])),
    );
    const { findings, mostAtOnce } = await findingsOf({ ...answers, ...slow }, { concurrency });
    expect(findings).toHaveLength(40);
    expect(mostAtOnce()).toBe(concurrency);
  });

  it('wait for a slow reader', async () => {
    const { client, calls } = fakeClient({ [a]: many(50) });
    const check = checkBackups(client, { groupIds: [a], concurrency: 4 });
    await check.next();
    await check.next();
    await new Promise((resolve) => setTimeout(resolve, 5));
    // One for the list, two for the findings that were read, at most four for those that wait.
    expect(calls.length).toBeLessThanOrEqual(7);
    await check.return();
  });

  it('are aborted when the reader leaves the loop', async () => {
    const { client, options } = fakeClient({ ...twoProjects, [`${a}/Orders`]: hanging });
    const { signal } = new AbortController();
    for await (const _ of checkBackups(client, { signal })) break;
    expect(options.map((call) => call.signal?.aborted)).toEqual(Array(options.length).fill(true));
    expect(getEventListeners(signal, 'abort')).toEqual([]);
  });

  it('get the time that is left', async () => {
    const late = () => new Promise((resolve) => setTimeout(resolve, 5, [cluster('Late')]));
    const { options } = await findingsOf({ [a]: late }, { groupIds: [a], timeout: 5_000 });
    const [first = 0, last = 0] = options.map(({ timeout }) => timeout);
    expect(first).toBeLessThanOrEqual(5_000);
    expect(last).toBeLessThan(first);
    expect(last).toBeGreaterThan(4_000);
  });
});

describe('the timeout of a check', () => {
  const ofCheck = expect.objectContaining({
    code: 'TIMEOUT',
    operation: 'checkBackups',
    message: expect.stringContaining('checkBackups timed out after 30 ms'),
  });
  const expiring = ({ timeout }: Options) =>
    new Promise((_, reject) => setTimeout(reject, timeout, new AtlasTimeoutError('The call timed out.')));
  const ignoring = () => new Promise(() => {});

  it.each([
    ['fail in time', expiring],
    ['ignore it', ignoring],
  ])('makes unknown what is not known, if calls %s', async (_name, hang) => {
    const answers = { [a]: many(5), [b]: hang, [`${a}/Cluster4`]: hang, [`${a}/Cluster3`]: hang };
    const { findings, calls } = await findingsOf(answers, { groupIds: [a, b], timeout: 30, concurrency: 2 });
    expect(findings.filter(({ state }) => state === 'fresh')).toEqual([]);
    expect(findings.map(({ groupId, clusterName }) => [groupId, clusterName]).sort()).toEqual([
      ...many(5).map(({ name }) => [a, name]),
      [b, undefined],
    ]);
    expect(findings.map(({ error }) => error)).toEqual(Array(6).fill(ofCheck));
    // The others were never started.
    expect(calls).toHaveLength(3);
  });

  it('follows fake timers that do not fake performance.now()', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    onTestFinished(() => void vi.useRealTimers());
    const answers = { [`${a}/Cluster1`]: expiring, [`${a}/Cluster0`]: expiring };
    const ended = findingsOf({ [a]: many(2), ...answers }, { groupIds: [a], timeout: 30, concurrency: 1 });
    await new Promise(setImmediate);
    await vi.advanceTimersByTimeAsync(30);
    expect((await ended).findings.map(({ error }) => error?.code)).toEqual(['TIMEOUT', 'TIMEOUT']);
  });

  it('leaves time to read a response that arrived before it', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
    onTestFinished(() => void vi.useRealTimers());
    const late = ({ timeout }: Options) =>
      new Promise((resolve) => setTimeout(() => setImmediate(() => setImmediate(resolve, fresh())), timeout));
    const ended = findingsOf({ [a]: many(1), [`${a}/Cluster0`]: late }, { groupIds: [a], timeout: 30 });
    await new Promise(setImmediate);
    vi.advanceTimersByTime(30);
    expect((await ended).findings).toMatchObject([{ state: 'fresh' }]);
  });

  it('has the error of the call as its cause', async () => {
    const { findings } = await findingsOf({ [a]: expiring }, { groupIds: [a], timeout: 30 });
    expect(findings[0]?.error?.cause).toMatchObject({ message: 'The call timed out.' });
  });

  it('does not hide why an earlier call failed', async () => {
    const early = new AtlasTimeoutError('The attempts timed out.');
    const { findings } = await findingsOf({ [a]: early }, { groupIds: [a], timeout: 1_000 });
    expect(findings[0]?.error).toBe(early);
  });

  it('makes the check throw if the projects are not known', async () => {
    await expect(findingsOf({ projects: ignoring }, { timeout: 30 })).rejects.toEqual(ofCheck);
  });

  it('covers what a slow reader takes', async () => {
    const { client, calls } = fakeClient({ [a]: many(5) });
    const check = checkBackups(client, { groupIds: [a], timeout: 30, concurrency: 1 });
    await check.next();
    await new Promise((resolve) => setTimeout(resolve, 40));
    expect(await check.next()).toMatchObject({ value: { state: 'unknown', error: ofCheck } });
    expect(calls).toHaveLength(2);
  });
});

describe('an abort', () => {
  const reason = { text: 'stopped' };

  it('before the check sends nothing', async () => {
    const { client, calls } = fakeClient(twoProjects);
    await expect(checkBackups(client, { signal: AbortSignal.abort(reason) }).next()).rejects.toBe(reason);
    expect(calls).toEqual([]);
  });

  it('ends a check whose calls ignore it, and aborts them', async () => {
    const stop = new AbortController();
    const { client, options } = fakeClient({ projects: () => new Promise(() => {}) });
    const finding = checkBackups(client, { signal: stop.signal }).next();
    stop.abort(reason);
    await expect(finding).rejects.toBe(reason);
    expect(options.map(({ signal }) => signal?.aborted)).toEqual([true]);
    expect(getEventListeners(stop.signal, 'abort')).toEqual([]);
  });

  it.each([
    ['drops the findings that wait', many(5)],
    ['counts after the last finding too', many(1)],
  ])('between two findings %s', async (_name, clusters) => {
    const stop = new AbortController();
    const { client } = fakeClient({ [a]: clusters });
    const check = checkBackups(client, { groupIds: [a], signal: stop.signal });
    await check.next();
    stop.abort(reason);
    await expect(check.next()).rejects.toBe(reason);
    expect(await check.next()).toEqual({ done: true, value: undefined });
  });
});
