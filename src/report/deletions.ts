import { fieldsOf, isOfAllShards, isSharded, itemsOf, snapshotFields } from '../client/atlas/json.js';
import type { Finding } from './format.js';
import { timeOf } from './json.js';
import { dayMs } from './time.js';

/**
 * Lists the completed snapshots that Atlas listed: their times, and when each expires, in ms since 1970. Undefined if they were not
 * read, or if they are of single shards.
 */
export function listBackups({ clusterType, evidence }: Finding): ReadonlyMap<number, number | undefined> | undefined {
  if (evidence?.snapshots === undefined) return undefined;
  const ofShards = clusterType === 'dedicated' && isSharded(fieldsOf(evidence.cluster));
  const { completed, time, expiry } = snapshotFields[clusterType];
  const backups = new Map<number, number | undefined>();
  for (const snapshot of itemsOf(evidence.snapshots)) {
    const fields = fieldsOf(snapshot);
    const taken = timeOf(fields[time]);
    if (fields['status'] !== completed || taken === undefined || (ofShards && !isOfAllShards(snapshot))) continue;
    backups.set(taken, timeOf(fields[expiry]));
  }
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
