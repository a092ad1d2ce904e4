import type { TokenStore } from './auth/token-store.js';
import type { DispatcherLike } from './http/dispatcher.js';
import type { TenantSnapshot } from './schemas.js';

/** An API key: HTTP Digest. @see https://www.rfc-editor.org/rfc/rfc7616 */
export interface ApiKeyCredentials {
  /** The key's name; Atlas's have eight letters. */
  publicKey: string;
  /** The key's secret. It is never sent. */
  privateKey: string;
  clientId?: never;
  clientSecret?: never;
  tokenStore?: never;
  accessToken?: never;
}

/** A service account: OAuth 2.0 client credentials. @see https://www.rfc-editor.org/rfc/rfc6749#section-4.4 */
export interface ServiceAccountCredentials {
  /** The account's name, such as `mdb_sa_id_…`. */
  clientId: string;
  /** The account's secret, such as `mdb_sa_sk_…`. It is sent to the token endpoint only. */
  clientSecret: string;
  /** Where a fleet shares one token: any Keyv instance. Default: the memory of this client. */
  tokenStore?: TokenStore | undefined;
  publicKey?: never;
  privateKey?: never;
  accessToken?: never;
}

/** A bearer token of the caller's. @see https://www.rfc-editor.org/rfc/rfc6750 */
export interface AccessTokenCredentials {
  /** A token, or a function that gives one: asked before each attempt, and once more after a 401. */
  accessToken: string | (() => string | Promise<string>);
  publicKey?: never;
  privateKey?: never;
  clientId?: never;
  clientSecret?: never;
  tokenStore?: never;
}

/** One of the three ways to log in. */
export type AtlasCredentials = ApiKeyCredentials | ServiceAccountCredentials | AccessTokenCredentials;

/** Which endpoint to ask: `auto` asks the tenant endpoint until Atlas shows that it is gone, and Flex from then on. */
export type EndpointChoice = 'auto' | 'tenant' | 'flex';

/** Options of a client; each may be left out. */
export interface TenantSnapshotsClientOptions {
  /** Default: from the environment; an access token, then a service account, then an API key. */
  credentials?: AtlasCredentials | undefined;
  /**
   * Where Atlas is. https only, but for http to a loopback host; a path is kept as a prefix.
   * Default: `MONGODB_ATLAS_BASE_URL`, then `https://cloud.mongodb.com`.
   */
  baseUrl?: string | URL | undefined;
  /** Default: `auto`. */
  endpoint?: EndpointChoice | undefined;
  /** ms for a whole call: authentication, queueing, retries and waits included. Default: 60 000. */
  timeout?: number | undefined;
  /** ms for one HTTP exchange, from when it goes on the wire. Default: 15 000. */
  attemptTimeout?: number | undefined;
  /** Attempts after the first. Default: 3. */
  maxRetries?: number | undefined;
  /** bytes of one answer's body. Default: 1 MiB. */
  maxResponseSize?: number | undefined;
  /**
   * What sends the requests: an agent of undici 7 or 8, for a proxy, mutual TLS or tests. It is not closed with the client.
   * Default: at most 64 connections of the client's own, behind `HTTPS_PROXY` / `NO_PROXY` where they are set.
   */
  dispatcher?: DispatcherLike | undefined;
  /** Put before the package's own `User-Agent`. */
  userAgent?: string | undefined;
}

/** Options of one call; each may be left out, and stands before the client's. */
export interface CallOptions {
  /** Ends the call at once; it then rejects with the signal's reason. */
  signal?: AbortSignal | undefined;
  /** ms for the whole call. */
  timeout?: number | undefined;
  /** ms for one HTTP exchange. */
  attemptTimeout?: number | undefined;
  /** Attempts after the first. */
  maxRetries?: number | undefined;
  /** Asks Atlas to answer 200 always, with the real status in the body. The result is the same. */
  envelope?: boolean | undefined;
  /** Asks Atlas to indent the body. The result is the same. */
  pretty?: boolean | undefined;
  /** Pins one endpoint for this call. */
  endpoint?: EndpointChoice | undefined;
}

/** Options of a wait; `timeout` bounds all of it. Default: 30 minutes. */
export interface WaitOptions extends CallOptions {
  /** ms from the beginning of one poll to the beginning of the next. Default: 10 000. */
  pollInterval?: number | undefined;
  /** Is given the snapshot after each poll; a promise is waited for. What it throws ends the wait. */
  onPoll?: ((snapshot: TenantSnapshot) => void) | undefined;
}
