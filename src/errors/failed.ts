import type { Mask } from '../atlas/mask.js';
import type { ErrorResponse, SuccessResponse } from '../atlas/response.js';
import type { Invalid } from '../atlas/standard-schema.js';
import type { Target } from '../atlas/target.js';
import type { NoResponse } from '../http/no-response.js';
import { isTemporaryStatus, parseRetryAfter, type RetryHints } from '../http/retry.js';
import { adviseOnServer, adviseOnStatus, adviseOnTransport } from './advice.js';
import {
  AtlasApiError,
  AtlasAuthenticationError,
  AtlasConnectionError,
  type AtlasError,
  AtlasInvalidResponseError,
  AtlasTimeoutError,
  type FieldsOf,
} from './errors.js';
import { listIssues, toIssues } from './issues.js';

/** What an error says about its call. */
export interface ErrorContext {
  /** The client's method. */
  readonly operation: string;
  /** The target of the latest attempt. */
  readonly target: Target;
  /** How many attempts the call has made, at all its targets. */
  readonly attempts: number;
  /** Why a failure is not retried, although another attempt might succeed. */
  readonly notRetried: string | undefined;
  /** Masks the credentials, and every login that the call has sent: a server may echo any of them. */
  readonly mask: Mask;
}

/**
 * Why an attempt failed. Each layer throws a type of its own:
 *
 * 1. An exchange throws `NoResponse`: nothing came back.
 * 2. A login or an attempt throws `Failed`: there is no response, no usable response, or no login. The call then decides whether
 *    to retry, and whether to ask the fallback.
 * 3. A call rejects with an `AtlasError`, which the last `Failed` builds at the end. Only then is the number of attempts known.
 *    Calls that waited for the same login share one `Failed`, and each builds its own error from it.
 *
 * What ends a call early passes through all layers unchanged: the error of its deadline or of `close()`, or the reason of its
 * signal.
 */
export class Failed {
  readonly toError: (context: ErrorContext) => AtlasError;
  readonly retry: RetryHints;
  /** From 0 to 1. Stored here, so that calls that share a failed login retry at the same time and need one token request. */
  readonly jitter = Math.random();
  /** The status of the response that failed, if there was one. */
  readonly status: number | undefined;
  /** The response, if its status is an error. */
  readonly response: ErrorResponse | undefined;

  constructor(toError: Failed['toError'], retry: RetryHints, status?: number, response?: ErrorResponse) {
    this.toError = toError;
    this.retry = retry;
    this.status = status;
    this.response = response;
  }
}

const notRetryable: RetryHints = { isRetryable: false };
const maxCauseLength = 500;

/** The failure of a response with an error status. */
export function errorStatus(response: ErrorResponse): Failed {
  const { status, headers, text: body, error: report } = response;
  const retryAfterMs = retryAfterOf(response);
  const toError = (context: ErrorContext) => {
    const what = [`${subjectOf(context)} failed with status ${status}`, report.errorCode].filter(Boolean).join(' ');
    return new AtlasApiError(explain(`${what}${sentence(report.detail ?? report.reason)}`, context), {
      status,
      ...report,
      retryAfterMs,
      headers: maskedHeaders(headers, context.mask),
      body,
      ...contextFields(context),
      advice: adviseOnStatus(response, retryAfterMs, context.target),
    });
  };
  return new Failed(toError, { isRetryable: isTemporaryStatus(status), retryAfterMs }, status, response);
}

/** The failure of a response with a success status that this client cannot use. */
export function unusable({ status }: SuccessResponse, { error, thrown }: Invalid, advice: string): Failed {
  const toError = (context: ErrorContext) => {
    const issues = toIssues(error, context.mask);
    const what = `${subjectOf(context)} got an unusable response: ${listIssues(issues)}.`;
    return new AtlasInvalidResponseError(what, { issues, ...contextFields(context), advice, cause: thrown });
  };
  return new Failed(toError, notRetryable, status);
}

/**
 * The failure of an exchange without a response.
 *
 * @param isTokenRequest - whether it was the request for a token that got no response.
 */
export function noResponse({ kind, cause, attemptTimeout, isRetryable }: NoResponse, isTokenRequest = false): Failed {
  const toError = (context: ErrorContext) => {
    const subject = isTokenRequest ? `${subjectOf(context)}: the access token request` : subjectOf(context);
    const advice = adviseOnTransport(kind, isTokenRequest ? undefined : context.target);
    const fields = { ...contextFields(context), advice };
    // Only this kind has no cause, which the types do not show.
    if (kind === 'attempt timeout' || cause === undefined) {
      const what = explain(`${subject} timed out after ${attemptTimeout} ms (attemptTimeout).`, context);
      return new AtlasTimeoutError(what, { limit: 'attemptTimeout', limitMs: attemptTimeout, ...fields });
    }
    const copy = maskedCopy(cause, context.mask);
    const code = copy.code === undefined ? '' : ` (${copy.code})`;
    const detail = sentence(copy.message.slice(0, maxCauseLength));
    const what = explain(`${subject} got no response${code}${detail}`, context);
    if (kind === 'connect timeout') return new AtlasTimeoutError(what, { limit: 'connecting', ...fields, cause: copy });
    return new AtlasConnectionError(what, { kind, ...fields, cause: copy });
  };
  return new Failed(toError, { isRetryable });
}

/**
 * The failure of a login.
 *
 * @param why - what happened, as a sentence.
 * @param details - the fields of the error. Default: the advice for the status.
 */
export function noLogin(why: string, details: FieldsOf<AtlasAuthenticationError>, retry = notRetryable): Failed {
  const { status, advice = adviseOnServer(status ?? 0), error, errorDescription } = details;
  const toError = (context: ErrorContext) => {
    const { mask } = context;
    return new AtlasAuthenticationError(explain(`${subjectOf(context)} could not log in. ${mask.text(why)}`, context), {
      ...details,
      advice,
      error: error && mask.text(error),
      errorDescription: errorDescription && mask.text(errorDescription),
      ...contextFields(context),
    });
  };
  return new Failed(toError, retry, status);
}

/** The start of a message: the method, and the path if the caller chose it. */
export function subjectOf({ operation, target }: ErrorContext): string {
  return target.endpoint === undefined ? `${operation} ${target.apiPath}` : operation;
}

/** The fields that every error of a call has. */
export function contextFields({ operation, target, attempts }: ErrorContext): FieldsOf<AtlasError> {
  const { endpoint, apiPath } = target;
  return { operation, endpoint, path: attempts === 0 ? undefined : apiPath, attempts };
}

/** Adds to a message why the call makes no other attempt. */
function explain(message: string, { notRetried }: ErrorContext): string {
  return notRetried === undefined ? message : `${message} ${notRetried}`;
}

/** How long the server asked to wait, in ms. */
function retryAfterOf({ headers, error }: ErrorResponse): number | undefined {
  const retryAfterMs = parseRetryAfter(headers);
  if (retryAfterMs !== undefined || error.errorCode !== 'RATE_LIMITED_TOKEN_BUCKET') return retryAfterMs;
  // For this code Atlas sends the parameters `[path, wait in seconds, capacity, refill rate, 60]`.
  const seconds = String(error.parameters?.[1]);
  return /^\d{1,9}$/.test(seconds) ? Number(seconds) * 1000 : undefined;
}

function maskedHeaders(headers: Readonly<Record<string, string>>, mask: Mask): Record<string, string> {
  const fields = Object.entries(headers);
  return Object.fromEntries(fields.map(([name, value]) => [mask.text(name), mask.text(value)]));
}

/** Formats a detail as `: detail.`, or as `.` if there is none. */
function sentence(detail: string | undefined): string {
  if (!detail) return '.';
  return /[.!?]$/.test(detail) ? `: ${detail}` : `: ${detail}.`;
}

/** Copies an error without its secrets: an error of undici may hold a response that echoes the request. */
function maskedCopy({ name, message, code }: Error & { code?: string }, mask: Mask): Error & { code?: string } {
  const copy = Object.assign(new Error(mask.text(message)), { name: mask.text(name) });
  return code === undefined ? copy : Object.assign(copy, { code: mask.text(code) });
}
