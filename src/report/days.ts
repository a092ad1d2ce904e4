import type { Check, Cluster, History } from './history.js';
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
export function judgeDays(cluster: Cluster, { first, last }: Span, covered: ReadonlySet<number>): Map<Kind, Days> {
  const judge = new Judge(cluster, last, covered);
  const judged: Kind[] = [];
  // From the end, because what a report lists is about the days before it.
  for (let day = last; day >= first; day -= 1) judged.push(judge.kindOf(day));
  const days = new Map<Kind, Days>();
  for (const [index, kind] of judged.reverse().entries()) getOrAdd(days, kind, () => new Days()).add(first + index);
  return days;
}

// What a report proves of its own day by the state, if no later report proves more.
const kindsOfStates: ReadonlyMap<string, Kind> = new Map([
  ['stale', 'over'],
  ['none', 'over'],
  ['paused', 'paused'],
  ['new', 'within'],
]);

class Judge {
  readonly #cluster: Cluster;
  readonly #last: number;
  readonly #covered: ReadonlySet<number>;
  readonly #backupDays: number[];
  readonly #checks: Check[];
  /** The first check after the day. */
  #next: Check | undefined;
  /** The reports after the day list every backup from here on. */
  #completeFrom = Number.POSITIVE_INFINITY;

  constructor(cluster: Cluster, last: number, covered: ReadonlySet<number>) {
    this.#cluster = cluster;
    this.#last = last;
    this.#covered = covered;
    this.#backupDays = [...cluster.backups.keys()].sort((a, b) => a - b);
    this.#checks = [...cluster.checks];
  }

  /** @param day - before those that were asked for earlier. */
  kindOf(day: number): Kind {
    this.#goTo(day);
    const { backups, createdAt, listed, notChecked } = this.#cluster;
    const check = this.#checks.at(-1)?.day === day ? this.#checks.at(-1) : undefined;
    if (backups.has(day)) return 'backup';
    if (createdAt !== undefined && dayOf(createdAt) > day) return 'blank';
    if (check?.isOff) return 'off';
    if (check === undefined && [...notChecked.values()].some((days) => days.has(day))) return 'skipped';
    const kind = this.#judgeByLists((day + 1) * dayMs) ?? this.#judgeByState(day, check);
    if (kind !== undefined) return kind === 'over' && this.#isPaused(check) ? 'paused' : kind;
    return this.#covered.has(day) && !listed.has(day) ? 'blank' : 'unknown';
  }

  #goTo(day: number): void {
    for (let check = this.#checks.at(-1); check !== undefined && check.day > day; check = this.#checks.at(-1)) {
      this.#next = this.#checks.pop();
      this.#completeFrom = Math.min(this.#completeFrom, check.completeFrom);
    }
    while ((this.#backupDays.at(-1) ?? day) > day) this.#backupDays.pop();
  }

  /** Judges the end of a day by what later reports list. */
  #judgeByLists(end: number): Kind | undefined {
    const from = this.#completeFrom;
    // The check after a backup may have a lower limit than the one before it, because it did not need the schedule.
    const limit = Math.max(this.#checks.at(-1)?.limit ?? 0, this.#next?.limit ?? 0);
    if (from > end || limit === 0) return undefined;
    const newest = this.#cluster.backups.get(this.#backupDays.at(-1) ?? Number.NaN);
    if (newest !== undefined && newest >= from) return end - newest > limit ? 'over' : 'within';
    return end - from > limit ? 'over' : undefined;
  }

  #judgeByState(day: number, check: Check | undefined): Kind | undefined {
    if (check === undefined) return undefined;
    const isGood = check.state === 'fresh' || check.state === 'short';
    // The last day ends with the last report.
    return isGood && day === this.#last ? 'within' : kindsOfStates.get(check.state);
  }

  /** A cluster is paused before the first report that says so. */
  #isPaused(check: Check | undefined): boolean {
    return check?.state === 'paused' || (check?.state !== 'stale' && this.#next?.state === 'paused');
  }
}
