import * as z from 'zod';
import { abortSignal, milliseconds, optionsError } from '../client/config/options.js';
import { invalidArgumentError } from '../client/errors/call-errors.js';
import { type AtlasInvalidArgumentError, clusterNameSchema, groupIdSchema } from '../client/index.js';
import type { ClusterName, Project } from './finding.js';

/**
 * The highest age of a fresh backup: in ms, or `schedule`.
 *
 * With `schedule`, a dedicated cluster is judged by its own schedule, which costs one call per cluster. The limit is then the
 * shortest interval of the schedule plus 2 hours, such as 8 hours for a snapshot every 6 hours. For a Flex cluster, and for a
 * schedule with no snapshots or only monthly or yearly ones, the limit is 26 hours.
 */
export type MaxAge = number | 'schedule';

/** Options of {@link checkBackups}. */
export interface BackupCheckOptions {
  /** The IDs of the projects to check, at least one. Default: every project that the login can read. */
  groupIds?: readonly string[] | undefined;
  /**
   * The highest age of a fresh backup, or a function that returns it for each cluster. Default, also if the function returns
   * `undefined`: 26 hours, or 7 days and 2 hours for a dedicated cluster whose schedule takes a snapshot a week.
   */
  maxAge?: MaxAge | ((cluster: ClusterName) => MaxAge | undefined) | undefined;
  /**
   * How far back the oldest backup has to reach, in ms, or a function that returns it for each cluster. Backups that reach back
   * to the first 8 days of a younger cluster are enough. Default, also if the function returns `undefined`: no minimum.
   */
  minHistory?: number | ((cluster: ClusterName) => number | undefined) | undefined;
  /** Returns whether to read a project. No list is read of the others; they are in `projectsNotRead`. Default: all. */
  projectFilter?: ((project: Project) => boolean) | undefined;
  /** Returns whether to check a cluster. No snapshot is read of the others; they are in `notChecked`. Default: all. */
  filter?: ((cluster: ClusterName) => boolean) | undefined;
  /**
   * Adds to each finding what Atlas answered, for up to two more calls per cluster. They are made when all states are known, so
   * the findings of most clusters come at the end. Default: false.
   */
  evidence?: boolean | undefined;
  /**
   * Limits the whole check, in ms, including the time that the caller takes between two findings. What is not known by then is
   * `unknown`. While there is time, the check repeats calls after a rate limit, and after failures and timeouts of Atlas until two
   * minutes after the first one. Calls that only bring evidence are not repeated. Default: 10 minutes.
   */
  timeout?: number | undefined;
  /** The maximum number of calls at a time, without those that wait to be repeated. Default: 16. */
  concurrency?: number | undefined;
  /** Ends the check at once. The generator then throws the signal's reason. */
  signal?: AbortSignal | null | undefined;
}

const duration = z.number().positive();
const maxAge = z.union([duration, z.literal('schedule')], 'must be a number of ms above 0, or "schedule"');
const callback = z.custom((value) => typeof value === 'function', 'must be a function');

const optionsSchema = z
  .strictObject(
    {
      groupIds: z.array(groupIdSchema).min(1, 'must have a project ID (leave it out to check every project)'),
      maxAge: z.union([maxAge, callback], 'must be a number of ms above 0, "schedule", or a function'),
      minHistory: z.union([duration, callback], 'must be a number of ms above 0, or a function'),
      projectFilter: callback,
      filter: callback,
      evidence: z.boolean(),
      timeout: milliseconds,
      concurrency: z.int().positive(),
      signal: abortSignal.nullable(),
    } satisfies Record<keyof BackupCheckOptions, z.ZodType>,
    { error: optionsError },
  )
  .partial();

// The cluster name becomes part of a path, and functions of the caller may return any limits.
const clusterSchema = z.object({
  clusterName: clusterNameSchema,
  maxAge: maxAge.optional(),
  minHistory: duration.optional(),
});

/** The limits of one cluster. */
export type Limits = Omit<z.output<typeof clusterSchema>, 'clusterName'>;

/** Returns the error of a check if these are invalid. */
export const invalidOptions = (options: BackupCheckOptions) => errorOf(optionsSchema, options);

/** Returns the error of a finding if these are invalid. */
export const invalidCluster = (cluster: ClusterName & Limits) => errorOf(clusterSchema, cluster);

function errorOf(schema: z.ZodType, value: unknown): AtlasInvalidArgumentError | undefined {
  const { error } = schema.safeParse(value);
  return error && invalidArgumentError('checkBackups', error);
}
