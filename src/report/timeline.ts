import type { Check, Cluster, Entry, Job } from './jobs.js';
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
}

/** Follows a cluster through the reports of a job. */
export function toTimeline(cluster: Cluster, { listing }: Pick<Job, 'listing'>): Timeline {
  const key = clusterKey(cluster);
  const list = listKey(cluster);
  const days = new Map<number, Entry>();
  let current: Entry | undefined;
  let lastChecked: Entry | undefined;
  for (const check of listing) {
    current = check.entries.get(key) ?? toUnread(current, check, list);
    if (current?.finding !== undefined) lastChecked = current;
    const day = dayOf(check.time);
    if (current === undefined) days.delete(day);
    else days.set(day, current);
  }
  return { cluster, days, current, lastChecked };
}

/** What a report says about a cluster that it does not name: not read if its list failed, and it was listed until then. */
function toUnread(before: Entry | undefined, check: Check, list: string): Entry | undefined {
  const isUnread = before !== undefined && check.failedLists.has(list);
  return isUnread ? { check, state: 'not read' } : undefined;
}

/** Since which day all states have been such ones. */
export function sinceOf({ days }: Timeline, test: (state: Entry['state']) => boolean): number {
  const all = [...days];
  const before = all.map(([, { state }]) => test(state)).lastIndexOf(false);
  return all[before + 1]?.[0] ?? 0;
}
