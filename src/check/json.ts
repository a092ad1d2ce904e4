import * as z from 'zod';

/** A field that may have any value: an odd one counts as missing, and fails nothing. */
export const anything = z.unknown().optional();

const absent = z.null('must be absent, or the response is an error').optional();

/** The fields of an error, which a response must not have beside its data. */
export const noError = { error: absent, errorCode: absent };

/** A JSON object. Atlas may send any value in its fields; an odd one counts as missing. */
export type Fields = Readonly<Record<string, unknown>>;

/** Whether a JSON value is an object. */
export function isObject(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null;
}

/** Reads a field of a JSON value that should be an object. */
export function fieldOf(value: unknown, name: string): unknown {
  return isObject(value) ? value[name] : undefined;
}

/** The items of a JSON value that should be a list. */
export function itemsOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

// A schema would take most of the time of a large check.
const isoTime = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/;

/** Parses a time of Atlas. Returns undefined for a missing or invalid one. */
export function parseTime(value: unknown): Date | undefined {
  const time = new Date(typeof value === 'string' && isoTime.test(value) ? value : Number.NaN);
  return Number.isNaN(time.getTime()) ? undefined : time;
}
