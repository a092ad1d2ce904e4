// Days are those of UTC, as numbers since 1970.

export const hourMs = 3_600_000;
export const dayMs = 24 * hourMs;

export const dayOf = (time: number): number => Math.floor(time / dayMs);

export const printDay = (day: number): string => new Date(day * dayMs).toISOString().slice(0, 10);

export const printTime = (time: number): string => `${new Date(time).toISOString().slice(0, 16).replace('T', ' ')} UTC`;

export const printRange = (first: number, last: number): string =>
  first === last ? printDay(first) : `${printDay(first)} to ${printDay(last)}`;

/** Such as `3 d 4 h`. */
export function printDuration(ms: number): string {
  const minutes = Math.floor(ms / 60_000);
  const hours = Math.floor(minutes / 60);
  if (hours < 1) return `${minutes} m`;
  const isLong = hours >= 48;
  const [large, small] = isLong ? [Math.floor(hours / 24), hours % 24] : [hours, minutes % 60];
  return `${large} ${isLong ? 'd' : 'h'}${small > 0 ? ` ${small} ${isLong ? 'h' : 'm'}` : ''}`;
}

export const count = (number: number, noun: string): string => `${number} ${noun}${number === 1 ? '' : 's'}`;

/** The first and the last of days that follow each other. */
export type Run = readonly [first: number, last: number];

export function toRuns(days: Iterable<number>): Run[] {
  const runs: [first: number, last: number][] = [];
  for (const day of [...days].sort((a, b) => a - b)) {
    const run = runs.at(-1);
    if (run !== undefined && day <= run[1] + 1) run[1] = day;
    else runs.push([day, day]);
  }
  return runs;
}

/** The first and the last of any days. Undefined without a day. */
export function spanOf(days: Iterable<number>): Run | undefined {
  const sorted = [...days].sort((a, b) => a - b);
  const [first, last] = [sorted[0], sorted.at(-1)];
  return first === undefined || last === undefined ? undefined : [first, last];
}

/** The days between the first and the last of these that are none of them. */
export function daysWithout(days: ReadonlySet<number>): Set<number> {
  const [first, last] = spanOf(days) ?? [0, -1];
  const all = Array.from({ length: last - first + 1 }, (_, index) => first + index);
  return new Set(all.filter((day) => !days.has(day)));
}

export const lengthOf = ([first, last]: Run): number => last - first + 1;

/** Such as `2026-11-01 to 2026-11-03, 2026-11-05 (4 days)`. */
export function printDays(days: ReadonlySet<number>): string {
  const runs = toRuns(days).map(([first, last]) => printRange(first, last));
  return days.size > 1 ? `${runs.join(', ')} (${days.size} days)` : runs.join();
}

/** The days on which something was so, by its text. */
export type Notes = Map<string, Set<number>>;

export function note(notes: Notes, text: string, day: number): void {
  getOrAdd(notes, text, () => new Set()).add(day);
}

export const printNotes = (notes: Notes): string[] =>
  Array.from(notes, ([text, days]) => `${text}: ${printDays(days)}`);

export function getOrAdd<Key, Value>(map: Map<Key, Value>, key: Key, create: () => Value): Value {
  const value = map.get(key) ?? create();
  map.set(key, value);
  return value;
}

/** Counts texts, in the order in which they come. */
export function countEach(texts: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const text of texts) counts.set(text, (counts.get(text) ?? 0) + 1);
  return counts;
}
