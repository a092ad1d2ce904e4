import { type Check, type Cluster, clusterKey, type Departure, type Entry, type Job, listKey } from './jobs.js';
import { isState, states } from './states.js';
import { dayOf, formatDay, type Run } from './time.js';

/** What the reports of a job say about a cluster. */
export interface Timeline {
  readonly cluster: Cluster;
  /** By the last report of each day that could list the projects. A day on which it was not listed has none. */
  readonly days: ReadonlyMap<number, Entry>;
  /** By the last report that could list the projects. Undefined if that does not list the cluster. */
  readonly current: Entry | undefined;
  /** By the last report that checked the cluster. */
  readonly lastChecked: Entry | undefined;
  /** Whether the last report compares the clusters with an inventory. */
  readonly isCompared: boolean;
  /** What the last comparison found. Undefined if the cluster has not departed, or if somebody acknowledged that. */
  readonly departure: Departure | undefined;
}

/** Follows a cluster through the reports of a job. */
export function toTimeline(cluster: Cluster, { listing }: Pick<Job, 'listing'>): Timeline {
  const key = clusterKey(cluster);
  const list = listKey(cluster);
  const days = new Map<number, Entry>();
  let current: Entry | undefined;
  let lastChecked: Entry | undefined;
  let comparison: Check | undefined;
  for (const check of listing) {
    comparison = findComparison(cluster, check, comparison);
    current = check.entries.get(key) ?? toUnread(current, check, list);
    if (current?.finding !== undefined) lastChecked = current;
    const day = dayOf(check.time);
    if (current === undefined) days.delete(day);
    else days.set(day, current);
  }
  const departure = comparison?.departures?.get(key);
  return { cluster, days, current, lastChecked, isCompared: comparison !== undefined, departure };
}

/** The last report that compared a project with the inventory. While a list of it fails, nothing is compared. */
function findComparison(cluster: Cluster, check: Check, before: Check | undefined): Check | undefined {
  if (check.departures === undefined) return undefined;
  const isCompared = check.departures.has(clusterKey(cluster)) || !hasFailedList(check, cluster.groupId);
  return isCompared ? check : before;
}

function hasFailedList({ failedLists }: Check, groupId: string): boolean {
  return [...failedLists.values()].some((list) => list.groupId === groupId);
}

/** What a report says about a cluster that it does not name: not read if its list failed, and it was listed until then. */
function toUnread(before: Entry | undefined, check: Check, list: string): Entry | undefined {
  const isUnread = before !== undefined && check.failedLists.has(list);
  return isUnread ? { check, state: 'not read' } : undefined;
}

type DayState = Entry['state'];

/** Whether a day says nothing of the cluster. It neither ends a state nor interrupts it. */
const saysNothing = (state: DayState): boolean => state === 'unknown' || state === 'not read';

/** Whether an option, or what Atlas does with the cluster, leaves it out of the check. */
export const isLeftOut = (state: DayState): boolean => !isState(state) && state !== 'not read';

/** Whether the backups are bad. */
export const isBad = (state: DayState): boolean => isState(state) && states[state].exitCode === 2;

const isGood = (state: DayState): boolean => isState(state) && states[state].exitCode === 0;

/** Since which day all states have been such ones. */
export function sinceOf({ days }: Timeline, test: (state: DayState) => boolean): number {
  const all = [...days].filter(([, { state }]) => test(state) || !saysNothing(state));
  const before = all.map(([, { state }]) => test(state)).lastIndexOf(false);
  return all[before + 1]?.[0] ?? 0;
}

/** A run of bad days. */
export interface Gap {
  readonly run: Run;
  /** Its last day, or that it is still open, or that its end is not known. */
  readonly end: string;
}

/** Finds the gaps of a cluster. A day that says nothing of the cluster neither ends a gap nor interrupts it. */
export function findGaps({ days, current }: Timeline, job: Pick<Job, 'lastCheck'>, isSilent: boolean): Gap[] {
  const said = [...days].filter(([, { state }]) => !saysNothing(state));
  const lastGood = said.filter(([, { state }]) => isGood(state)).at(-1)?.[0];
  const runs: [first: number, last: number][] = [];
  let isOpen = false;
  for (const [day, { state }] of said) {
    const run = runs.at(-1);
    if (!isBad(state)) isOpen = false;
    else if (isOpen && run !== undefined) run[1] = day;
    else {
      runs.push([day, day]);
      isOpen = true;
    }
  }
  const saysSo = !isSilent && current !== undefined && current.check === job.lastCheck && isBad(current.state);
  return runs.map((run): Gap => {
    const [, last] = run;
    if (lastGood !== undefined && lastGood > last) return { run, end: formatDay(last) };
    return { run, end: saysSo && run === runs.at(-1) ? 'still open' : 'not known' };
  });
}
