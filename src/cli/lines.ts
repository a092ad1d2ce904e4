import { printable } from '../report/printable.js';

/** A line of stderr. */
export interface Line {
  readonly text: string;
  /** Whether it asks for exit code 3: something could not be checked, or is missing. */
  readonly isProblem: boolean;
}

/** @param about - what the problem is about. */
export function problem(about: string, message: string): Line {
  return { text: forConsole(`${about}: ${message}`), isProblem: true };
}

/** A line that does not change the exit code. */
export function notice(text: string): Line {
  return { text: forConsole(text), isProblem: false };
}

/** Joins names. Of more than `most`, it says only how many more there are. */
export function joinNames(names: readonly string[], most = 3): string {
  const more = names.length > most ? ` and ${names.length - most} more` : '';
  return names.slice(0, most).join(', ') + more;
}

/** Groups items by a key, in the order in which the keys come. */
export function groupBy<T>(items: readonly T[], keyOf: (item: T) => string): [first: T, ...others: T[]][] {
  const groups = new Map<string, [first: T, ...others: T[]]>();
  for (const item of items) {
    const group = groups.get(keyOf(item));
    if (group === undefined) groups.set(keyOf(item), [item]);
    else group.push(item);
  }
  return [...groups.values()];
}

// What CI systems read as a command: `::` at the start of a line, and `##[` or `##vso[` anywhere in it. A space after the match
// breaks it.
const commandOfCi = /^\s*:(?=:)|##\w*(?=\[)/g;

/** Prepares a text for one line of a terminal or of a CI system's log. */
export function forConsole(text: string): string {
  return printable(text).replace(commandOfCi, '$& ');
}

/** The message of what was thrown, such as `EACCES: permission denied`. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
