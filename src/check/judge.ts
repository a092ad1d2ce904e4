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
// ms. By then, a cluster with a weekly schedule has a backup.
const firstDays = 8 * day;

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

/** Judges whether a cluster has a recent backup. Undefined if that depends on its schedule. */
export function judgeWithoutSchedule(facts: Facts) {
  const { cluster, doubts, maxAge } = facts;
  const judgement = judgeBy(day, facts);
  const { state } = judgement;
  // If the schedule has a longer interval, `stale` may become `fresh` unless maxAge is given, and `none` may become `new` unless
  // the cluster is paused.
  const mayChange = state === 'stale' ? maxAge === undefined : state === 'none' && !cluster.isPaused;
  const hasSchedule = cluster.name.clusterType === 'dedicated';
  const canAnyStateHold = doubts.every(({ certain }) => certain.length > 0);
  if (hasSchedule && canAnyStateHold && (mayChange || maxAge === 'schedule')) return undefined;
  return conclude(judgement, facts);
}

/** Judges a cluster by its schedule. If that is unknown, the shortest and the longest possible interval must agree. */
export function judge(facts: Facts, { interval, longest, reason, error }: Schedule) {
  const strictest = judgeBy(interval, facts);
  const mildest = longest === undefined ? strictest : judgeBy(longest, facts);
  const { state } = mildest;
  const isCertain = state === strictest.state;
  const doubts = error === undefined ? facts.doubts : [...facts.doubts, { error, certain: isCertain ? [state] : [] }];
  // With an unknown schedule, reports the limit under which the state holds for every interval.
  const judgement = isCertain && (state === 'fresh' || state === 'short') ? strictest : mildest;
  return conclude(judgement, { ...facts, doubts }, reason);
}

/** Returns the judgement with its reason, or `unknown` with the doubt that its state does not survive. */
function conclude(judgement: ReturnType<typeof judgeBy>, { cluster, backups, doubts }: Facts, scheduleReason?: Reason) {
  const { state } = judgement;
  const { restorable, lastFailed } = backups;
  const failure = lastFailed && { lastFailed };
  const doubt = doubts.find(({ certain }) => !certain.includes(state));
  if (doubt !== undefined) {
    const { error, reason } = doubt;
    return { state: 'unknown' as const, error, ...(reason && { reason }), ...restorable, ...failure };
  }
  const isByPause = cluster.isPaused && (state === 'stale' || state === 'none');
  const reason = isByPause ? ('paused' as const) : scheduleReason;
  return { ...judgement, ...(reason && { reason }), ...failure };
}

/** Judges by one interval between snapshots, in ms. */
function judgeBy(interval: number, { cluster, backups, sentAt, maxAge, minHistory }: Facts) {
  const { isPaused, createdAt } = cluster;
  const { restorable } = backups;
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
