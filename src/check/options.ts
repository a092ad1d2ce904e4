import { z } from 'zod';
import { groupIdSchema } from '../index.js';

/** Options of {@link checkBackups}. */
export interface BackupCheckOptions {
  /** The IDs of the projects to check. Default: every project that the login can read. */
  groupIds?: readonly string[] | undefined;
  /**
   * The highest age of a fresh backup, in ms. Default: 26 hours, or 7 days and 2 hours for a dedicated cluster whose schedule
   * takes a snapshot a week.
   */
  maxAge?: number | 'schedule' | undefined;
  /**
   * Limits the whole check, in ms. What is not known by then is `unknown`, with a `TIMEOUT`. A call that was rate limited is
   * made again as long as there is time. Default: 10 minutes.
   */
  timeout?: number | undefined;
  /** The maximum number of calls at a time. Default: 16. */
  concurrency?: number | undefined;
  /** Ends the check at once. It then throws the signal's reason. */
  signal?: AbortSignal | null | undefined;
}

// Not instanceof: the signal may come from another realm.
const isSignal = (value: unknown) => typeof value === 'object' && value !== null && 'addEventListener' in value;

/** Checks {@link BackupCheckOptions}. */
export const optionsSchema = z
  .strictObject({
    groupIds: z.array(groupIdSchema),
    maxAge: z.number().positive().or(z.literal('schedule')),
    // The longest delay of a timer.
    timeout: z.number().positive().max(0x7fff_ffff),
    concurrency: z.number().int().positive(),
    signal: z.custom<AbortSignal>(isSignal, 'must be an AbortSignal').nullable(),
  })
  .partial();
