import * as z from 'zod';
import { type AnyAtlasError, isAtlasApiError, snapshotIdSchema } from '../client/index.js';
import type { BackupCheckTotals, BackupSnapshot, ClusterName, Reason, Restorable } from './finding.js';

/** ms. */
export const hour = 3_600_000;
/** ms. */
export const day = 24 * hour;
const week = 7 * day;

/** A list of clusters: each project has two. */
export type ClusterList = Omit<ClusterName, 'clusterName'>;

/** What a check looks at in a cluster. */
export type Cluster = ReturnType<typeof readCluster>;

/** Reads an item of a list of clusters. */
export function readCluster(list: ClusterList, listed: unknown) {
  const given: Fields = isObject(listed) ? listed : {};
  const { name, id, stateName, createDate } = given;
  // Nothing else has a meaning for a Flex cluster.
  const fields: Fields = list.clusterType === 'flex' ? { stateName } : given;
  const edition = fields['effectiveDatabaseEdition'] ?? fields['databaseEdition'];
  // A cluster of another edition has backups that no list shows, even if `backupEnabled` is false.
  const otherEdition = typeof edition === 'string' && edition !== 'CORE' ? edition : undefined;
  return {
    name: { ...list, clusterName: typeof name === 'string' ? name : '' },
    clusterId: typeof id === 'string' ? id : undefined,
    /** The cluster as Atlas sent it. */
    listed,
    /** Why the cluster is not checked. Undefined if it is. */
    notChecked: reasonNotToCheck(fields),
    /** ms since 1970, or NaN. */
    createdAt: parseTime(createDate),
    isBackupOff: fields['backupEnabled'] === false && otherEdition === undefined,
    isPaused: fields['paused'] === true,
    isSharded: isSharded(fields),
    pitEnabled: typeof fields['pitEnabled'] === 'boolean' ? fields['pitEnabled'] : undefined,
    otherEdition,
  };
}

type NotChecked = Exclude<BackupCheckTotals['notChecked'][number]['reason'], 'filtered'>;

function reasonNotToCheck({ stateName, internalClusterRole: role, replicationSpecs }: Fields): NotChecked | undefined {
  const regions = itemsOf(replicationSpecs).flatMap((spec) => itemsOf(fieldOf(spec, 'regionConfigs')));
  if (regions.length > 0 && regions.every((region) => fieldOf(region, 'providerName') === 'TENANT')) return 'free';
  if (stateName === 'DELETING') return 'deleting';
  return role === 'SYSTEM_CLUSTER' || role === 'INTERNAL_SHADOW_CLUSTER' ? 'internal' : undefined;
}

/** Whether a cluster is sharded. Without a known type, its number of shards decides. */
function isSharded({ clusterType, replicationSpecs }: Fields): boolean {
  if (clusterType === 'REPLICASET') return false;
  return clusterType === 'SHARDED' || clusterType === 'GEOSHARDED' || itemsOf(replicationSpecs).length > 1;
}

/** What the snapshots of each type of cluster have. */
const snapshotFields = {
  flex: { completed: 'COMPLETED', failed: 'FAILED', time: 'finishTime', expiry: 'expiration' },
  dedicated: { completed: 'completed', failed: 'failed', time: 'createdAt', expiry: 'expiresAt' },
} as const;

/** What the snapshots of a cluster say about its backups. */
export type Backups = ReturnType<typeof findBackups>;

/**
 * Finds the backups that can be restored, and the latest failure if it is later than the newest of them.
 *
 * @param sentAt - when Atlas sent the snapshots, in ms since 1970.
 */
export function findBackups(type: ClusterName['clusterType'], snapshots: readonly unknown[], sentAt: number) {
  const { completed, failed, time, expiry } = snapshotFields[type];
  const timeOf = (snapshot: unknown) => parseTime(fieldOf(snapshot, time));
  const hasExpired = (snapshot: unknown) => parseTime(fieldOf(snapshot, expiry)) < sentAt;
  const withStatus = (status: string) => snapshots.filter((snapshot) => fieldOf(snapshot, 'status') === status);
  const complete = withStatus(completed).filter((snapshot) => !hasExpired(snapshot));
  const backups = newestFirst(complete, timeOf);
  // A snapshot that failed may have no time.
  const [lastFailed] = newestFirst(withStatus(failed), (one) => timeOf(one) || timeOfId(one));
  const [newest] = backups;
  const restorable: Restorable | undefined = newest && {
    newest,
    age: Math.max(sentAt - newest.time.getTime(), 0),
    oldest: backups.at(-1) ?? newest,
    backups: backups.length,
  };
  const isFailing = lastFailed !== undefined && (newest === undefined || lastFailed.time > newest.time);
  return { restorable, lastFailed: isFailing ? lastFailed : undefined };
}

/** Sorts snapshots, without those that have no time. */
function newestFirst(snapshots: readonly unknown[], timeOf: (snapshot: unknown) => number): BackupSnapshot[] {
  const timed = snapshots.map((snapshot): BackupSnapshot => {
    const id = fieldOf(snapshot, 'id');
    const time = new Date(timeOf(snapshot));
    return typeof id === 'string' ? { snapshotId: id, time } : { time };
  });
  const known = timed.filter(({ time }) => !Number.isNaN(time.getTime()));
  return known.sort((a, b) => b.time.getTime() - a.time.getTime());
}

/** When Atlas made the ID of a snapshot: its first eight digits are the seconds since 1970. */
function timeOfId(snapshot: unknown): number {
  const { data = '' } = snapshotIdSchema.safeParse(fieldOf(snapshot, 'id'));
  return Number.parseInt(data.slice(0, 8), 16) * 1000;
}

/** How often a cluster takes snapshots. */
export interface Schedule {
  /** ms between snapshots: the shortest that is possible if the schedule is not known. A day if it says nothing of that. */
  readonly interval: number;
  /** The longest interval that is possible, in ms, if the schedule is not known. */
  readonly longest?: number;
  /** What is wrong with the schedule. */
  readonly reason?: Reason;
  /** Why the schedule is not known. */
  readonly error?: AnyAtlasError;
}

const noSchedule: Schedule = { interval: day, reason: 'no schedule' };

/** The error with which Atlas says that a cluster has no schedule. */
export const noScheduleError = { status: 404, errorCode: 'BACKUP_CONFIG_NOT_FOUND' };

/** The schedule of a cluster if reading it ended with an error. */
export function unreadSchedule(error: AnyAtlasError): Schedule {
  if (isAtlasApiError(error, noScheduleError)) return noSchedule;
  return { interval: hour, longest: week, reason: 'schedule unreadable', error };
}

/** Reads the backup schedule of a dedicated cluster. The interval is that of its most frequent item. */
export function readSchedule(schedule: unknown): Schedule {
  const items = itemsOf(fieldOf(schedule, 'policies')).flatMap((policy) => itemsOf(fieldOf(policy, 'policyItems')));
  const regular = items.filter((item) => fieldOf(item, 'frequencyType') !== 'ondemand');
  if (regular.length === 0) return noSchedule;
  const interval = regular.map(intervalOf).reduce((a, b) => Math.min(a, b));
  if (Number.isFinite(interval)) return { interval };
  // Monthly or yearly snapshots alone do not raise the limit: somebody may have deleted the daily item by mistake.
  const isMonthly = regular.some((item) => fieldOf(item, 'frequencyType') === 'monthly');
  return { interval: day, reason: isMonthly ? 'monthly only' : 'yearly only' };
}

const hours = z.int().min(1).max(24).catch(24);

function intervalOf(item: unknown): number {
  const frequency = fieldOf(item, 'frequencyType');
  if (frequency === 'hourly') return hours.parse(fieldOf(item, 'frequencyInterval')) * hour;
  if (frequency === 'weekly') return week;
  // A frequency that is not known counts as daily.
  return frequency === 'monthly' || frequency === 'yearly' ? Number.POSITIVE_INFINITY : day;
}

/** A JSON object. Atlas may send any value in its fields; an odd one counts as missing. */
type Fields = Readonly<Record<string, unknown>>;

export function isObject(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null;
}

/** Reads a field of a JSON value that should be an object. */
export function fieldOf(value: unknown, name: string): unknown {
  return isObject(value) ? value[name] : undefined;
}

/** The items of a JSON value that should be a list. */
export function itemsOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

// A schema would take most of the time of a large check.
const isoTime = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/;

/** Parses a time of Atlas, in ms since 1970. A missing or invalid one is NaN, which is neither before nor after any other. */
function parseTime(value: unknown): number {
  return typeof value === 'string' && isoTime.test(value) ? Date.parse(value) : Number.NaN;
}
