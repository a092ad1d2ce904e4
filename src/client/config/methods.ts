import * as z from 'zod';
import { clusterNameSchema, compiled, groupIdSchema } from '../atlas/schemas.js';
import { snapshotIdSchema } from '../atlas/snapshots.js';
import { pathSchema } from '../atlas/target.js';
import { invalidArgumentError } from '../errors/call-errors.js';
import {
  type CallOptions,
  type CallSettings,
  type ClientSettings,
  callOptions,
  defaultApiVersion,
  type GetOptions,
  getAllOptions,
  getOptions,
} from './options.js';

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
 * Checks the arguments and options of a method, and adds the defaults.
 *
 * @throws {@link AtlasInvalidArgumentError}
 */
export function resolveCall(
  operation: Operation,
  args: object,
  options: CallOptions | GetOptions,
  client: ClientSettings,
): CallSettings {
  const method = methods[operation];
  const checkedArgs = compiled<object>(method.arguments).safeParse(args);
  const checkedOptions = compiled<CallOptions & Omit<GetOptions, 'endpoint'>>(method.options).safeParse(options);
  if (!checkedArgs.success || !checkedOptions.success) {
    const issues = [checkedArgs, checkedOptions].flatMap((checked) => (checked.success ? [] : checked.error.issues));
    throw invalidArgumentError(operation, { issues });
  }
  // zod has copied the options, so the caller may reuse the arrays of a query for the next call.
  const own = checkedOptions.data;
  return {
    signal: own.signal,
    timeout: own.timeout ?? client.timeout,
    attemptTimeout: own.attemptTimeout ?? client.attemptTimeout,
    maxRetries: own.maxRetries ?? client.maxRetries,
    maxResponseSize: client.maxResponseSize,
    endpoint: own.endpoint ?? client.endpoint,
    // Sent only if true.
    envelope: own.envelope || undefined,
    pretty: own.pretty || undefined,
    query: own.query,
    apiVersion: own.apiVersion ?? defaultApiVersion,
    schema: own.schema,
  };
}
