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
  const days = new Map<number, Entry>();
  let current: Entry | undefined;
  let lastChecked: Entry | undefined;
  /** The last check that compared the project with the inventory. */
  let comparison: Check | undefined;
  for (const check of listing) {
    // While a list of its project fails, nothing is compared.
    if (check.departures === undefined) comparison = undefined;
    else if (check.departures.has(key) || !hasFailedList(check, cluster)) comparison = check;
    // If its list fails, a cluster that was listed until then is not read.
    const isUnread = current !== undefined && check.failedLists.has(listKey(cluster));
    current = check.entries.get(key) ?? (isUnread ? { check, state: 'not read' } : undefined);
    if (current?.finding !== undefined) lastChecked = current;
    const day = dayOf(check.time);
    if (current === undefined) days.delete(day);
    else days.set(day, current);
  }
  const departure = comparison?.departures?.get(key);
  return { cluster, days, current, lastChecked, isCompared: comparison !== undefined, departure };
}

const hasFailedList = ({ failedLists }: Check, { groupId }: Cluster): boolean =>
  [...failedLists.values()].some((list) => list.groupId === groupId);

type DayState = Entry['state'] | undefined;

/** Whether a day says nothing of the cluster. It neither ends a state nor interrupts it. */
export const saysNothing = (state: DayState): boolean => state === 'unknown' || state === 'not read';

/** Whether an option, or what Atlas does with the cluster, leaves it out of the check. */
export const isLeftOut = (state: DayState): boolean => state !== undefined && state !== 'not read' && !isState(state);

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
export interface Gap extends Run {
  /** Its last day, or that it is still open, or that its end is not known. */
  readonly end: string;
}

/** Finds the gaps of a cluster. A day that says nothing of the cluster neither ends a gap nor interrupts it. */
export function findGaps({ days, current }: Timeline, job: Pick<Job, 'lastCheck'>, isSilent: boolean): Gap[] {
  const said = [...days].filter(([, { state }]) => !saysNothing(state));
  const lastGood = said.filter(([, { state }]) => isGood(state)).at(-1)?.[0];
  const runs: Run[] = [];
  let open: { readonly first: number; last: number } | undefined;
  for (const [day, { state }] of said) {
    if (!isBad(state)) open = undefined;
    else if (open !== undefined) open.last = day;
    else {
      open = { first: day, last: day };
      runs.push(open);
    }
  }
  const isOpen = !isSilent && current?.check === job.lastCheck && isBad(current.state);
  return runs.map((run): Gap => {
    if (lastGood !== undefined && lastGood > run.last) return { ...run, end: formatDay(run.last) };
    return { ...run, end: isOpen && run === open ? 'still open' : 'not known' };
  });
}
