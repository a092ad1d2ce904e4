import { fieldsOf, isSharded, snapshotFields } from '../client/atlas/json.js';
import type { Check } from './history.js';
import { snapshotsOf, timeOf } from './json.js';
import type { Finding } from './lenient.js';
import { dayMs, hourMs, printDuration, printTime } from './time.js';

// Two clocks may differ by a minute without a correction.
const tolerance = 2 * 60_000;
// Atlas resumes a paused cluster after this time.
const longestPause = 30 * dayMs;
/** How old a backup may be by a weekly schedule, in ms. No cluster is new for longer. */
export const weeklyLimit = 7 * dayMs + 2 * hourMs;

/**
 * Finds what in a finding contradicts its state: no check writes such a finding.
 *
 * @param check - when the check started and ended, by the clock of Atlas, in ms since 1970, and its usual limit in ms.
 */
export function findContradictions(finding: Finding, check: Pick<Check, 'time' | 'end' | 'maxAge'>): string[] {
  if (finding.state === 'unknown') return [];
  const found = [
    ofAge(finding, check),
    ofTimes(finding, check),
    ofList(finding, check.end),
    ofCluster(finding, check.time),
  ];
  return found.filter((text) => text !== undefined);
}

function ofAge(finding: Finding, { end, maxAge: usual }: Pick<Check, 'end' | 'maxAge'>): string | undefined {
  const { state, time, age, maxAge = usual } = finding;
  if (time === undefined) return state === 'fresh' ? 'fresh, but without a backup' : undefined;
  if (maxAge === undefined) return undefined;
  const known = age ?? end - time;
  // Without an age, when Atlas answered is not known.
  const margin = age === undefined ? dayMs : 0;
  const isOver = known > maxAge + margin + (state === 'paused' ? longestPause : 0);
  const isCalm = state === 'fresh' || state === 'paused';
  if (!(isCalm && isOver) && !(state === 'stale' && known + margin <= maxAge)) return undefined;
  return `${state}, but ${printDuration(known)} old, with a limit of ${printDuration(maxAge)}`;
}

/** The age is that of the moment at which Atlas answered. It is 0 if the backup is ahead of that, by up to an hour. */
function ofTimes({ time, age }: Finding, { time: start, end }: Pick<Check, 'time' | 'end'>) {
  if (time === undefined || age === undefined) return undefined;
  const latest = end + tolerance + (age === 0 ? hourMs : 0);
  if (time + age >= start - tolerance && time + age <= latest) return undefined;
  return `the backup of ${printTime(time)} was not ${printDuration(age)} old when it was checked`;
}

function ofList(finding: Finding, end: number): string | undefined {
  const { state, time, age } = finding;
  const backups = listBackups(finding);
  if (backups === undefined) return undefined;
  const answered = time !== undefined && age ? time + age : end;
  const restorable = [...backups].filter(([, expiry = answered]) => expiry >= answered).map(([taken]) => taken);
  const newest = restorable.length > 0 ? restorable.reduce((a, b) => Math.max(a, b)) : undefined;
  if (newest === time) return undefined;
  return `${state}, but the newest backup that Atlas listed is ${newest === undefined ? 'none' : `of ${printTime(newest)}`}`;
}

function ofCluster({ state, evidence }: Finding, start: number): string | undefined {
  const { createDate, paused } = fieldsOf(evidence?.cluster);
  const created = timeOf(createDate);
  if (state === 'new' && created !== undefined && start - created > weeklyLimit) {
    return `new, but created on ${printTime(created)}`;
  }
  return state === 'paused' && paused === false ? 'paused, but the cluster was not' : undefined;
}

/**
 * Lists the completed snapshots that Atlas listed: their times, and when each expires, in ms since 1970. Undefined if they were not
 * read, or if they are of single shards.
 */
export function listBackups({ clusterType, evidence }: Finding): ReadonlyMap<number, number | undefined> | undefined {
  if (evidence?.snapshots === undefined) return undefined;
  const { completed, time, expiry } = snapshotFields[clusterType];
  const backups = new Map<number, number | undefined>();
  for (const snapshot of snapshotsOf(evidence)) {
    const taken = timeOf(snapshot[time]);
    if (snapshot['status'] === completed && taken !== undefined) backups.set(taken, timeOf(snapshot[expiry]));
  }
  const ofShards = isSharded(fieldsOf(evidence.cluster));
  return ofShards && backups.size === 0 && evidence.snapshots.length > 0 ? undefined : backups;
}

/**
 * Finds the backups that were deleted before their time, or whose retention was shortened: those that expire more than a day after
 * the next report, which lacks them.
 *
 * @param before - what an earlier report lists.
 * @param next - the finding of the next report.
 * @param time - of the next report, in ms since 1970.
 * @returns their times, in ms since 1970.
 */
export function findDeleted(before: ReadonlyMap<number, number | undefined>, next: Finding, time: number): number[] {
  const listed = listBackups(next);
  if (listed === undefined) return [];
  const missing = [...before].filter(([taken, expiry]) => !listed.has(taken) && (expiry ?? 0) > time + dayMs);
  return missing.map(([taken]) => taken);
}
