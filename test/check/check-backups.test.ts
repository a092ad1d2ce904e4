import { describe, expect, it, vi } from 'vitest';
import { type BackupCheckOptions, type BackupFinding, checkBackups } from '../../src/check/index.js';
import { AtlasClosedError, AtlasInvalidArgumentError } from '../../src/index.js';
import { answer, type Script, sendRefusal } from '../support/raw-steps.js';
import { rejection } from '../support/rejection.js';
import { backup, checkLedger, cluster, hour, list, openAtlas, requestsOf } from './support/open-atlas.js';

const [a, b] = ['a'.repeat(24), 'b'.repeat(24)] as const;
const denied = sendRefusal(403);
const shop = { groupId: a, groupName: 'Web Shop' };
const flexList = `/${a}/flexClusters`;
const dedicatedList = `/${a}/clusters`;
const orders = `${flexList}/Orders/backup/snapshots`;
const ledger = `${dedicatedList}/Ledger/backup/snapshots`;
const error = (code: string, fields: object = {}) => expect.objectContaining({ code, ...fields });

/** Two projects with clusters of both types. */
const organization = {
  '': list([
    { id: a, name: 'Web Shop' },
    { id: b, name: 'Billing' },
  ]),
  [flexList]: list([cluster('Orders'), cluster('Carts')]),
  [dedicatedList]: list([cluster('Ledger')]),
  [`/${b}/clusters`]: list([cluster('Invoices')]),
};

type Answers = Record<string, Script>;

describe('checkBackups', () => {
  it('makes one call per list, with the version of each', async () => {
    const { server, check } = await openAtlas(organization);
    const { findings, totals } = await check();
    expect(requestsOf(server)).toEqual(
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
    expect(findings.map(({ clusterName }) => clusterName).sort()).toEqual(['Carts', 'Invoices', 'Ledger', 'Orders']);
    expect(findings).toContainEqual({ ...shop, clusterType: 'flex', clusterName: 'Orders', ...fresh });
    expect(findings).toContainEqual({ ...shop, clusterType: 'dedicated', clusterName: 'Ledger', ...fresh });
    expect(totals).toStrictEqual({ projects: 2, free: [] });
  });

  it('copes with a project that has no name', async () => {
    const { check } = await openAtlas({ ...organization, '': list([{ id: a, name: null }, { id: b }]) });
    for (const finding of (await check()).findings) expect(finding).not.toHaveProperty('groupName');
  });

  it('checks the given projects, each once, without listing any', async () => {
    const { server, check } = await openAtlas(organization);
    const { findings, totals } = await check({ groupIds: [b, b] });
    expect(requestsOf(server).filter((path) => !path.startsWith(`/${b}/`))).toEqual([]);
    expect(findings).toEqual([expect.not.objectContaining({ groupName: expect.anything() })]);
    expect(totals).toStrictEqual({ projects: 1, free: [] });
  });

  const free = cluster('M0', { replicationSpecs: [{ regionConfigs: [{ providerName: 'TENANT' }] }] });
  const deleted = cluster('Old', { stateName: 'DELETING' });
  it.each<[name: string, answers: Answers, options: BackupCheckOptions, totals: object]>([
    ['an empty list of projects', { '': list([]) }, {}, { projects: 0, free: [] }],
    ['an empty list of project IDs', {}, { groupIds: [] }, { projects: 0, free: [] }],
    ['a project without clusters', {}, { groupIds: [a] }, { projects: 1, free: [] }],
    [
      'a free cluster',
      { '': list([{ id: a, name: 'Web Shop' }]), [dedicatedList]: list([free]) },
      {},
      { projects: 1, free: [{ ...shop, clusterName: 'M0' }] },
    ],
    ['a cluster in deletion', { [flexList]: list([deleted]) }, { groupIds: [a] }, { projects: 1, free: [] }],
  ])('yields nothing for %s', async (_name, answers, options, totals) => {
    const { check } = await openAtlas(answers);
    expect(await check(options)).toStrictEqual({ findings: [], totals });
  });

  it.each<[name: string, path: string, unknown: Partial<BackupFinding>, others: number]>([
    ['a Flex cluster', orders, { clusterName: 'Orders' }, 3],
    ['a dedicated cluster', ledger, { clusterName: 'Ledger' }, 3],
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

  it('does not count a project of which no list was read', async () => {
    const { check } = await openAtlas({ ...organization, [flexList]: denied, [dedicatedList]: denied });
    expect((await check()).totals.projects).toBe(1);
  });

  it.each([flexList, dedicatedList])('sends nothing for a name in %s that could lead elsewhere', async (path) => {
    const odd = [cluster('Al/tair'), cluster('..'), {}];
    const { server, check } = await openAtlas({ [path]: list([...odd, cluster('Orders')]) });
    const { findings } = await check({ groupIds: [a] });
    const unknown = { state: 'unknown', error: error('INVALID_ARGUMENT', { issues: [expect.anything()] }) };
    expect(findings).toMatchObject([
      ...['', '..', 'Al/tair'].map((clusterName) => ({ clusterName, ...unknown })),
      { clusterName: 'Orders', state: 'fresh' },
    ]);
    expect(server.requests).toHaveLength(3);
  });

  it('calls a backup that is more than an hour ahead unknown', async () => {
    const read = async (age: number) => {
      const { check } = await openAtlas({ ...organization, [orders]: backup(age, 'flexClusters') });
      return (await check()).findings.find(({ clusterName }) => clusterName === 'Orders');
    };
    expect(await read(-hour)).toMatchObject({ state: 'fresh', age: 0 });
    const message = expect.stringContaining('the clock of this machine');
    const issues = [{ path: 'results', message: expect.stringMatching(/^has a backup from 2.*Z,/) }];
    const context = { operation: 'checkBackups', path: `/api/atlas/v2/groups${orders}` };
    const future = error('INVALID_RESPONSE', { message, issues, ...context });
    expect(await read(-hour - 60_000)).toMatchObject({ state: 'unknown', error: future });
  });

  it.each<[path: string, message: string, values: unknown[]]>([
    ['groupIds.1', 'must be 24 lowercase hexadecimal digits', [[a, 'A'.repeat(24)]]],
    ['groupIds', 'must be a list of project IDs', [a, null]],
    ['maxAge', 'must be a number of ms above 0, or "schedule"', [0, Number.POSITIVE_INFINITY, '26h', null]],
    ['timeout', 'must be a number of ms above 0', [-1, 0, '1m']],
    ['timeout', 'must be at most 2147483647 ms', [2 ** 31, Number.POSITIVE_INFINITY]],
    ['concurrency', 'must be a whole number above 0', [1.5, 0, -1.5, '1']],
    ['signal', 'must be an AbortSignal', [{}, 'abort']],
  ])('rejects an invalid %s, and sends nothing: %s', async (path, message, values) => {
    const { client, server } = await openAtlas(organization);
    for (const value of values) {
      const options = { [path.replace(/\..*/, '')]: value };
      const thrown = await rejection(checkBackups(client, options).next(), AtlasInvalidArgumentError);
      expect(thrown).toMatchObject({ operation: 'checkBackups', issues: [{ path, message }] });
    }
    expect(server.requests).toEqual([]);
  });

  it.each<[options: unknown, message: string]>([
    [
      { maxage: 1, ids: [] },
      'there is no option maxage or ids (options: groupIds, maxAge, timeout, concurrency, signal)',
    ],
    [null, 'the options must be an object'],
  ])('rejects the options %j', async (options, message) => {
    const { client } = await openAtlas({});
    // As JavaScript may call it.
    const check = checkBackups(client, options as BackupCheckOptions);
    const thrown = await rejection(check.next(), AtlasInvalidArgumentError);
    expect(thrown.issues).toEqual([{ path: '', message }]);
  });

  it('throws if the projects cannot be listed', async () => {
    const { check } = await openAtlas({ '': denied });
    await expect(check()).rejects.toMatchObject({ code: 'API_ERROR' });
  });

  it.each([
    ['that the client is closed', new AtlasClosedError('Closed.')],
    ['that is not one of Atlas, whatever its status', Object.assign(new TypeError('A bug.'), { status: 429 })],
  ])('throws an error %s', async (_name, thrown) => {
    const { client, check } = await openAtlas(organization);
    vi.spyOn(client, 'listTenantSnapshots').mockRejectedValue(thrown);
    await expect(check()).rejects.toBe(thrown);
  });
});

describe('a dedicated cluster', () => {
  const old = { snapshots: backup(27 * hour, 'clusters') };
  const scheduled = (...frequencies: string[]): Script => [
    answer(200, { policies: [{ policyItems: frequencies.map((frequencyType) => ({ frequencyType })) }] }),
  ];
  const notFound = (errorCode: string, status = 404): Script => [answer(status, { error: status, errorCode })];
  const noSchedule = notFound('BACKUP_CONFIG_NOT_FOUND');
  const both = ['schedule', 'snapshots'];
  const edition = { effectiveDatabaseEdition: 'INFINITE', backupEnabled: false };
  const known = { newest: { time: expect.any(Date) }, age: expect.closeTo(27 * hour, -4), backups: 1 };

  it.each<[name: string, fields: object, answers: Answers, finding: object, paths: string[]]>([
    ['without backup', { backupEnabled: false }, {}, { state: 'none', reason: 'backup off' }, []],
    ['that does not say whether it has backup', { backupEnabled: 'no' }, {}, { state: 'fresh' }, ['snapshots']],
    ['with weekly ones', {}, { ...old, schedule: scheduled('weekly') }, { maxAge: 170 * hour }, both],
    ['without a schedule', {}, { ...old, schedule: noSchedule }, { reason: 'no schedule' }, both],
    ['of another edition, with backup off', edition, {}, { state: 'fresh' }, ['snapshots']],
    ['with point-in-time restore', { pitEnabled: true, backupEnabled: false }, {}, { pitEnabled: true }, []],
    ['without point-in-time restore', { pitEnabled: false }, {}, { state: 'fresh', pitEnabled: false }, ['snapshots']],
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

  it('ends the check if the client is closed while its schedule is read', async () => {
    const { client, check } = await openAtlas({ [dedicatedList]: list([cluster('Ledger')]), [ledger]: list([]) });
    const closed = new AtlasClosedError('Closed.');
    vi.spyOn(client, 'get').mockRejectedValue(closed);
    await expect(check({ groupIds: [a] })).rejects.toBe(closed);
  });

  it('is judged by maxAge, whatever its schedule', async () => {
    const { finding, paths } = await checkLedger({}, { ...old, schedule: scheduled('weekly') }, { maxAge: hour });
    expect(finding).toMatchObject({ state: 'stale', maxAge: hour });
    expect(paths).toEqual(['snapshots']);
  });
});

it.each([undefined, 'schedule' as const])(
  'a Flex cluster is judged by 26 hours, with a maxAge of %s',
  async (maxAge) => {
    const { server, check } = await openAtlas({
      [flexList]: list([cluster('Orders', { paused: true, backupEnabled: false, pitEnabled: true })]),
      [orders]: backup(27 * hour, 'flexClusters'),
    });
    const { findings } = await check({ groupIds: [a], maxAge });
    expect(findings).toMatchObject([{ state: 'stale', maxAge: 26 * hour }]);
    expect(findings[0]).not.toHaveProperty('pitEnabled');
    expect(server.requests).toHaveLength(3);
  },
);
