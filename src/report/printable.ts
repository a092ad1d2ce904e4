/**
 * Characters that a reader does not see, but that may change what is seen: control and format characters, such as those that change
 * the direction of the text after them, and line separators.
 */
export const unprintable = /[\p{C}\u2028\u2029]/gu;

/** Puts a text on one line, without unprintable characters. */
export function printable(text: string): string {
  return text.replace(/[\n\r\t\u2028\u2029]+/g, ' ').replace(unprintable, '');
}
