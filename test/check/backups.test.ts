import { describe, expect, it } from 'vitest';
import { dedicatedBackups, flexBackups } from '../../src/check/backups.js';
import { dedicatedSnapshotSchema } from '../../src/check/snapshots.js';
import type { TenantSnapshot } from '../../src/index.js';

const now = Date.parse('2026-08-10T12:00:00Z');
const daysAgo = (days: number) => new Date(now - days * 86_400_000);
/** The ID of a snapshot that Atlas made that many days ago. */
const idOf = (days: number) =>
  Math.floor(daysAgo(days).getTime() / 1000)
    .toString(16)
    .padEnd(24, '0');
const backupOf = (days: number) => ({ snapshotId: idOf(days), time: daysAgo(days) });
const at = (status: string, days: number, changes: object = {}) => ({
  id: idOf(days),
  status,
  createdAt: daysAgo(days).toISOString(),
  expiresAt: daysAgo(days - 7).toISOString(),
  ...changes,
});

type Rows = [what: string, snapshots: object[], found: object][];

describe('of a dedicated cluster', () => {
  const noBackup: Rows = [
    ['that is not completed', [at('inProgress', 1), at('queued', 1), at('COMPLETED', 1), { id: idOf(1) }], {}],
    [
      'without a createdAt',
      [at('completed', 1, { createdAt: undefined }), at('completed', 1, { createdAt: null })],
      {},
    ],
    [
      'with an invalid createdAt',
      [at('completed', 1, { createdAt: 'today' }), at('completed', 1, { createdAt: 5 })],
      {},
    ],
    ['that has expired', [at('completed', 1, { expiresAt: daysAgo(0.01).toISOString() })], {}],
  ];
  it.each<Rows[number]>([
    ['is the latest, in any order', [at('completed', 2), at('completed', 1), at('completed', 3)], backupOf(1)],
    ['never expires', [at('completed', 1, { expiresAt: undefined })], backupOf(1)],
    ['expires now', [at('completed', 1, { expiresAt: new Date(now).toISOString() })], backupOf(1)],
    ['may be of any type', [at('completed', 1, { snapshotType: 'fallback', type: 'shardedCluster' })], backupOf(1)],
    ['may have no ID', [at('completed', 1, { id: 5 })], { time: daysAgo(1) }],
  ])('the newest backup %s', (_what, snapshots, newest) => {
    expect(read(snapshots)).toStrictEqual({ newest, failed: undefined, readAt: now });
  });

  it.each(noBackup)('a snapshot %s is no backup', (_what, snapshots) => {
    expect(read(snapshots).newest).toBeUndefined();
  });

  it.each<Rows[number]>([
    ['is the latest', [at('failed', 2), at('failed', 1)], backupOf(1)],
    ['has the time of its ID without a createdAt', [at('failed', 1, { createdAt: undefined })], backupOf(1)],
    ['has the time of its ID with an odd createdAt', [at('failed', 1, { createdAt: 'today' })], backupOf(1)],
    ['may have expired', [at('failed', 1, { expiresAt: daysAgo(0.5).toISOString() })], backupOf(1)],
  ])('the failed snapshot %s', (_what, snapshots, failed) => {
    expect(read(snapshots).failed).toStrictEqual(failed);
  });

  it.each([undefined, 'x'.repeat(24)])('a failed snapshot without a time is left out: ID %s', (id) => {
    expect(read([at('failed', 1, { id, createdAt: undefined })]).failed).toBeUndefined();
  });

  function read(snapshots: object[]) {
    return dedicatedBackups(
      snapshots.map((snapshot) => dedicatedSnapshotSchema.parse(snapshot)),
      now,
    );
  }
});

describe('of a Flex cluster', () => {
  const flex = (status: string, days?: number, expiration?: Date): TenantSnapshot => ({
    id: idOf(days ?? 0),
    status,
    finishTime: days === undefined ? undefined : daysAgo(days),
    expiration,
  });

  it('the newest backup and the latest failure count by their finishTime', () => {
    const all = [flex('FAILED', 3), flex('FAILED', 2), flex('COMPLETED', 2), flex('COMPLETED', 4), flex('RUNNING')];
    expect(flexBackups(all, now)).toStrictEqual({ newest: backupOf(2), failed: backupOf(2), readAt: now });
  });

  it('a backup that has expired does not count', () => {
    const snapshots = [flex('COMPLETED', 1, daysAgo(0.01)), flex('COMPLETED', 3, daysAgo(0)), flex('COMPLETED', 4)];
    expect(flexBackups(snapshots, now).newest).toStrictEqual(backupOf(3));
  });

  it('a failure without a finishTime has the time of its ID', () => {
    const snapshots = [{ id: idOf(1), status: 'FAILED' }, flex('FAILED', 2), { id: 'odd', status: 'FAILED' }];
    expect(flexBackups(snapshots, now).failed).toStrictEqual(backupOf(1));
  });

  it('nothing is known without a valid time', () => {
    const snapshots = [{ status: 'FAILED' }, flex('FAILED', Number.NaN), flex('COMPLETED')];
    expect(flexBackups(snapshots, now)).toStrictEqual({ newest: undefined, failed: undefined, readAt: now });
  });

  it('a snapshot may have no ID', () => {
    const snapshot = { status: 'COMPLETED', finishTime: daysAgo(1) };
    expect(flexBackups([snapshot], now).newest).toStrictEqual({ time: daysAgo(1) });
  });
});
