import { stateNames } from './format.js';
import {
  type Check,
  type Cluster,
  clusterKey,
  type Finding,
  type Job,
  listKey,
  type Mention,
  type State,
} from './history.js';
import { dayOf, getOrAdd, printDay, printDuration, printTime } from './time.js';

/** What the reports of one job say about a cluster. */
export interface Course {
  readonly job: Job;
  /** By the last report of each day. */
  readonly days: ReadonlyMap<number, Mention>;
  /** By its latest report. Undefined if that does not list the cluster. */
  readonly now: Mention | undefined;
  /** The last that names the cluster. */
  readonly latest: Mention;
  /** The last that has a finding. */
  readonly last: Mention | undefined;
}

/** What a cluster is. */
export interface Standing {
  readonly job: Job;
  /** A state, or what else it is. */
  readonly label: string;
  readonly color: string;
  /** The lowest is the worst. */
  readonly rank: number;
  readonly kind: 'checked' | 'left out' | 'gone';
  /** Why it needs attention, without the end of the sentence. Undefined if it does not. */
  readonly problem?: string | undefined;
}

const colors: Readonly<Record<State, string>> = {
  ...{ none: 'red', stale: 'red', short: 'red', unknown: 'magenta' },
  ...{ paused: 'yellow', new: 'plain', fresh: 'green' },
};

export const isState = (state: string): state is State => Object.hasOwn(colors, state);

/** What is left out ranks below every state. */
export const rankOf = (state: Mention['state']): number =>
  isState(state) ? stateNames.indexOf(state) : stateNames.length;

const firstGood = stateNames.indexOf('paused');
const isBad = (state: Mention['state']): boolean => rankOf(state) < firstGood;

// What needs attention without having a state follows the states that do.
const odd = { color: 'magenta', rank: firstGood - 0.5 };
const calm = { color: 'plain', rank: 2 * stateNames.length };

/** Follows a cluster through the reports of a job. Returns undefined if none names it. */
export function follow(cluster: Cluster, job: Job): Course | undefined {
  const [key, list] = [clusterKey(cluster), listKey(cluster)];
  const days = new Map<number, Mention>();
  let [now, latest, last]: (Mention | undefined)[] = [];
  for (const check of job.listing) {
    const mention = check.mentions.get(key);
    now = mention ?? (now && check.failedLists.has(list) ? toUnread(check) : undefined);
    latest = mention ?? latest;
    if (mention?.finding !== undefined) last = mention;
    // The last report of a day counts.
    const day = dayOf(check.time);
    if (now === undefined) days.delete(day);
    else days.set(day, now);
  }
  return latest && { job, days, now, latest, last };
}

const toUnread = (check: Check): Mention => ({ check, state: 'unknown', detail: 'its list could not be read' });

/** @param isChecked - whether a job that is not silent checks the cluster. */
export function toStanding(course: Course, isChecked: boolean): Standing {
  const { job, now, last } = course;
  if (now === undefined) return toGone(course, isChecked);
  const { state, check, finding } = now;
  if (!isState(state)) {
    const leftOut = { ...calm, job, label: 'left out', kind: 'left out' } as const;
    if (isChecked || last === undefined || !isBad(last.state)) return leftOut;
    const problem = `${last.state} before, and ${printLeftOut(now)} since; no other job checks it`;
    return { ...leftOut, ...factsOf(last.state), label: `${last.state} when left out`, problem };
  }
  const standing = { ...factsOf(state), job, label: state, kind: 'checked' } as const;
  // A list that could not be read needs attention itself.
  if (isBad(state)) return { ...standing, problem: finding && sayProblem(finding, course.days) };
  if (!job.isSilent) return standing;
  const label = `${state} on ${printDay(dayOf(check.time))}`;
  return { ...standing, label, color: 'plain', rank: standing.rank + stateNames.length };
}

const factsOf = (state: Mention['state']) => ({ color: isState(state) ? colors[state] : 'plain', rank: rankOf(state) });

/** With an inventory, the check reports departures itself. */
function toGone({ job, latest, last }: Course, isChecked: boolean): Standing {
  const gone = { ...calm, job, label: 'no longer listed', kind: 'gone' } as const;
  const wasListed = latest.finding !== undefined || latest.state === 'free' || latest.state === 'deleting';
  const isMissed = wasListed || (last !== undefined && isBad(last.state));
  if (!isMissed || isChecked || job.latest?.report.departed !== undefined) return gone;
  const time = last?.finding?.time;
  const newest = time === undefined ? '' : `; newest known backup ${printTime(time)}`;
  const problem = `last listed on ${printDay(dayOf(latest.check.time))}: deleted, or a role was lost${newest}`;
  return { ...gone, ...odd, problem };
}

/** The departures that the latest report of each job names, by the key of the cluster. */
export function departuresOf(jobs: readonly Job[]): Map<string, Standing[]> {
  const departures = new Map<string, Standing[]>();
  for (const job of jobs) {
    for (const one of job.latest?.report.departed ?? []) {
      const problem = `watched since ${printTime(one.since)}`;
      const standing = { ...odd, job, label: `departed: ${one.departure}`, kind: 'gone', problem } as const;
      getOrAdd(departures, clusterKey(one), () => []).push(standing);
    }
  }
  return departures;
}

/** Such as `excluded by Web Shop/test-*`. */
export const printLeftOut = ({ state, detail }: Mention): string =>
  detail === undefined ? state : `${state} by ${detail}`;

/** Says what is wrong, and since when. */
function sayProblem(finding: Finding, days: Course['days']): string {
  const { state, reason, error, time, age = 0, maxAge, oldest, minHistory } = finding;
  const limit = maxAge === undefined ? '' : ` (limit ${printDuration(maxAge)})`;
  const facts = [
    reason,
    `since the report of ${printDay(sinceOf(days, (one) => one === state))}`,
    time && `newest backup ${printTime(time)}, ${printDuration(age)} old at the check${limit}`,
    minHistory && oldest && `oldest backup ${printTime(oldest.time)}, ${printDuration(minHistory)} of history needed`,
    error?.message?.replace(/\.$/, ''),
  ];
  return facts.filter((fact) => fact !== undefined).join('; ');
}

/** Since which day all states have been such ones. */
export function sinceOf(days: Course['days'], test: (state: Mention['state']) => boolean): number {
  const all = [...days];
  const before = all.map(([, { state }]) => test(state)).lastIndexOf(false);
  return all[before + 1]?.[0] ?? 0;
}
