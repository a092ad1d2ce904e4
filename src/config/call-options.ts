import { z } from 'zod';
import { clusterNameSchema, compiled, groupIdSchema, snapshotIdSchema } from '../atlas/schemas.js';
import { pathSchema } from '../atlas/target.js';
import type { CallSettings } from '../call/call.js';
import { isStandardSchema, type StandardSchema } from '../call/standard-schema.js';
import { type AtlasIssue, issuesOf } from '../errors/issues.js';
import type { CallOptions, GetOptions } from './options.js';

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

const callOptions = z
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

const queryValue = z.union([z.string(), z.number(), z.boolean()]);

const query = z.record(z.string(), z.union([queryValue, z.array(queryValue)]).optional());

const getOptions = callOptions.omit({ endpoint: true }).extend({
  query: query.optional(),
  apiVersion: z
    .string()
    .regex(/^\d{4}-\d{2}-\d{2}$/, 'must be a date, YYYY-MM-DD')
    .optional(),
  schema: z
    .custom<StandardSchema<unknown>>(isStandardSchema, 'must be a Standard Schema, such as one of zod 3.24 or later')
    .optional(),
});

const getAllOptions = getOptions.extend({
  query: query
    .refine(({ pageNum }) => pageNum === undefined, {
      path: ['pageNum'],
      message: 'must not be set (getAll reads every page)',
    })
    .optional(),
});

const cluster = { groupId: groupIdSchema, clusterName: clusterNameSchema };

/** The methods of the client that start a call. */
export type Operation = 'getTenantSnapshot' | 'listTenantSnapshots' | 'get' | 'getAll';

/** What each method accepts. */
const methods: Readonly<Record<Operation, { readonly arguments: z.ZodType; readonly options: z.ZodType }>> = {
  getTenantSnapshot: { arguments: z.object({ ...cluster, snapshotId: snapshotIdSchema }), options: callOptions },
  listTenantSnapshots: { arguments: z.object(cluster), options: callOptions },
  get: { arguments: z.object({ path: pathSchema }), options: getOptions },
  getAll: { arguments: z.object({ path: pathSchema }), options: getAllOptions },
};

/** The options of a caller that passes none. */
export const noOptions = {};

/** Checks the arguments and options of a call. */
export function checkCall(operation: Operation, args: object, options: object): AtlasIssue[] {
  const method = methods[operation];
  const issues = issuesOf(compiled(method.arguments), args);
  // Most calls pass no options. Checking the shared default would take 0.3 µs.
  if (options !== noOptions) issues.push(...issuesOf(method.options, options));
  return issues;
}

/** The options of a client that hold for every call. A call may override them, except `maxResponseSize`. */
export type CallDefaults = Pick<
  CallSettings,
  'timeout' | 'attemptTimeout' | 'maxRetries' | 'maxResponseSize' | 'endpoint'
>;

/** Adds the client's defaults to the options of a call. */
export function resolveCall(defaults: CallDefaults, options: CallOptions & GetOptions): CallSettings {
  // One by one: copying the objects would take 2 µs.
  return {
    signal: options.signal,
    // Sent only if true.
    envelope: options.envelope || undefined,
    pretty: options.pretty || undefined,
    query: options.query,
    apiVersion: options.apiVersion,
    schema: options.schema,
    timeout: options.timeout ?? defaults.timeout,
    attemptTimeout: options.attemptTimeout ?? defaults.attemptTimeout,
    maxRetries: options.maxRetries ?? defaults.maxRetries,
    maxResponseSize: defaults.maxResponseSize,
    endpoint: options.endpoint ?? defaults.endpoint,
  };
}
