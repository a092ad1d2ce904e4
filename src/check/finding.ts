import type { AnyAtlasError, GetOptions } from '../client/index.js';

/** The methods of the client that a check uses. In a fake, they may be plain async functions. */
export interface BackupClient {
  get(path: string, options: GetOptions): PromiseLike<unknown>;
  getAll(path: string, options: GetOptions): PromiseLike<readonly unknown[]>;
}

/** The highest age of a fresh backup without the option `maxAge`, unless a schedule raises it: 26 hours, in ms. */
export const defaultMaxAge = 26 * 3_600_000;

/**
 * Whether a cluster has a recent backup. The limit is `maxAge`. Without that option, it is 26 hours, or
 * 7 days and 2 hours for a dedicated cluster whose schedule takes one snapshot a week.
 *
 * - `fresh`: the newest backup is at most as old as the limit.
 * - `stale`: it is older.
 * - `paused`: it is older, but by at most 30 days, and the cluster is paused. Atlas takes no snapshots meanwhile, and resumes
 *   the cluster after 30 days.
 * - `short`: it would be `fresh` or `paused`, but the oldest backup does not reach back as far as `minHistory`, nor to the
 *   first 8 days of the cluster.
 * - `none`: there is no backup, or backup is off.
 * - `new`: there is no backup, but the cluster was created less than 26 hours ago, or less than 7 days and 2 hours ago if its
 *   schedule takes a snapshot a week.
 * - `unknown`: a call that was needed failed, or what Atlas sent cannot be judged. `error` says which, and `reason` why.
 */
export type BackupState = 'fresh' | 'stale' | 'short' | 'none' | 'paused' | 'new' | 'unknown';

/** Why a cluster has its state, or what is wrong with its schedule. */
export type Reason =
  | 'backup off'
  | 'no schedule'
  | 'monthly only'
  | 'yearly only'
  | 'weekly schedule'
  | 'schedule unreadable'
  | 'paused'
  | 'single shards'
  | 'future backup';

/** Which project it is. */
export interface Project {
  /** The project ID. */
  groupId: string;
  /** The project name. Absent if the check was given project IDs. */
  groupName?: string | undefined;
}

/** Which cluster it is. */
export interface ClusterName extends Project {
  /** Which list of the project has the cluster. `dedicated` means M10 and above. */
  clusterType: 'flex' | 'dedicated';
  /** The cluster name. */
  clusterName: string;
}

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

/** The backups of a cluster that can be restored. */
export interface Restorable {
  /** The newest backup. */
  newest: BackupSnapshot;
  /** ms from the newest backup to when Atlas sent it; never negative. */
  age: number;
  /** The oldest backup. */
  oldest: BackupSnapshot;
  /** The number of backups. */
  backups: number;
}

/** What a cluster with backups is judged by. */
interface Judged extends Restorable {
  clusterName: string;
  /** The limit that applied, in ms. */
  maxAge: number;
  error?: undefined;
}

/** What Atlas answered about a cluster, each part as Atlas sent it. A part that was not read is absent. */
export interface BackupEvidence {
  /** The cluster, as its list has it. */
  cluster: unknown;
  /** All its snapshots. Absent if backup is off. */
  snapshots?: readonly unknown[] | undefined;
  /** The backup schedule of a dedicated cluster. */
  schedule?: unknown;
  /**
   * The newest restore jobs, at most 100, without the links from which a backup can be downloaded. Those of a dedicated cluster
   * need the role Project Backup Manager.
   */
  restores?: readonly unknown[] | undefined;
  /** Why parts could not be read. */
  errors: readonly AnyAtlasError[];
}

/** What {@link checkBackups} found out about a cluster, or about clusters of a project that could not be listed. */
export type BackupFinding = Omit<ClusterName, 'clusterName'> & {
  /**
   * The ID of the cluster, as Atlas sent it. A cluster that was deleted and created again under its name has another one. Absent
   * if Atlas sent none, and if the clusters of this type could not be listed.
   */
  clusterId?: string | undefined;
  /** Whether point-in-time restore is on for a dedicated cluster. No state depends on it. */
  pitEnabled?: boolean | undefined;
  /** The latest failed snapshot, if it is later than the newest backup or there is no backup. */
  lastFailed?: BackupSnapshot | undefined;
  /** Why the cluster has this state, or what is wrong with its schedule. */
  reason?: Reason | undefined;
  /** What Atlas answered, with the option `evidence`. */
  evidence?: BackupEvidence | undefined;
} & (
    | (Judged & { state: 'fresh' | 'stale' | 'paused' } & Without<'minHistory'>)
    | (Judged & {
        state: 'short';
        /** How far back the oldest backup has to reach, in ms. */
        minHistory: number;
      })
    | ({ state: 'none' | 'new'; clusterName: string } & Without<keyof Restorable | 'maxAge' | 'minHistory' | 'error'>)
    | ({
        state: 'unknown';
        /** Absent if the clusters of this type could not be listed. */
        clusterName?: string | undefined;
        /** Why the state is unknown. */
        error: AnyAtlasError;
      } & { [Name in keyof Restorable]?: Restorable[Name] | undefined } & Without<'maxAge' | 'minHistory'>)
  );

/** Declares the members of other states, so that a finding can be taken apart before its state is known. */
type Without<Names extends string> = { [Name in Names]?: undefined };

/** The totals of a check: the return value of its generator. */
export interface BackupCheckTotals {
  /** The number of projects of which at least one list of clusters was read. */
  projects: number;
  /** The clock of this machine minus that of Atlas, in ms. Absent if no response had a `Date`. */
  clockOffset?: number | undefined;
  /** The projects of which no list of clusters was read, because the option `projectFilter` refused them. */
  projectsNotRead: Project[];
  /**
   * The clusters of these lists that have no finding: `free` (M0, Atlas has no backups of it), `deleting`, `internal` (Atlas
   * uses it), or `filtered` (by the option `filter`).
   */
  notChecked: (ClusterName & { reason: 'free' | 'deleting' | 'internal' | 'filtered' })[];
}
