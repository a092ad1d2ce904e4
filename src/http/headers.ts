/** Header fields by lowercase name. A value is a string, or an array with a string per line. */
export type HeaderFields = Readonly<Record<string, string | string[]>>;

/** Returns the value of a field. Repeated fields are joined, as RFC 9110 section 5.3 allows. */
export function headerValue(headers: HeaderFields, name: string): string | undefined {
  const value = headers[name];
  return Array.isArray(value) ? value.join(', ') : value;
}

/** Joins repeated fields, so that each has one value. */
export function joinHeaders(headers: HeaderFields): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, [value].flat().join(', ')]));
}
