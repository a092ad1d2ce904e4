import type { ApiResponse } from '../atlas/response.js';
import type { NoResponse } from '../http/no-response.js';

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

/** Returns a bearer token. `refused` is the token that just got a 401. */
export type AccessTokenProvider = (context: { refused?: string }) => string | Promise<string>;

/** The GET that a login is for. */
export interface LoginRequest {
  /** The request target: path and query, as sent. */
  readonly path: string;
  /**
   * Whether another endpoint has just accepted the login, so that a 401 does not mean that a bearer token is invalid.
   * Default: false.
   */
  readonly isFallback?: boolean | undefined;
}

/** The login of one request. */
export interface Login {
  /** The `Authorization` value; absent if the request is sent to get a challenge. */
  readonly header: string | undefined;

  /**
   * Looks at the response. Returns the login for one more try, or `undefined` if the response is final. Whatever the server
   * does, the response is final after a few tries.
   *
   * @throws {@link NoLogin}, or returns a promise that rejects with one.
   */
  review(response: ApiResponse): Login | Promise<Login> | undefined;

  /** Gives the login up: its request got no response or was never sent. Has no effect after a review. */
  release(): void;

  /** The secrets in this login, which no error may show. */
  secrets(): string[];
}

/** One way to log in. */
export interface Authenticator {
  /**
   * Returns a login, or a promise if there is none at hand. A login that is no longer needed must be released.
   *
   * @throws {@link NoLogin}, or returns a promise that rejects with one.
   */
  authorize(request: LoginRequest): Login | Promise<Login>;

  /** The credentials, which no error may show. */
  secrets(): string[];

  /** Cleans up when the client is closed. Never rejects. */
  close?(): Promise<void>;
}

/** What to do about a response that Atlas itself would hardly send. */
export const checkBaseUrl = 'Check baseUrl and any proxy on the way to Atlas.';

/** What is known about a failed login. */
export interface NoLoginDetails {
  /** What happened and what to do, as sentences. Absent if `noResponse` is set. */
  readonly message?: string;
  readonly status?: number | undefined;
  /** The OAuth 2.0 error code and its description. */
  readonly error?: string | undefined;
  readonly errorDescription?: string | undefined;
  readonly cause?: unknown;
  /** Why the token request got no response, if that is the reason. */
  readonly noResponse?: NoResponse | undefined;
  /** Whether another attempt may succeed. */
  readonly isRetryable?: boolean;
  /** How long the server asked to wait, in ms. */
  readonly retryAfter?: number | undefined;
}

/** Why there is no login. Many calls may wait for the same login; each makes an error of its own from this. */
export class NoLogin {
  readonly details: NoLoginDetails;
  // Shared by all calls that waited, so that they retry together and need one token request, not one each.
  readonly jitter = Math.random();

  constructor(details: NoLoginDetails) {
    this.details = details;
  }
}
