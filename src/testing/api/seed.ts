/** A time in a seed: a `Date` or ISO text. Null is sent as null; undefined leaves the field out. */
export type SeedTime = Date | string | null | undefined;

/** A snapshot to serve. Further fields, such as `createdAt` for a dedicated cluster, are sent too. */
export interface SnapshotSeed {
  /** 24 lower-case hex digits. */
  id: string;
  status?: 'PENDING' | 'QUEUED' | 'RUNNING' | 'FAILED' | 'COMPLETED' | (string & {}) | undefined;
  mongoDBVersion?: string | undefined;
  scheduledTime?: SeedTime;
  startTime?: SeedTime;
  finishTime?: SeedTime;
  expiration?: SeedTime;
  links?: { href: string; rel: string }[] | null | undefined;
  [field: string]: unknown;
}

/** An item of a dedicated cluster's backup schedule. Further fields are sent too. */
export interface PolicyItemSeed {
  frequencyType?: 'hourly' | 'daily' | 'weekly' | 'monthly' | 'yearly' | 'ondemand' | (string & {}) | undefined;
  /** Hours if `frequencyType` is `hourly`. */
  frequencyInterval?: number | undefined;
  retentionUnit?: 'days' | 'weeks' | 'months' | 'years' | (string & {}) | undefined;
  retentionValue?: number | undefined;
  [field: string]: unknown;
}

/** A restore job to serve, with any fields. Times may be `Date`s. */
export type RestoreJobSeed = Readonly<Record<string, unknown>>;

/** A cluster and its snapshots, or with only `groupId` and `groupName` a project. */
export interface ClusterSeed {
  /** Default: the emulator's own `groupId`. */
  groupId?: string | undefined;
  /** The project's name. Default: the name that it has, or `Project 1`, `Project 2` and so on for a new one. */
  groupName?: string | undefined;
  /** Default: the emulator's own `clusterName`. */
  clusterName?: string | undefined;
  /**
   * The ID of the cluster. Default: that of the existing cluster with this name, or one derived from project and name, the same
   * in every run. Atlas gives a cluster that is deleted and created again a new ID: pass one to imitate that.
   */
  id?: string | undefined;
  /** Whether the cluster is dedicated (M10 or larger). The Flex API rejects it. Default false: a Flex cluster. */
  dedicated?: boolean | undefined;
  /** Whether the cluster is free (M0). It has no backups, and the Flex API rejects it. Default false. */
  free?: boolean | undefined;
  /** Whether a dedicated cluster has backups. If not, its schedule is a 404 `BACKUP_CONFIG_NOT_FOUND`. Default true. */
  backupEnabled?: boolean | undefined;
  /** Whether a dedicated cluster is paused. Default false. */
  paused?: boolean | undefined;
  /** Whether a dedicated cluster has point-in-time backups. Default false. */
  pitEnabled?: boolean | undefined;
  /** What a dedicated cluster is. Any other type than `REPLICASET` has two shards and a config server. Default `REPLICASET`. */
  clusterType?: 'REPLICASET' | 'SHARDED' | 'GEOSHARDED' | (string & {}) | undefined;
  /**
   * The backup schedule of a dedicated cluster. Default: every 6 hours, daily, weekly, monthly and yearly, as Atlas creates
   * it. `[]` is no schedule.
   */
  policyItems?: readonly PolicyItemSeed[] | undefined;
  /** When the cluster was created. Default: in 2023, before its snapshots. */
  createDate?: SeedTime;
  /** Default `IDLE`. */
  stateName?: 'CREATING' | 'IDLE' | 'UPDATING' | 'DELETING' | 'REPAIRING' | (string & {}) | undefined;
  /**
   * Served in this order. Atlas lists those of a Flex cluster oldest first, those of a dedicated one newest first. Replaces the
   * cluster's earlier snapshots. Default for a dedicated one: three daily snapshots, the newest about five hours old. For the
   * others: none.
   */
  snapshots?: readonly SnapshotSeed[] | undefined;
  /**
   * Served in this order. Atlas lists the newest first. Default: the restores of the older two default snapshots of a
   * dedicated cluster, otherwise none.
   */
  restoreJobs?: readonly RestoreJobSeed[] | undefined;
}

/** Copies a cluster or a snapshot deeply. */
export function copySeed<T extends object>(seed: T): T {
  // The copy has the same fields, so it has the same type.
  return copyFields(seed) as T;
}

function copyFields(fields: object): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, copyValue(value)]));
}

// Not structuredClone: under Jest its Dates belong to another realm and fail `instanceof Date`.
function copyValue(value: unknown): unknown {
  if (value instanceof Date) return new Date(value);
  if (Array.isArray(value)) return value.map(copyValue);
  // A copy of an object such as an ObjectId would lose its toJSON.
  if (typeof value !== 'object' || value === null || 'toJSON' in value) return value;
  return copyFields(value);
}
