import { z } from 'zod';
import { groupIdSchema } from '../index.js';
import type { ClusterName } from './finding.js';

/**
 * The highest age of a fresh backup: in ms, or `schedule`.
 *
 * With `schedule`, a dedicated cluster is judged by its own schedule, which costs one call per cluster. The limit is then its
 * shortest interval plus 2 hours: 8 hours for a snapshot every 6 hours. It is 26 hours for a Flex cluster, and for a
 * schedule that takes no snapshots or only monthly or yearly ones.
 */
export type MaxAge = number | 'schedule';

/** Options of {@link checkBackups}. */
export interface BackupCheckOptions {
  /** The IDs of the projects to check. Default: every project that the login can read. */
  groupIds?: readonly string[] | undefined;
  /**
   * The highest age of a fresh backup, or a function that returns it for each cluster. Default, also of the function's
   * `undefined`: 26 hours, or 7 days and 2 hours for a dedicated cluster whose schedule takes a snapshot a week.
   */
  maxAge?: MaxAge | ((cluster: ClusterName) => MaxAge | undefined) | undefined;
  /**
   * How far the oldest backup has to reach back, in ms, or a function that returns it for each cluster. A cluster that is younger
   * has nothing to show. Default, also of the function's `undefined`: backups may all be new.
   */
  minHistory?: number | ((cluster: ClusterName) => number | undefined) | undefined;
  /** Returns whether to check a cluster. No snapshot is read of the others; they are in `notChecked`. Default: all. */
  filter?: ((cluster: ClusterName) => boolean) | undefined;
  /** Adds to each finding what Atlas answered, for up to two more calls per cluster. Default: false. */
  evidence?: boolean | undefined;
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
const isMaxAge = (value: unknown) => value === 'schedule' || (isDuration(value) && value !== Number.POSITIVE_INFINITY);

/** Checks the highest age of a fresh backup. */
export const maxAgeSchema = z.custom<MaxAge>(isMaxAge, 'must be a number of ms above 0, or "schedule"');

// The longest delay of a timer, almost 25 days.
const longestTimeout = 0x7fff_ffff;
const concurrencyError = 'must be a whole number above 0';

const fields = {
  groupIds: z.array(groupIdSchema, 'must be a list of project IDs'),
  maxAge: z.custom<BackupCheckOptions['maxAge']>(
    (value) => typeof value === 'function' || isMaxAge(value),
    'must be a number of ms above 0, "schedule", or a function that returns one of them',
  ),
  minHistory: z.custom<BackupCheckOptions['minHistory']>(
    (value) => typeof value === 'function' || (isDuration(value) && value !== Number.POSITIVE_INFINITY),
    'must be a number of ms above 0, or a function that returns one',
  ),
  filter: z.custom<BackupCheckOptions['filter']>((value) => typeof value === 'function', 'must be a function'),
  evidence: z.boolean('must be true or false'),
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
