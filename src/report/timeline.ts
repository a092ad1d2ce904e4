import type { Check, Cluster, Departure, Entry, Job } from './jobs.js';
import { clusterKey, listKey } from './jobs.js';
import { dayOf } from './time.js';

/** What the reports of a job say about a cluster. */
export interface Timeline {
  readonly cluster: Cluster;
  /** By the last report of each day that could list the projects. A day on which it was not listed has none. */
  readonly days: ReadonlyMap<number, Entry>;
  /** By the last report that could list the projects. Undefined if that does not list the cluster. */
  readonly current: Entry | undefined;
  /** By the last report that checked the cluster. */
  readonly lastChecked: Entry | undefined;
  /** How it compares with the inventory. Undefined if the last report has none. */
  readonly comparison: Comparison | undefined;
}

/** By the last report that compared the project with the inventory. While a list of it fails, nothing is compared. */
export interface Comparison {
  /** Undefined if the cluster has not departed, or if somebody acknowledged that. */
  readonly departure: Departure | undefined;
}

/** Follows a cluster through the reports of a job. */
export function toTimeline(cluster: Cluster, { listing }: Pick<Job, 'listing'>): Timeline {
  const key = clusterKey(cluster);
  const list = listKey(cluster);
  const days = new Map<number, Entry>();
  let current: Entry | undefined;
  let lastChecked: Entry | undefined;
  let comparison: Comparison | undefined;
  for (const check of listing) {
    comparison = compare(cluster, check, comparison);
    current = check.entries.get(key) ?? toUnread(current, check, list);
    if (current?.finding !== undefined) lastChecked = current;
    const day = dayOf(check.time);
    if (current === undefined) days.delete(day);
    else days.set(day, current);
  }
  return { cluster, days, current, lastChecked, comparison };
}

function compare(cluster: Cluster, check: Check, before: Comparison | undefined): Comparison | undefined {
  if (check.departures === undefined) return undefined;
  const departure = check.departures.get(clusterKey(cluster));
  const isCompared = departure !== undefined || !hasFailedList(check, cluster.groupId);
  return isCompared ? { departure } : before;
}

function hasFailedList({ failedLists }: Check, groupId: string): boolean {
  return (['flex', 'dedicated'] as const).some((clusterType) => failedLists.has(listKey({ groupId, clusterType })));
}

/** What a report says about a cluster that it does not name: not read if its list failed, and it was listed until then. */
function toUnread(before: Entry | undefined, check: Check, list: string): Entry | undefined {
  const isUnread = before !== undefined && check.failedLists.has(list);
  return isUnread ? { check, state: 'not read' } : undefined;
}

/** Whether a day says nothing of the cluster. It neither ends a state nor interrupts it. */
export const saysNothing = (state: Entry['state']): boolean => state === 'unknown' || state === 'not read';

/** Since which day all states have been such ones. */
export function sinceOf({ days }: Timeline, test: (state: Entry['state']) => boolean): number {
  const all = [...days].filter(([, { state }]) => test(state) || !saysNothing(state));
  const before = all.map(([, { state }]) => test(state)).lastIndexOf(false);
  return all[before + 1]?.[0] ?? 0;
}
