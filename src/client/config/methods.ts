import * as z from 'zod';
import { clusterNameSchema, compiled, groupIdSchema } from '../atlas/schemas.js';
import { snapshotIdSchema } from '../atlas/snapshots.js';
import { pathSchema, type RequestOptions } from '../atlas/target.js';
import { invalidArgumentError } from '../errors/call-errors.js';
import {
  type CallDefaults,
  type CallOptions,
  callOptions,
  type GetOptions,
  getAllOptions,
  getOptions,
} from './options.js';

/** The options of any call. */
export type AnyCallOptions = CallOptions & Omit<GetOptions, 'endpoint'>;

/** The options of one call, with the client's defaults. */
export interface CallSettings extends CallDefaults, RequestOptions {
  readonly signal?: AbortSignal | null | undefined;
}

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

/**
 * Checks the arguments and options of a method, and adds the client's defaults.
 *
 * @throws {@link AtlasInvalidArgumentError}
 */
export function resolveCall(
  operation: Operation,
  args: object,
  options: AnyCallOptions,
  defaults: CallDefaults,
): CallSettings {
  const method = methods[operation];
  const checkedArgs = compiled<object>(method.arguments).safeParse(args);
  const checked = compiled<AnyCallOptions>(method.options).safeParse(options);
  const found = [...(checkedArgs.error?.issues ?? []), ...(checked.error?.issues ?? [])];
  if (!checked.success || found.length > 0) {
    throw invalidArgumentError(operation, { issues: found });
  }
  // The checked options are a copy: the caller may reuse the arrays of a query for the next call.
  const own = checked.data;
  return {
    // Not a spread, which would take 3 µs.
    signal: own.signal,
    query: own.query,
    apiVersion: own.apiVersion,
    schema: own.schema,
    maxResponseSize: defaults.maxResponseSize,
    // Sent only if true.
    envelope: own.envelope || undefined,
    pretty: own.pretty || undefined,
    timeout: own.timeout ?? defaults.timeout,
    attemptTimeout: own.attemptTimeout ?? defaults.attemptTimeout,
    maxRetries: own.maxRetries ?? defaults.maxRetries,
    endpoint: own.endpoint ?? defaults.endpoint,
  };
}
