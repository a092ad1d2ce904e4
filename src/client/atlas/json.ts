// How to read JSON that no schema has checked. Imports nothing: each entry of the package has its own copy of this file.

/** A JSON object. Its fields may have any type. */
export type JsonObject = Record<string, unknown>;

/** Whether a JSON value is an object, and neither an array nor null. */
export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Returns the fields of a JSON object. Any other value has none. */
export function fieldsOf(value: unknown): JsonObject {
  return isObject(value) ? value : {};
}

/** Whether the links of a page lead to another one. */
export function hasNextLink(links: unknown): boolean {
  return Array.isArray(links) && links.some((link) => fieldsOf(link)['rel'] === 'next');
}
