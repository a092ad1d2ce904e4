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
  readonly maxAge?: number | undefined;
}

/** Judges whether a cluster has a recent backup. */
export function judge({ cluster, backups, maxAge }: Evidence, schedule: Schedule = dailySchedule) {
  const { newest, readAt } = backups;
  const isPaused = cluster.paused === true;
  const lastFailed = lastFailedOf(backups);
  const reason: Reason | undefined = schedule.reason ?? (isPaused ? 'paused' : undefined);
  const shortcomings = { ...(reason && { reason }), ...lastFailed };
  if (newest === undefined) {
    const isNew = !isPaused && isYoung(cluster.createDate, schedule.limit, readAt);
    return isNew ? { state: 'new' as const, ...lastFailed } : { state: 'none' as const, ...shortcomings };
  }
  const limit = maxAge ?? schedule.limit;
  const age = Math.max(readAt - newest.time.getTime(), 0);
  const backup = { newest, age, maxAge: limit };
  if (age <= limit) return { state: 'fresh' as const, ...backup, ...lastFailed };
  if (isPaused && age <= limit + longestPause) return { state: 'paused' as const, ...backup, ...lastFailed };
  return { state: 'stale' as const, ...backup, ...shortcomings };
}

/** Whether the schedule of a dedicated cluster may change the judgement. */
export function dependsOnSchedule({ state }: ReturnType<typeof judge>, { cluster, maxAge }: Evidence): boolean {
  if (cluster.backupEnabled === false) return false;
  return state === 'stale' ? maxAge === undefined : state === 'none' && cluster.paused !== true;
}

function lastFailedOf({ newest, failed }: Backups) {
  return failed !== undefined && (newest === undefined || failed.time > newest.time) && { lastFailed: failed };
}

function isYoung(createDate: unknown, limit: number, now: number): boolean {
  const created = parseTime(createDate)?.getTime();
  if (created === undefined) return false;
  // The clock of Atlas may be ahead of the local one, but not by days.
  return now - created < limit && created - now <= dayAndMargin;
}
