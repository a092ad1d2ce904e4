import type { AnyAtlasError } from '../index.js';
import type { Backups } from './backups.js';
import { type Cluster, otherEditionOf } from './cluster.js';
import { otherEdition } from './errors.js';
import type { MaxAge } from './options.js';
import { dailySchedule, hourlySchedule, type Schedule, weeklySchedule } from './schedule.js';
import { day, hour, parseTime } from './times.js';

// ms. How late a snapshot may be, including the first one of a new cluster.
const margin = 2 * hour;
// ms. Atlas resumes a paused cluster after this time.
const longestPause = 30 * day;

/** What a cluster is judged by, except its schedule. */
export interface Evidence {
  readonly cluster: Cluster;
  readonly backups: Backups;
  readonly maxAge?: MaxAge | undefined;
}

/** Whether the judgement depends on the schedule of a dedicated cluster. */
export function needsSchedule(evidence: Evidence): boolean {
  const { cluster, maxAge } = evidence;
  if (cluster.backupEnabled === false) return false;
  if (maxAge === 'schedule') return true;
  const { state } = judgeBySchedule(evidence, dailySchedule);
  return state === 'stale' ? maxAge === undefined : state === 'none' && cluster.paused !== true;
}

/**
 * Judges whether a cluster has a recent backup.
 *
 * @param schedule - its schedule, or why it could not be read.
 */
export function judge(evidence: Evidence, schedule: Schedule | { readonly error: AnyAtlasError }) {
  const judgement =
    'error' in schedule ? judgeWithoutSchedule(evidence, schedule.error) : judgeBySchedule(evidence, schedule);
  const edition = otherEditionOf(evidence.cluster);
  if (edition === undefined || (judgement.state !== 'none' && judgement.state !== 'stale')) return judgement;
  return toUnknown(evidence, otherEdition(edition));
}

/** Judges by the strictest and by the mildest schedule. What both say holds for every schedule. */
function judgeWithoutSchedule(evidence: Evidence, error: AnyAtlasError) {
  const strictest = judgeBySchedule(evidence, hourlySchedule);
  const mildest = judgeBySchedule(evidence, weeklySchedule);
  if (strictest.state !== mildest.state) return toUnknown(evidence, error);
  return strictest.state === 'fresh' ? strictest : mildest;
}

function judgeBySchedule({ cluster, backups, maxAge }: Evidence, { interval, reason }: Schedule) {
  const { restorable, lastFailed, readAt } = backups;
  const isPaused = cluster.paused === true;
  const defaultLimit = Math.max(interval, day) + margin;
  const failure = lastFailed && { lastFailed };
  const notes = { ...(reason && { reason }), ...failure };
  // The schedule explains a missing or an old backup better than the pause does.
  const explanation = { ...(isPaused && { reason: 'paused' as const }), ...notes };
  if (restorable === undefined) {
    const isNew = !isPaused && isYoung(cluster.createDate, defaultLimit, readAt);
    // The backup of a new cluster may not be configured yet.
    return isNew ? { state: 'new' as const, ...failure } : { state: 'none' as const, ...explanation };
  }
  const limit = maxAge === 'schedule' ? interval + margin : (maxAge ?? defaultLimit);
  const known = { ...restorable, maxAge: limit };
  if (known.age <= limit) return { state: 'fresh' as const, ...known, ...notes };
  if (isPaused && known.age <= limit + longestPause) return { state: 'paused' as const, ...known, ...notes };
  return { state: 'stale' as const, ...known, ...explanation };
}

function isYoung(createDate: unknown, limit: number, now: number): boolean {
  // NaN without a valid date, which is in no range.
  const age = now - (parseTime(createDate)?.getTime() ?? Number.NaN);
  // The clock of Atlas may be ahead of the local one, but not by days.
  return age < limit && age >= -(day + margin);
}

function toUnknown({ backups }: Evidence, error: AnyAtlasError) {
  const { restorable, lastFailed } = backups;
  return { state: 'unknown' as const, error, ...restorable, ...(lastFailed && { lastFailed }) };
}
