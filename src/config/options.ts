import type { EndpointChoice, QueryValue } from '../atlas/target.js';
import type { AtlasCredentials } from '../auth/authenticator.js';
import type { TokenStore } from '../auth/service-account/access-token.js';
import type { StandardSchema } from '../call/standard-schema.js';
import type { FetchLike } from '../http/fetch.js';
import type { DispatcherLike } from '../http/transport.js';

/** Options of a client. */
export interface TenantSnapshotsClientOptions {
  /** Default: the environment; an access token, then a service account, then an API key. */
  credentials?: AtlasCredentials | undefined;
  /** Shares a service account's token between processes. Any Keyv instance fits. Default: none. */
  tokenStore?: TokenStore | undefined;
  /**
   * The URL of Atlas: https, or http to a loopback host. A path is kept as a prefix.
   * Default: `MONGODB_ATLAS_BASE_URL`, then `https://cloud.mongodb.com`.
   */
  baseUrl?: string | URL | undefined;
  /** Default: `auto`. */
  endpoint?: EndpointChoice | undefined;
  /** Limits a whole call, in ms: login, queueing, retries and waits included. Default: 60 000. */
  timeout?: number | undefined;
  /** Limits one HTTP exchange, in ms, from when it is on the wire. Default: 15 000. */
  attemptTimeout?: number | undefined;
  /** The maximum number of retries. Default: 3. */
  maxRetries?: number | undefined;
  /** Limits the body of a response, in bytes. Default: 8 MiB. */
  maxResponseSize?: number | undefined;
  /**
   * An undici 7 or 8 dispatcher, for a proxy, mutual TLS or tests. The client does not close it.
   * Default: at most 64 pooled connections, through `HTTPS_PROXY` unless `NO_PROXY` names the host.
   */
  dispatcher?: DispatcherLike | undefined;
  /**
   * Sends every request with this function instead of undici, such as `globalThis.fetch` and its mocks. Connections and
   * proxies are then those of the function. Not together with `dispatcher`.
   */
  fetch?: FetchLike | undefined;
  /** Prepended to the package's own `User-Agent`. */
  userAgent?: string | undefined;
}

/** Options of one call. They override those of the client. */
export interface CallOptions {
  /** Ends the call at once. It then rejects with the signal's reason. */
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
  /** Chooses the endpoint of this call. */
  endpoint?: EndpointChoice | undefined;
}

/** Options of `get()`. */
export interface GetOptions extends Omit<CallOptions, 'endpoint'> {
  /** The query. Parameters that are undefined are left out, and an array repeats its parameter. */
  query?: Record<string, QueryValue | readonly QueryValue[] | undefined> | undefined;
  /** The version of the v2 API, as `YYYY-MM-DD`. Default: `2025-03-12`. */
  apiVersion?: string | undefined;
  /** Checks the body and types the result: a schema of zod, `zod/mini`, valibot, arktype or another Standard Schema. */
  schema?: StandardSchema<unknown> | undefined;
}
