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

/** Days, as runs of days that follow each other. */
export class Days {
  readonly runs: [first: number, last: number][] = [];

  static of(days: Iterable<number>): Days {
    const sorted = new Days();
    for (const day of [...days].sort((a, b) => a - b)) sorted.add(day);
    return sorted;
  }

  /** @param day - not before the days that were added earlier. */
  add(day: number): void {
    const run = this.runs.at(-1);
    if (run !== undefined && day <= run[1] + 1) run[1] = day;
    else this.runs.push([day, day]);
  }

  has(day: number): boolean {
    return this.runs.some(([first, last]) => first <= day && day <= last);
  }

  get first(): number | undefined {
    return this.runs[0]?.[0];
  }

  get last(): number | undefined {
    return this.runs.at(-1)?.[1];
  }

  get count(): number {
    return this.runs.reduce((sum, [first, last]) => sum + last - first + 1, 0);
  }

  toString(): string {
    const runs = this.runs.map(([first, last]) => printRange(first, last));
    return this.count > 1 ? `${runs.join(', ')} (${this.count} days)` : runs.join();
  }
}

/** The days on which something was so, by its text. */
export type Notes = Map<string, Days>;

/** @param day - not before the days that were noted earlier. */
export function note(notes: Notes, text: string, day: number): void {
  getOrAdd(notes, text, () => new Days()).add(day);
}

export function getOrAdd<Key, Value>(map: Map<Key, Value>, key: Key, create: () => Value): Value {
  const value = map.get(key) ?? create();
  map.set(key, value);
  return value;
}
