import { z } from 'zod';
import { groupIdSchema } from '../index.js';

/** Options of {@link checkBackups}. */
export interface BackupCheckOptions {
  /** The IDs of the projects to check. Default: every project that the login can read. */
  groupIds?: readonly string[] | undefined;
  /**
   * The highest age of a fresh backup, in ms. Default: 26 hours, or 7 days and 2 hours for a dedicated cluster whose schedule
   * takes a snapshot a week.
   *
   * With `schedule`, each dedicated cluster is judged by its own schedule, which costs one call per cluster: the time between
   * two snapshots and 2 hours, such as 8 hours if it takes one every 6 hours. The limit is 26 hours for a Flex cluster, and
   * for a schedule that takes no snapshots or only monthly or yearly ones.
   */
  maxAge?: number | 'schedule' | undefined;
  /**
   * Limits the whole check, in ms. What is not known by then is `unknown`, with a `TIMEOUT`. A call that was rate limited is
   * made again as long as there is time. Default: 10 minutes.
   */
  timeout?: number | undefined;
  /** The maximum number of calls at a time. Default: 16. */
  concurrency?: number | undefined;
  /** Ends the check at once. The generator then throws the signal's reason. */
  signal?: AbortSignal | null | undefined;
}

// Not instanceof: the signal may come from another realm.
const isSignal = (value: unknown) => typeof value === 'object' && value !== null && 'addEventListener' in value;

const isDuration = (value: unknown) => typeof value === 'number' && value > 0;
// The longest delay of a timer, almost 25 days.
const longestTimeout = 0x7fff_ffff;
const concurrencyError = 'must be a whole number above 0';

const fields = {
  groupIds: z.array(groupIdSchema, 'must be a list of project IDs'),
  maxAge: z.custom<number | 'schedule'>(
    (value) => value === 'schedule' || (isDuration(value) && value !== Number.POSITIVE_INFINITY),
    'must be a number of ms above 0, or "schedule"',
  ),
  timeout: z
    .custom<number>(isDuration, 'must be a number of ms above 0')
    .refine((ms) => ms <= longestTimeout, `must be at most ${longestTimeout} ms`),
  concurrency: z.int(concurrencyError).positive(concurrencyError),
  signal: z.custom<AbortSignal>(isSignal, 'must be an AbortSignal').nullable(),
} satisfies Record<keyof BackupCheckOptions, z.ZodType>;

/** Checks {@link BackupCheckOptions}. */
export const optionsSchema = z
  .strictObject(fields, {
    error: (issue) =>
      issue.code === 'unrecognized_keys'
        ? `there is no option ${issue.keys.join(' or ')} (options: ${Object.keys(fields).join(', ')})`
        : 'the options must be an object',
  })
  .partial();
