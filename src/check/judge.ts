import type { Backups } from './backups.js';
import type { Cluster } from './cluster.js';
import type { Reason } from './finding.js';
import { dailySchedule, type Schedule } from './schedule.js';
import { day, dayAndMargin, parseTime } from './times.js';

// ms. Atlas resumes a paused cluster after this time.
const longestPause = 30 * day;

/** What a cluster is judged by, except its schedule. */
export interface Evidence {
  readonly cluster: Pick<Cluster, 'createDate' | 'paused' | 'backupEnabled'>;
  readonly backups: Backups;
  /** The highest age of a fresh backup that the caller asked for, in ms. */
  readonly maxAge?: number | 'schedule' | undefined;
}

/** Judges whether a cluster has a recent backup. */
export function judge({ cluster, backups, maxAge }: Evidence, schedule: Schedule = dailySchedule) {
  const { restorable, readAt, ...failure } = backups;
  const isPaused = cluster.paused === true;
  const reason: Reason | undefined = schedule.reason ?? (isPaused ? 'paused' : undefined);
  const shortcomings = { ...(reason && { reason }), ...failure };
  if (restorable === undefined) {
    const isNew = !isPaused && isYoung(cluster.createDate, schedule.limit, readAt);
    return isNew ? { state: 'new' as const, ...failure } : { state: 'none' as const, ...shortcomings };
  }
  const { age } = restorable;
  const limit = typeof maxAge === 'number' ? maxAge : schedule.limit;
  const known = { ...restorable, maxAge: limit };
  if (age <= limit) return { state: 'fresh' as const, ...known, ...failure };
  if (isPaused && age <= limit + longestPause) return { state: 'paused' as const, ...known, ...failure };
  return { state: 'stale' as const, ...known, ...shortcomings };
}

/** Whether the schedule of a dedicated cluster may change the judgement. */
export function dependsOnSchedule({ state }: ReturnType<typeof judge>, { cluster, maxAge }: Evidence): boolean {
  if (cluster.backupEnabled === false) return false;
  return state === 'stale' ? typeof maxAge !== 'number' : state === 'none' && cluster.paused !== true;
}

function isYoung(createDate: unknown, limit: number, now: number): boolean {
  const created = parseTime(createDate)?.getTime();
  if (created === undefined) return false;
  // The clock of Atlas may be ahead of the local one, but not by days.
  return now - created < limit && created - now <= dayAndMargin;
}
