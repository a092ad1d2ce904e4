import { z } from 'zod';

/** A field that may have any value, so that one odd field does not fail a list. */
export const anything = z.unknown().optional();

const absent = z.null('must be absent, or the response is an error').optional();

/** The fields of an error, which a response must not have beside its data. */
export const noError = { error: absent, errorCode: absent };

/** Returns the schema of a list. Rejects a list that is too long before parsing its items, which would cost seconds and memory. */
export function listSchema<T>(item: z.ZodType<T>, maxItems: number) {
  const isShort = (value: unknown) => Array.isArray(value) && value.length <= maxItems;
  return z.unknown().refine(isShort, `must be a list of at most ${maxItems} items`).pipe(z.array(item));
}

/** Reads a field of a JSON value that may be anything. */
export function fieldOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
}
