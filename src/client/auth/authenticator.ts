import type { ApiResponse } from '../atlas/response.js';
import type { Target } from '../atlas/target.js';
import type { CallFacts } from '../errors/call-errors.js';

/**
 * An API key, for HTTP Digest. In the environment: `MONGODB_ATLAS_PUBLIC_KEY` and `MONGODB_ATLAS_PRIVATE_KEY`, or
 * `MONGODB_ATLAS_PUBLIC_API_KEY` and `MONGODB_ATLAS_PRIVATE_API_KEY`.
 *
 * @see https://www.rfc-editor.org/rfc/rfc7616
 * @inline
 */
export type ApiKeyCredentials = {
  /** The public key; in Atlas it has eight letters. */
  publicKey: string;
  /** The private key. It is never sent. */
  privateKey: string;
};

/**
 * A service account, for OAuth 2.0 client credentials. In the environment: `MONGODB_ATLAS_CLIENT_ID` and
 * `MONGODB_ATLAS_CLIENT_SECRET`.
 *
 * @see https://www.rfc-editor.org/rfc/rfc6749#section-4.4
 * @inline
 */
export type ServiceAccountCredentials = {
  /** The client ID, such as `mdb_sa_id_…`. */
  clientId: string;
  /** The client secret, such as `mdb_sa_sk_…`. It is sent only to the OAuth endpoints. */
  clientSecret: string;
};

/**
 * A bearer token that you manage. In the environment: `MONGODB_ATLAS_ACCESS_TOKEN`.
 *
 * @see https://www.rfc-editor.org/rfc/rfc6750
 * @inline
 */
export type AccessTokenCredentials = {
  /**
   * A token, or a function that returns one. The function is called before each request, and once more after a 401, then
   * with the `refused` token. Calls that wait with the same `refused` token share one call of the function.
   */
  accessToken: string | AccessTokenProvider;
};

/** One of the three ways to log in. */
export type AtlasCredentials = ApiKeyCredentials | ServiceAccountCredentials | AccessTokenCredentials;

/**
 * Returns a bearer token. `refused` is the token that just got a 401.
 *
 * @inline
 */
export type AccessTokenProvider = (context: { refused?: string }) => string | Promise<string>;

/** The most characters of a credential. Limits the length of a header, and the time that masking takes. */
export const maxCredentialLength = 8_192;

/** The GET that needs a login. */
export interface LoginRequest {
  /** The call that makes it. */
  readonly call: CallFacts;
  readonly target: Target;
  /** The request target: path and query, as sent. */
  readonly path: string;
  /** Whether to replace the token after a 401. Not if another endpoint has just accepted it. */
  readonly mayReplaceToken: boolean;
}

/** Sends the request once, with this `Authorization` value or without one. */
export type SendWith = (authorization?: string) => Promise<ApiResponse>;

/** One way to log in. */
export interface Authenticator {
  /**
   * Sends a request with a login. Repeats the request if Atlas refuses that login and there is another one to try.
   *
   * @returns the final response.
   * @throws the error of a failed login; or what `sendWith` or the call's scope throws.
   */
  authenticate(request: LoginRequest, sendWith: SendWith): Promise<ApiResponse>;

  /** The secret parts of the credentials, which no error may show. */
  readonly secrets: readonly string[];

  /** Cleans up when the client is closed. Never rejects. */
  close?(): Promise<void>;
}
