import { addEvidence } from './evidence.js';
import { addBackup, type Cluster, keepHighest } from './history.js';
import { type Fields, type Finding, fieldsOf, listOf } from './json.js';
import { count, dayMs, dayOf, hourMs, note, printDuration, printTime } from './time.js';

/** What a report has besides the finding. */
interface Context {
  readonly evidence: Fields;
  /** Not before that of the reports that were added earlier. */
  readonly time: number;
  /** Whether the check had `--max-age`. */
  readonly isLimitGiven: boolean;
}

export function addFinding(cluster: Cluster, finding: Finding, context: Context): void {
  const { state, reason, newest, oldest, lastFailed } = finding;
  note(cluster.states, reason === undefined ? state : `${state} (${reason})`, dayOf(context.time));
  addCheck(cluster, finding, context);
  for (const time of [newest, oldest]) if (time !== undefined) addBackup(cluster, time);
  if (lastFailed !== undefined) cluster.failures.add(dayOf(lastFailed));
  addReach(cluster, finding, context.time);
  addEvidence(cluster, finding, context.evidence, dayOf(context.time));
}

function addCheck(cluster: Cluster, finding: Finding, { evidence, time, isLimitGiven }: Context): void {
  const { checks, checkedAt } = cluster;
  const { state, reason, maxAge } = finding;
  const day = dayOf(time);
  const isPaused = fieldsOf(evidence['cluster'])['paused'] === true && (state === 'fresh' || state === 'short');
  const listedFrom = findListedFrom(finding, evidence, time);
  // What the report before listed is known too, if nothing is missing between the two.
  const before = listedFrom !== undefined && checkedAt >= listedFrom ? checks.at(-1)?.completeFrom : undefined;
  if (checks.at(-1)?.day === day) checks.pop();
  checks.push({
    day,
    state,
    isOff: reason === 'backup off',
    isPaused: state === 'paused' || isPaused,
    limit: isLimitGiven ? maxAge : limitOf(finding, evidence),
    completeFrom: before ?? listedFrom,
  });
  cluster.finding = finding;
  cluster.checkedAt = time;
}

/** From when on a report lists every backup. Undefined if it may lack some, as for an unknown cluster. */
function findListedFrom(finding: Finding, evidence: Fields, time: number): number | undefined {
  const { state, newest, oldest } = finding;
  if (state === 'unknown' || newest === undefined) return undefined;
  // Without evidence, it says that no backup follows the newest one. With evidence, it has those that the retention left.
  const hasAll = Array.isArray(evidence['snapshots']) && oldest !== undefined;
  return hasAll ? Math.min(newest, Math.max(oldest, time - keptFor(finding, evidence))) : newest;
}

const [usualLimit, weeklyLimit] = [26 * hourMs, 7 * dayMs + 2 * hourMs];

/**
 * The limit that a later check may apply. A check raises the usual one by the schedule only if the cluster would be stale without
 * that, so that of a backup of the last hours says nothing of it.
 */
function limitOf({ clusterType, maxAge, age }: Finding, evidence: Fields): number | undefined {
  if (clusterType !== 'dedicated' || maxAge !== usualLimit || (age ?? 0) > usualLimit) return maxAge;
  const frequencies = itemsOf(evidence).map(({ frequencyType }) => frequencyType);
  if (frequencies.length === 0) return undefined;
  const rare: unknown[] = ['weekly', 'monthly', 'yearly', 'ondemand'];
  const isWeekly = frequencies.every((frequency) => rare.includes(frequency));
  return isWeekly && frequencies.includes('weekly') ? weeklyLimit : usualLimit;
}

const itemsOf = (evidence: Fields): Fields[] =>
  listOf(fieldsOf(evidence['schedule'])['policies']).flatMap(({ policyItems }) => listOf(policyItems));

const unitsOfRetention: Readonly<Record<string, number>> = { days: 1, weeks: 7, months: 28, years: 365 };

/** How long every backup is kept at least, in ms: by the schedule, or for 7 days, as that of a new cluster has it. */
function keptFor({ clusterType }: Finding, evidence: Fields): number {
  // Flex keeps the last 8 backups, whatever their age.
  if (clusterType === 'flex') return Number.POSITIVE_INFINITY;
  const daysOf = ({ retentionValue, retentionUnit }: Fields) =>
    Number(retentionValue) * (unitsOfRetention[String(retentionUnit)] ?? Number.NaN);
  const days = itemsOf(evidence)
    .map(daysOf)
    .filter((number) => number > 0);
  return (days.length > 0 ? Math.min(...days) : 7) * dayMs;
}

function addReach(cluster: Cluster, { age, oldest, backups }: Finding, time: number): void {
  const print = (text: string) => `${text} (check of ${printTime(time)})`;
  if (age !== undefined) keepHighest(cluster, 'Highest age at a check', age, () => print(printDuration(age)));
  if (oldest === undefined) return;
  const reach = () => {
    const kept = backups === undefined ? '' : `${count(backups, 'backup')}, `;
    return print(`${kept}back to ${printTime(oldest)}: ${printDuration(time - oldest)}`);
  };
  keepHighest(cluster, 'Retention in fact, last', time, reach);
  keepHighest(cluster, 'Retention in fact, shortest', oldest - time, reach);
}
