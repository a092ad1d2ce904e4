import { describe, expect, it } from 'vitest';
import { findBackups } from '../../src/check/backups.js';

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

type Rows = [what: string, snapshots: unknown[], found: object][];

describe('of a dedicated cluster', () => {
  const read = (snapshots: unknown[]) => findBackups('dedicated', snapshots, now);
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
    expect(read(snapshots)).toStrictEqual({ restorable, sentAt: now });
  });

  it.each(noBackup)('a snapshot %s is no backup', (_what, snapshots) => {
    expect(read(snapshots)).toStrictEqual({ sentAt: now });
  });

  it.each<Rows[number]>([
    ['is the latest', [at('failed', 2), at('failed', 1)], backupOf(1)],
    ['has the time of its ID without a createdAt', [at('failed', 1, { createdAt: undefined })], backupOf(1)],
    ['may have expired', [at('failed', 1, { expiresAt: daysAgo(0.5).toISOString() })], backupOf(1)],
  ])('the failed snapshot %s', (_what, snapshots, failed) => {
    expect(read(snapshots).lastFailed).toStrictEqual(failed);
  });

  it.each([
    [1.5, true],
    [2, false],
  ])('a failed snapshot of %s days ago counts beside a backup of two days ago: %s', (days, counts) => {
    expect('lastFailed' in read([at('completed', 2), at('failed', days)])).toBe(counts);
  });

  it.each([undefined, 'x'.repeat(24)])('a failed snapshot without a time is left out: ID %s', (id) => {
    expect(read([at('failed', 1, { id, createdAt: undefined })])).toStrictEqual({ sentAt: now });
  });
});

describe('of a Flex cluster', () => {
  const flex = (status: string, days?: number, expiration?: unknown) => ({
    id: idOf(days ?? 0),
    status,
    finishTime: days === undefined ? undefined : daysAgo(days).toISOString(),
    expiration,
  });
  const read = (snapshots: unknown[]) => findBackups('flex', snapshots, now);

  it('the backups and the latest failure count by their finishTime', () => {
    const all = [flex('FAILED', 3), flex('FAILED', 1), flex('COMPLETED', 2), flex('COMPLETED', 4), flex('RUNNING')];
    const restorable = { ...only(2), oldest: backupOf(4), backups: 2 };
    expect(read(all)).toStrictEqual({ restorable, lastFailed: backupOf(1), sentAt: now });
  });

  it('a backup that has expired does not count', () => {
    const snapshots = [flex('COMPLETED', 1, daysAgo(0.01).toISOString()), flex('COMPLETED', 3, 'never')];
    expect(read(snapshots)).toStrictEqual({ restorable: only(3), sentAt: now });
  });

  it('nothing is known of odd snapshots', () => {
    expect(read([null, 'COMPLETED', { status: 'FAILED' }, flex('COMPLETED')])).toStrictEqual({ sentAt: now });
  });
});
