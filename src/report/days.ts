import type { Check, Cluster, History } from './history.js';
import { dayMs, dayOf } from './time.js';

/** What a day may be to a cluster: the title of its bar, whose class is the key, and the label of a list of such days. */
export const kinds = {
  backup: { title: 'a backup', label: 'Days with a backup' },
  late: {
    title: 'a backup, but over the limit at the end of the day',
    label: 'Days with a backup, but over the limit',
  },
  within: { title: 'none, but within the limit', label: 'Days without, but within the limit' },
  over: { title: 'none, and over the limit', label: 'Days without, and over the limit' },
  off: { title: 'backup off', label: 'Days with backup off' },
  paused: { title: 'paused', label: 'Days paused' },
  unknown: { title: 'not known', label: 'Days not known' },
  skipped: { title: 'not checked', label: 'Days not checked' },
  blank: { title: 'not listed', label: 'Days not listed' },
} as const;

export type Kind = keyof typeof kinds;

/** Days of one kind that follow each other. */
export interface Run {
  readonly kind: Kind;
  first: number;
  readonly last: number;
}

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
export function judgeDays(cluster: Cluster, { first, last }: Span, covered: readonly number[]): Run[] {
  const judge = new Judge(cluster, last, covered);
  const runs: Run[] = [];
  // From the end, because what a report lists is about the days before it.
  for (let day = last; day >= first; day -= 1) {
    const kind = judge.kindOf(day);
    const run = runs.at(-1);
    if (run?.kind === kind) run.first = day;
    else runs.push({ kind, first: day, last: day });
  }
  return runs.reverse();
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
  /** From here on, the last value is the one at or before the day. */
  readonly #covered: number[];
  readonly #backupDays: number[];
  readonly #checks: Check[];
  readonly #limits: (number | undefined)[] = [];
  // Of the checks after the day.
  #later: Check | undefined;
  #laterLimit: number | undefined;
  #laterCovered: number | undefined;
  #completeFrom = Number.POSITIVE_INFINITY;

  constructor(cluster: Cluster, last: number, covered: readonly number[]) {
    this.#cluster = cluster;
    this.#last = last;
    this.#covered = [...covered];
    this.#backupDays = [...cluster.backups.keys()].sort((a, b) => a - b);
    this.#checks = [...cluster.checks];
    for (const { limit } of cluster.checks) this.#limits.push(limit ?? this.#limits.at(-1));
  }

  /** @param day - before those that were asked for earlier. */
  kindOf(day: number): Kind {
    this.#goTo(day);
    const { backups, createdAt, notChecked } = this.#cluster;
    const check = this.#checks.at(-1)?.day === day ? this.#checks.at(-1) : undefined;
    // The state of a report before the backup does not count.
    const judged = this.#judgeEnd(day, backups.has(day) && day < this.#last ? undefined : check);
    if (backups.has(day)) return judged === 'over' ? 'late' : 'backup';
    if (createdAt !== undefined && dayOf(createdAt) > day) return 'blank';
    if (check?.isOff) return 'off';
    if (check === undefined && [...notChecked.values()].some((days) => days.has(day))) return 'skipped';
    return judged ?? (this.#isListed(day) ? 'unknown' : 'blank');
  }

  #goTo(day: number): void {
    for (let check = this.#checks.at(-1); check !== undefined && check.day > day; check = this.#checks.at(-1)) {
      this.#later = this.#checks.pop();
      this.#laterLimit = check.limit ?? this.#laterLimit;
      this.#completeFrom = Math.min(this.#completeFrom, check.completeFrom ?? this.#completeFrom);
      this.#limits.pop();
    }
    while ((this.#backupDays.at(-1) ?? day) > day) this.#backupDays.pop();
    while ((this.#covered.at(-1) ?? day) > day) this.#laterCovered = this.#covered.pop();
  }

  /** What is proven of the end of a day. */
  #judgeEnd(day: number, check: Check | undefined): Kind | undefined {
    const kind = this.#judgeByLists((day + 1) * dayMs) ?? this.#judgeByState(day, check);
    const isPause = check?.isPaused || (check?.state !== 'stale' && this.#later?.isPaused);
    return kind === 'over' && isPause ? 'paused' : kind;
  }

  /** Judges by what later reports list. */
  #judgeByLists(end: number): Kind | undefined {
    const limit = this.#limits.at(-1) ?? this.#laterLimit ?? this.#cluster.finding?.maxAge;
    const from = this.#completeFrom;
    if (from > end || limit === undefined) return undefined;
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

  /** Whether the reports around a day list the cluster. */
  #isListed(day: number): boolean {
    const before = this.#covered.at(-1);
    const around = before === day ? [day] : [before, this.#laterCovered].filter((known) => known !== undefined);
    return around.length === 0 || around.some((known) => this.#cluster.listed.has(known));
  }
}
