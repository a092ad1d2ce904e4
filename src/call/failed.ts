import type { ApiResponse, ErrorResponse } from '../atlas/response.js';
import type { Invalid } from '../atlas/standard-schema.js';
import type { NoLogin } from '../auth/authenticator.js';
import {
  AtlasApiError,
  AtlasAuthenticationError,
  AtlasClosedError,
  AtlasConnectionError,
  type AtlasError,
  AtlasInvalidResponseError,
  AtlasTimeoutError,
  type FieldsOf,
} from '../errors/errors.js';
import { listIssues, toIssues } from '../errors/issues.js';
import { Mask } from '../errors/mask.js';
import type { NoResponse } from '../http/no-response.js';
import { isRetryableStatus, parseRetryAfter, type RetryHints } from '../http/retry.js';
import { adviseOnServer, adviseOnStatus, adviseOnTransport } from './advice.js';
import type { Attempt, Call } from './call.js';

/**
 * Why an attempt failed. Each layer throws its own type, and the layer above converts it:
 *
 * - an exchange throws `NoResponse`: nothing came back.
 * - a login throws `NoLogin`: there is no token, or no challenge that it can answer. It passes on a `NoResponse`.
 * - an attempt throws `Failed`, made of either of these or of a response. It decides whether there is a retry or a fallback.
 * - the promise of the call rejects with the `AtlasError` in the last `Failed`.
 *
 * Whatever ends a call early passes through all layers unchanged: the error of its deadline or of `close()`, or the reason of its
 * signal.
 */
export class Failed {
  readonly error: AtlasError;
  readonly retry: RetryHints;
  /** The response that failed, if there was one. */
  readonly response: ApiResponse | undefined;

  constructor(error: AtlasError, retry: RetryHints, response?: ApiResponse) {
    this.error = error;
    this.retry = retry;
    this.response = response;
  }
}

const maxCauseLength = 500;

/** The failure of a response with an error status. */
export function errorStatus(response: ErrorResponse, attempt: Attempt): Failed {
  const { status, headers, text: body, error: report } = response;
  const retryAfterMs = retryAfterOf(response);
  const fields = { status, ...report, retryAfterMs, headers: maskedHeaders(headers, maskOf(attempt.call)), body };
  const what = [`${attempt.call.subject} failed with status ${status}`, report.errorCode].filter(Boolean).join(' ');
  const advice = adviseOnStatus(response, retryAfterMs, attempt.target);
  const message = `${what}${sentence(report.detail ?? report.reason)}`;
  const error = new AtlasApiError(message, { ...fields, ...contextOf(attempt), advice });
  return new Failed(error, { isRetryable: isRetryableStatus(status), retryAfterMs }, response);
}

/** The failure of a response with a success status that this client cannot use. */
export function unusable(response: ApiResponse, { error, thrown }: Invalid, advice: string, attempt: Attempt): Failed {
  const issues = toIssues(error, maskOf(attempt.call));
  const what = `${attempt.call.subject} got an unusable response: ${listIssues(issues)}.`;
  const fields = { issues, ...contextOf(attempt), advice, cause: thrown };
  return new Failed(new AtlasInvalidResponseError(what, fields), { isRetryable: false }, response);
}

/** The failure of an exchange without a response. */
export function noResponse(reason: NoResponse, attempt: Attempt): Failed {
  const advice = adviseOnTransport(reason.kind, attempt.target);
  const error = transportError(attempt.call.subject, reason, advice, attempt);
  return new Failed(error, { isRetryable: reason.isRetryable });
}

/** The failure of a login. */
export function noLogin({ reason, details, retry }: NoLogin, attempt: Attempt): Failed {
  if (typeof reason !== 'string') {
    const what = `${attempt.call.subject}: the access token request`;
    return new Failed(transportError(what, reason, adviseOnTransport(reason.kind, undefined), attempt), retry);
  }
  const { status = 0, advice = adviseOnServer(status), error, errorDescription } = details;
  const mask = maskOf(attempt.call);
  const fields = {
    ...details,
    advice,
    error: error && mask.text(error),
    errorDescription: errorDescription && mask.text(errorDescription),
  };
  const what = `${attempt.call.subject} could not log in. ${mask.text(reason)}`;
  return new Failed(new AtlasAuthenticationError(what, { ...fields, ...contextOf(attempt) }), retry);
}

/** The error of a call whose deadline has passed. */
export function timedOut(call: Call): AtlasTimeoutError {
  const { subject, attempt, lastError } = call;
  const { timeout } = call.settings;
  const what = `${subject} timed out after ${timeout} ms (timeout) while ${attempt.scope.phase} (attempts: ${attempt.number}).`;
  const hint = lastError === undefined ? '' : ' The cause says why the last attempt failed.';
  const advice = 'Raise timeout if the call needs longer.';
  const fields = { ...contextOf(attempt), advice, cause: lastError };
  return new AtlasTimeoutError(what + hint, { limit: 'timeout', limitMs: timeout, ...fields });
}

/** The error of a call that `close()` has ended, or that came after it. */
export function closed(call: Call): AtlasClosedError {
  const { subject, attempt, lastError } = call;
  const isLate = attempt.number === 0;
  const what = isLate
    ? `${subject} was called after close().`
    : `close() ended ${subject} while it was ${attempt.scope.phase}.`;
  const advice = isLate ? 'Create a new client.' : 'Await calls before close().';
  return new AtlasClosedError(what, { ...contextOf(attempt), advice, cause: lastError });
}

function contextOf({ call, target, number }: Attempt): FieldsOf<AtlasError> {
  const { endpoint, apiPath } = target;
  return { operation: call.operation, endpoint, path: number === 0 ? undefined : apiPath, attempts: number };
}

/** A mask for the credentials, and for every login of the call: a server may echo any of them. */
export function maskOf({ context, authorizations }: Call): Mask {
  return new Mask([...context.authenticator.secrets, ...authorizations.map(secretOf)]);
}

/** The secret in an `Authorization` value: a bearer token, or the response of Digest. */
function secretOf(authorization: string): string {
  return /^Bearer (.*)|response="(\w+)"/.exec(authorization)?.slice(1).join('') ?? '';
}

/** How long the server asked to wait, in ms. */
function retryAfterOf({ headers, error }: ErrorResponse): number | undefined {
  const retryAfterMs = parseRetryAfter(headers);
  if (retryAfterMs !== undefined || error.errorCode !== 'RATE_LIMITED_TOKEN_BUCKET') return retryAfterMs;
  // For this code Atlas sends the parameters `[path, wait in seconds, capacity, refill rate, 60]`.
  const seconds = String(error.parameters?.[1]);
  return /^\d{1,9}$/.test(seconds) ? Number(seconds) * 1000 : undefined;
}

function maskedHeaders(headers: ApiResponse['headers'], mask: Mask): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [mask.text(name), mask.text(value)]));
}

/** Formats a detail as `: detail.`, or as `.` if there is none. */
function sentence(detail: string | undefined): string {
  if (!detail) return '.';
  return /[.!?]$/.test(detail) ? `: ${detail}` : `: ${detail}.`;
}

/** @param what - what got no response, as the start of a sentence. */
function transportError(what: string, reason: NoResponse, advice: string, attempt: Attempt): AtlasError {
  const { kind, cause, attemptTimeout } = reason;
  const context = contextOf(attempt);
  // Only this kind has no cause.
  if (kind === 'attempt timeout' || cause === undefined) {
    const message = `${what} timed out after ${attemptTimeout} ms (attemptTimeout).`;
    return new AtlasTimeoutError(message, { limit: 'attemptTimeout', limitMs: attemptTimeout, ...context, advice });
  }
  const copy = maskedCopy(cause, maskOf(attempt.call));
  const code = copy.code === undefined ? '' : ` (${copy.code})`;
  const message = `${what} got no response${code}${sentence(copy.message.slice(0, maxCauseLength))}`;
  const fields = { ...context, advice, cause: copy };
  if (kind === 'connect timeout') return new AtlasTimeoutError(message, { limit: 'connecting', ...fields });
  return new AtlasConnectionError(message, { kind, ...fields });
}

/** Copies an error without its secrets: an error of undici may hold a response that echoes the request. */
function maskedCopy({ name, message, code }: Error & { code?: string }, mask: Mask): Error & { code?: string } {
  const copy = Object.assign(new Error(mask.text(message)), { name: mask.text(name) });
  return code === undefined ? copy : Object.assign(copy, { code: mask.text(code) });
}
