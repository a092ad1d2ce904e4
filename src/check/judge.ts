import type { AnyAtlasError } from '../index.js';
import type { Backups } from './backups.js';
import { type Cluster, otherEditionOf } from './cluster.js';
import { unjudgeable } from './errors.js';
import type { Reason } from './finding.js';
import { parseTime } from './json.js';
import type { MaxAge } from './options.js';
import { dailySchedule, day, hour, hourlySchedule, type Schedule, weeklySchedule } from './schedule.js';

// ms. How late a snapshot may be, including the first one of a new cluster.
const margin = 2 * hour;
// ms. Atlas resumes a paused cluster after this time.
const longestPause = 30 * day;

/** What a cluster is judged by, except its schedule. */
export interface Facts {
  readonly cluster: Cluster;
  readonly backups: Backups;
  readonly maxAge?: MaxAge | undefined;
}

/** Whether the judgement depends on the schedule of a dedicated cluster. */
export function needsSchedule(facts: Facts): boolean {
  if (facts.maxAge === 'schedule') return true;
  const { state } = judgeBySchedule(facts, dailySchedule);
  return state === 'stale' ? facts.maxAge === undefined : state === 'none' && facts.cluster['paused'] !== true;
}

/**
 * Judges whether a cluster has a recent backup.
 *
 * @param schedule - its schedule, or why it could not be read.
 */
export function judge(facts: Facts, schedule: Schedule | { readonly error: AnyAtlasError }) {
  const judgement =
    'error' in schedule ? judgeWithoutSchedule(facts, schedule.error) : judgeBySchedule(facts, schedule);
  const edition = otherEditionOf(facts.cluster);
  if (edition === undefined || (judgement.state !== 'none' && judgement.state !== 'stale')) return judgement;
  const error = unjudgeable(`The edition of the cluster is ${edition}: not all its backups are listed.`);
  return toUnknown(facts.backups, error, 'other edition');
}

/** Judges by the strictest and by the mildest schedule. What both say holds for every schedule. */
function judgeWithoutSchedule(facts: Facts, error: AnyAtlasError) {
  const strictest = judgeBySchedule(facts, hourlySchedule);
  const mildest = judgeBySchedule(facts, weeklySchedule);
  if (strictest.state !== mildest.state) return toUnknown(facts.backups, error);
  const judgement = strictest.state === 'fresh' ? strictest : mildest;
  return { reason: 'schedule unreadable' as const, ...judgement };
}

function judgeBySchedule({ cluster, backups, maxAge }: Facts, { interval, reason }: Schedule) {
  const { restorable, lastFailed, sentAt } = backups;
  const isPaused = cluster['paused'] === true;
  const defaultLimit = Math.max(interval, day) + margin;
  const failure = lastFailed && { lastFailed };
  const ofSchedule = reason && { reason };
  // The pause is the reason of the state, whatever the schedule is.
  const ofPause = isPaused ? { reason: 'paused' as const } : ofSchedule;
  if (restorable === undefined) {
    const isNew = !isPaused && isYoung(cluster['createDate'], defaultLimit, sentAt);
    return { state: isNew ? ('new' as const) : ('none' as const), ...ofPause, ...failure };
  }
  const limit = maxAge === 'schedule' ? interval + margin : (maxAge ?? defaultLimit);
  const known = { ...restorable, maxAge: limit, ...failure };
  if (known.age <= limit) return { state: 'fresh' as const, ...known, ...ofSchedule };
  if (isPaused && known.age <= limit + longestPause) return { state: 'paused' as const, ...known, ...ofSchedule };
  return { state: 'stale' as const, ...known, ...ofPause };
}

function isYoung(createDate: unknown, limit: number, now: number): boolean {
  // NaN without a valid date, which is in no range.
  const age = now - (parseTime(createDate)?.getTime() ?? Number.NaN);
  // The clocks of Atlas may differ, but not by days.
  return age < limit && age >= -(day + margin);
}

/** The judgement of a cluster that cannot be judged. Keeps what is known of its backups. */
export function toUnknown({ restorable, lastFailed }: Backups, error: AnyAtlasError, reason?: Reason) {
  const known = { ...restorable, ...(lastFailed && { lastFailed }), ...(reason && { reason }) };
  return { state: 'unknown' as const, error, ...known };
}
