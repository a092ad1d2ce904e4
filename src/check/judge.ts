import type { AnyAtlasError } from '../client/index.js';
import { reportable } from './calls.js';
import { type Backups, type Cluster, day, hour, type Schedule, week } from './facts.js';
import { type BackupState, defaultMaxAge, type Reason } from './finding.js';
import type { Limits } from './options.js';
import type { ClusterReads } from './reads.js';

// ms. How late a snapshot may be, including the first one of a new cluster.
const margin = 2 * hour;
// ms. The most by which two clocks of Atlas may differ.
const largestDifference = day + margin;
// ms. Atlas resumes a paused cluster after this time.
const longestPause = 30 * day;
// ms. By then, a cluster with a weekly schedule has a backup.
const firstDays = 8 * day;

/** What a cluster is judged by, except its schedule. */
export interface Facts extends Limits {
  readonly cluster: Cluster;
  readonly backups: Backups;
}

/** Judges whether a cluster has a recent backup. Reads its schedule only if the state depends on it. */
export async function judgeCluster(cluster: Cluster, limits: Limits, reads: ClusterReads) {
  if (cluster.isBackupOff) return { state: 'none' as const, reason: 'backup off' as const };
  try {
    const facts = { ...limits, cluster, backups: await reads.backups() };
    return judge(facts, needsSchedule(facts) ? await reads.schedule() : undefined);
  } catch (error) {
    return { state: 'unknown' as const, error: reportable(error) };
  }
}

/** Whether the state or its reason may depend on the schedule. With a weekly one, `stale` may become `fresh`, and `none` `new`. */
export function needsSchedule(facts: Facts): boolean {
  const { cluster, backups, maxAge } = facts;
  const { doubt } = backups;
  if (cluster.name.clusterType === 'flex' || (doubt !== undefined && !doubt.isFreshCertain)) return false;
  if (maxAge === 'schedule') return true;
  const { state } = judgeBy(day, facts);
  if (state === 'none') return !cluster.isPaused;
  if (state !== 'stale') return false;
  if (maxAge === undefined) return true;
  // The cluster stays stale, but a weekly schedule may be why its backup is older than this limit.
  return doubt === undefined && maxAge < week + margin;
}

/** Judges a cluster by its schedule. If that is not known, the shortest and the longest possible interval must agree. */
export function judge(facts: Facts, schedule: Schedule = { interval: day }) {
  const { backups } = facts;
  const { doubt } = backups;
  const { interval, error } = schedule;
  const strictest = judgeBy(interval, facts);
  const mildest = error === undefined ? strictest : judgeBy(week, facts);
  const { state } = mildest;
  const holds = doubt === undefined || (doubt.isFreshCertain && state === 'fresh');
  if (!holds) return unknown(doubt.error, backups, doubt.reason);
  if (error !== undefined && state !== strictest.state) return unknown(error, backups);
  // With an unknown schedule, reports the limit under which the state holds for every interval.
  const judgement = state === 'fresh' || state === 'short' ? strictest : mildest;
  return { ...judgement, ...withFailure(backups), ...withReason(reasonOf(state, facts, schedule)) };
}

/** Why a cluster has its state, or else what is wrong with its schedule. */
function reasonOf(state: BackupState, { cluster, backups }: Facts, schedule: Schedule): Reason | undefined {
  if (cluster.isPaused && (state === 'stale' || state === 'none')) return 'paused';
  const { restorable } = backups;
  const isAsScheduled = restorable !== undefined && restorable.age <= schedule.interval + margin;
  // Only a limit in ms can be shorter.
  if (state === 'stale' && schedule.interval === week && isAsScheduled) return 'weekly schedule';
  return schedule.reason;
}

/** Judges by one interval between snapshots, in ms. */
function judgeBy(interval: number, { cluster, backups, maxAge, minHistory }: Facts) {
  const { isPaused, createdAt } = cluster;
  const { restorable, sentAt } = backups;
  const limitOfSchedule = Math.max(interval + margin, defaultMaxAge);
  // A cluster without a valid time of its creation counts as old.
  const lifetime = createdAt - sentAt <= largestDifference ? sentAt - createdAt : Number.POSITIVE_INFINITY;
  if (restorable === undefined) {
    const isNew = !isPaused && lifetime < limitOfSchedule;
    return { state: isNew ? ('new' as const) : ('none' as const) };
  }
  const limit = maxAge === 'schedule' ? interval + margin : (maxAge ?? limitOfSchedule);
  const known = { ...restorable, maxAge: limit };
  const { age, oldest } = restorable;
  const isFresh = age <= limit;
  if (!isFresh && !(isPaused && age <= limit + longestPause)) return { state: 'stale' as const, ...known };
  const history = sentAt - oldest.time.getTime();
  if (minHistory !== undefined && history < Math.min(minHistory, lifetime - firstDays)) {
    return { state: 'short' as const, ...known, minHistory };
  }
  return { state: isFresh ? ('fresh' as const) : ('paused' as const), ...known };
}

/** Keeps what is known of the backups. */
function unknown(error: AnyAtlasError, backups: Backups, reason?: Reason) {
  return { state: 'unknown' as const, error, ...backups.restorable, ...withFailure(backups), ...withReason(reason) };
}

const withReason = (reason: Reason | undefined) => reason && { reason };
const withFailure = ({ lastFailed }: Backups) => lastFailed && { lastFailed };
