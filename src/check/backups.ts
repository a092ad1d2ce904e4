import { snapshotIdSchema, type TenantSnapshot } from '../index.js';
import type { BackupSnapshot } from './finding.js';
import { type DedicatedSnapshot, isCompleted } from './snapshots.js';
import { parseTime } from './times.js';

/** What the snapshots of a cluster say about its backups. */
export interface Backups {
  /** Absent if there is no backup that can be restored. */
  readonly restorable?: {
    readonly newest: BackupSnapshot;
    /** ms, never negative. */
    readonly age: number;
    readonly oldest: BackupSnapshot;
    readonly backups: number;
  };
  /** The latest failed snapshot, if it is later than the newest backup. */
  readonly lastFailed?: BackupSnapshot;
  /** When the snapshots arrived, in ms since 1970. */
  readonly readAt: number;
}

/** Finds the backups and the latest failure of a Flex cluster. */
export function flexBackups(snapshots: readonly TenantSnapshot[], readAt: number): Backups {
  const completed = snapshots.filter(({ status }) => status === 'COMPLETED');
  const unexpired = completed.filter(({ expiration }) => !isPast(expiration, readAt));
  const failures = snapshots.filter(({ status }) => status === 'FAILED');
  return summarize(
    unexpired.map(({ id, finishTime }) => toSnapshot(id, finishTime)),
    failures.map(({ id, finishTime }) => toSnapshot(id, finishTime ?? timeOfId(id))),
    readAt,
  );
}

/** Finds the backups and the latest failure of a dedicated cluster. */
export function dedicatedBackups(snapshots: readonly DedicatedSnapshot[], readAt: number): Backups {
  const completed = snapshots.filter(isCompleted);
  const unexpired = completed.filter(({ expiresAt }) => !isPast(parseTime(expiresAt), readAt));
  const failures = snapshots.filter(({ status }) => status === 'failed');
  return summarize(
    unexpired.map(({ id, createdAt }) => toSnapshot(id, parseTime(createdAt))),
    failures.map(({ id, createdAt }) => toSnapshot(id, parseTime(createdAt) ?? timeOfId(id))),
    readAt,
  );
}

type Snapshots = readonly (BackupSnapshot | undefined)[];

function summarize(completed: Snapshots, failures: Snapshots, readAt: number): Backups {
  const backups = newestFirst(completed);
  const [newest] = backups;
  const [failed] = newestFirst(failures);
  const lastFailed = failed && (newest === undefined || failed.time > newest.time) && { lastFailed: failed };
  if (newest === undefined) return { ...lastFailed, readAt };
  const age = Math.max(readAt - newest.time.getTime(), 0);
  const oldest = backups.at(-1) ?? newest;
  return { restorable: { newest, age, oldest, backups: backups.length }, ...lastFailed, readAt };
}

/** Sorts snapshots, without those that have no time. */
function newestFirst(snapshots: Snapshots): BackupSnapshot[] {
  const timed = snapshots.filter((snapshot) => snapshot !== undefined);
  return timed.sort((a, b) => b.time.getTime() - a.time.getTime());
}

function isPast(time: Date | undefined, now: number): boolean {
  return time !== undefined && time.getTime() < now;
}

function toSnapshot(id: unknown, time: Date | undefined): BackupSnapshot | undefined {
  // A client that the caller wrote may return invalid dates.
  if (time === undefined || Number.isNaN(time.getTime())) return undefined;
  return { ...(typeof id === 'string' && { snapshotId: id }), time };
}

/** When Atlas made an ID: its first eight digits are the seconds since 1970. */
function timeOfId(id: unknown): Date | undefined {
  const { data } = snapshotIdSchema.safeParse(id);
  return data === undefined ? undefined : new Date(Number.parseInt(data.slice(0, 8), 16) * 1000);
}
