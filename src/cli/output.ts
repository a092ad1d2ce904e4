type Stream = Pick<NodeJS.WriteStream, 'isTTY' | 'write'>;

/** The streams that a command writes to. */
export type Output = Readonly<Record<'stdout' | 'stderr', Stream>>;

/** Runs a command whose arguments have been read. Returns its exit code. */
export type Run = (output: Output) => Promise<number>;

/** Characters that could change what a terminal shows, and line separators. */
export const unprintable = /[\p{C}\u2028\u2029]/gu;

/**
 * Makes a text of Atlas safe to print. Removes the unprintable characters. Then breaks what CI systems read as a command:
 * `::` at the start of a line, `##[` and `##vso[` anywhere in it.
 */
export function printable(text: string): string {
  return text
    .replace(unprintable, '')
    .replace(/^\s*:(?=:)/, '$& ')
    .replace(/##\w*(?=\[)/g, '$& ');
}
