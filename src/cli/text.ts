import { printable } from '../report/printable.js';

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
