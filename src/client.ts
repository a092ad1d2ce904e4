import { z } from 'zod';
import {
  type EndpointName,
  listOperation,
  type Operation,
  type PathValues,
  snapshotOperation,
  waitOperation,
} from './atlas/endpoints.js';
import { pathSchema, type Route, routeTo, routeToPath } from './atlas/route.js';
import { compiled, type TenantSnapshot } from './atlas/schemas.js';
import type { Authenticator } from './auth/authenticator.js';
import { functionBearer, staticBearer } from './auth/bearer.js';
import { DigestAuthenticator } from './auth/digest/authenticator.js';
import { ServiceAccount } from './auth/service-account/service-account.js';
import { TokenEndpoint } from './auth/service-account/token-endpoint.js';
import { SharedToken } from './auth/service-account/token-store.js';
import { readAllPages } from './call/list.js';
import { type AtlasPromise, CallProgress, toAtlasPromise } from './call/promise.js';
import { type CallContext, type CallLimits, type CallPlan, runCall } from './call/run-call.js';
import { type CallScope, Lifetime, withScope } from './call/scope.js';
import { parseWith, type StandardSchema } from './call/standard-schema.js';
import { Sunset } from './call/sunset.js';
import { traceCall } from './call/tracing.js';
import { pollUntilComplete } from './call/wait.js';
import type { CallOptions, GetOptions, TenantSnapshotsClientOptions, WaitOptions } from './config/options.js';
import {
  callOptionsSchema,
  defaultPollInterval,
  defaultWaitTimeout,
  getOptionsSchema,
  resolveOptions,
  type Settings,
  waitOptionsSchema,
} from './config/resolve-options.js';
import { AtlasInvalidArgumentError } from './errors/errors.js';
import { issuesOf } from './errors/issues.js';
import { Transport } from './http/transport.js';

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
  readonly #settings: Settings;
  readonly #context: CallContext;
  readonly #lifetime = new Lifetime();
  #closing: Promise<void> | undefined;

  /** @throws {@link AtlasConfigurationError} if the options or the environment are invalid. */
  constructor(options?: TenantSnapshotsClientOptions) {
    const settings = resolveOptions(options);
    const { origin, dispatcher, limits } = settings;
    const transport = new Transport(origin, dispatcher, limits.attemptTimeout);
    this.#settings = settings;
    this.#context = {
      transport,
      authenticator: createAuthenticator(settings, transport),
      sunset: new Sunset(),
    };
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
    const values = { groupId, clusterName, snapshotId };
    const rejection = rejectIfInvalid(snapshotOperation, values, callOptionsSchema, options);
    if (rejection !== undefined) return rejection;
    const plan = this.#plan(snapshotOperation, values, options);
    return this.#start(snapshotOperation.name, plan.route, options, (scope) => runCall(this.#context, plan, scope));
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
    const values = { groupId, clusterName };
    const rejection = rejectIfInvalid(listOperation, values, callOptionsSchema, options);
    if (rejection !== undefined) return rejection;
    const planPage = (pageNum: number) => this.#plan(listOperation, values, options, pageNum);
    return this.#start(listOperation.name, planPage(1).route, options, (scope) =>
      readAllPages((pageNum) => runCall(this.#context, planPage(pageNum), scope), scope),
    );
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
    const values = { groupId, clusterName, snapshotId };
    const rejection = rejectIfInvalid(waitOperation, values, waitOptionsSchema, options);
    if (rejection !== undefined) return rejection;
    const { pollInterval = defaultPollInterval, timeout = defaultWaitTimeout, onPoll, signal } = options;
    const planPoll = () => this.#plan(waitOperation, values, options);
    const progress = new CallProgress(waitOperation.name, planPoll().route, this.#context.authenticator);
    const wait = withScope(this.#lifetime, { timeout, signal }, progress, (scope) => {
      const poll = () => {
        const plan = planPoll();
        progress.follow(plan.route);
        // One trace per poll.
        return traceCall(progress, () => runCall(this.#context, plan, scope));
      };
      return pollUntilComplete(poll, { onPoll, pollInterval }, scope);
    });
    return toAtlasPromise(wait, progress);
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
    const rejection = rejectIfInvalid(pathOperation, { path }, getOptionsSchema, options);
    if (rejection !== undefined) return rejection;
    const { schema = z.unknown() } = options;
    const plan: CallPlan<unknown> = {
      route: routeToPath(this.#settings, path, options),
      cluster: undefined,
      flex: undefined,
      parse: (json) => parseWith(schema, json),
      limits: this.#limits(options),
    };
    return this.#start(pathOperation.name, plan.route, options, (scope) => runCall(this.#context, plan, scope));
  }

  /**
   * Rejects new calls, and ends waits between retries and polls. Resolves once all calls in flight have finished, within
   * their timeouts, but does not wait for `onPoll`. Revokes the token that this client fetched, unless it is shared through a `tokenStore`: that takes at
   * most 2 s. Safe to call twice. Does not close a `dispatcher` that you passed.
   */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  /** Does the same as {@link close}, for `await using`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #close(): Promise<void> {
    await this.#lifetime.close();
    await this.#context.authenticator.close?.();
    await this.#context.transport.close();
  }

  #plan<T>(operation: Operation<T>, values: PathValues, options: CallOptions, pageNum = 1): CallPlan<T> {
    const routeAt = (endpoint: EndpointName) => routeTo(this.#settings, operation, endpoint, values, options, pageNum);
    // A later page may be empty although the list is not.
    const mayBeFlex = pageNum === 1 ? operation.mayBeFlex : () => false;
    const cluster = `${values.groupId}/${values.clusterName}`;
    const choice = options.endpoint ?? this.#settings.endpoint;
    const endpoint = choice === 'auto' ? this.#context.sunset.firstEndpoint(cluster) : choice;
    return {
      route: routeAt(endpoint),
      cluster,
      flex: choice === 'auto' && endpoint === 'tenant' ? { route: () => routeAt('flex'), mayBeFlex } : undefined,
      parse: (json) => compiled(operation.resultSchema).safeParse(json),
      limits: this.#limits(options),
    };
  }

  #limits(options: CallOptions): CallLimits {
    const { attemptTimeout, maxRetries, maxResponseSize } = this.#settings.limits;
    return {
      attemptTimeout: options.attemptTimeout ?? attemptTimeout,
      maxRetries: options.maxRetries ?? maxRetries,
      maxResponseSize,
    };
  }

  #start<R>(
    operation: string,
    route: Route,
    options: CallOptions,
    run: (scope: CallScope) => Promise<R>,
  ): AtlasPromise<R> {
    const progress = new CallProgress(operation, route, this.#context.authenticator);
    const { timeout = this.#settings.timeout, signal } = options;
    const call = () => withScope(this.#lifetime, { timeout, signal }, progress, run);
    return toAtlasPromise(traceCall(progress, call), progress);
  }
}

const noOptions = {};

const pathOperation = { name: 'get', argumentsSchema: z.object({ path: pathSchema }) };

/** Returns a rejected promise if the arguments of a call are invalid. */
function rejectIfInvalid(
  { name, argumentsSchema }: { readonly name: string; readonly argumentsSchema: z.ZodType },
  values: object,
  optionsSchema: z.ZodType,
  options: unknown,
): AtlasPromise<never> | undefined {
  const issues = issuesOf(compiled(argumentsSchema), values);
  // Most calls pass no options. Checking the shared default would take 0.3 µs.
  if (options !== noOptions) issues.push(...issuesOf(optionsSchema, options));
  if (issues.length === 0) return undefined;
  const error = new AtlasInvalidArgumentError(issues, { operation: name });
  return toAtlasPromise(Promise.reject(error), new CallProgress(name));
}

function createAuthenticator(settings: Settings, transport: Transport): Authenticator {
  const { credentials, tokenStore, origin, prefix, limits } = settings;
  if (credentials.publicKey !== undefined) {
    return new DigestAuthenticator({ username: credentials.publicKey, password: credentials.privateKey });
  }
  if (credentials.accessToken !== undefined) {
    const { accessToken } = credentials;
    return typeof accessToken === 'string' ? staticBearer(accessToken) : functionBearer(accessToken);
  }
  const endpoint = new TokenEndpoint(transport, limits, settings, credentials);
  const key = `atlas-tenant-snapshots:token:${origin}${prefix}:${credentials.clientId}`;
  return new ServiceAccount(endpoint, tokenStore && new SharedToken(tokenStore, key));
}
