import { describe, expect, it } from 'vitest';
import {
  type BackupCheckOptions,
  type BackupEvidence,
  type BackupFinding,
  type ClusterName,
  checkBackups,
  type MaxAge,
} from '../../src/check/index.js';
import { AtlasClosedError, AtlasConnectionError, AtlasInvalidArgumentError } from '../../src/client/index.js';
import { answer, type Script, sendRefusal } from '../support/raw-steps.js';
import { rejection } from '../support/rejection.js';
import { fakeClient } from './support/fake-client.js';
import {
  ago,
  backup,
  checkLedger,
  cluster,
  hour,
  list,
  openAtlas,
  requestsOf,
  runCheck,
} from './support/open-atlas.js';

const [a, b] = ['a'.repeat(24), 'b'.repeat(24)] as const;
const denied = sendRefusal(403);
const shop = { groupId: a, groupName: 'Web Shop' };
const flexList = `/${a}/flexClusters`;
const dedicatedList = `/${a}/clusters`;
const orders = `${flexList}/Orders/backup/snapshots`;
const ledger = `${dedicatedList}/Ledger/backup/snapshots`;
const error = (code: string, fields: object = {}) => expect.objectContaining({ code, ...fields });

/** Two projects, one of them without a name, with clusters of both types. */
const organization = {
  '': list([
    { id: a, name: 'Web Shop' },
    { id: b, name: null },
  ]),
  [flexList]: list([cluster('Orders', { id: 'id-2' }), cluster('Carts')]),
  [dedicatedList]: list([cluster('Ledger', { id: 'id-1' })]),
  [`/${b}/clusters`]: list([cluster('Invoices', { id: null })]),
};

const notFound = (errorCode: string, status = 404): Script => [answer(status, { error: status, errorCode })];
const noSchedule = notFound('BACKUP_CONFIG_NOT_FOUND');
/** The requests for a dedicated cluster. */
const [ofSnapshots, ofSchedule] = ['snapshots 2023-01-01', 'schedule 2024-08-05'];
const both = [ofSnapshots, ofSchedule];

type Answers = Record<string, Script>;
const [fresh, none, anyUnknown] = ['fresh', 'none', 'unknown'].map((state) => ({ state })) as [object, object, object];
const old = { snapshots: backup(27 * hour, 'clusters') };
const off = { backupEnabled: false, pitEnabled: true };

describe('checkBackups', () => {
  it('makes one call per list, with the version of each', async () => {
    const { server, check } = await openAtlas(organization);
    const { findings, totals } = await check();
    expect(requestsOf(server).sort()).toEqual(
      [
        ' 2023-01-01',
        ...[a, b].flatMap((id) => [`/${id}/flexClusters 2024-11-13`, `/${id}/clusters 2024-08-05`]),
        ...[orders, orders.replace('Orders', 'Carts')].map((path) => `${path} 2024-11-13`),
        ...[ledger, `/${b}/clusters/Invoices/backup/snapshots`].map((path) => `${path} 2023-01-01`),
      ].sort(),
    );
    const age = expect.closeTo(hour, -6);
    const only = { time: expect.any(Date) };
    const fresh = { state: 'fresh', newest: only, age, maxAge: 26 * hour, oldest: only, backups: 1 };
    const byName = Object.fromEntries(findings.map((finding) => [finding.clusterName, finding]));
    expect(byName).toStrictEqual({
      Orders: { ...shop, clusterType: 'flex', clusterName: 'Orders', clusterId: 'id-2', ...fresh },
      Carts: { ...shop, clusterType: 'flex', clusterName: 'Carts', ...fresh },
      Ledger: { ...shop, clusterType: 'dedicated', clusterName: 'Ledger', clusterId: 'id-1', ...fresh },
      Invoices: { groupId: b, clusterType: 'dedicated', clusterName: 'Invoices', ...fresh },
    });
    expect(totals).toStrictEqual({ projects: 2, projectsNotRead: [], notChecked: [] });
  });

  it('checks the given projects, each once, without listing any', async () => {
    const { server, check } = await openAtlas(organization);
    const { findings, totals } = await check({ groupIds: [b, b] });
    expect(requestsOf(server).filter((path) => !path.startsWith(`/${b}/`))).toEqual([]);
    expect(findings).toMatchObject([{ groupId: b, clusterName: 'Invoices' }]);
    expect(totals).toStrictEqual({ projects: 1, projectsNotRead: [], notChecked: [] });
  });

  it('reads no list of a project that is refused, and names it in the totals', async () => {
    const { server, check } = await openAtlas(organization);
    const { findings, totals } = await check({ projectFilter: ({ groupName }) => groupName === undefined });
    expect(findings).toMatchObject([{ groupId: b, clusterName: 'Invoices' }]);
    expect(totals).toStrictEqual({ projects: 1, projectsNotRead: [shop], notChecked: [] });
    expect(requestsOf(server).filter((path) => path.startsWith(`/${a}/`))).toEqual([]);
  });

  it('accounts for every cluster of the lists', async () => {
    const ofRegion = (name: string, providerName: string) =>
      cluster(name, { replicationSpecs: [{ regionConfigs: [{ providerName }] }] });
    const shadow = cluster('Shadow', { internalClusterRole: 'INTERNAL_SHADOW_CLUSTER' });
    const ofDedicated = [ofRegion('M0', 'TENANT'), ofRegion('Mini', 'FLEX'), cluster('Ledger'), cluster('Archive')];
    const { server, check } = await openAtlas({
      [flexList]: list([cluster('Orders'), cluster('Old', { stateName: 'DELETING' })]),
      [dedicatedList]: list([...ofDedicated, shadow]),
    });
    const asked: string[] = [];
    const filter = ({ clusterName }: ClusterName) => asked.push(clusterName) % 2 === 0;
    const { findings, totals } = await check({ groupIds: [a], concurrency: 1, filter });
    expect(asked).toEqual(['Orders', 'Mini', 'Ledger', 'Archive']);
    // A Flex cluster among the dedicated ones may be in no other list.
    const checked = { clusterType: 'dedicated', state: 'fresh' };
    expect(findings).toMatchObject(['Mini', 'Archive'].map((clusterName) => ({ ...checked, clusterName })));
    const [first] = totals.notChecked;
    expect(first).toStrictEqual({ groupId: a, clusterType: 'flex', clusterName: 'Orders', reason: 'filtered' });
    const reasons = totals.notChecked.map(({ clusterName, reason }) => `${clusterName} ${reason}`);
    expect(reasons.join(', ')).toBe('Orders filtered, Old deleting, M0 free, Ledger filtered, Shadow internal');
    expect(server.requests).toHaveLength(4);
  });

  it.each<[name: string, path: string, unknown: Partial<BackupFinding>, others: number]>([
    ['a cluster', orders, { clusterName: 'Orders' }, 3],
    ['the Flex clusters of a project', flexList, { clusterType: 'flex' }, 2],
    ['the dedicated clusters of a project', dedicatedList, { clusterType: 'dedicated' }, 3],
  ])('reports %s as unknown if the call fails, and goes on', async (_name, path, fields, others) => {
    const { check } = await openAtlas({ ...organization, [path]: denied });
    const { findings, totals } = await check();
    const unknown = findings.filter(({ state }) => state === 'unknown');
    expect(unknown).toEqual([expect.objectContaining({ ...shop, ...fields, error: error('API_ERROR') })]);
    expect('clusterName' in (unknown[0] ?? {})).toBe('clusterName' in fields);
    expect(findings.filter(({ state }) => state === 'fresh')).toHaveLength(others);
    expect(totals.projects).toBe(2);
  });

  it('sends nothing for a name that could lead elsewhere', async () => {
    const odd = [cluster('Al/tair'), cluster('..'), cluster('')];
    const { server, check } = await openAtlas({ [dedicatedList]: list([...odd, cluster('Orders')]) });
    const { findings } = await check({ groupIds: [a] });
    const unknown = { state: 'unknown', error: error('INVALID_ARGUMENT', { issues: [expect.anything()] }) };
    const invalid = ['Al/tair', '..', ''].map((clusterName) => ({ clusterName, ...unknown }));
    expect(findings).toMatchObject([...invalid, { clusterName: 'Orders', state: 'fresh' }]);
    expect(server.requests).toHaveLength(3);
  });

  it.each<[list: string, item: object, finding: Partial<BackupFinding>]>([
    [flexList, { id: '1' }, { clusterType: 'flex' }],
    [dedicatedList, { name: null }, { clusterType: 'dedicated' }],
    [orders, {}, { clusterName: 'Orders' }],
    [ledger, { id: '1', status: null }, { clusterName: 'Ledger' }],
  ])('cannot use the list %s with %j in it', async (path, item, finding) => {
    const answers: Answers = { ...organization, [path]: list([cluster('First', { status: 'x' }), item]) };
    const { findings } = await (await openAtlas(answers)).check({ groupIds: [a] });
    const unknown = findings.filter(({ state }) => state === 'unknown');
    expect(unknown).toMatchObject([{ ...finding, error: error('INVALID_RESPONSE', { issues: [expect.anything()] }) }]);
  });

  it.each<[path: string, ...values: unknown[]]>([
    ['groupIds.1', [a, 'A'.repeat(24)]],
    ['groupIds', [], a, null],
    ['maxAge', 0, Number.POSITIVE_INFINITY, '26h', null],
    ['minHistory', 0, Number.NaN, '14d', 'schedule', null],
    ['projectFilter', true, null],
    ['filter', true, null],
    ['evidence', 'yes', null],
    ['timeout', -1, 0, '1m', 2 ** 31],
    ['concurrency', 1.5, 0, '1'],
    ['signal', {}, 'abort'],
    ['', null, { maxage: 1 }],
  ])('rejects an invalid option, and sends nothing: %s', async (path, ...values) => {
    const { client, server } = await openAtlas(organization);
    for (const value of values) {
      const options = path === '' ? value : { [path.replace(/\..*/, '')]: value };
      // As JavaScript may call it.
      const check = checkBackups(client, options as BackupCheckOptions);
      const thrown = await rejection(check.next(), AtlasInvalidArgumentError);
      expect(thrown).toMatchObject({ operation: 'checkBackups', issues: [{ path }] });
    }
    expect(server.requests).toEqual([]);
  });

  const closed = new AtlasClosedError('Closed.');
  const bug = Object.assign(new TypeError('A bug.'), { status: 429 });
  it.each<[what: string, end: string, thrown: Error, option?: keyof BackupCheckOptions]>([
    ['of the list of projects', '/groups', new AtlasConnectionError('No.', { kind: 'certificate' })],
    ['that the client is closed, while it lists clusters', '/clusters', closed],
    ['that the client is closed, while it reads snapshots', '/snapshots', closed],
    ['that the client is closed, while it reads a schedule', '/schedule', closed],
    ['that is not one of Atlas', '/snapshots', bug],
    ['of the function projectFilter', 'none', bug, 'projectFilter'],
    ['of the function filter', 'none', bug, 'filter'],
    ['of the function maxAge', 'none', bug, 'maxAge'],
    ['of the function minHistory', 'none', bug, 'minHistory'],
  ])('rejects with an error %s', async (_what, end, thrown, option) => {
    const fail = () => {
      throw thrown;
    };
    const client = fakeClient((path) => {
      if (path.endsWith(end)) fail();
      if (path.endsWith('/groups')) return [{ id: a, name: null }];
      return path.endsWith('/clusters') ? [cluster('Ledger')] : [];
    });
    await expect(runCheck(client, option && { [option]: fail })).rejects.toBe(thrown);
  });
});

describe('a dedicated cluster', () => {
  const unclear = { backupEnabled: 'no', pitEnabled: false };
  const known = { newest: { time: expect.any(Date) }, age: expect.closeTo(27 * hour, -6), backups: 1 };

  it.each<[name: string, fields: object, answers: Answers, finding: object, paths: string[]]>([
    ['with backup off has none', off, {}, { state: 'none', reason: 'backup off', pitEnabled: true }, []],
    ['that hides whether backup is on is checked', unclear, {}, { ...fresh, pitEnabled: false }, [ofSnapshots]],
    ['without a schedule says so', {}, { ...old, schedule: noSchedule }, { reason: 'no schedule' }, both],
  ])('%s', async (_name, fields, answers, finding, paths) => {
    expect(await checkLedger(fields, answers)).toMatchObject({ finding, paths });
  });

  it.each<[name: string, answer: Script, code: string]>([
    ['another code', notFound('CLUSTER_NOT_FOUND'), 'API_ERROR'],
    ['another status', notFound('BACKUP_CONFIG_NOT_FOUND', 403), 'API_ERROR'],
    ['an odd body', [answer(200, { policies: null })], 'INVALID_RESPONSE'],
    ['an odd policy', [answer(200, { policies: [{ policyItems: null }] })], 'INVALID_RESPONSE'],
    ['an odd item', [answer(200, { policies: [{ policyItems: ['daily'] }] })], 'INVALID_RESPONSE'],
    ['an error beside its policies', [answer(200, { policies: [], error: 503 })], 'INVALID_RESPONSE'],
  ])('is unknown if its schedule decides and fails with %s', async (_name, schedule, code) => {
    const { finding } = await checkLedger({}, { ...old, schedule });
    expect(finding).toMatchObject({ clusterName: 'Ledger', state: 'unknown', error: error(code), ...known });
  });
});

describe('a sharded cluster', () => {
  const snapshot = (type: string, age: number, status = 'completed') => ({ type, status, createdAt: ago(age) });
  const single = (age: number, status?: string) => snapshot('replicaSet', age, status);
  const whole = (age: number, status?: string) => snapshot('shardedCluster', age, status);
  const page = (results: object[], more: object = {}): Script => [answer(200, { results, ...more })];
  const unknown = (code: string, text: string) => ({
    ...anyUnknown,
    error: error(code, { message: expect.stringContaining(text) }),
  });
  const unusable = (text: string) => unknown('INVALID_RESPONSE', text);
  const ownList = 'snapshots/shardedClusters';
  const lists = [ofSnapshots, `${ownList} 2023-01-01`];
  const all = [...lists, ofSchedule];
  const onlySingle = { ...unusable('only snapshots of single shards'), reason: 'single shards' };
  const odd = { error: null, totalCount: 0, links: [null] };
  const failed = page([whole(hour)], { error: 503 });
  const followed = page([], { links: [{ rel: 'next' }] });
  const late = [answer(200, { results: [whole(hour)] }, `date: ${new Date(Date.now() + 29 * hour).toUTCString()}`)];

  it.each<[what: string, first: object[], second: Script, finding: object, paths: string[]]>([
    ['is fresh by one of all shards', [single(hour), whole(2 * hour)], [], { ...fresh, backups: 1 }, [ofSnapshots]],
    ['has none if all shards failed: its own list is not asked', [single(hour), whole(hour, 'failed')], [], none, both],
    ['is fresh by a backup in its own list', [single(30 * hour)], page([whole(hour)]), fresh, lists],
    ['has the age by the Date of its own list', [], late, { state: 'stale' }, all],
    ['is stale by an old one in its own list', [], page([single(hour), whole(30 * hour)]), { state: 'stale' }, all],
    ['is unknown with single shards only', [single(hour)], page([single(hour)]), onlySingle, lists],
    ['has none if single shards failed', [single(hour, 'failed')], page([]), none, all],
    ['has none without any snapshot', [], page([], odd), none, all],
    ['is unknown if its own list fails', [], denied, unknown('API_ERROR', '403'), lists],
    ['is unknown if its own list has an error', [], failed, unusable('error: must be absent'), lists],
    ['is unknown if its own list is no list', [], [answer(200, {})], unusable('results: must be a list'), lists],
    ['is unknown if its own list has odd items', [], page([{}]), unusable('must be a list of snapshots'), lists],
    ['is unknown if its own list has a next page', [], followed, unusable('cut short'), all],
    ['is unknown if its own list has too few items', [], page([], { totalCount: 1 }), unusable('cut short'), all],
    ['is fresh by what its own list has', [], page([whole(hour)], { totalCount: 2 }), fresh, lists],
  ])('%s', async (_what, first, second, finding, paths) => {
    const answers: Answers = { snapshots: list(first), [ownList]: second, schedule: noSchedule };
    const { server, ...found } = await checkLedger({ clusterType: 'SHARDED' }, answers);
    expect(found).toMatchObject({ finding, paths });
    // MongoDB documents no query of its own list.
    expect(server.requests.filter(({ target }) => target.includes(`${ownList}?`))).toEqual([]);
  });
});

describe('the limit', () => {
  const answers = {
    [flexList]: list([cluster('Orders', { paused: true, backupEnabled: false, pitEnabled: true })]),
    [orders]: backup(27 * hour, 'flexClusters'),
    [dedicatedList]: list([cluster('Ledger')]),
    [ledger]: backup(27 * hour, 'clusters'),
    [`${dedicatedList}/Ledger/backup/schedule`]: [
      answer(200, { policies: [{ policyItems: [{ frequencyType: 'hourly', frequencyInterval: 6 }] }] }),
    ],
  };
  const ofLedger =
    <T extends MaxAge>(limit: T) =>
    (name: ClusterName) =>
      name.clusterName === 'Ledger' ? limit : undefined;

  it.each<[maxAge: BackupCheckOptions['maxAge'], ofFlex: number, ofDedicated: number, requests: number]>([
    [undefined, 26 * hour, 26 * hour, 5],
    ['schedule', 26 * hour, 8 * hour, 5],
    [hour, hour, hour, 5],
    [ofLedger('schedule'), 26 * hour, 8 * hour, 5],
  ])('of %s is %i ms for a Flex cluster, and %i for a dedicated one', async (maxAge, ofFlex, ofDedicated, requests) => {
    const { server, check } = await openAtlas(answers);
    const { findings } = await check({ groupIds: [a], maxAge });
    const found = ['Orders', 'Ledger'].map((name) => findings.find(({ clusterName }) => clusterName === name));
    expect(found).toMatchObject([ofFlex, ofDedicated].map((limit) => ({ state: 'stale', maxAge: limit })));
    expect(found[0]).not.toHaveProperty('pitEnabled');
    expect(server.requests).toHaveLength(requests);
  });

  it.each<[schedule: Script, reason: string]>([
    [[answer(200, { policies: [{ policyItems: [{ frequencyType: 'weekly' }] }] })], 'weekly schedule'],
    [denied, 'schedule unreadable'],
  ])('that makes a cluster stale costs a request for its schedule, which may be why', async (schedule, reason) => {
    const { finding, paths } = await checkLedger({}, { ...old, schedule }, { maxAge: hour });
    expect({ finding, paths }).toMatchObject({ finding: { state: 'stale', maxAge: hour, reason }, paths: both });
  });

  it('that a function returns must be one', async () => {
    const options = { maxAge: () => -1, minHistory: () => Number.NaN, evidence: true };
    const { finding, paths } = await checkLedger({}, {}, options);
    const invalid = error('INVALID_ARGUMENT', {
      issues: [{ path: 'maxAge' }, { path: 'minHistory' }].map((issue) => expect.objectContaining(issue)),
    });
    const evidence = { cluster: cluster('Ledger'), errors: [invalid] };
    expect(finding).toMatchObject({ clusterName: 'Ledger', state: 'unknown', error: invalid, evidence });
    expect(paths).toEqual([]);
  });
});

describe('the evidence', () => {
  const policies = [{ policyItems: [{ frequencyType: 'monthly' }] }];
  const jobs = (count: number) =>
    Array.from({ length: count }, (_, index) => ({ id: `${index}`, status: 'COMPLETED' }));
  const parts = ['cluster', 'snapshots', 'schedule', 'restores'] as const;
  /** Which parts of the evidence are there, and the status or code of each error. */
  const summarize = ({ errors = [], ...evidence }: Partial<BackupEvidence> = {}) => ({
    read: parts.filter((part) => part in evidence),
    failed: errors.map((one) => ('status' in one ? one.status : one.code)),
  });

  it('is what Atlas sent, and no state depends on it', async () => {
    const [snapshot, more] = [{ createdAt: ago(hour), status: 'completed', odd: [null] }, { extra: 1 }];
    const queued = { status: 'queued' };
    const components = [null, { id: 'b', downloadUrl: 'https://x' }];
    const links = { deliveryUrl: ['https://x'], privateDownloadDeliveryUrls: [], snapshotUrl: 'https://x' };
    const download = { id: 'a', ...links, components };
    // More restore jobs than were asked for.
    const answers = { schedule: [answer(200, { policies, ...more })], restoreJobs: list([download, ...jobs(100)]) };
    const all = { snapshots: list([snapshot, queued]), ...answers };
    const { server, finding, paths } = await checkLedger(more, all, { evidence: true });
    expect(finding).toMatchObject({ state: 'fresh', backups: 1 });
    expect(finding).not.toHaveProperty('reason');
    expect(finding?.evidence).toStrictEqual({
      cluster: cluster('Ledger', more),
      snapshots: [snapshot, queued],
      schedule: { policies, ...more },
      // Not the links from which anybody could download the backup.
      restores: [{ id: 'a', components: [null, { id: 'b' }] }, ...jobs(99)],
      errors: [],
    });
    expect(paths).toEqual([...both, 'restoreJobs 2023-01-01']);
    expect(server.requests.at(-1)?.target).toMatch(/restoreJobs\?itemsPerPage=100$/);
  });

  it('of a sharded cluster has the snapshots of both lists', async () => {
    const [first, second] = ['a', 'b'].map((id) => ({ id, status: 'queued' })) as [object, object];
    const answers = { snapshots: list([first]), 'snapshots/shardedClusters': list([second]) };
    const { finding } = await checkLedger({ clusterType: 'SHARDED' }, answers, { evidence: true });
    expect(finding?.evidence?.snapshots).toEqual([first, second]);
  });

  it('of a Flex cluster has no schedule', async () => {
    const { server, check } = await openAtlas({ [flexList]: list([cluster('Orders')]) });
    const { findings } = await check({ groupIds: [a], evidence: true });
    expect(summarize(findings[0]?.evidence)).toEqual({ read: ['cluster', 'snapshots', 'restores'], failed: [] });
    expect(requestsOf(server).at(-1)).toBe(`${flexList}/Orders/backup/restoreJobs 2024-11-13`);
  });

  const [, snapshots, schedule, restores] = parts;
  const unread = { schedule: noSchedule, restoreJobs: [answer(200, {})] };
  const halfRead = { snapshots: list([{ status: 'queued' }]), 'snapshots/shardedClusters': denied };
  it.each<[what: string, fields: object, answers: Answers, found: object, read: string[], failed: unknown[]]>([
    ['with backup off', off, {}, none, [schedule, restores], []],
    ['without snapshots', {}, { snapshots: denied }, anyUnknown, [schedule, restores], [403]],
    ['without schedule and restores', {}, unread, fresh, [snapshots], [404, 'INVALID_RESPONSE']],
    ['with one of two lists', { clusterType: 'SHARDED' }, halfRead, anyUnknown, [snapshots, schedule, restores], [403]],
    ['without a schedule that is needed', {}, { ...old, schedule: denied }, anyUnknown, [snapshots, restores], [403]],
  ])('%s has what could be read, and the errors', async (_what, fields, answers, found, read, failed) => {
    const others = { schedule: [answer(200, { policies })], restoreJobs: list([]) };
    const { finding, paths } = await checkLedger(fields, { ...others, ...answers }, { evidence: true });
    expect(finding).toMatchObject(found);
    expect(summarize(finding?.evidence)).toEqual({ read: ['cluster', ...read], failed });
    // Nothing is read twice.
    expect(new Set(paths).size).toBe(paths.length);
  });
});
