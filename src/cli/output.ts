/** What a command writes to. */
interface Stream {
  readonly isTTY: boolean;
  readonly write: (text: string) => unknown;
}

/** The streams that a command writes to. */
export type Output = Readonly<Record<'stdout' | 'stderr', Stream>>;

/**
 * Runs a command whose arguments have been read. Returns its exit code, or the signal that is to end the process.
 *
 * @param stop - ends the command. The reason is the signal.
 */
export type Run = (output: Output, stop: AbortSignal) => Promise<number | NodeJS.Signals>;

// Characters that could change what a terminal shows, and line separators.
const unprintable = /[\p{C}\u2028\u2029]/gu;

// `::` at the start of a line, and `##[` or `##vso[` anywhere in it. A space after the match breaks them.
const commandOfCi = /^\s*:(?=:)|##\w*(?=\[)/g;

/** Removes the unprintable characters from a line, and breaks what CI systems would read as a command. */
export function printable(text: string): string {
  return text.replace(unprintable, '').replace(commandOfCi, '$& ');
}
