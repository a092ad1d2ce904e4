// Characters that could change what a terminal shows, and line separators.
const unprintable = /[\p{C}\u2028\u2029]/gu;

// `::` at the start of a line, and `##[` or `##vso[` anywhere in it. A space after the match breaks them.
const commandOfCi = /^\s*:(?=:)|##\w*(?=\[)/g;

/** Removes the unprintable characters from a line, and breaks what CI systems would read as a command. */
export function printable(text: string): string {
  return text.replace(unprintable, '').replace(commandOfCi, '$& ');
}

/** The message of what was thrown, such as `EACCES: permission denied`. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
