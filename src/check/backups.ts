import { snapshotIdSchema } from '../index.js';
import type { BackupSnapshot, ClusterName } from './finding.js';
import { fieldOf, parseTime } from './json.js';

/** The backups of a cluster that can be restored. */
interface Restorable {
  readonly newest: BackupSnapshot;
  /** ms from the newest backup to when Atlas sent it; never negative. */
  readonly age: number;
  readonly oldest: BackupSnapshot;
  /** The number of backups. */
  readonly backups: number;
}

/** What the snapshots of a cluster say about its backups. */
export interface Backups {
  /** Absent if there is no backup that can be restored. */
  readonly restorable?: Restorable;
  /** The latest failed snapshot, if it is later than the newest backup. */
  readonly lastFailed?: BackupSnapshot;
  /** When Atlas sent the snapshots, in ms since 1970. */
  readonly sentAt: number;
}

/** What the snapshots of each type of cluster have. */
const fields = {
  flex: { completed: 'COMPLETED', failed: 'FAILED', time: 'finishTime', expiry: 'expiration' },
  dedicated: { completed: 'completed', failed: 'failed', time: 'createdAt', expiry: 'expiresAt' },
} as const;

/** Finds the backups and the latest failure of a cluster. */
export function findBackups(type: ClusterName['clusterType'], snapshots: readonly unknown[], sentAt: number): Backups {
  const { completed, failed, time, expiry } = fields[type];
  const withStatus = (status: string) => snapshots.filter((snapshot) => fieldOf(snapshot, 'status') === status);
  const isRestorable = (snapshot: unknown) => {
    const expiresAt = parseTime(fieldOf(snapshot, expiry));
    return expiresAt === undefined || expiresAt.getTime() >= sentAt;
  };
  const backups = newestFirst(withStatus(completed).filter(isRestorable), (backup) => parseTime(fieldOf(backup, time)));
  // A snapshot that failed may have no time.
  const [latest] = newestFirst(withStatus(failed), (one) => parseTime(fieldOf(one, time)) ?? timeOfId(one));
  const [newest] = backups;
  const isFailing = latest !== undefined && (newest === undefined || latest.time > newest.time);
  const lastFailed = isFailing && { lastFailed: latest };
  if (newest === undefined) return { ...lastFailed, sentAt };
  const age = Math.max(sentAt - newest.time.getTime(), 0);
  const oldest = backups.at(-1) ?? newest;
  return { restorable: { newest, age, oldest, backups: backups.length }, ...lastFailed, sentAt };
}

/** Sorts snapshots, without those that have no time. */
function newestFirst(snapshots: readonly unknown[], timeOf: (snapshot: unknown) => Date | undefined): BackupSnapshot[] {
  const timed = snapshots.flatMap((snapshot) => {
    const [id, time] = [fieldOf(snapshot, 'id'), timeOf(snapshot)];
    return time === undefined ? [] : { ...(typeof id === 'string' && { snapshotId: id }), time };
  });
  return timed.sort((a, b) => b.time.getTime() - a.time.getTime());
}

/** When Atlas made the ID of a snapshot: its first eight digits are the seconds since 1970. */
function timeOfId(snapshot: unknown): Date | undefined {
  const { data } = snapshotIdSchema.safeParse(fieldOf(snapshot, 'id'));
  return data === undefined ? undefined : new Date(Number.parseInt(data.slice(0, 8), 16) * 1000);
}
