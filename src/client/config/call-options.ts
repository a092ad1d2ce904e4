import * as z from 'zod';
import { clusterNameSchema, compiled, groupIdSchema } from '../atlas/schemas.js';
import { snapshotIdSchema } from '../atlas/snapshots.js';
import { isStandardSchema, type SchemaError, type StandardSchema } from '../atlas/standard-schema.js';
import { pathSchema, type QueryValue, type RequestOptions } from '../atlas/target.js';
import { AtlasInvalidArgumentError } from '../errors/errors.js';
import { inputIssues, listIssues } from '../errors/issues.js';
import { type CallDefaults, endpoint, retries } from './client-options.js';
import { abortSignal, flag, milliseconds, noOption, optionsError } from './option-schemas.js';

/** Options of one call. They override those of the client. */
export interface CallOptions {
  /** Ends the call at once. The call then rejects with the signal's reason. */
  signal?: AbortSignal | null | undefined;
  /** Limits the whole call, in ms. */
  timeout?: number | undefined;
  /** Limits one HTTP exchange, in ms. */
  attemptTimeout?: number | undefined;
  /** The maximum number of retries. */
  maxRetries?: number | undefined;
  /** Asks Atlas to always return status 200, with the real status in the body. The result is the same. */
  envelope?: boolean | undefined;
  /** Asks Atlas to indent the body. The result is the same. */
  pretty?: boolean | undefined;
  /** Chooses the endpoint of this call. If `timeout` expires while `auto` asks the tenant endpoint, the error is that of Flex. */
  endpoint?: 'auto' | 'tenant' | 'flex' | undefined;
}

/** Options of `get()` and `getAll()`. */
export interface GetOptions extends Omit<CallOptions, 'endpoint'> {
  /** Not an option of these methods: the path says which endpoint it is. */
  endpoint?: undefined;
  /** The query. Parameters that are undefined are left out, and an array repeats its parameter. */
  query?: Record<string, QueryValue | readonly QueryValue[] | undefined> | undefined;
  /** The version of the v2 API, as `YYYY-MM-DD`. Default: `2025-03-12`. */
  apiVersion?: string | undefined;
  /** Checks the body and types the result: a schema of zod, `zod/mini`, valibot, arktype or another Standard Schema. */
  schema?: StandardSchema<unknown> | undefined;
}

/** The options of any call. */
export type AnyCallOptions = CallOptions & Omit<GetOptions, 'endpoint'>;

/** The options of one call, with the client's defaults. */
export interface CallSettings extends CallDefaults, RequestOptions {
  readonly signal?: AbortSignal | null | undefined;
}

const commonFields = {
  signal: abortSignal.nullable(),
  timeout: milliseconds,
  attemptTimeout: milliseconds,
  maxRetries: retries,
  envelope: flag,
  pretty: flag,
} satisfies Record<Exclude<keyof CallOptions, 'endpoint'>, z.ZodType>;
const commonOptions = z.strictObject(commonFields, { error: optionsError }).partial();

const callOptions = commonOptions.extend({ endpoint: endpoint.optional() });

const queryValue = z.union([z.string(), z.number(), z.boolean()]);

const parameter = z
  .union([queryValue, z.array(queryValue)], 'must be a string, number or boolean, or an array of these')
  .optional();

const getOptions = commonOptions.extend({
  endpoint: noOption,
  query: z.record(z.string(), parameter, 'must be an object').optional(),
  apiVersion: z.iso.date('must be a date that exists, YYYY-MM-DD').optional(),
  schema: z
    .custom<StandardSchema<unknown>>(isStandardSchema, 'must be a Standard Schema, such as one of zod 3.24 or later')
    .optional(),
} satisfies Record<Exclude<keyof GetOptions, keyof typeof commonFields>, z.ZodType>);

const pageNum = z.undefined('must not be set (getAll reads every page)').optional();
const getAllOptions = getOptions.extend({
  query: z.object({ pageNum }, 'must be an object').catchall(parameter).optional(),
});

const cluster = { groupId: groupIdSchema, clusterName: clusterNameSchema };

/** What each method of the client accepts. */
const methods = {
  getTenantSnapshot: { arguments: z.object({ ...cluster, snapshotId: snapshotIdSchema }), options: callOptions },
  listTenantSnapshots: { arguments: z.object(cluster), options: callOptions },
  get: { arguments: z.object({ path: pathSchema }), options: getOptions },
  getAll: { arguments: z.object({ path: pathSchema }), options: getAllOptions },
};

/** A method of the client. */
export type Operation = keyof typeof methods;

/** Checks the arguments and options of a method. Returns the error if they are invalid. */
export function checkCall(operation: Operation, args: object, options: object): AtlasInvalidArgumentError | undefined {
  const method = methods[operation];
  const found = [...issuesOf(method.arguments, args), ...issuesOf(method.options, options)];
  if (found.length === 0) return undefined;
  const issues = inputIssues({ issues: found });
  const what = `${operation} was not sent because of invalid arguments: ${listIssues(issues)}.`;
  return new AtlasInvalidArgumentError(what, { operation, issues });
}

function issuesOf(schema: z.ZodType, value: unknown): SchemaError['issues'] {
  return compiled(schema).safeParse(value).error?.issues ?? [];
}

/** Adds the client's defaults to the options of a call. */
export function resolveCall(defaults: CallDefaults, options: AnyCallOptions): CallSettings {
  return {
    // Not a spread: it would skip inherited options, which the check accepts, and take 3 µs.
    signal: options.signal,
    query: copyQuery(options.query),
    apiVersion: options.apiVersion,
    schema: options.schema,
    maxResponseSize: defaults.maxResponseSize,
    // Sent only if true.
    envelope: options.envelope || undefined,
    pretty: options.pretty || undefined,
    timeout: options.timeout ?? defaults.timeout,
    attemptTimeout: options.attemptTimeout ?? defaults.attemptTimeout,
    maxRetries: options.maxRetries ?? defaults.maxRetries,
    endpoint: options.endpoint ?? defaults.endpoint,
  };
}

/** Copies a query: the caller may reuse its arrays for the next call, before the later pages and retries of this one. */
function copyQuery(query: GetOptions['query']): GetOptions['query'] {
  if (query === undefined) return undefined;
  const parameters = Object.entries(query);
  return Object.fromEntries(parameters.map(([name, value]) => [name, Array.isArray(value) ? [...value] : value]));
}
