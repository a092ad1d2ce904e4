import { type AnyAtlasError, AtlasInvalidResponseError } from '../client/index.js';
import { type Backups, type Cluster, day, hour, type Schedule } from './facts.js';
import { type BackupState, defaultMaxAge, type Reason } from './finding.js';
import type { Limits } from './options.js';
import type { Snapshots } from './reads.js';

// ms. How late a snapshot may be, including the first one of a new cluster.
const margin = 2 * hour;
// ms. The most by which two clocks of Atlas may differ.
const largestDifference = day + margin;
// ms. Atlas resumes a paused cluster after this time.
const longestPause = 30 * day;

/** A reason not to trust the state that the backups show. */
export interface Doubt {
  readonly error: AnyAtlasError;
  readonly reason?: Reason;
  /** The states that hold in spite of the doubt. */
  readonly certain: readonly BackupState[];
}

/** What a cluster is judged by, except its schedule. */
export interface Facts extends Limits {
  readonly cluster: Cluster;
  readonly backups: Backups;
  /** When Atlas sent the snapshots, in ms since 1970. */
  readonly sentAt: number;
  readonly doubts: readonly Doubt[];
}

/** Finds what makes the snapshots of a cluster doubtful. */
export function findDoubts(cluster: Cluster, snapshots: Snapshots, { restorable }: Backups): Doubt[] {
  const doubts: Doubt[] = [];
  const add = (what: string, certain: BackupState[], reason?: Reason) => {
    // The text does not name the cluster, so that the same problem of many clusters has the same text.
    const error = new AtlasInvalidResponseError(what, {
      operation: 'checkBackups',
      advice: 'Check it in the Atlas UI.',
    });
    doubts.push({ error, certain, ...(reason && { reason }) });
  };
  if (snapshots.areOfSingleShards) {
    add('The cluster is sharded, but only snapshots of single shards are listed.', [], 'single shards');
  }
  if (restorable !== undefined && restorable.newest.time.getTime() - snapshots.sentAt > hour) {
    add('The newest backup is more than an hour ahead of the time at which Atlas sent it.', [], 'future backup');
  }
  if (snapshots.isCutShort) add('The list of snapshots of all shards is cut short.', ['fresh']);
  const { otherEdition } = cluster;
  if (otherEdition !== undefined) {
    const certain: BackupState[] = ['fresh', 'paused', 'new'];
    add(`The edition of the cluster is ${otherEdition}: not all its backups are listed.`, certain, 'other edition');
  }
  return doubts;
}

/** Whether the judgement depends on the schedule of a dedicated cluster. */
export function needsSchedule(facts: Facts): boolean {
  const { cluster, doubts, maxAge } = facts;
  if (cluster.name.clusterType === 'flex' || doubts.some(({ certain }) => certain.length === 0)) return false;
  if (maxAge === 'schedule') return true;
  const { state } = judgeBy(day, facts);
  // A longer interval may raise the limit, unless maxAge is given, or turn `none` into `new`, unless the cluster is paused.
  if (state === 'stale') return maxAge === undefined;
  return state === 'none' && !cluster.isPaused;
}

/** Judges whether a cluster has a recent backup. If its schedule is unknown, the shortest and the longest interval must agree. */
export function judge(facts: Facts, schedule: Schedule) {
  const { cluster, backups } = facts;
  const { restorable, lastFailed } = backups;
  const strictest = judgeBy(schedule.shortest, facts);
  const mildest = judgeBy(schedule.longest, facts);
  const { state } = mildest;
  const doubts = [...facts.doubts];
  if (schedule.error) doubts.push({ error: schedule.error, certain: state === strictest.state ? [state] : [] });
  const doubt = doubts.find(({ certain }) => !certain.includes(state));
  const failure = lastFailed && { lastFailed };
  if (doubt !== undefined) {
    const { error, reason } = doubt;
    return { state: 'unknown' as const, error, ...(reason && { reason }), ...restorable, ...failure };
  }
  const isByPause = cluster.isPaused && (state === 'stale' || state === 'none');
  const reason = isByPause ? ('paused' as const) : schedule.reason;
  // If the schedule is unknown, the finding has the limit that makes the state certain.
  const judgement = state === 'fresh' || state === 'short' ? strictest : mildest;
  return { ...judgement, ...(reason && { reason }), ...failure };
}

/** Judges by one interval between snapshots, in ms. */
function judgeBy(interval: number, { cluster, backups, sentAt, maxAge, minHistory }: Facts) {
  const { isPaused, createdAt } = cluster;
  const { restorable } = backups;
  const limitOfSchedule = Math.max(interval + margin, defaultMaxAge);
  if (restorable === undefined) {
    const isNew = !isPaused && isYounger(createdAt, limitOfSchedule, sentAt);
    return { state: isNew ? ('new' as const) : ('none' as const) };
  }
  const limit = maxAge === 'schedule' ? interval + margin : (maxAge ?? limitOfSchedule);
  const known = { ...restorable, maxAge: limit };
  const { age, oldest } = restorable;
  const isFresh = age <= limit;
  if (!isFresh && !(isPaused && age <= limit + longestPause)) return { state: 'stale' as const, ...known };
  const isShort = minHistory !== undefined && isYounger(oldest.time.getTime(), minHistory, sentAt);
  // A cluster cannot have backups of a time before it was created.
  if (isShort && !isYounger(createdAt, minHistory, sentAt)) return { state: 'short' as const, ...known, minHistory };
  return { state: isFresh ? ('fresh' as const) : ('paused' as const), ...known };
}

/** Whether a time (in ms since 1970) is less than this long ago. False for NaN, and for a time more than 26 hours ahead. */
function isYounger(time: number, limit: number, now: number): boolean {
  return now - time < limit && now - time >= -largestDifference;
}
