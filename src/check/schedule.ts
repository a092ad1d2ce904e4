import * as z from 'zod';
import type { Reason } from './finding.js';
import { type Fields, noError } from './json.js';

/** ms. */
export const hour = 3_600_000;
/** ms. */
export const day = 24 * hour;

/** What a backup schedule means for its cluster. */
export interface Schedule {
  /** The interval that the limit is based on, in ms. A day if the schedule takes no snapshots, or only monthly or yearly ones. */
  readonly interval: number;
  /** Why the schedule takes too few snapshots. */
  readonly reason?: Reason;
}

/** Flex clusters have this one. */
export const dailySchedule: Schedule = { interval: day };

export const noSchedule: Schedule = { interval: day, reason: 'no schedule' };

// The shortest and the longest `interval`.
export const hourlySchedule: Schedule = { interval: hour };
export const weeklySchedule: Schedule = { interval: 7 * day };

const policySchema = z.looseObject({ policyItems: z.array(z.looseObject({})) });

/** Parses the backup schedule of a dedicated cluster. Keeps all fields, for the evidence. */
export const scheduleSchema = z.looseObject({ policies: z.array(policySchema), ...noError });

/** Judges a schedule by the most frequent of its snapshots. */
export function judgeSchedule({ policies }: z.output<typeof scheduleSchema>): Schedule {
  const items = policies.flatMap(({ policyItems }) => policyItems);
  const regular = items.filter((item) => item['frequencyType'] !== 'ondemand');
  if (regular.length === 0) return noSchedule;
  const interval = Math.min(...regular.map(intervalOf));
  if (Number.isFinite(interval)) return { interval };
  // Somebody may have deleted the daily item by mistake, so such a schedule does not raise the limit.
  const isMonthly = regular.some((item) => item['frequencyType'] === 'monthly');
  return { interval: day, reason: isMonthly ? 'monthly only' : 'yearly only' };
}

const hours = z.int().min(1).max(24);

function intervalOf(item: Fields): number {
  switch (item['frequencyType']) {
    case 'hourly':
      return hours.catch(24).parse(item['frequencyInterval']) * hour;
    case 'weekly':
      return weeklySchedule.interval;
    case 'monthly':
    case 'yearly':
      return Number.POSITIVE_INFINITY;
    default:
      // A frequency that is not known counts as daily.
      return day;
  }
}
