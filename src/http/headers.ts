/** Header fields by lowercase name. A value is a string, or an array with a string per line. */
export type HeaderFields = Readonly<Record<string, string | string[]>>;

/** A field as received: absent, once, or on several lines. */
export type HeaderValue = HeaderFields[string] | undefined;

/** Returns the lines of a field, to be parsed one by one: a malformed one then does not affect the others. */
export function fieldLines(value: HeaderValue): string[] {
  return [value ?? []].flat();
}

/** Returns the value of a field. Repeated fields are joined, as RFC 9110 section 5.3 allows. */
export function headerValue(headers: HeaderFields, name: string): string | undefined {
  const value = headers[name];
  return Array.isArray(value) ? value.join(', ') : value;
}

/** Joins repeated fields, so that each has one value. */
export function joinHeaders(headers: HeaderFields): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, fieldLines(value).join(', ')]));
}

// What every form of an HTTP-date has in common. Only asctime ends with the year. Date.parse alone would accept almost
// any text.
const httpDate = /^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]*,? [\w -]+ \d{2}:\d{2}:\d{2} (?:GMT|\d{4})$/;

/**
 * Reads an HTTP-date. Returns `undefined` for anything else.
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
