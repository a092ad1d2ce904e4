/** Header fields as undici hands them over: names in lower case, a repeated field as an array. */
export type HeaderFields = Readonly<Record<string, string | string[] | undefined>>;

/** The value of a field; several of one name joined, as RFC 9110 section 5.3 allows. */
export function headerValue(headers: HeaderFields, name: string): string | undefined {
  const value = headers[name];
  return Array.isArray(value) ? value.join(', ') : value;
}

/** Every field with one value, names in lower case. */
export function plainHeaders(headers: HeaderFields): Record<string, string> {
  const plain: Record<string, string> = {};
  for (const name of Object.keys(headers)) {
    const value = headerValue(headers, name);
    if (value !== undefined) plain[name] = value;
  }
  return plain;
}
