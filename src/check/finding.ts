import type { AtlasError } from '../index.js';

/**
 * Whether a cluster has a recent backup. The limit is `maxAge`. Without that option, it is 26 hours, or
 * 7 days and 2 hours for a dedicated cluster whose schedule takes one snapshot a week.
 *
 * - `fresh`: the newest backup is at most as old as the limit.
 * - `stale`: it is older.
 * - `paused`: it is older, but by at most 30 days, and the cluster is paused. Atlas takes no snapshots meanwhile, and resumes
 *   the cluster after 30 days.
 * - `none`: there is no backup, or backup is off.
 * - `new`: there is no backup, but the cluster was created less than 26 hours ago, or less than 7 days and 2 hours ago if its
 *   schedule takes a snapshot a week.
 * - `unknown`: a call failed, or the snapshots do not show how old the newest backup is: its time is more than an hour in the
 *   future, the cluster is sharded and only snapshots of single shards are listed, or its edition is not `CORE` and no recent
 *   backup is listed. (Atlas does not list all backups of such an edition.) A schedule that cannot be read makes a cluster `unknown` only if
 *   the state depends on it: a backup that is older than 7 days and 2 hours is `stale` by every schedule.
 */
export type BackupState = 'fresh' | 'stale' | 'none' | 'paused' | 'new' | 'unknown';

/** A snapshot of a Flex or dedicated cluster. */
export interface BackupSnapshot {
  /** The snapshot ID. */
  snapshotId?: string | undefined;
  /**
   * Flex: when the snapshot finished. Dedicated: when Atlas created it, which is the moment that a restore brings back. For a
   * failed snapshot without that time, when Atlas requested it.
   */
  time: Date;
}

/** What {@link checkBackups} found out about a cluster, or about clusters of a project that could not be listed. */
export type BackupFinding = {
  /** The project ID. */
  groupId: string;
  /** The project name. Absent if the check was given project IDs. */
  groupName?: string | undefined;
  /** Which list of the project has the cluster. `dedicated` means M10 and above. */
  clusterType: 'flex' | 'dedicated';
  /** Whether point-in-time restore is on for a dedicated cluster. No state depends on it. */
  pitEnabled?: boolean | undefined;
  /** The latest failed snapshot, if it is later than the newest backup or there is no backup. */
  lastFailed?: BackupSnapshot | undefined;
} & (
  | ({
      clusterName: string;
      /**
       * Why Atlas takes no backup, or not often enough: backup is off, the schedule is empty or has only monthly or yearly
       * snapshots, or the cluster is paused.
       */
      reason?: 'backup off' | 'no schedule' | 'monthly only' | 'yearly only' | 'paused' | undefined;
      error?: undefined;
    } & (
      | {
          state: 'fresh' | 'stale' | 'paused';
          /** The newest backup. */
          newest: BackupSnapshot;
          /** ms from the newest backup to the response of Atlas; never negative. */
          age: number;
          /** The limit that applied, in ms. */
          maxAge: number;
          /** The oldest backup that can be restored. */
          oldest: BackupSnapshot;
          /** The number of backups that can be restored. */
          backups: number;
        }
      | {
          state: 'none' | 'new';
          newest?: undefined;
          age?: undefined;
          maxAge?: undefined;
          oldest?: undefined;
          backups?: undefined;
        }
    ))
  | {
      state: 'unknown';
      /** Absent if the clusters of this type could not be listed. */
      clusterName?: string | undefined;
      /** Why the state is unknown. */
      error: AtlasError;
      reason?: undefined;
      /** The newest backup, if the snapshots were read and there is one. */
      newest?: BackupSnapshot | undefined;
      /** ms from the newest backup to the response of Atlas, if there is a backup; never negative. */
      age?: number | undefined;
      maxAge?: undefined;
      /** The oldest backup that can be restored, if there is one. */
      oldest?: BackupSnapshot | undefined;
      /** The number of backups that can be restored, if there is one. */
      backups?: number | undefined;
    }
);

/** Why Atlas takes no backup, or not often enough. */
export type Reason = NonNullable<BackupFinding['reason']>;
