import { z } from 'zod';
import type { CallSettings } from '../call/plan.js';
import { isStandardSchema, type StandardSchema } from '../call/standard-schema.js';
import type { PollOptions } from '../call/wait.js';
import type { CallOptions, GetOptions, WaitOptions } from './options.js';

// The longest delay that setTimeout accepts, almost 25 days.
export const milliseconds = z.number().positive().max(0x7fff_ffff);
export const retries = z.number().int().min(0).max(100);
export const endpoint = z.enum(['auto', 'tenant', 'flex']);

// Checks for methods: instanceof fails between realms and between copies of a package.
export function withMethods<T>(names: string[], what: string): z.ZodType<T> {
  return z.custom<T>(
    (value) =>
      typeof value === 'object' &&
      value !== null &&
      names.every((name) => typeof Reflect.get(value, name) === 'function'),
    `must be ${what}`,
  );
}

/** Checks `CallOptions`. */
export const callOptionsSchema = z
  .strictObject({
    signal: withMethods<AbortSignal>(['addEventListener', 'removeEventListener'], 'an AbortSignal').nullable(),
    timeout: milliseconds,
    attemptTimeout: milliseconds,
    maxRetries: retries,
    envelope: z.boolean(),
    pretty: z.boolean(),
    endpoint,
  })
  .partial();

/** Checks `WaitOptions`. */
export const waitOptionsSchema = callOptionsSchema.extend({
  pollInterval: milliseconds.optional(),
  onPoll: z.custom<WaitOptions['onPoll']>((value) => typeof value === 'function', 'must be a function').optional(),
});

const queryValue = z.union([z.string(), z.number(), z.boolean()]);

const query = z.record(z.string(), z.union([queryValue, z.array(queryValue)]).optional());

/** Checks `GetOptions`. */
export const getOptionsSchema = callOptionsSchema.omit({ endpoint: true }).extend({
  query: query.optional(),
  apiVersion: z
    .string()
    .regex(/^\d{4}-\d{2}-\d{2}$/, 'must be a date, YYYY-MM-DD')
    .optional(),
  schema: z
    .custom<StandardSchema<unknown>>(isStandardSchema, 'must be a Standard Schema, such as one of zod 3.24 or later')
    .optional(),
});

/** Checks the `GetOptions` of `getAll()`. */
export const getAllOptionsSchema = getOptionsSchema.extend({
  query: query
    .refine(({ pageNum }) => pageNum === undefined, {
      path: ['pageNum'],
      message: 'must not be set (getAll reads every page)',
    })
    .optional(),
});

/** The options of a client that a call may override. */
export type CallDefaults = Pick<
  CallSettings,
  'timeout' | 'attemptTimeout' | 'maxRetries' | 'maxResponseSize' | 'endpoint'
>;

/** Adds the client's defaults to the options of a call. */
export function resolveCall(defaults: CallDefaults, options: CallOptions & GetOptions): CallSettings {
  const { signal, envelope, pretty, query, apiVersion } = options;
  return {
    signal,
    envelope,
    pretty,
    query,
    apiVersion,
    timeout: options.timeout ?? defaults.timeout,
    attemptTimeout: options.attemptTimeout ?? defaults.attemptTimeout,
    maxRetries: options.maxRetries ?? defaults.maxRetries,
    maxResponseSize: defaults.maxResponseSize,
    endpoint: options.endpoint ?? defaults.endpoint,
  };
}

// ms.
const defaultPollInterval = 10_000;
const defaultWaitTimeout = 30 * 60_000;

/** Adds what only a wait has to the settings of a call. */
export function resolveWait(settings: CallSettings, options: WaitOptions): CallSettings & PollOptions {
  const { onPoll, pollInterval = defaultPollInterval, timeout = defaultWaitTimeout } = options;
  return { ...settings, timeout, onPoll, pollInterval };
}
