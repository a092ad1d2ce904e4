import { z } from 'zod';

/** ms. */
export const hour = 3_600_000;
/** ms. */
export const day = 24 * hour;

/** 26 hours, in ms. A daily snapshot, and the first one of a new cluster, come after a day. The rest is a margin. */
export const dayAndMargin = day + 2 * hour;

/** 7 days and 2 hours, in ms. */
export const weekAndMargin = 7 * day + 2 * hour;

const timeSchema = z.iso.datetime({ offset: true });

/** Parses a time of Atlas. Returns undefined for a missing or invalid one. */
export function parseTime(value: unknown): Date | undefined {
  const { data } = timeSchema.safeParse(value);
  return data === undefined ? undefined : new Date(data);
}
