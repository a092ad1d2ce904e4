import {
  AtlasAuthenticationError,
  type AtlasAuthenticationErrorDetails,
  type AtlasError,
  type AtlasErrorContext,
} from '../errors.js';
import type { Answer } from '../http/exchange.js';

/** The request an authorization is for. */
export interface AuthorizedRequest {
  readonly method: string;
  /** The request target: path and query, as it goes on the wire. */
  readonly path: string;
}

/** What a request is sent with. A scheme adds what it must remember until the answer is there. */
export interface Authorization {
  /** The `Authorization` value; absent where a request goes out to fetch a challenge. */
  readonly header: string | undefined;
}

/** An answer to an authorized request. Its status is the envelope's where there is one. */
export interface AuthenticatedAnswer extends Answer {
  /** Whether the status is an envelope's. */
  readonly isEnveloped?: boolean;
}

/**
 * One way to log in. Each answer is either at hand, or a promise: a call that need not wait pays for none.
 * A call that gives up while it waits for a promise simply does not look at its outcome.
 */
export interface Authenticator {
  /** What to send a request with. Rejects with a {@link LoginFailure}. */
  authorize(request: AuthorizedRequest): Authorization | Promise<Authorization>;

  /**
   * Looks at the answer to a request. Gives the authorization to send it once more with, or `undefined` where the
   * answer stands. Throws or rejects with a {@link LoginFailure}.
   */
  review(
    authorization: Authorization,
    request: AuthorizedRequest,
    answer: AuthenticatedAnswer,
  ): Authorization | Promise<Authorization> | undefined;

  /** Tells that a request which had been authorized ended without an answer, or was never sent. */
  abandon?(authorization: Authorization): void;

  /** What no error may show, also of the authorization that was sent; each at least one character long. */
  secrets(sent: Authorization | undefined): string[];
}

/** Whether another attempt may go better, and how long the server asked to wait before it, in ms. */
export interface LoginRetry {
  readonly retryable?: boolean;
  readonly retryAfter?: number | undefined;
  /** Whether the limit is used up: other processes hold live tokens, and the store may get one. */
  readonly isOverLimit?: boolean;
}

/** How a login failed: each call makes its own error of it, as many may have waited for the same login. */
export class LoginFailure extends Error {
  readonly toError: (context: AtlasErrorContext) => AtlasError;
  readonly retry: LoginRetry;
  // All that waited count from the same time, and with the same random part (0 to 1): so they come back as one.
  readonly at = performance.now();
  readonly jitter = Math.random();

  constructor(toError: (context: AtlasErrorContext) => AtlasError, retry: LoginRetry = {}) {
    super('The login failed');
    this.toError = toError;
    this.retry = retry;
  }
}

/** A login that was refused, or cannot be done. */
export function refusedLogin(
  message: string,
  details: AtlasAuthenticationErrorDetails,
  retry?: LoginRetry,
  cause?: unknown,
): LoginFailure {
  return new LoginFailure(
    (context) => new AtlasAuthenticationError(`${context.operation}: ${message}`, details, { ...context, cause }),
    retry,
  );
}
