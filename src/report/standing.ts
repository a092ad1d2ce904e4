import { stateNames } from './format.js';
import type { Cluster, Departed, Finding, Job, Mention, Said, State } from './history.js';
import { listKey } from './history.js';
import { dayOf, printDay, printDuration, printTime } from './time.js';

/** What one job says about a cluster. */
export interface Course {
  readonly job: Job;
  /** By the last report of each day. */
  readonly days: ReadonlyMap<number, Mention>;
  /** By its latest report. Undefined if that does not list the cluster. */
  readonly now: Mention | undefined;
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

/** What a cluster is if its list could not be read. */
const unread = 'its list could not be read';

/** Follows a cluster through the last report of each day of a job. */
export function follow(cluster: Cluster, job: Job): Course {
  const days = new Map<number, Mention>();
  const own = cluster.said.get(job.folder)?.days;
  const list = listKey(cluster);
  let now: Mention | undefined;
  for (const [day, check] of job.days) {
    const said = own?.get(day);
    if (said?.check.time === check.time) now = said;
    else if (now !== undefined && check.failedLists.has(list)) now = { check, state: 'unknown', detail: unread };
    else now = undefined;
    if (now !== undefined) days.set(day, now);
  }
  return { job, days, now };
}

/** @param isChecked - whether a job that is not silent checks the cluster. */
export function toStanding({ job, days, now }: Course, { said }: Cluster, isChecked: boolean): Standing {
  const own = said.get(job.folder);
  if (now === undefined) return toGone(job, own, isChecked);
  const { state, check, detail } = now;
  const last = own?.finding?.finding;
  if (!isState(state)) {
    const leftOut = { ...calm, job, label: 'left out', kind: 'left out' } as const;
    if (isChecked || last === undefined || !isBad(last.state)) return leftOut;
    const problem = `${last.state} before, and ${printLeftOut(now)} since; no other job checks it`;
    return { ...leftOut, ...factsOf(last.state), label: `${last.state} when left out`, problem };
  }
  const standing = { ...factsOf(state), job, label: state, kind: 'checked' } as const;
  // A list that could not be read needs attention itself.
  if (isBad(state)) return { ...standing, problem: detail === unread ? undefined : last && sayProblem(last, days) };
  if (!job.isSilent) return standing;
  const label = `${state} on ${printDay(dayOf(check.time))}`;
  return { ...standing, label, color: 'plain', rank: standing.rank + stateNames.length };
}

const factsOf = (state: State) => ({ color: colors[state], rank: rankOf(state) });

/** Whoever reads an inventory is told of departures by the check. */
function toGone(job: Job, said: Said | undefined, isChecked: boolean): Standing {
  const gone = { ...calm, job, label: 'no longer listed', kind: 'gone' } as const;
  if (said === undefined || isChecked || job.latest?.report.departed !== undefined) return gone;
  const { check, state } = said.latest;
  const last = said.finding?.finding;
  const isMissed = isState(state) || state === 'free' || state === 'deleting' || (last && isBad(last.state));
  if (!isMissed) return gone;
  const newest = last?.time === undefined ? '' : `; newest known backup ${printTime(last.time)}`;
  const problem = `last listed on ${printDay(dayOf(check.time))}: deleted, or a role was lost${newest}`;
  return { ...gone, ...odd, problem };
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

export function toDeparture({ departure, since }: Departed, job: Job): Standing {
  const problem = `watched since ${printTime(since)}`;
  return { ...odd, job, label: `departed: ${departure}`, kind: 'gone', problem };
}
