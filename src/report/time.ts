// Times and durations are in ms, times since 1970. Days are those of UTC, as numbers since 1970.

const minuteMs = 60_000;
export const hourMs = 60 * minuteMs;
export const dayMs = 24 * hourMs;

export const dayOf = (time: number): number => Math.floor(time / dayMs);

export const formatDay = (day: number): string => new Date(day * dayMs).toISOString().slice(0, 10);

/** Formats a time in UTC, such as `2026-11-03 06:00`. */
export const formatMinute = (time: number): string => new Date(time).toISOString().slice(0, 16).replace('T', ' ');

/** Such as `2026-11-03 06:00 UTC`. */
export const formatTime = (time: number): string => `${formatMinute(time)} UTC`;

/** Formats a duration, rounded down, without a part that is 0: `45 s`, `12 m`, `26 h`, `47 h 5 m`, `2 d`, `7 d 2 h`. */
export function formatDuration(ms: number): string {
  const minutes = Math.floor(ms / minuteMs);
  const hours = Math.floor(ms / hourMs);
  if (minutes < 1) return `${Math.floor(ms / 1000)} s`;
  if (hours < 48) return joinParts(formatPart(hours, 'h'), formatPart(minutes % 60, 'm'));
  return joinParts(formatPart(Math.floor(ms / dayMs), 'd'), formatPart(hours % 24, 'h'));
}

const formatPart = (number: number, unit: string): string => (number === 0 ? '' : `${number} ${unit}`);

const joinParts = (...parts: readonly string[]): string => parts.filter((part) => part !== '').join(' ');

export const count = (number: number, noun: string): string => `${number} ${noun}${number === 1 ? '' : 's'}`;

/** Days that follow each other. */
export interface Run {
  readonly first: number;
  readonly last: number;
}

export const lengthOf = ({ first, last }: Run): number => last - first + 1;

export const formatRun = ({ first, last }: Run): string =>
  first === last ? formatDay(first) : `${formatDay(first)} to ${formatDay(last)}`;

export function toRuns(days: Iterable<number>): Run[] {
  const runs: { first: number; last: number }[] = [];
  for (const day of [...days].sort((a, b) => a - b)) {
    const run = runs.at(-1);
    if (run !== undefined && day <= run.last + 1) run.last = day;
    else runs.push({ first: day, last: day });
  }
  return runs;
}

export const daysOf = (run: Run): number[] => Array.from({ length: lengthOf(run) }, (_, index) => run.first + index);

/** Such as `2026-11-01 to 2026-11-03, 2026-11-05 (4 days)`. */
export function formatDays(days: ReadonlySet<number>): string {
  const runs = toRuns(days).map(formatRun);
  return days.size > 1 ? `${runs.join(', ')} (${days.size} days)` : runs.join();
}

/** The days on which something was so, by its text. */
export type Notes = Map<string, Set<number>>;

export function note(notes: Notes, text: string, day: number): void {
  getOrAdd(notes, text, () => new Set()).add(day);
}

/** Formats notes in the order of their first days. */
export function formatNotes(notes: Notes): string[] {
  const sorted = [...notes].sort(([, a], [, b]) => Math.min(...a) - Math.min(...b));
  return sorted.map(([text, days]) => `${text}: ${formatDays(days)}`);
}

export function getOrAdd<Key, Value>(map: Map<Key, Value>, key: Key, create: () => Value): Value {
  const value = map.get(key) ?? create();
  map.set(key, value);
  return value;
}

/** Counts equal values, in the order in which they come. */
export function countEach<Value>(values: readonly Value[]): Map<Value, number> {
  const counts = new Map<Value, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return counts;
}
