import type { ApiResponse, ErrorResponse, MaskText } from '../atlas/response.js';
import type { Invalid } from '../atlas/standard-schema.js';
import type { Target } from '../atlas/target.js';
import type { NoLogin } from '../auth/authenticator.js';
import {
  AtlasApiError,
  AtlasAuthenticationError,
  AtlasClosedError,
  AtlasConnectionError,
  type AtlasError,
  type AtlasErrorContext,
  AtlasInvalidResponseError,
  AtlasTimeoutError,
} from '../errors/errors.js';
import { listIssues, toIssues } from '../errors/issues.js';
import { Mask } from '../errors/mask.js';
import { type HeaderFields, joinHeaders } from '../http/headers.js';
import type { NoResponse } from '../http/no-response.js';
import { isRetryableStatus, parseRetryAfter, type RetryHints } from '../http/retry.js';
import { adviseOnStatus, adviseOnTransport } from './advice.js';
import type { Call } from './call.js';

/** What an attempt or a call throws if it fails. The promise of the call rejects with the error in it. */
export class Failed {
  readonly error: AtlasError;
  /** The response, if there was one. */
  readonly response: ApiResponse | undefined;
  readonly retry: RetryHints;

  constructor(error: AtlasError, response?: ApiResponse, retry: RetryHints = { isRetryable: false }) {
    this.error = error;
    this.response = response;
    this.retry = retry;
  }
}

const maxCauseLength = 500;

/** The failure of a response with an error status. */
export function errorStatus(response: ErrorResponse, call: Call): Failed {
  const { status, headers, text: body, error: report } = response;
  const retryAfterMs = retryAfterOf(response);
  const fields = { status, ...report, retryAfterMs, headers: maskedHeaders(headers, createMask(call)), body };
  const what = [`${call.subject} failed with status ${status}`, report.errorCode].filter(Boolean).join(' ');
  const advice = adviseOnStatus(response, retryAfterMs, call.target);
  const message = `${what}${sentence(report.detail ?? report.reason)}`;
  const error = new AtlasApiError(message, { ...fields, ...contextOf(call), advice });
  return new Failed(error, response, { isRetryable: isRetryableStatus(status), retryAfterMs });
}

/** The failure of a response with a success status that this client cannot use. */
export function unusable(response: ApiResponse, { error, thrown }: Invalid, advice: string, call: Call): Failed {
  const issues = toIssues(error, createMask(call));
  const what = `${call.subject} got an unusable response: ${listIssues(issues)}.`;
  return new Failed(
    new AtlasInvalidResponseError(what, { issues, ...contextOf(call), advice, cause: thrown }),
    response,
  );
}

/** The failure of an exchange without a response. */
export function noResponse(reason: NoResponse, call: Call): Failed {
  const error = transportError(call.subject, reason, call.target, call);
  return new Failed(error, undefined, { isRetryable: reason.isRetryable });
}

/**
 * The failure of a login.
 *
 * @param response - what the login could not answer, if there was a response.
 */
export function noLogin({ reason, details, retry }: NoLogin, response: ApiResponse | undefined, call: Call): Failed {
  if (typeof reason !== 'string') {
    const what = `${call.subject}: the access token request`;
    return new Failed(transportError(what, reason, undefined, call), response, retry);
  }
  const { advice, cause, error, errorDescription, ...others } = details;
  const mask = createMask(call);
  const fields = {
    ...others,
    error: error && mask.text(error),
    errorDescription: errorDescription && mask.text(errorDescription),
  };
  const what = `${call.subject} could not log in. ${mask.text(reason)}`;
  return new Failed(
    new AtlasAuthenticationError(what, { ...fields, ...contextOf(call), advice, cause }),
    response,
    retry,
  );
}

/** The failure of a call whose deadline has passed. */
export function timedOut(call: Call): Failed {
  const { subject, scope, attempts, lastError } = call;
  const { timeout } = call.settings;
  const what = `${subject} timed out after ${timeout} ms (timeout) while ${scope.phase} (attempts: ${attempts}).`;
  const hint = lastError === undefined ? '' : ' The cause says why the last attempt failed.';
  const advice = 'Raise timeout if the call needs longer.';
  const limits = { limit: 'timeout', limitMs: timeout } as const;
  return new Failed(new AtlasTimeoutError(what + hint, { ...limits, ...contextOf(call), advice, cause: lastError }));
}

/** The failure of a call that `close()` has ended, or that came after it. */
export function closed(call: Call): Failed {
  const { subject, scope, attempts, lastError } = call;
  const isLate = attempts === 0;
  const what = isLate
    ? `${subject} was called after close().`
    : `close() ended ${subject} while it was ${scope.phase}.`;
  const advice = isLate ? 'Create a new client.' : 'Await calls before close().';
  return new Failed(new AtlasClosedError(what, { ...contextOf(call), advice, cause: lastError }));
}

function contextOf({ operation, target, attempts }: Call): AtlasErrorContext {
  return { operation, endpoint: target.endpoint, path: attempts === 0 ? undefined : target.apiPath, attempts };
}

/** A mask for the credentials, and for every login of the call: a server may echo any of them. */
function createMask({ context, authorizations }: Call): Mask {
  return new Mask([...context.authenticator.secrets(), ...authorizations.map(secretOf)]);
}

/** Returns the function that masks the body of an error response to the call. */
export function maskFor(call: Call): MaskText {
  return (text, isTruncated) => createMask(call).body(text, isTruncated);
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

function maskedHeaders(headers: HeaderFields, mask: Mask): Record<string, string> {
  const fields = Object.entries(joinHeaders(headers));
  return Object.fromEntries(fields.map(([name, value]) => [mask.text(name), mask.text(value)]));
}

/** Formats a detail as `: detail.`, or as `.` if there is none. */
function sentence(detail: string | undefined): string {
  if (!detail) return '.';
  return /[.!?]$/.test(detail) ? `: ${detail}` : `: ${detail}.`;
}

/**
 * @param what - what got no response, as the start of a sentence.
 * @param target - absent for a token request.
 */
function transportError(what: string, reason: NoResponse, target: Target | undefined, call: Call): AtlasError {
  const { kind, cause, attemptTimeout } = reason;
  const context = contextOf(call);
  if (cause === undefined) {
    const fields = {
      limit: 'attemptTimeout',
      limitMs: attemptTimeout,
      advice: 'Raise it if Atlas is slow from here.',
    } as const;
    return new AtlasTimeoutError(`${what} timed out after ${attemptTimeout} ms (attemptTimeout).`, {
      ...fields,
      ...context,
    });
  }
  const copy = maskedCopy(cause, createMask(call));
  // A numeric code, such as that of a DOMException, does not help.
  const code = typeof copy.code === 'string' ? ` (${copy.code})` : '';
  const why = `${what} got no response${code}${sentence(copy.message.slice(0, maxCauseLength))}`;
  const fields = { ...context, advice: adviseOnTransport(kind, target), cause: copy };
  if (kind === 'connect timeout' || kind === 'attempt timeout') {
    return new AtlasTimeoutError(why, { limit: 'connecting', ...fields });
  }
  return new AtlasConnectionError(why, { kind, ...fields });
}

/** Copies an error without its secrets: an error of undici may hold a response that echoes the request. */
function maskedCopy(error: Error & { code?: string | number }, mask: Mask): Error & { code?: string | number } {
  const { name, message, code } = error;
  const copy = Object.assign(new Error(mask.text(message)), { name: mask.text(name) });
  if (code === undefined) return copy;
  return Object.assign(copy, { code: typeof code === 'string' ? mask.text(code) : code });
}
