import type { EndpointChoice, QueryValue } from '../atlas/endpoints.js';
import type { TenantSnapshot } from '../atlas/schemas.js';
import type { AccessTokenProvider } from '../auth/bearer.js';
import type { TokenStore } from '../auth/service-account/token-store.js';
import type { StandardSchema } from '../call/standard-schema.js';
import type { DispatcherLike } from '../http/dispatcher.js';

/** An API key, for HTTP Digest. @see https://www.rfc-editor.org/rfc/rfc7616 */
export interface ApiKeyCredentials {
  /** The public key; in Atlas it has eight letters. */
  publicKey: string;
  /** The private key. It is never sent. */
  privateKey: string;
  clientId?: undefined;
  clientSecret?: undefined;
  accessToken?: undefined;
}

/** A service account, for OAuth 2.0 client credentials. @see https://www.rfc-editor.org/rfc/rfc6749#section-4.4 */
export interface ServiceAccountCredentials {
  /** The client ID, such as `mdb_sa_id_…`. */
  clientId: string;
  /** The client secret, such as `mdb_sa_sk_…`. It is sent only to the OAuth endpoints. */
  clientSecret: string;
  publicKey?: undefined;
  privateKey?: undefined;
  accessToken?: undefined;
}

/** A bearer token that you manage. @see https://www.rfc-editor.org/rfc/rfc6750 */
export interface AccessTokenCredentials {
  /**
   * A token, or a function that returns one. The function is called before each request, and once more after a 401, then
   * with the `refused` token.
   */
  accessToken: string | AccessTokenProvider;
  publicKey?: undefined;
  privateKey?: undefined;
  clientId?: undefined;
  clientSecret?: undefined;
}

/** One of the three ways to log in. */
export type AtlasCredentials = ApiKeyCredentials | ServiceAccountCredentials | AccessTokenCredentials;

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

/** Options of a wait. */
export interface WaitOptions extends CallOptions {
  /** Limits the whole wait, in ms. Default: 30 minutes. */
  timeout?: number | undefined;
  /** ms from the start of one poll to the start of the next. Default: 10 000. */
  pollInterval?: number | undefined;
  /** Called with the snapshot after each poll. Awaited if it returns a promise. An error that it throws ends the wait. */
  onPoll?: ((snapshot: TenantSnapshot) => void | Promise<void>) | undefined;
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
