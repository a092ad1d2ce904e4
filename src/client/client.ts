import { snapshotListQuestion, snapshotQuestion, type TenantSnapshot } from './atlas/snapshots.js';
import type { StandardSchema } from './atlas/standard-schema.js';
import { pathListQuestion, pathQuestion, type Question } from './atlas/target.js';
import { type AtlasPromise, toAtlasPromise } from './call/atlas-promise.js';
import { type Answer, Call, ClientState } from './call/call.js';
import { requestPages } from './call/pages.js';
import { requestWithFallback } from './call/request.js';
import { traceCall } from './call/tracing.js';
import { type Operation, resolveCall } from './config/methods.js';
import {
  type CallOptions,
  type CallSettings,
  type GetOptions,
  resolveOptions,
  type TenantSnapshotsClientOptions,
} from './config/options.js';

/**
 * A client for the backup snapshots of Atlas Flex clusters. Create one and share it: it reuses connections, Digest sessions and
 * tokens. For snapshots, the API key or service account needs the role Project Read Only; for `get()` and `getAll()`, the role
 * that the path needs.
 *
 * @example
 * ```ts
 * // The credentials come from the environment, such as MONGODB_ATLAS_PUBLIC_KEY and MONGODB_ATLAS_PRIVATE_KEY.
 * const client = new TenantSnapshotsClient({ timeout: 20_000 });
 * const snapshots = await client.listTenantSnapshots(groupId, 'Cluster0');
 * ```
 */
export class TenantSnapshotsClient implements AsyncDisposable {
  readonly #state: ClientState;

  /**
   * Creates a client. Sends nothing yet.
   *
   * @param options - all optional. The credentials may come from the environment.
   * @throws {@link AtlasConfigurationError} if the options or the environment are invalid, or there are no credentials.
   *
   * @example
   * ```ts
   * const client = new TenantSnapshotsClient({ credentials: { clientId, clientSecret }, timeout: 20_000 });
   * ```
   */
  constructor(options?: TenantSnapshotsClientOptions) {
    this.#state = new ClientState(resolveOptions(options));
  }

  /**
   * Reads one snapshot.
   *
   * @param groupId - the project ID, 24 lowercase hexadecimal digits.
   * @param clusterName - the cluster name.
   * @param snapshotId - the snapshot ID, 24 lowercase hexadecimal digits.
   * @param options - override those of the client for this call.
   * @returns the snapshot. Rejects with an {@link AtlasError}, or with `signal.reason` if the signal aborts.
   *
   * @example
   * ```ts
   * const { status, finishTime } = await client.getTenantSnapshot(groupId, 'Cluster0', snapshotId, { timeout: 5_000 });
   * ```
   * @see https://www.mongodb.com/docs/api/doc/atlas-admin-api-v2/operation/operation-getflexbackup
   */
  getTenantSnapshot(
    groupId: string,
    clusterName: string,
    snapshotId: string,
    options: CallOptions = {},
  ): AtlasPromise<TenantSnapshot> {
    const args = { groupId, clusterName, snapshotId };
    return this.#call('getTenantSnapshot', args, options, snapshotQuestion, requestWithFallback);
  }

  /**
   * Lists all snapshots of a cluster, oldest first (the order in which Atlas returns them), without duplicates. Reads every
   * page.
   *
   * @param groupId - the project ID, 24 lowercase hexadecimal digits.
   * @param clusterName - the cluster name.
   * @param options - override those of the client for this call.
   * @returns the snapshots. Rejects like {@link TenantSnapshotsClient.getTenantSnapshot}. `withResponse()` returns the
   * response of the last page, and the attempts of all pages.
   *
   * @example
   * ```ts
   * const newest = newestBackup(await client.listTenantSnapshots(groupId, 'Cluster0'));
   * console.log(newest?.finishTime);
   * ```
   * @see https://www.mongodb.com/docs/api/doc/atlas-admin-api-v2/operation/operation-listflexbackups
   */
  listTenantSnapshots(groupId: string, clusterName: string, options: CallOptions = {}): AtlasPromise<TenantSnapshot[]> {
    return this.#call('listTenantSnapshots', { groupId, clusterName }, options, snapshotListQuestion, requestPages);
  }

  /**
   * Sends a GET to any other path of the Atlas Administration API, with the same login, retries and errors as every call. The
   * login needs the role that the path needs.
   *
   * @param path - must start with `/api/atlas/`. Pass a query as `query`.
   * @param options - `query`, `apiVersion`, `schema`, and options that override those of the client for this call.
   * @returns the parsed JSON: of type `unknown`, or of the output type of `schema`. Rejects like
   * {@link TenantSnapshotsClient.getTenantSnapshot}, and with an {@link AtlasInvalidResponseError} if the JSON does not match
   * `schema`.
   *
   * @example
   * ```ts
   * const schema = z.object({ name: z.string() });
   * const { name } = await client.get(`/api/atlas/v2/groups/${groupId}`, { schema });
   * ```
   * @see https://www.mongodb.com/docs/api/doc/atlas-admin-api-v2/
   */
  get<T>(path: string, options: GetOptions & { schema: StandardSchema<T> }): AtlasPromise<T>;
  /** Without `schema`, the result is of type `unknown`. */
  get(path: string, options?: GetOptions): AtlasPromise<unknown>;
  get(path: string, options: GetOptions = {}): AtlasPromise<unknown> {
    return this.#call('get', { path }, options, pathQuestion, requestWithFallback);
  }

  /**
   * Reads every page of any other list of the Atlas Administration API: any path whose body has `results` and whose query
   * takes `pageNum`. Asks for 500 items a page, unless the query sets `itemsPerPage`. The login needs the role that the path
   * needs.
   *
   * @param path - must start with `/api/atlas/`. Pass a query as `query`, without `pageNum`.
   * @param options - as for {@link TenantSnapshotsClient.get}. `timeout` limits all pages together.
   * @returns all items, each once, in the order in which Atlas returns them. Without `schema`, they are of type `unknown`.
   * `schema` checks each item and sets its type. Rejects like {@link TenantSnapshotsClient.get}, and if any page fails.
   * `withResponse()` returns the response of the last page, and the attempts of all pages.
   *
   * @example
   * ```ts
   * // The snapshots of a dedicated cluster.
   * const path = `/api/atlas/v2/groups/${groupId}/clusters/Cluster1/backup/snapshots`;
   * const newest = newestBackup(await client.getAll(path, { schema: dedicatedSnapshotSchema }));
   * ```
   * @see https://www.mongodb.com/docs/api/doc/atlas-admin-api-v2/
   */
  getAll<T>(path: string, options: GetOptions & { schema: StandardSchema<T> }): AtlasPromise<T[]>;
  /** Without `schema`, the items are of type `unknown`. */
  getAll(path: string, options?: GetOptions): AtlasPromise<unknown[]>;
  getAll(path: string, options: GetOptions = {}): AtlasPromise<unknown[]> {
    return this.#call('getAll', { path }, options, pathListQuestion, requestPages);
  }

  /**
   * Closes the client: ends the calls that still run, and all later ones, with an {@link AtlasClosedError}, revokes the token that
   * this client fetched, in at most 2 s, and closes its connections. Safe to call twice. Does not close a `dispatcher` that you
   * passed.
   *
   * @returns a promise that never rejects.
   *
   * @example
   * ```ts
   * // A server stops listening first, and awaits its requests.
   * process.once('SIGTERM', () => server.close(() => client.close()));
   * ```
   */
  close(): Promise<void> {
    return this.#state.close();
  }

  /**
   * Does the same as {@link close}, for `await using`.
   *
   * @example
   * ```ts
   * await using client = new TenantSnapshotsClient();
   * ```
   */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /**
   * Makes a call. It rejects if its arguments or options are invalid.
   *
   * @param toQuestion - what the call asks.
   * @param ask - sends the requests, and returns the answer.
   */
  #call<Arguments extends object, Asked, T>(
    operation: Operation,
    args: Arguments,
    options: CallOptions | GetOptions,
    toQuestion: (args: Arguments, settings: CallSettings) => Question<Asked>,
    ask: (question: Question<Asked>, call: Call) => Promise<Answer<T>>,
  ): AtlasPromise<T> {
    try {
      const settings = resolveCall(operation, args, options, this.#state.settings);
      const question = toQuestion(args, settings);
      const call = new Call(operation, question.target, settings, this.#state);
      return toAtlasPromise(traceCall(call, () => call.run(() => ask(question, call))));
    } catch (invalid) {
      return toAtlasPromise(Promise.reject(invalid));
    }
  }
}
