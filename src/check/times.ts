import { z } from 'zod';

/** ms. */
export const hour = 3_600_000;
/** ms. */
export const day = 24 * hour;

const timeSchema = z.iso.datetime({ offset: true });

/** Parses a time of Atlas. Returns undefined for a missing or invalid one. */
export function parseTime(value: unknown): Date | undefined {
  const { data } = timeSchema.safeParse(value);
  return data === undefined ? undefined : new Date(data);
}
