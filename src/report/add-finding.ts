import { addEvidence } from './evidence.js';
import type { Finding } from './format.js';
import { addBackup, type Cluster, keepHighest } from './history.js';
import { type Fields, fieldsOf, listOf, reasonOf } from './json.js';
import { count, dayMs, dayOf, hourMs, note, printDuration, printTime } from './time.js';

/** What a report has besides the finding. */
type Evidence = NonNullable<Finding['evidence']>;

interface Context {
  /** Not before that of the reports that were added earlier. */
  readonly time: number;
  /** Whether the check had a `--max-age` for the cluster. */
  readonly isLimitGiven: boolean;
}

export function addFinding(cluster: Cluster, finding: Finding, context: Context): void {
  const { state, time, oldest, lastFailed } = finding;
  const reason = reasonOf(finding);
  note(cluster.states, reason === undefined ? state : `${state} (${reason})`, dayOf(context.time));
  addCheck(cluster, finding, context);
  if (time !== undefined) addBackup(cluster, time);
  if (oldest !== undefined) addBackup(cluster, oldest.time);
  if (lastFailed !== undefined) cluster.failures.add(dayOf(lastFailed.time));
  addReach(cluster, finding, context.time);
  addEvidence(cluster, finding, dayOf(context.time));
}

function addCheck(cluster: Cluster, finding: Finding, { time, isLimitGiven }: Context): void {
  const { checks } = cluster;
  const { state, reason, evidence = {} } = finding;
  const day = dayOf(time);
  // An unknown cluster has no limit.
  const limit = finding.maxAge ?? checks.at(-1)?.limit ?? 0;
  if (checks.at(-1)?.day === day) checks.pop();
  checks.push({
    day,
    state,
    isOff: reason === 'backup off',
    limit: isLimitGiven ? limit : Math.max(limit, limitOfSchedule(evidence)),
    completeFrom: findCompleteFrom(finding, evidence, time),
  });
  cluster.finding = finding;
  cluster.checkedAt = time;
}

/** From when on a report lists every backup. Infinity if it may lack some, as for an unknown cluster. */
function findCompleteFrom(finding: Finding, evidence: Evidence, time: number): number {
  const { state, time: newest, oldest } = finding;
  if (state === 'unknown' || newest === undefined) return Number.POSITIVE_INFINITY;
  // Without evidence, it says that no backup follows the newest one. With evidence, it has those that the retention left.
  const hasAll = Array.isArray(evidence['snapshots']) && oldest !== undefined;
  return hasAll ? Math.min(newest, Math.max(oldest.time, time - keptFor(finding, evidence))) : newest;
}

const weeklyLimit = 7 * dayMs + 2 * hourMs;

/** The limit that a weekly schedule sets. A check reads the schedule only if the cluster would be stale without it. */
function limitOfSchedule(evidence: Evidence): number {
  const frequencies = itemsOf(evidence).map(({ frequencyType }) => frequencyType);
  const isRare = (frequency: unknown) => /^(weekly|monthly|yearly|ondemand)$/.test(String(frequency));
  return frequencies.includes('weekly') && frequencies.every(isRare) ? weeklyLimit : 0;
}

const itemsOf = (evidence: Evidence): Fields[] =>
  listOf(fieldsOf(evidence['schedule'])['policies']).flatMap(({ policyItems }) => listOf(policyItems));

const unitsOfRetention: Readonly<Record<string, number>> = { days: 1, weeks: 7, months: 28, years: 365 };

/** How long every backup is kept at least, in ms: by the schedule, or for 7 days, as that of a new cluster has it. */
function keptFor({ clusterType }: Finding, evidence: Evidence): number {
  // Flex keeps the last 8 backups, whatever their age.
  if (clusterType === 'flex') return Number.POSITIVE_INFINITY;
  const daysOf = ({ retentionValue, retentionUnit }: Fields) =>
    Number(retentionValue) * (unitsOfRetention[String(retentionUnit)] ?? Number.NaN);
  const days = itemsOf(evidence)
    .map(daysOf)
    .filter((number) => number > 0);
  return (days.length > 0 ? Math.min(...days) : 7) * dayMs;
}

function addReach(cluster: Cluster, { age, oldest: kept, backups }: Finding, time: number): void {
  const checked = `(check of ${printTime(time)})`;
  if (age !== undefined) keepHighest(cluster, 'Highest age at a check', age, () => `${printDuration(age)} ${checked}`);
  if (kept === undefined) return;
  const { time: oldest } = kept;
  const reach = () => {
    const number = backups === undefined ? '' : `${count(backups, 'backup')}, `;
    return `${number}back to ${printTime(oldest)}: ${printDuration(time - oldest)} ${checked}`;
  };
  keepHighest(cluster, 'Retention in fact, last', time, reach);
  keepHighest(cluster, 'Retention in fact, shortest', oldest - time, reach);
}
