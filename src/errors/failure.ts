import { type ErrorResponse, readUnmasked, retryAfterOf, type SuccessResponse } from '../atlas/response.js';
import { type Invalid, invalid } from '../atlas/standard-schema.js';
import type { Target } from '../atlas/target.js';
import type { NoResponse } from '../http/no-response.js';
import { isTemporaryStatus, type RetryHints } from '../http/retry.js';
import type { AtlasAuthenticationError, FieldsOf } from './errors.js';

/**
 * Why an attempt failed. Three layers report it, each in its own way:
 *
 * 1. An exchange throws `NoResponse`: nothing came back.
 * 2. A login throws `LoginFailed`: there is no token, or no challenge that the client can answer.
 * 3. An attempt catches both, and returns how it ended. If it failed, that is a `Failed`. The call decides by it whether to retry,
 *    and whether to ask the fallback.
 *
 * All of these are plain values. `toError()` makes an `AtlasError` of a `Failed` only if somebody gets to see it: when the call
 * rejects, in the report of a retry, or as the cause of another error. Most failures are followed by a success, and need none.
 *
 * What ends a call early passes through all layers unchanged: the error of its deadline or of `close()`, or the reason of its
 * signal.
 */
export type Failure = {
  /** The status of the response, if there was one. */
  readonly status?: number | undefined;
  readonly retry: RetryHints;
} & (
  | { readonly kind: 'error status'; readonly response: ErrorResponse }
  | { readonly kind: 'unusable response'; readonly found: Invalid; readonly advice: string }
  | { readonly kind: 'no response'; readonly noResponse: NoResponse; readonly isTokenRequest: boolean }
  | { readonly kind: 'no login'; readonly why: string; readonly details: FieldsOf<AtlasAuthenticationError> }
);

/** How an attempt ended that failed. */
export interface Failed {
  readonly ok: false;
  readonly failure: Failure;
  readonly target: Target;
  /** Attempts that the call had made by then, at all its targets. */
  readonly attempts: number;
  /** Why there is no retry, although another attempt might succeed. */
  readonly notRetried?: string | undefined;
}

/** What a login throws. Calls that wait for the same login get the same one. */
export class LoginFailed {
  readonly failure: Failure;

  constructor(failure: Failure) {
    // The calls retry at the same time, so that they need only one token request.
    this.failure = { ...failure, retry: { ...failure.retry, jitter: Math.random() } };
  }
}

/** The failure of an attempt whose response has an error status. */
export function statusFailure(response: ErrorResponse): Failure {
  const { status } = response;
  const isRetryable = isTemporaryStatus(status);
  const retryAfterMs = isRetryable ? retryAfterOf(response, readUnmasked(response)) : undefined;
  return { kind: 'error status', status, response, retry: { isRetryable, retryAfterMs } };
}

/**
 * The failure of an attempt whose response has a success status, but cannot be used.
 *
 * @param found - what is wrong with the response: with all of it, or with what a schema names.
 */
export function unusableFailure({ status }: SuccessResponse, found: string | Invalid, advice: string): Failure {
  const invalidity = typeof found === 'string' ? invalid(found) : found;
  return { kind: 'unusable response', status, found: invalidity, advice, retry: { isRetryable: false } };
}

/** The failure of an attempt, or of the token request for it, that got no response. */
export function noResponseFailure(noResponse: NoResponse, isTokenRequest = false): Failure {
  return { kind: 'no response', noResponse, isTokenRequest, retry: { isRetryable: noResponse.isRetryable } };
}

/**
 * Returns what a login throws.
 *
 * @param why - what happened, as a sentence.
 * @param details - the fields of the error. Default: the advice for the status.
 */
export function loginFailed(
  why: string,
  details: FieldsOf<AtlasAuthenticationError>,
  retry: RetryHints = { isRetryable: false },
): LoginFailed {
  return new LoginFailed({ kind: 'no login', status: details.status, why, details, retry });
}
