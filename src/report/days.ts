import type { Cluster, History, Job, Observation } from './history.js';
import { Days, dayMs, dayOf, getOrAdd } from './time.js';

/** What a day may be to a cluster: the title of its bar, whose class is the key, and the label of a list of such days. */
export const kinds = {
  backup: { title: 'a backup', label: 'Days with a backup' },
  within: { title: 'none, but within the limit', label: 'Days without, but within the limit' },
  over: { title: 'none, and over the limit', label: 'Days without, and over the limit' },
  off: { title: 'backup off', label: 'Days with backup off' },
  paused: { title: 'paused', label: 'Days paused' },
  unknown: { title: 'not known', label: 'Days not known' },
  skipped: { title: 'not checked', label: 'Days not checked' },
  blank: { title: 'not listed', label: 'Days not listed' },
} as const;

export type Kind = keyof typeof kinds;

/** The days of the picture. */
export interface Span {
  readonly first: number;
  readonly last: number;
}

// Older backups, such as monthly ones, would make the picture mostly empty. The details have them.
const maxDaysBefore = 35;

/** From the oldest backup that is listed, or the first report, to the last report. Undefined if no report lists clusters. */
export function findSpan({ days, projects }: History): Span | undefined {
  const { first: firstReport, last } = days;
  if (firstReport === undefined || last === undefined) return undefined;
  let first = firstReport;
  for (const { clusters } of projects.values()) {
    for (const { backups } of clusters.values()) {
      for (const day of backups.keys()) if (day < first && day >= firstReport - maxDaysBefore) first = day;
    }
  }
  return { first, last };
}

/**
 * Judges each day of a cluster. A day is red only if, at its end, the newest backup was older than the limit that applied. What
 * the reports do not prove is not known.
 *
 * @param covered - the days with a report that would list the cluster, if Atlas did.
 */
export function judgeDays(
  cluster: Cluster,
  jobs: readonly Job[],
  span: Span,
  covered: ReadonlySet<number>,
): Map<Kind, Days> {
  const days = new Map<Kind, Days>();
  for (const [index, facts] of findFacts(cluster, jobs, span).entries()) {
    const day = span.first + index;
    getOrAdd(days, kindOf(day, facts, cluster, span, covered), () => new Days()).add(day);
  }
  return days;
}

type Facts = ReturnType<typeof findFacts>[number];

/** Finds what is known of each day, from the last one on: what a report lists is about the days before it. */
function findFacts({ observations, backups }: Cluster, jobs: readonly Job[], span: Span) {
  const limits = findLimits(observations, jobs, span);
  const backupDays = [...backups.keys()].sort((a, b) => a - b);
  let position = backupDays.length - 1;
  let completeFrom = Number.POSITIVE_INFINITY;
  let next: string | undefined;
  let end = observations.length;
  const days = limits.map((limit, index) => ({ day: span.first + index, limit }));
  const facts = days.reverse().map(({ day, limit }) => {
    while ((backupDays[position] ?? day) > day) position -= 1;
    let begin = end;
    while ((observations[begin - 1]?.day ?? -1) >= day) begin -= 1;
    const own = observations.slice(begin, end);
    end = begin;
    const found = {
      /** The newest backup at its end. */
      newest: backups.get(backupDays[position] ?? Number.NaN),
      /** The reports after it list every backup from here on. */
      completeFrom,
      /** How old a backup may be at its end. Infinity if no report says it. */
      limit,
      /** What its own reports say last, one of each job, and the next report. */
      states: own.map(({ state }) => state),
      isOff: own.some(({ isOff }) => isOff),
      next,
    };
    for (const one of own) completeFrom = Math.min(completeFrom, one.completeFrom);
    next = found.states[0] ?? next;
    return found;
  });
  return facts.reverse();
}

/**
 * The limit at the end of each day, Infinity if no report says it. Of a job, it is the one before a day or the one after it, whichever
 * is higher: a check may have a lower limit than another one because it did not need the schedule. Of several jobs that still check
 * the cluster, it is the strictest.
 */
function findLimits(observations: readonly Observation[], jobs: readonly Job[], { first, last }: Span): number[] {
  const limits = new Array<number>(last - first + 1).fill(Number.POSITIVE_INFINITY);
  for (const { setups } of jobs) {
    const own = observations.filter(({ check }) => setups.includes(check.setup));
    const end = Math.min(own.at(-1)?.day ?? 0, last);
    let next = 0;
    for (let day = first; day <= end; day += 1) {
      while ((own[next]?.day ?? Number.POSITIVE_INFINITY) <= day) next += 1;
      const limit = Math.max(own[next - 1]?.limit ?? 0, own[next]?.limit ?? 0);
      if (limit > 0) limits[day - first] = Math.min(limits[day - first] ?? limit, limit);
    }
  }
  return limits;
}

function kindOf(day: number, facts: Facts, cluster: Cluster, { last }: Span, covered: ReadonlySet<number>): Kind {
  const { backups, createdAt, listed, notChecked } = cluster;
  const { states, isOff, next } = facts;
  if (backups.has(day)) return 'backup';
  if (createdAt !== undefined && dayOf(createdAt) > day) return 'blank';
  if (isOff) return 'off';
  if (states.length === 0 && [...notChecked.values()].some((days) => days.has(day))) return 'skipped';
  const kind = judgeByLists(facts, (day + 1) * dayMs) ?? judgeByStates(states, day === last);
  // A cluster is paused before the first report that says so.
  const isPaused = states.includes('paused') || (!states.includes('stale') && next === 'paused');
  if (kind !== undefined) return kind === 'over' && isPaused ? 'paused' : kind;
  return covered.has(day) && !listed.has(day) ? 'blank' : 'unknown';
}

/** Judges a day by what its own reports say, if no later report proves more. Of several jobs, the worst counts. */
function judgeByStates(states: readonly string[], isLast: boolean): Kind | undefined {
  if (states.includes('stale') || states.includes('none')) return 'over';
  if (states.includes('paused')) return 'paused';
  // The last day ends with the last report.
  const within = isLast ? ['new', 'fresh', 'short'] : ['new'];
  return states.some((state) => within.includes(state)) ? 'within' : undefined;
}

/** Judges the end of a day by what later reports list. */
function judgeByLists({ newest, completeFrom: from, limit }: Facts, end: number): Kind | undefined {
  if (from > end || limit === Number.POSITIVE_INFINITY) return undefined;
  if (newest !== undefined && newest >= from) return end - newest > limit ? 'over' : 'within';
  return end - from > limit ? 'over' : undefined;
}
