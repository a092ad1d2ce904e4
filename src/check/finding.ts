import { z } from 'zod';
import type { TenantSnapshot } from '../atlas/schemas.js';
import type { AtlasError } from '../errors/errors.js';
import { finishedAt, latest, newestBackup } from './newest-backup.js';

/**
 * Whether a cluster has a recent backup.
 *
 * - `fresh`: the newest backup finished at most `maxAge` ago.
 * - `stale`: it finished earlier.
 * - `none`: there is no backup.
 * - `new`: there is no backup, but the cluster was created less than 26 hours ago. Atlas takes the first snapshot a day after
 *   the creation.
 * - `unknown`: a call failed.
 */
export type BackupState = 'fresh' | 'stale' | 'none' | 'new' | 'unknown';

/** What {@link checkBackups} found out about a cluster, or about a project whose clusters could not be listed. */
export type BackupFinding = {
  /** The project ID. */
  groupId: string;
  /** The project name. Absent if the check was given project IDs. */
  groupName?: string | undefined;
  /** The latest `FAILED` snapshot, if it finished after the newest backup or there is no backup. */
  lastFailed?: TenantSnapshot | undefined;
} & (
  | {
      state: 'fresh' | 'stale';
      clusterName: string;
      /** The newest backup. */
      newest: TenantSnapshot;
      /** ms from the end of the newest backup to the response of Atlas; never negative. */
      age: number;
      error?: undefined;
    }
  | { state: 'none' | 'new'; clusterName: string; newest?: undefined; age?: undefined; error?: undefined }
  | {
      state: 'unknown';
      /** Absent if the clusters of the project could not be listed. */
      clusterName?: string | undefined;
      /** Why the state is unknown. */
      error: AtlasError;
      newest?: undefined;
      age?: undefined;
    }
);

/** 26 hours, in ms. Atlas takes a snapshot each day, and the first one a day after it created the cluster. */
export const dayAndMargin = 26 * 3_600_000;

const timeSchema = z.iso.datetime({ offset: true });

/**
 * Judges the snapshots of a cluster.
 *
 * @param createDate - when the cluster was created, as Atlas sent it.
 * @param maxAge - ms.
 * @param now - when the snapshots arrived, in ms since 1970.
 */
export function judge(snapshots: readonly TenantSnapshot[], createDate: unknown, maxAge: number, now: number) {
  const newest = newestBackup(snapshots);
  const failed = latest(snapshots, 'FAILED');
  const lastFailed = finishedAt(failed) > finishedAt(newest) && { lastFailed: failed };
  if (newest === undefined) {
    return { state: isNew(createDate, now) ? ('new' as const) : ('none' as const), ...lastFailed };
  }
  const age = Math.max(now - finishedAt(newest), 0);
  return { state: age > maxAge ? ('stale' as const) : ('fresh' as const), newest, age, ...lastFailed };
}

function isNew(createDate: unknown, now: number): boolean {
  const { success, data } = timeSchema.safeParse(createDate);
  // The clock of Atlas may be ahead of the local one, but not by days.
  return success && Math.abs(now - Date.parse(data)) < dayAndMargin;
}
