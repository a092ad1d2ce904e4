// What all forms of an HTTP-date have; only asctime's ends with the year. Date.parse alone would read a date into almost
// anything.
const httpDate = /^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]*,? [\w -]+ \d{2}:\d{2}:\d{2} (?:GMT|\d{4})$/;

/**
 * Reads a date from a header; `undefined` for what is none.
 *
 * @returns ms since 1970.
 * @see https://www.rfc-editor.org/rfc/rfc9110#section-5.6.7
 */
export function parseHttpDate(value: string): number | undefined {
  const text = value.trim();
  if (!httpDate.test(text)) return undefined;
  const time = Date.parse(text.endsWith('GMT') ? text : `${text} GMT`);
  return Number.isNaN(time) ? undefined : time;
}
