import * as z from 'zod';
import { fieldsOf, isSharded, itemsOf, type JsonObject, scheduleItems } from '../client/atlas/json.js';
import { type AnyAtlasError, AtlasInvalidResponseError, isAtlasApiError, snapshotIdSchema } from '../client/index.js';
import type { BackupCheckTotals, BackupSnapshot, ClusterName, Reason, Restorable } from './finding.js';

/** ms. */
export const hour = 3_600_000;
/** ms. */
export const day = 24 * hour;
/** ms. */
export const week = 7 * day;

/** A list of clusters: each project has two. */
export type ClusterList = Omit<ClusterName, 'clusterName'>;

/** What a check looks at in a cluster. */
export type Cluster = ReturnType<typeof readCluster>;

/** Reads an item of a list of clusters. */
export function readCluster(list: ClusterList, listed: unknown) {
  const given = fieldsOf(listed);
  const { id, stateName, createDate } = given;
  // Nothing else has a meaning for a Flex cluster.
  const fields: JsonObject = list.clusterType === 'flex' ? { stateName } : given;
  const { pitEnabled } = fields;
  const name = { ...list, clusterName: typeof given['name'] === 'string' ? given['name'] : '' };
  return {
    name,
    /** What its finding says in every state. */
    known: {
      ...name,
      ...(typeof id === 'string' && { clusterId: id }),
      ...(typeof pitEnabled === 'boolean' && { pitEnabled }),
    },
    /** The cluster as Atlas sent it. */
    listed,
    /** Why the cluster is not checked. Undefined if it is. */
    notChecked: reasonNotToCheck(fields),
    /** ms since 1970, or NaN. */
    createdAt: parseTime(createDate),
    isBackupOff: fields['backupEnabled'] === false,
    isPaused: fields['paused'] === true,
    isSharded: isSharded(fields),
  };
}

type NotChecked = Exclude<BackupCheckTotals['notChecked'][number]['reason'], 'filtered'>;

function reasonNotToCheck(cluster: JsonObject): NotChecked | undefined {
  const { stateName, internalClusterRole: role, replicationSpecs } = cluster;
  const regions = itemsOf(replicationSpecs).flatMap((spec) => itemsOf(fieldsOf(spec)['regionConfigs']));
  if (regions.length > 0 && regions.every((region) => fieldsOf(region)['providerName'] === 'TENANT')) return 'free';
  if (stateName === 'DELETING') return 'deleting';
  return role === 'SYSTEM_CLUSTER' || role === 'INTERNAL_SHADOW_CLUSTER' ? 'internal' : undefined;
}

/** What the snapshots of a cluster say about its backups. */
export interface Backups {
  /** When Atlas sent the snapshots, in ms since 1970. */
  readonly sentAt: number;
  readonly restorable?: Restorable | undefined;
  /** The latest failed snapshot, if it is later than the newest backup. */
  readonly lastFailed?: BackupSnapshot | undefined;
  readonly doubt?: Doubt | undefined;
}

/** Why the snapshots cannot be trusted. */
export interface Doubt {
  readonly error: AnyAtlasError;
  readonly reason?: Reason;
  /** Whether a fresh backup is certain all the same. */
  readonly isFreshCertain?: boolean;
}

/** What the snapshots of each type of cluster have: two values of `status`, and the names of two times. */
export const snapshotFields = {
  flex: { completed: 'COMPLETED', failed: 'FAILED', time: 'finishTime', expiry: 'expiration' },
  dedicated: { completed: 'completed', failed: 'failed', time: 'createdAt', expiry: 'expiresAt' },
} as const;

/** Finds the backups that can be restored, and the latest failure if it is later than the newest of them. */
export function findBackups(type: ClusterName['clusterType'], snapshots: readonly unknown[], sentAt: number): Backups {
  const { completed, failed, time, expiry } = snapshotFields[type];
  const takenAt = (snapshot: unknown) => parseTime(fieldsOf(snapshot)[time]);
  const hasExpired = (snapshot: unknown) => parseTime(fieldsOf(snapshot)[expiry]) < sentAt;
  const withStatus = (status: string) => snapshots.filter((snapshot) => fieldsOf(snapshot)['status'] === status);
  const complete = withStatus(completed).filter((snapshot) => !hasExpired(snapshot));
  const backups = newestFirst(complete, takenAt);
  // A snapshot that failed may have no time.
  const [lastFailed] = newestFirst(withStatus(failed), (one) => takenAt(one) || timeOfId(one));
  const [newest] = backups;
  if (newest === undefined) return { sentAt, lastFailed };
  const age = sentAt - newest.time.getTime();
  const ahead = 'The newest backup is more than an hour ahead of the time at which Atlas sent it.';
  return {
    sentAt,
    restorable: { newest, age: Math.max(age, 0), oldest: backups.at(-1) ?? newest, backups: backups.length },
    ...(lastFailed !== undefined && lastFailed.time > newest.time && { lastFailed }),
    ...(age < -hour && { doubt: { error: doubtful(ahead), reason: 'future backup' } }),
  };
}

/** Sorts snapshots, without those that have no time. */
function newestFirst(snapshots: readonly unknown[], takenAt: (snapshot: unknown) => number): BackupSnapshot[] {
  const timed = snapshots.map((snapshot): BackupSnapshot => {
    const id = fieldsOf(snapshot)['id'];
    const time = new Date(takenAt(snapshot));
    return typeof id === 'string' ? { snapshotId: id, time } : { time };
  });
  const known = timed.filter(({ time }) => !Number.isNaN(time.getTime()));
  return known.sort((a, b) => b.time.getTime() - a.time.getTime());
}

/** When Atlas made the ID of a snapshot: its first eight digits are the seconds since 1970. */
function timeOfId(snapshot: unknown): number {
  const { data = '' } = snapshotIdSchema.safeParse(fieldsOf(snapshot)['id']);
  return Number.parseInt(data.slice(0, 8), 16) * 1000;
}

/** The text does not name the cluster, so that the same problem of many clusters has the same text. */
export function doubtful(what: string): AnyAtlasError {
  return new AtlasInvalidResponseError(what, { operation: 'checkBackups', advice: 'Check it in the Atlas UI.' });
}

/** How often a cluster takes snapshots. */
export interface Schedule {
  /** ms between snapshots. A day if it takes none, or only monthly or yearly ones. An hour if the schedule is not known. */
  readonly interval: number;
  /** What is wrong with the schedule. */
  readonly reason?: Reason;
  /** Why the schedule is not known. */
  readonly error?: AnyAtlasError;
}

const noSchedule: Schedule = { interval: day, reason: 'no schedule' };

/** The error with which Atlas says that a cluster has no schedule. */
const noScheduleError = { status: 404, errorCode: 'BACKUP_CONFIG_NOT_FOUND' };

/** The schedule of a cluster if reading it ended with an error. */
export function unreadSchedule(error: AnyAtlasError): Schedule {
  if (isAtlasApiError(error, noScheduleError)) return noSchedule;
  return { interval: hour, reason: 'schedule unreadable', error };
}

/** Reads the backup schedule of a dedicated cluster. The interval is that of its most frequent item. */
export function readSchedule(schedule: unknown): Schedule {
  const items = scheduleItems(schedule);
  if (items.length === 0) return noSchedule;
  const interval = items.map(intervalOf).reduce((a, b) => Math.min(a, b));
  if (Number.isFinite(interval)) return { interval };
  // Monthly or yearly snapshots alone do not raise the limit: somebody may have deleted the daily item by mistake.
  const isMonthly = items.some(({ frequencyType }) => frequencyType === 'monthly');
  return { interval: day, reason: isMonthly ? 'monthly only' : 'yearly only' };
}

const hours = z.int().min(1).max(24).catch(24);

function intervalOf({ frequencyType, frequencyInterval }: JsonObject): number {
  if (frequencyType === 'hourly') return hours.parse(frequencyInterval) * hour;
  if (frequencyType === 'weekly') return week;
  // A frequency that is not known counts as daily.
  return frequencyType === 'monthly' || frequencyType === 'yearly' ? Number.POSITIVE_INFINITY : day;
}

// A schema would take most of the time of a large check.
const isoTime = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/;

/** Parses a time of Atlas, in ms since 1970. A missing or invalid one is NaN, which is neither before nor after any other. */
function parseTime(value: unknown): number {
  return typeof value === 'string' && isoTime.test(value) ? Date.parse(value) : Number.NaN;
}
