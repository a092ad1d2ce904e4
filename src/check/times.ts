/** ms. */
export const hour = 3_600_000;
/** ms. */
export const day = 24 * hour;

// A schema would take most of the time of a large check.
const isoTime = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/;

/** Parses a time of Atlas. Returns undefined for a missing or invalid one. */
export function parseTime(value: unknown): Date | undefined {
  const time = new Date(typeof value === 'string' && isoTime.test(value) ? value : Number.NaN);
  return Number.isNaN(time.getTime()) ? undefined : time;
}
