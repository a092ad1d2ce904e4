import { z } from 'zod';
import type { Reason } from './finding.js';
import { anything, listSchema, noError } from './schemas.js';
import { dayAndMargin, weekAndMargin } from './times.js';

/** What a backup schedule means for its cluster. */
export interface Schedule {
  /** How old the newest backup may be, in ms. */
  readonly limit: number;
  /** Why the schedule takes too few snapshots. */
  readonly reason?: Reason;
}

/** Flex clusters have this one. */
export const dailySchedule: Schedule = { limit: dayAndMargin };

export const noSchedule: Schedule = { limit: dayAndMargin, reason: 'no schedule' };

// Atlas has one policy, with a few dozen items at most.
const maxItems = 100;
const policyItemSchema = z.object({ frequencyType: anything });
const policySchema = z.object({ policyItems: listSchema(policyItemSchema, maxItems) });

/** Parses the backup schedule of a dedicated cluster. */
export const scheduleSchema = z.object({ policies: listSchema(policySchema, maxItems), ...noError });

const rareFrequencies: readonly unknown[] = ['weekly', 'monthly', 'yearly'];

/** Judges a schedule by the most frequent of its snapshots. */
export function judgeSchedule({ policies }: z.infer<typeof scheduleSchema>): Schedule {
  const items = policies.flatMap(({ policyItems }) => policyItems);
  const frequencies = items.map(({ frequencyType }) => frequencyType).filter((type) => type !== 'ondemand');
  if (frequencies.length === 0) return noSchedule;
  // A frequency that is not known counts as daily.
  if (frequencies.some((type) => !rareFrequencies.includes(type))) return dailySchedule;
  if (frequencies.includes('weekly')) return { limit: weekAndMargin };
  // Somebody may have deleted the daily item by mistake, so such a schedule does not raise the limit.
  return { limit: dayAndMargin, reason: frequencies.includes('monthly') ? 'monthly only' : 'yearly only' };
}
