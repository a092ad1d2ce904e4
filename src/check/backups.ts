import { newestBackup, snapshotIdSchema, type TenantSnapshot } from '../index.js';
import type { BackupSnapshot } from './finding.js';
import { type DedicatedSnapshot, isCompleted } from './snapshots.js';
import { parseTime } from './times.js';

/** What the snapshots of a cluster say about its backups. */
export interface Backups {
  readonly newest: BackupSnapshot | undefined;
  /** The latest failed snapshot. */
  readonly failed: BackupSnapshot | undefined;
  /** When the snapshots arrived, in ms since 1970. */
  readonly readAt: number;
}

/** Finds the newest backup and the latest failure of a Flex cluster. */
export function flexBackups(snapshots: readonly TenantSnapshot[], readAt: number): Backups {
  const newest = newestBackup(snapshots.filter(({ expiration }) => !isPast(expiration, readAt)));
  const failures = snapshots.filter(({ status }) => status === 'FAILED');
  return {
    newest: toSnapshot(newest?.id, newest?.finishTime),
    failed: latest(failures.map(({ id, finishTime }) => toSnapshot(id, finishTime ?? timeOfId(id)))),
    readAt,
  };
}

/** Finds the newest backup and the latest failure of a dedicated cluster. */
export function dedicatedBackups(snapshots: readonly DedicatedSnapshot[], readAt: number): Backups {
  const completed = snapshots.filter(isCompleted);
  const unexpired = completed.filter(({ expiresAt }) => !isPast(parseTime(expiresAt), readAt));
  const failures = snapshots.filter(({ status }) => status === 'failed');
  return {
    newest: latest(unexpired.map(({ id, createdAt }) => toSnapshot(id, parseTime(createdAt)))),
    failed: latest(failures.map(({ id, createdAt }) => toSnapshot(id, parseTime(createdAt) ?? timeOfId(id)))),
    readAt,
  };
}

function isPast(time: Date | undefined, now: number): boolean {
  return time !== undefined && time.getTime() < now;
}

function toSnapshot(id: unknown, time: Date | undefined): BackupSnapshot | undefined {
  // A client that the caller wrote may return invalid dates.
  if (time === undefined || Number.isNaN(time.getTime())) return undefined;
  return { ...(typeof id === 'string' && { snapshotId: id }), time };
}

function latest(snapshots: readonly (BackupSnapshot | undefined)[]): BackupSnapshot | undefined {
  const timed = snapshots.filter((snapshot) => snapshot !== undefined);
  return timed.sort((a, b) => b.time.getTime() - a.time.getTime())[0];
}

/** When Atlas made an ID: its first eight digits are the seconds since 1970. */
function timeOfId(id: unknown): Date | undefined {
  const { data } = snapshotIdSchema.safeParse(id);
  return data === undefined ? undefined : new Date(Number.parseInt(data.slice(0, 8), 16) * 1000);
}
