import { z } from 'zod';
import { type PathValues, type Resource, tenantSnapshots } from './atlas/endpoints.js';
import { pathSchema } from './atlas/route.js';
import { compiled, type TenantSnapshot } from './atlas/schemas.js';
import { type CallSettings, type ClientContext, planItem, planPage, planPath, planPathPage } from './call/plan.js';
import type { StandardSchema } from './call/standard-schema.js';
import { type AtlasPromise, startCall, startList, startWait, toAtlasPromise } from './call/start-call.js';
import {
  type CallDefaults,
  callOptionsSchema,
  getAllOptionsSchema,
  getOptionsSchema,
  resolveCall,
  resolveWait,
  waitOptionsSchema,
} from './config/call-options.js';
import { closeContext, openContext } from './config/open-context.js';
import type { CallOptions, GetOptions, TenantSnapshotsClientOptions, WaitOptions } from './config/options.js';
import { resolveOptions } from './config/resolve-options.js';
import { AtlasInvalidArgumentError } from './errors/errors.js';
import { issuesOf } from './errors/issues.js';

/**
 * A client for the backup snapshots of Atlas shared-tier (M2/M5) and Flex clusters. Create one and share it: it reuses
 * connections, Digest sessions and tokens. The API key or service account needs the role Project Read Only.
 *
 * @example
 * ```ts
 * const client = new TenantSnapshotsClient({ credentials: { publicKey, privateKey } });
 * const snapshot = await client.getTenantSnapshot(groupId, 'Cluster0', snapshotId);
 * ```
 */
export class TenantSnapshotsClient implements AsyncDisposable {
  readonly #defaults: CallDefaults;
  readonly #context: ClientContext;
  #closing: Promise<void> | undefined;

  /** @throws {@link AtlasConfigurationError} if the options or the environment are invalid. */
  constructor(options?: TenantSnapshotsClientOptions) {
    const settings = resolveOptions(options);
    this.#defaults = settings.defaults;
    this.#context = openContext(settings);
  }

  /**
   * Reads one snapshot.
   *
   * @param groupId - the project ID, 24 lowercase hexadecimal digits.
   * @param clusterName - the cluster name.
   * @param snapshotId - the snapshot ID, 24 lowercase hexadecimal digits.
   * @returns the snapshot. Rejects with an {@link AtlasError}, or with `signal.reason` if the signal aborts.
   * @see https://www.mongodb.com/docs/api/doc/atlas-admin-api-v2/operation/operation-getflexbackup
   */
  getTenantSnapshot(
    groupId: string,
    clusterName: string,
    snapshotId: string,
    options: CallOptions = noOptions,
  ): AtlasPromise<TenantSnapshot> {
    return this.#readItem('getTenantSnapshot', tenantSnapshots, { groupId, clusterName, snapshotId }, options);
  }

  /**
   * Lists all snapshots of a cluster, oldest first (the order in which Atlas returns them), without duplicates. Reads every
   * page.
   *
   * @param groupId - the project ID, 24 lowercase hexadecimal digits.
   * @param clusterName - the cluster name.
   * @returns the snapshots. Rejects like {@link TenantSnapshotsClient.getTenantSnapshot}. `withResponse()` returns the
   * response of the last page, and the attempts of all pages.
   * @see https://www.mongodb.com/docs/api/doc/atlas-admin-api-v2/operation/operation-listflexbackups
   */
  listTenantSnapshots(
    groupId: string,
    clusterName: string,
    options: CallOptions = noOptions,
  ): AtlasPromise<TenantSnapshot[]> {
    return this.#readList('listTenantSnapshots', tenantSnapshots, { groupId, clusterName }, options);
  }

  /**
   * Polls a snapshot until it is `COMPLETED`.
   *
   * @param groupId - the project ID, 24 lowercase hexadecimal digits.
   * @param clusterName - the cluster name.
   * @param snapshotId - the snapshot ID, 24 lowercase hexadecimal digits.
   * @returns the snapshot. Rejects with an {@link AtlasSnapshotFailedError} if it is `FAILED`, with an
   * {@link AtlasTimeoutError} if `timeout` expires, with whatever `onPoll` throws, and otherwise like
   * {@link TenantSnapshotsClient.getTenantSnapshot}. `withResponse()` returns the response of the last poll, and the
   * attempts of all polls.
   * @see https://www.mongodb.com/docs/api/doc/atlas-admin-api-v2/operation/operation-getflexbackup
   */
  waitForTenantSnapshot(
    groupId: string,
    clusterName: string,
    snapshotId: string,
    options: WaitOptions = noOptions,
  ): AtlasPromise<TenantSnapshot> {
    return this.#waitForItem('waitForTenantSnapshot', tenantSnapshots, { groupId, clusterName, snapshotId }, options);
  }

  /**
   * Sends a GET to any other path of the Atlas Administration API, with the same login, retries and errors as every call.
   *
   * @param path - must start with `/api/atlas/`. Pass a query as `query`.
   * @returns the parsed JSON: of type `unknown`, or of the output type of `schema`. Rejects like
   * {@link TenantSnapshotsClient.getTenantSnapshot}, and with an {@link AtlasInvalidResponseError} if the JSON does not match
   * `schema`.
   * @see https://www.mongodb.com/docs/api/doc/atlas-admin-api-v2/
   */
  get<T>(path: string, options: GetOptions & { schema: StandardSchema<T> }): AtlasPromise<T>;
  get(path: string, options?: GetOptions): AtlasPromise<unknown>;
  get(path: string, options: GetOptions = noOptions): AtlasPromise<unknown> {
    return this.#readPath('get', path, options);
  }

  /**
   * Reads every page of any other list of the Atlas Administration API: of every path whose body has `results` and whose query
   * takes `pageNum`. Asks for 500 items a page, unless the query sets `itemsPerPage`.
   *
   * @param path - must start with `/api/atlas/`. Pass a query as `query`, without `pageNum`.
   * @returns all items, each once, in the order in which Atlas returns them: of type `unknown`, or of the output type of
   * `schema`, which checks one item. Rejects like {@link TenantSnapshotsClient.get}, and if any page fails. `withResponse()`
   * returns the response of the last page, and the attempts of all pages.
   * @see https://www.mongodb.com/docs/api/doc/atlas-admin-api-v2/
   */
  getAll<T>(path: string, options: GetOptions & { schema: StandardSchema<T> }): AtlasPromise<T[]>;
  getAll(path: string, options?: GetOptions): AtlasPromise<unknown[]>;
  getAll(path: string, options: GetOptions = noOptions): AtlasPromise<unknown[]> {
    return this.#readPathPages('getAll', path, options);
  }

  /**
   * Rejects new calls, and ends waits between retries and polls. Resolves once all calls in flight have finished, within
   * their timeouts, but does not wait for `onPoll`. Revokes the token that this client fetched, unless it is shared through a
   * `tokenStore`: that takes at most 2 s. Safe to call twice. Does not close a `dispatcher` that you passed.
   */
  close(): Promise<void> {
    this.#closing ??= closeContext(this.#context);
    return this.#closing;
  }

  /** Does the same as {@link close}, for `await using`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #readItem<T>(operation: string, resource: Resource<T>, values: PathValues, options: CallOptions): AtlasPromise<T> {
    return this.#start(operation, resource.itemArguments, values, callOptionsSchema, options, (settings) =>
      startCall(this.#context, operation, planItem(this.#context, { resource, values, settings })),
    );
  }

  #readList<T>(operation: string, resource: Resource<T>, values: PathValues, options: CallOptions): AtlasPromise<T[]> {
    return this.#start(operation, resource.listArguments, values, callOptionsSchema, options, (settings) => {
      const read = { resource, values, settings };
      return startList(this.#context, operation, (pageNum) => planPage(this.#context, read, pageNum));
    });
  }

  #waitForItem(
    operation: string,
    resource: Resource<TenantSnapshot>,
    values: PathValues,
    options: WaitOptions,
  ): AtlasPromise<TenantSnapshot> {
    return this.#start(operation, resource.itemArguments, values, waitOptionsSchema, options, (callSettings) => {
      const settings = resolveWait(callSettings, options);
      const read = { resource, values, settings };
      return startWait(this.#context, operation, () => planItem(this.#context, read), settings);
    });
  }

  #readPath(operation: string, path: string, options: GetOptions): AtlasPromise<unknown> {
    return this.#start(operation, pathArguments, { path }, getOptionsSchema, options, (settings) =>
      startCall(this.#context, operation, planPath(this.#context, { path, schema: options.schema, settings })),
    );
  }

  #readPathPages(operation: string, path: string, options: GetOptions): AtlasPromise<unknown[]> {
    return this.#start(operation, pathArguments, { path }, getAllOptionsSchema, options, (settings) => {
      const read = { path, schema: options.schema, settings };
      return startList(this.#context, operation, (pageNum) => planPathPage(this.#context, read, pageNum));
    });
  }

  /** Checks the arguments and options of a call, and starts it if they are valid. */
  #start<T>(
    operation: string,
    argumentsSchema: z.ZodType,
    values: object,
    optionsSchema: z.ZodType,
    options: CallOptions & GetOptions,
    start: (settings: CallSettings) => AtlasPromise<T>,
  ): AtlasPromise<T> {
    const issues = issuesOf(compiled(argumentsSchema), values);
    // Most calls pass no options. Checking the shared default would take 0.3 µs.
    if (options !== noOptions) issues.push(...issuesOf(optionsSchema, options));
    if (issues.length === 0) return start(resolveCall(this.#defaults, options));
    return toAtlasPromise(Promise.reject(new AtlasInvalidArgumentError(issues, { operation })), { attempts: 0 });
  }
}

/** The options of a caller that passes none. */
const noOptions = {};

const pathArguments = z.object({ path: pathSchema });
