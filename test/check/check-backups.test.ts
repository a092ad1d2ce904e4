import { describe, expect, it, vi } from 'vitest';
import { type BackupCheckOptions, type BackupFinding, checkBackups } from '../../src/check/index.js';
import { AtlasClosedError, AtlasConnectionError, AtlasInvalidArgumentError } from '../../src/index.js';
import { answer, type Script, sendRefusal } from '../support/raw-steps.js';
import { rejection } from '../support/rejection.js';
import { ago, backup, checkLedger, cluster, hour, list, openAtlas, requestsOf } from './support/open-atlas.js';

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
  [flexList]: list([cluster('Orders'), cluster('Carts')]),
  [dedicatedList]: list([cluster('Ledger')]),
  [`/${b}/clusters`]: list([cluster('Invoices')]),
};

const notFound = (errorCode: string, status = 404): Script => [answer(status, { error: status, errorCode })];
const noSchedule = notFound('BACKUP_CONFIG_NOT_FOUND');
/** The requests for a dedicated cluster. */
const [ofSnapshots, ofSchedule] = ['snapshots 2023-01-01', 'schedule 2024-08-05'];
const both = [ofSnapshots, ofSchedule];

type Answers = Record<string, Script>;

describe('checkBackups', () => {
  it('makes one call per list, with the version of each', async () => {
    const { server, check } = await openAtlas(organization);
    const { findings, totals } = await check();
    expect(requestsOf(server).sort()).toEqual(
      [
        ' 2023-01-01',
        ...[a, b].flatMap((id) => [`/${id}/flexClusters 2024-11-13`, `/${id}/clusters 2024-08-05`]),
        `${flexList}/Carts/backup/snapshots 2024-11-13`,
        `${orders} 2024-11-13`,
        `${ledger} 2023-01-01`,
        `/${b}/clusters/Invoices/backup/snapshots 2023-01-01`,
      ].sort(),
    );
    const age = expect.closeTo(hour, -4);
    const only = { time: expect.any(Date) };
    const fresh = { state: 'fresh', newest: only, age, maxAge: 26 * hour, oldest: only, backups: 1 };
    const byName = Object.fromEntries(findings.map((finding) => [finding.clusterName, finding]));
    expect(byName).toStrictEqual({
      Orders: { ...shop, clusterType: 'flex', clusterName: 'Orders', ...fresh },
      Carts: { ...shop, clusterType: 'flex', clusterName: 'Carts', ...fresh },
      Ledger: { ...shop, clusterType: 'dedicated', clusterName: 'Ledger', ...fresh },
      Invoices: { groupId: b, clusterType: 'dedicated', clusterName: 'Invoices', ...fresh },
    });
    expect(totals).toStrictEqual({ projects: 2, free: [] });
  });

  it('checks the given projects, each once, without listing any', async () => {
    const { server, check } = await openAtlas(organization);
    const { findings, totals } = await check({ groupIds: [b, b] });
    expect(requestsOf(server).filter((path) => !path.startsWith(`/${b}/`))).toEqual([]);
    expect(findings).toMatchObject([{ groupId: b, clusterName: 'Invoices' }]);
    expect(totals).toStrictEqual({ projects: 1, free: [] });
    expect(await check({ groupIds: [] })).toStrictEqual({ findings: [], totals: { projects: 0, free: [] } });
  });

  it('counts a free cluster, and leaves out one in deletion', async () => {
    const free = cluster('M0', { replicationSpecs: [{ regionConfigs: [{ providerName: 'TENANT' }] }] });
    const deleted = cluster('Old', { stateName: 'DELETING' });
    const { check } = await openAtlas({
      '': list([{ id: a, name: 'Web Shop' }]),
      [dedicatedList]: list([free, deleted]),
    });
    const totals = { projects: 1, free: [{ ...shop, clusterName: 'M0' }] };
    expect(await check()).toStrictEqual({ findings: [], totals });
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
    const odd = [cluster('Al/tair'), cluster('..'), {}];
    const { server, check } = await openAtlas({ [dedicatedList]: list([...odd, cluster('Orders')]) });
    const { findings } = await check({ groupIds: [a] });
    const unknown = { state: 'unknown', error: error('INVALID_ARGUMENT', { issues: [expect.anything()] }) };
    expect(findings).toMatchObject([
      ...['', '..', 'Al/tair'].map((clusterName) => ({ clusterName, ...unknown })),
      { clusterName: 'Orders', state: 'fresh' },
    ]);
    expect(server.requests).toHaveLength(3);
  });

  it('calls a backup that is more than an hour ahead unknown', async () => {
    const read = async (age: number) => (await checkLedger({}, { snapshots: backup(age, 'clusters') })).finding;
    expect(await read(-hour)).toMatchObject({ state: 'fresh', age: 0 });
    const message = expect.stringContaining('the clock of this machine');
    const issues = [{ path: 'results', message: expect.stringMatching(/^has a backup from 2.*Z,/) }];
    const context = { operation: 'checkBackups', path: `/api/atlas/v2/groups${ledger}` };
    const future = error('INVALID_RESPONSE', { message, issues, ...context });
    expect(await read(-hour - 60_000)).toMatchObject({ state: 'unknown', error: future });
  });

  const known = 'options: groupIds, maxAge, timeout, concurrency, signal';
  it.each<[path: string, message: string, values: unknown[]]>([
    ['groupIds.1', 'must be 24 lowercase hexadecimal digits', [[a, 'A'.repeat(24)]]],
    ['groupIds', 'must be a list of project IDs', [a, null]],
    ['maxAge', 'must be a number of ms above 0, or "schedule"', [0, Number.POSITIVE_INFINITY, '26h', null]],
    ['timeout', 'must be a number of ms above 0', [-1, 0, '1m']],
    ['timeout', 'must be at most 2147483647 ms', [2 ** 31, Number.POSITIVE_INFINITY]],
    ['concurrency', 'must be a whole number above 0', [1.5, 0, -1.5, '1']],
    ['signal', 'must be an AbortSignal', [{}, 'abort']],
    ['', 'the options must be an object', [null]],
    ['', `there is no option maxage or ids (${known})`, [{ maxage: 1, ids: [] }]],
  ])('rejects invalid options, and sends nothing: %s %s', async (path, message, values) => {
    const { client, server } = await openAtlas(organization);
    for (const value of values) {
      const options = path === '' ? value : { [path.replace(/\..*/, '')]: value };
      // As JavaScript may call it.
      const check = checkBackups(client, options as BackupCheckOptions);
      const thrown = await rejection(check.next(), AtlasInvalidArgumentError);
      expect(thrown).toMatchObject({ operation: 'checkBackups', issues: [{ path, message }] });
    }
    expect(server.requests).toEqual([]);
  });

  const closed = new AtlasClosedError('Closed.');
  it.each<[what: string, method: 'get' | 'getAll' | 'listTenantSnapshots', thrown: Error]>([
    ['of the list of projects', 'getAll', new AtlasConnectionError('Atlas is down.')],
    ['that the client is closed', 'listTenantSnapshots', closed],
    ['that the client is closed, while it reads a schedule', 'get', closed],
    ['that is not one of Atlas', 'listTenantSnapshots', Object.assign(new TypeError('A bug.'), { status: 429 })],
  ])('rejects with an error %s', async (_what, method, thrown) => {
    const { client, check } = await openAtlas({ ...organization, [ledger]: list([]) });
    vi.spyOn(client, method).mockRejectedValue(thrown);
    await expect(check()).rejects.toBe(thrown);
  });
});

describe('a dedicated cluster', () => {
  const old = { snapshots: backup(27 * hour, 'clusters') };
  const scheduled = (...frequencies: string[]): Script => [
    answer(200, { policies: [{ policyItems: frequencies.map((frequencyType) => ({ frequencyType })) }] }),
  ];
  const off = { backupEnabled: false, pitEnabled: true };
  const unclear = { backupEnabled: 'no', pitEnabled: false };
  const edition = { effectiveDatabaseEdition: 'INFINITE', backupEnabled: false };
  const known = { newest: { time: expect.any(Date) }, age: expect.closeTo(27 * hour, -4), backups: 1 };

  it.each<[name: string, fields: object, answers: Answers, finding: object, paths: string[]]>([
    ['with backup off has none', off, {}, { state: 'none', reason: 'backup off', pitEnabled: true }, []],
    [
      'that does not say whether it has backup is judged by its snapshots',
      unclear,
      {},
      { state: 'fresh', pitEnabled: false },
      [ofSnapshots],
    ],
    [
      'with a weekly schedule has a limit of 170 h',
      {},
      { ...old, schedule: scheduled('weekly') },
      { maxAge: 170 * hour },
      both,
    ],
    ['without a schedule says so', {}, { ...old, schedule: noSchedule }, { reason: 'no schedule' }, both],
    [
      'of another edition is judged by its snapshots, although backup is off',
      edition,
      {},
      { state: 'fresh' },
      [ofSnapshots],
    ],
  ])('%s', async (_name, fields, answers, finding, paths) => {
    expect(await checkLedger(fields, answers)).toMatchObject({ finding, paths });
  });

  it.each<[name: string, answer: Script, code: string]>([
    ['another code', notFound('CLUSTER_NOT_FOUND'), 'API_ERROR'],
    ['another status', notFound('BACKUP_CONFIG_NOT_FOUND', 403), 'API_ERROR'],
    ['an odd body', [answer(200, { policies: null })], 'INVALID_RESPONSE'],
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
    state: 'unknown',
    error: error(code, { message: expect.stringContaining(text) }),
  });
  const unusable = (text: string) => unknown('INVALID_RESPONSE', text);
  const ownList = 'snapshots/shardedClusters';
  const lists = [ofSnapshots, `${ownList} 2023-01-01`];
  const all = [...lists, ofSchedule];
  const onlySingle = unusable('only snapshots of single shards');
  const odd = { error: null, totalCount: 0, links: [null] };

  it.each<[what: string, first: object[], second: Script, finding: object, paths: string[]]>([
    [
      'is fresh by a backup of all shards',
      [single(hour), whole(2 * hour)],
      [],
      { age: expect.closeTo(2 * hour, -4) },
      [ofSnapshots],
    ],
    [
      'has none if all shards failed, and its own list is not asked',
      [single(hour), whole(hour, 'failed')],
      [],
      { state: 'none' },
      both,
    ],
    ['is fresh by a backup in its own list', [single(30 * hour)], page([whole(hour)]), { state: 'fresh' }, lists],
    ['is stale by an old one in its own list', [], page([single(hour), whole(30 * hour)]), { state: 'stale' }, all],
    ['is unknown with single shards only', [single(hour)], page([single(hour)]), onlySingle, lists],
    ['has none if single shards failed', [single(hour, 'failed')], page([]), { state: 'none' }, all],
    ['has none without any snapshot', [], page([], odd), { state: 'none' }, all],
    ['is unknown if its own list fails', [], sendRefusal(403), unknown('API_ERROR', '403'), lists],
    [
      'is unknown if its own list has an error',
      [],
      page([whole(hour)], { error: 503 }),
      unusable('error: must be absent'),
      lists,
    ],
    ['is unknown if its own list is no list', [], [answer(200, {})], unusable('results: must be a list'), lists],
    [
      'is unknown if its own list has a next page',
      [],
      page([], { links: [{ rel: 'next' }] }),
      unusable('cut short'),
      lists,
    ],
    ['is unknown if its own list has too few items', [], page([], { totalCount: 1 }), unusable('cut short'), lists],
  ])('%s', async (_what, first, second, finding, paths) => {
    const answers: Answers = { snapshots: list(first), [ownList]: second, schedule: noSchedule };
    const { server, ...found } = await checkLedger({ clusterType: 'SHARDED' }, answers);
    expect(found).toMatchObject({ finding, paths });
    // MongoDB documents no query of its own list.
    expect(server.requests.filter(({ target }) => target.includes(`${ownList}?`))).toEqual([]);
  });
});

it.each<[maxAge: BackupCheckOptions['maxAge'], ofFlex: number, ofDedicated: number]>([
  [undefined, 26 * hour, 26 * hour],
  ['schedule', 26 * hour, 8 * hour],
  [hour, hour, hour],
])(
  'with a maxAge of %s, the limit of a Flex cluster is %i ms, and that of a dedicated one %i',
  async (maxAge, ...limits) => {
    const { server, check } = await openAtlas({
      [flexList]: list([cluster('Orders', { paused: true, backupEnabled: false, pitEnabled: true })]),
      [orders]: backup(27 * hour, 'flexClusters'),
      [dedicatedList]: list([cluster('Ledger')]),
      [ledger]: backup(27 * hour, 'clusters'),
      [`${dedicatedList}/Ledger/backup/schedule`]: [
        answer(200, { policies: [{ policyItems: [{ frequencyType: 'hourly', frequencyInterval: 6 }] }] }),
      ],
    });
    const { findings } = await check({ groupIds: [a], maxAge });
    const found = ['Orders', 'Ledger'].map((name) => findings.find(({ clusterName }) => clusterName === name));
    expect(found).toMatchObject(limits.map((limit) => ({ state: 'stale', maxAge: limit })));
    expect(found[0]).not.toHaveProperty('pitEnabled');
    // The schedule is read unless maxAge is a number.
    expect(server.requests).toHaveLength(typeof maxAge === 'number' ? 4 : 5);
  },
);
