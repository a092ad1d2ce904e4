import { type JsonObject, scheduleItems } from '../client/atlas/json.js';
import { findContradictions, findDeleted, listBackups, weeklyLimit } from './contradictions.js';
import { addEvidence } from './evidence.js';
import { addBackup, type Check, type Cluster, keepHighest, saidBy } from './history.js';
import { reasonOf } from './json.js';
import type { Evidence, Finding } from './lenient.js';
import { count, Days, dayMs, dayOf, note, printDay, printDuration, printRange, printTime } from './time.js';

/**
 * @param check - not before those that were added earlier.
 * @param isLimitGiven - whether the check had a `--max-age` for the cluster.
 */
export function addFinding(cluster: Cluster, finding: Finding, check: Check, isLimitGiven: boolean): void {
  const { state, time, oldest, lastFailed } = finding;
  const day = dayOf(check.time);
  const reason = reasonOf(finding);
  note(cluster.states, reason === undefined ? state : `${state} (${reason})`, day);
  addObservation(cluster, finding, check, isLimitGiven);
  addIdentity(cluster, finding, day);
  addDeletions(cluster, finding, check.time);
  if (time !== undefined) addBackup(cluster, time);
  if (oldest !== undefined) addBackup(cluster, oldest.time);
  if (lastFailed !== undefined) cluster.failures.add(dayOf(lastFailed.time));
  addReach(cluster, finding, check.time);
  addEvidence(cluster, finding, day);
  const said = saidBy(cluster, check);
  const contradictions = findContradictions(finding, check);
  if (said.finding?.check === check) contradictions.push(`${state}, but the report has the cluster twice`);
  for (const text of contradictions) note(cluster.contradictions, text, day);
  // The evidence of every last finding would take most of the memory.
  finding.evidence = undefined;
  said.finding = { check, finding, contradiction: contradictions[0] };
}

function addObservation(cluster: Cluster, finding: Finding, check: Check, isLimitGiven: boolean): void {
  const { observations } = cluster;
  const { state, reason, evidence = {} } = finding;
  const day = dayOf(check.time);
  const said = saidBy(cluster, check);
  const before = said.observation;
  // An unknown cluster has no limit.
  const limit = finding.maxAge ?? before?.limit ?? 0;
  if (before?.day === day) observations.splice(observations.lastIndexOf(before), 1);
  said.observation = {
    check,
    day,
    state,
    isOff: reason === 'backup off',
    limit: isLimitGiven ? limit : Math.max(limit, limitOfSchedule(evidence)),
    completeFrom: findCompleteFrom(finding, evidence, check.time),
  };
  observations.push(said.observation);
}

/** Notes the days on which a cluster has another ID than before: it has none of the backups of that one. */
function addIdentity(cluster: Cluster, { clusterId }: Finding, day: number): void {
  if (clusterId === undefined) return;
  if (cluster.clusterId !== undefined && cluster.clusterId !== clusterId) {
    cluster.replaced.add(day);
    cluster.kept = undefined;
  }
  cluster.clusterId = clusterId;
}

const list = new Intl.ListFormat('en');

function addDeletions(cluster: Cluster, finding: Finding, time: number): void {
  const backups = listBackups(finding);
  if (backups === undefined) return;
  const { kept } = cluster;
  const deleted = kept === undefined ? [] : findDeleted(kept.backups, finding, time);
  if (kept !== undefined && deleted.length > 0) {
    for (const backup of deleted) cluster.deletions.add(dayOf(backup));
    const days = Days.of(deleted.map(dayOf)).runs.flatMap(([first, last]) =>
      last - first > 1 ? printRange(first, last) : [...new Set([first, last])].map(printDay),
    );
    const [were, they] = deleted.length === 1 ? ['was', 'it'] : ['were', 'they'];
    const between = `between the reports of ${printTime(kept.time)} and ${printTime(time)}, before ${they} expired`;
    cluster.deletionNotes.push(`${count(deleted.length, 'backup')}, of ${list.format(days)}, ${were} gone ${between}`);
  }
  cluster.kept = { time, backups };
}

/** From when on a report lists every backup. Infinity if it may lack some, as for an unknown cluster. */
function findCompleteFrom(finding: Finding, evidence: Evidence, time: number): number {
  const { state, time: newest, oldest } = finding;
  if (state === 'unknown' || newest === undefined) return Number.POSITIVE_INFINITY;
  // Without evidence, it says that no backup follows the newest one. With evidence, it has those that the retention left.
  const hasAll = evidence.snapshots !== undefined && oldest !== undefined;
  return hasAll ? Math.min(newest, Math.max(oldest.time, time - keptFor(finding, evidence))) : newest;
}

/** The limit that a weekly schedule sets. A check reads the schedule only if the cluster would be stale without it. */
function limitOfSchedule(evidence: Evidence): number {
  const frequencies = scheduleItems(evidence.schedule).map(({ frequencyType }) => frequencyType);
  const isRare = (frequency: unknown) => /^(weekly|monthly|yearly)$/.test(String(frequency));
  return frequencies.includes('weekly') && frequencies.every(isRare) ? weeklyLimit : 0;
}

const unitsOfRetention: Readonly<Record<string, number>> = { days: 1, weeks: 7, months: 28, years: 365 };

/** How long every backup is kept at least, in ms: by the schedule, or for 7 days, as that of a new cluster has it. */
function keptFor({ clusterType }: Finding, evidence: Evidence): number {
  // Flex keeps the last 8 backups, whatever their age.
  if (clusterType === 'flex') return Number.POSITIVE_INFINITY;
  const daysOf = ({ retentionValue, retentionUnit }: JsonObject) =>
    Number(retentionValue) * (unitsOfRetention[String(retentionUnit)] ?? Number.NaN);
  const days = scheduleItems(evidence.schedule)
    .map(daysOf)
    .filter((number) => number > 0);
  return (days.length > 0 ? Math.min(...days) : 7) * dayMs;
}

function addReach(cluster: Cluster, { age, oldest, backups }: Finding, time: number): void {
  const checked = `(check of ${printTime(time)})`;
  if (age !== undefined) keepHighest(cluster, 'Highest age at a check', age, () => `${printDuration(age)} ${checked}`);
  if (oldest === undefined) return;
  keepHighest(cluster, 'Retention in fact', time, () => {
    const number = backups === undefined ? '' : `${count(backups, 'backup')}, `;
    return `${number}back to ${printTime(oldest.time)}: ${printDuration(time - oldest.time)} ${checked}`;
  });
}
