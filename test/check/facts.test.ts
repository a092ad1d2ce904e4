import { describe, expect, it } from 'vitest';
import { findBackups, readCluster, readSchedule } from '../../src/check/facts.js';
import { AtlasInvalidResponseError } from '../../src/client/index.js';

const regions = (...names: unknown[]) => ({
  replicationSpecs: [{ regionConfigs: names.map((providerName) => ({ providerName })) }],
});
const dedicated = { name: 'Ledger', stateName: 'IDLE', internalClusterRole: 'NONE', ...regions('AWS') };
const deleting = { stateName: 'DELETING', backupEnabled: false };

const read = (fields: unknown, clusterType: 'flex' | 'dedicated' = 'dedicated') =>
  readCluster({ groupId: 'a'.repeat(24), clusterType }, fields);

describe('a cluster of the list of dedicated ones', () => {
  it.each<[what: string, changes: object, reason: string | undefined]>([
    ['in deletion', deleting, 'deleting'],
    ['of the system', { internalClusterRole: 'SYSTEM_CLUSTER' }, 'internal'],
    ['that shadows another', { internalClusterRole: 'INTERNAL_SHADOW_CLUSTER' }, 'internal'],
    ['that is free', regions('TENANT'), 'free'],
    ['that is free, in deletion', { ...regions('TENANT'), ...deleting }, 'free'],
    ['with another provider beside TENANT', regions('TENANT', 'AWS'), undefined],
    ['with nothing but its name', { stateName: null, internalClusterRole: null, replicationSpecs: null }, undefined],
    ['with odd regions', { replicationSpecs: [null, 5, { regionConfigs: 'TENANT' }] }, undefined],
  ])('%s is not checked because it is: %s', (_what, changes, reason) => {
    expect(read({ ...dedicated, ...changes }).notChecked).toBe(reason);
  });
});

it('of a Flex cluster only the fields count that it can have', () => {
  const odd = { paused: true, pitEnabled: true, clusterType: 'SHARDED', internalClusterRole: 'SYSTEM_CLUSTER' };
  const cluster = read({ ...dedicated, ...deleting, ...odd }, 'flex');
  expect(cluster).toMatchObject({ notChecked: 'deleting', isBackupOff: false, isPaused: false, isSharded: false });
  expect(cluster.known).not.toHaveProperty('pitEnabled');
});

const now = Date.parse('2026-08-10T12:00:00Z');
const daysAgo = (days: number) => new Date(now - days * 86_400_000);
/** The ID of a snapshot that Atlas made that many days ago. */
const idOf = (days: number) => (daysAgo(days).getTime() / 1000).toString(16).slice(0, 8).padEnd(24, '0');
const backupOf = (days: number) => ({ snapshotId: idOf(days), time: daysAgo(days) });
const at = (status: string, days: number, changes: object = {}) => ({
  id: idOf(days),
  status,
  createdAt: daysAgo(days).toISOString(),
  expiresAt: daysAgo(days - 7).toISOString(),
  ...changes,
});

/** What is known of a cluster whose only backup is that many days old. */
const only = (days: number) => ({
  newest: backupOf(days),
  age: days * 86_400_000,
  oldest: backupOf(days),
  backups: 1,
});

function find(snapshots: unknown[], clusterType: 'flex' | 'dedicated' = 'dedicated') {
  const { sentAt, ...found } = findBackups(clusterType, snapshots, now);
  return found;
}

type Rows = [what: string, snapshots: unknown[], found: object][];

describe('of a dedicated cluster', () => {
  const createdAt = (...times: unknown[]) => times.map((createdAt) => at('completed', 1, { createdAt }));
  const noBackup: [what: string, snapshots: object[]][] = [
    ['that is not completed', [at('inProgress', 1), at('queued', 1), at('COMPLETED', 1), { id: idOf(1) }]],
    ['without a createdAt', createdAt(undefined, null)],
    ['with an invalid createdAt', createdAt('today', '2026-08-09', '2026-13-09T12:00:00Z', 5)],
    ['that has expired', [at('completed', 1, { expiresAt: daysAgo(0.01).toISOString() })]],
  ];
  const noID = { time: daysAgo(1) };
  it.each<Rows[number]>([
    ['in any order', [2, 1, 3].map((days) => at('completed', days)), { ...only(1), oldest: backupOf(3), backups: 3 }],
    ['beside one without a time', [...createdAt(undefined), at('completed', 2)], only(2)],
    ['with a time of another zone', createdAt('2026-08-09T14:00:00+02:00'), only(1)],
    ['that never expires', [at('completed', 1, { expiresAt: undefined })], only(1)],
    ['that expires now', [at('completed', 1, { expiresAt: new Date(now).toISOString() })], only(1)],
    ['of any type', [at('completed', 1, { snapshotType: 'fallback', type: 'shardedCluster' })], only(1)],
    ['without an ID', [at('completed', 1, { id: 5 })], { ...only(1), newest: noID, oldest: noID }],
    ['from a clock that is ahead', [at('completed', -0.01)], { ...only(-0.01), age: 0 }],
  ])('backups %s are found', (_what, snapshots, restorable) => {
    expect(find(snapshots)).toEqual({ restorable });
  });

  it.each(noBackup)('a snapshot %s is no backup', (_what, snapshots) => {
    expect(find(snapshots)).toEqual({});
  });

  it.each<Rows[number]>([
    ['is the latest', [at('failed', 2), at('failed', 1)], backupOf(1)],
    ['has the time of its ID without a createdAt', [at('failed', 1, { createdAt: undefined })], backupOf(1)],
    ['may have expired', [at('failed', 1, { expiresAt: daysAgo(0.5).toISOString() })], backupOf(1)],
  ])('the failed snapshot %s', (_what, snapshots, failed) => {
    expect(find(snapshots).lastFailed).toStrictEqual(failed);
  });

  it.each([
    [1.5, true],
    [2, false],
  ])('a failed snapshot of %s days ago counts beside a backup of two days ago: %s', (days, counts) => {
    expect(find([at('completed', 2), at('failed', days)]).lastFailed !== undefined).toBe(counts);
  });

  it.each([undefined, 'x'.repeat(24)])('a failed snapshot without a time is left out: ID %s', (id) => {
    expect(find([at('failed', 1, { id, createdAt: undefined })])).toEqual({});
  });

  it.each([
    [1 / 24, undefined],
    [1.001 / 24, { reason: 'future backup', error: expect.any(AtlasInvalidResponseError) }],
  ])('a backup of %s days ahead is in doubt: %s', (days, doubt) => {
    expect(find([at('completed', -days)]).doubt).toEqual(doubt);
  });
});

describe('of a Flex cluster', () => {
  const flex = (status: string, days?: number, expiration?: unknown) => ({
    id: idOf(days ?? 0),
    status,
    finishTime: days === undefined ? undefined : daysAgo(days).toISOString(),
    expiration,
  });

  it('the backups and the latest failure count by their finishTime', () => {
    const all = [flex('FAILED', 3), flex('FAILED', 1), flex('COMPLETED', 2), flex('COMPLETED', 4), flex('RUNNING')];
    const restorable = { ...only(2), oldest: backupOf(4), backups: 2 };
    expect(find(all, 'flex')).toEqual({ restorable, lastFailed: backupOf(1) });
  });

  it('a backup that has expired does not count', () => {
    const snapshots = [flex('COMPLETED', 1, daysAgo(0.01).toISOString()), flex('COMPLETED', 3, 'never')];
    expect(find(snapshots, 'flex')).toEqual({ restorable: only(3) });
  });

  it('nothing is known of odd snapshots', () => {
    expect(find([null, 'COMPLETED', { status: 'FAILED' }, flex('COMPLETED')], 'flex')).toEqual({});
  });
});

const hour = 3_600_000;
const every = (interval: number) => ({ interval });
const daily = every(24 * hour);
const weekly = every(7 * 24 * hour);
const none = { ...daily, reason: 'no schedule' };
type Item = [frequencyType: unknown, frequencyInterval?: unknown];
const policyOf = (...items: Item[]) => ({
  policyItems: items.map(([frequencyType, frequencyInterval]) => ({ frequencyType, frequencyInterval })),
});
const rare: Item[] = [
  ['monthly', 40],
  ['yearly', 12],
];

describe('a schedule', () => {
  it.each<[what: string, policies: object[], schedule: object]>([
    ['as Atlas creates it', [policyOf(['hourly', 6], ['daily', 1], ['weekly', 6], ...rare)], every(6 * hour)],
    ['with an odd hourly interval beside another', [policyOf(['hourly', 0], ['hourly', 8])], every(8 * hour)],
    ['with daily snapshots, whatever their interval', [policyOf(['daily', 2])], daily],
    ['with weekly snapshots at most', [policyOf(...rare, ['weekly', 6])], weekly],
    ['with monthly and yearly ones', [policyOf(...rare)], { ...daily, reason: 'monthly only' }],
    ['with yearly ones', [policyOf(['yearly', 1])], { ...daily, reason: 'yearly only' }],
    ['with a frequency that is not known', [policyOf(['weekly', 6], ['fortnightly', 1])], daily],
    ['with several policies', [policyOf(['yearly', 1]), policyOf(['daily', 1])], daily],
    ['with on-demand snapshots only', [policyOf(['ondemand', 1])], none],
    ['without policies', [], none],
  ])('%s gives the interval', (_what, policies, schedule) => {
    expect(readSchedule({ policies })).toStrictEqual(schedule);
  });

  it.each([0, -1, 25, 1.5, '6', null, undefined])('with an hourly interval of %j counts as daily', (interval) => {
    expect(readSchedule({ policies: [policyOf(['hourly', interval])] })).toStrictEqual(daily);
  });
});
