import { Call, type CallHost, type CallLimits, type CallPlan, type PlanStart } from './call.js';
import { type AtlasPromise, CallPromise } from './call-promise.js';
import { compiled } from './compiled.js';
import { createAuthenticator } from './create-authenticator.js';
import {
  type EndpointName,
  getTenantSnapshot,
  listTenantSnapshots,
  type Operation,
  type PathValues,
  waitForTenantSnapshot,
} from './endpoints.js';
import { AtlasValidationError } from './errors.js';
import { Transport } from './http/transport.js';
import { issuesOf } from './issues.js';
import type { CallOptions, EndpointChoice, TenantSnapshotsClientOptions, WaitOptions } from './options.js';
import {
  callOptionsSchema,
  defaultPollInterval,
  defaultWaitTimeout,
  readOptions,
  type Settings,
  waitOptionsSchema,
} from './read-options.js';
import { Route, type RouteBase } from './route.js';
import type { TenantSnapshot } from './schemas.js';
import { SnapshotList } from './snapshot-list.js';
import { Sunset } from './sunset.js';
import { isTraced, traceCall } from './tracing.js';
import { formatUserAgent } from './user-agent.js';
import { SnapshotWait } from './wait.js';

/**
 * A client for the backup snapshots of Atlas shared-tier (M2/M5) and Flex clusters. Make one and share it: it keeps
 * connections, nonces and tokens. Its credentials need the role Project Read Only.
 *
 * @example
 * ```ts
 * const client = new TenantSnapshotsClient({ credentials: { publicKey, privateKey } });
 * const snapshot = await client.getTenantSnapshot(groupId, 'Cluster0', snapshotId);
 * ```
 */
export class TenantSnapshotsClient implements AsyncDisposable {
  readonly #settings: Settings;
  readonly #host: CallHost;
  readonly #routeBase: RouteBase;
  #closing: Promise<void> | undefined;

  /** @throws {@link AtlasConfigurationError} where the options or the environment cannot make a client. */
  constructor(options?: TenantSnapshotsClientOptions) {
    const settings = readOptions(options);
    const { origin, pathname } = settings.baseUrl;
    const prefix = pathname.replace(/\/+$/, '');
    const userAgent = formatUserAgent(settings.userAgent);
    const transport = new Transport(origin, settings.dispatcher);
    this.#settings = settings;
    this.#routeBase = { prefix, userAgent };
    this.#host = {
      transport,
      authenticator: createAuthenticator(settings, transport, this.#routeBase),
      sunset: new Sunset(origin + prefix),
    };
  }

  /**
   * Reads one snapshot.
   *
   * @param groupId - the project's id, 24 hexadecimal digits.
   * @param clusterName - the cluster's name.
   * @param snapshotId - the snapshot's id, 24 hexadecimal digits.
   * @returns the snapshot. Rejects with an {@link AtlasError}, or with the reason of an aborted `signal`.
   * @see https://www.mongodb.com/docs/api/doc/atlas-admin-api-v2/operation/operation-getflexbackup
   */
  getTenantSnapshot(
    groupId: string,
    clusterName: string,
    snapshotId: string,
    options?: CallOptions,
  ): AtlasPromise<TenantSnapshot> {
    return this.callEndpoint(getTenantSnapshot, { groupId, clusterName, snapshotId }, options);
  }

  /**
   * Lists a cluster's snapshots: all of them, each once. Flex's pages are walked.
   *
   * @param groupId - the project's id, 24 hexadecimal digits.
   * @param clusterName - the cluster's name.
   * @returns the snapshots. Rejects as {@link getTenantSnapshot} does. `withResponse()` tells of the last page, with the
   * attempts of all.
   * @see https://www.mongodb.com/docs/api/doc/atlas-admin-api-v2/operation/operation-listflexbackups
   */
  listTenantSnapshots(groupId: string, clusterName: string, options?: CallOptions): AtlasPromise<TenantSnapshot[]> {
    return this.#begin(listTenantSnapshots, { groupId, clusterName }, options, (plan, resolve, reject) => {
      const list = new SnapshotList(plan);
      list.read().then(resolve, reject);
      return list;
    });
  }

  /**
   * Polls a snapshot until it is `COMPLETED`.
   *
   * @returns the snapshot. Rejects with an {@link AtlasSnapshotFailedError} when it is `FAILED`, an
   * {@link AtlasTimeoutError} when `timeout` is over, and else as {@link getTenantSnapshot} does.
   */
  async waitForTenantSnapshot(
    groupId: string,
    clusterName: string,
    snapshotId: string,
    options: WaitOptions = {},
  ): Promise<TenantSnapshot> {
    const values = { groupId, clusterName, snapshotId };
    const issues = [...issuesOf(waitForTenantSnapshot.values, values), ...issuesOf(waitOptionsSchema, options)];
    if (issues.length > 0) throw new AtlasValidationError(issues, { operation: waitForTenantSnapshot.name });
    const { pollInterval = defaultPollInterval, timeout = defaultWaitTimeout, onPoll, signal, ...rest } = options;
    const poll = (end: AbortSignal) => this.callEndpoint(waitForTenantSnapshot, values, { ...rest, signal: end });
    return new SnapshotWait(this.#host.transport.deadlines, { poll, onPoll, pollInterval, timeout, signal }).run();
  }

  /**
   * Lets no new call begin, ends retry and poll waits, and is fulfilled when the requests on the wire have ended, within
   * their deadlines. May be called twice. A `dispatcher` that was passed in is left open.
   */
  close(): Promise<void> {
    const { transport } = this.#host;
    this.#closing ??= transport.deadlines.drain().then(() => transport.close());
    return this.#closing;
  }

  /** As {@link close}, for `await using`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /**
   * Asks one endpoint: all that a method for a further one needs.
   *
   * @internal
   */
  protected callEndpoint<T>(
    operation: Operation<T>,
    values: PathValues,
    options: CallOptions | undefined,
  ): CallPromise<T> {
    return this.#begin(operation, values, options, startCall<T>);
  }

  #begin<T, R>(
    operation: Operation<T>,
    values: PathValues,
    options: CallOptions | undefined,
    start: PlanStart<T, R>,
  ): CallPromise<R> {
    const issues = issuesOf(compiled(operation.values), values);
    if (options !== undefined) issues.push(...issuesOf(callOptionsSchema, options));
    if (issues.length > 0) return rejected(new AtlasValidationError(issues, { operation: operation.name }));
    const plan = this.#plan(operation, values, options);
    if (isTraced()) return new CallPromise(traceCall(plan, start));
    return new CallPromise((resolve, reject) => start(plan, resolve, reject));
  }

  #plan<T>(operation: Operation<T>, values: PathValues, options: CallOptions | undefined): CallPlan<T> {
    const host = this.#host;
    const base = this.#routeBase;
    const endpoint = options?.endpoint ?? this.#settings.endpoint;
    const envelope = options?.envelope ?? false;
    const pretty = options?.pretty ?? false;
    const isAuto = endpoint === 'auto';
    const route = new Route({ base, operation, values, envelope, pretty, isAuto }, this.#firstEndpoint(endpoint));
    const limits = options === undefined ? this.#settings : this.#limits(options);
    return { host, operation, route, limits, signal: options?.signal };
  }

  #firstEndpoint(choice: EndpointChoice): EndpointName {
    if (choice !== 'auto') return choice;
    return this.#host.sunset.isKnown ? 'flex' : 'tenant';
  }

  #limits(options: CallOptions): CallLimits {
    const { timeout, attemptTimeout, maxRetries, maxResponseSize } = this.#settings;
    return {
      timeout: options.timeout ?? timeout,
      attemptTimeout: options.attemptTimeout ?? attemptTimeout,
      maxRetries: options.maxRetries ?? maxRetries,
      maxResponseSize,
    };
  }
}

function startCall<T>(plan: CallPlan<T>, resolve: (data: T) => void, reject: (reason: unknown) => void): Call<T> {
  const call = new Call(plan, resolve, reject);
  call.start();
  return call;
}

function rejected<T>(error: AtlasValidationError): CallPromise<T> {
  return new CallPromise((_resolve, reject) => {
    reject(error);
    return { source: undefined };
  });
}
