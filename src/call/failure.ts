import type { ErrorReport } from '../atlas/error-body.js';
import { LoginFailure } from '../auth/authenticator.js';
import {
  AtlasApiError,
  AtlasAuthenticationError,
  AtlasClosedError,
  AtlasConnectionError,
  type AtlasError,
  AtlasInvalidResponseError,
  AtlasTimeoutError,
} from '../errors/errors.js';
import type { AtlasIssue } from '../errors/issues.js';
import type { Mask } from '../errors/mask.js';
import type { ApiResponse } from '../http/body.js';
import { ExchangeFailure } from '../http/exchange.js';
import { joinHeaders } from '../http/headers.js';
import { isRetryableStatus, parseRetryAfter } from '../http/retry.js';
import { adviseOnStatus, explainTransportError } from './advice.js';
import type { CallProgress } from './promise.js';

/** The outcome of an attempt. */
export type Outcome<T> = Success<T> | Failure;

/** How an attempt succeeded. */
export interface Success<T> {
  readonly data: T;
  readonly response: ApiResponse;
  readonly error?: undefined;
}

/** How an attempt failed, and whether to try again. */
export interface Failure {
  readonly error: AtlasError;
  /** The response; absent if there was none. */
  readonly response?: ApiResponse | undefined;
  readonly isRetryable: boolean;
  /** How long the server asked to wait, in ms. */
  readonly retryAfter?: number | undefined;
  /**
   * The random part of the delay, from 0 to 1. Set only after a failed login, so that all calls that waited for it retry
   * together.
   */
  readonly jitter?: number;
}

/** How many bytes of a body an error keeps. */
const maxBodyBytes = 16_384;
const maxCodeLength = 100;
const maxDetailLength = 500;
const maxStatusLength = 100;
const maxLoginMessageLength = 1_500;

/** The failure for a response with an error status. */
export function failureOfResponse(response: ApiResponse, report: ErrorReport, progress: CallProgress): Failure {
  const { status, body } = response;
  const { operation } = progress;
  const mask = progress.createMask();
  const headers = joinHeaders(response.headers);
  for (const [name, value] of Object.entries(headers)) headers[name] = mask.text(value);
  const { isFromAtlas, ...fields } = report;
  // Masking keeps the shape of a JSON value.
  const masked = mask.json(fields) as typeof fields;
  const retryAfter = parseRetryAfter(response.headers) ?? waitOfRateLimit(report);
  const text = cut(body.isPartial ? mask.truncatedText(body.text) : mask.text(body.text));
  const code = masked.errorCode === undefined ? '' : ` ${masked.errorCode.slice(0, maxCodeLength)}`;
  const said = sentence(masked.detail ?? masked.reason);
  const advice = adviseOnStatus(status, report, retryAfter, progress);
  const message = `${operation} failed with status ${status}${code}${said} ${advice}`;
  const error = new AtlasApiError(message, { status, ...masked, retryAfter, headers, body: text }, progress);
  return { error, response, isRetryable: isRetryableStatus(status), retryAfter };
}

/**
 * The failure for a successful response whose body is unusable.
 *
 * @param cause - what the caller's schema threw.
 */
export function failureOfBody(
  response: ApiResponse,
  issues: AtlasIssue[],
  progress: CallProgress,
  cause?: unknown,
): Failure {
  const error = new AtlasInvalidResponseError(issues, { ...progress, cause });
  return { error, response, isRetryable: false };
}

/**
 * The failure for an attempt without a response.
 *
 * @throws the reason if it is not a failure: the call was aborted or its timeout expired.
 */
export function toFailure(reason: unknown, progress: CallProgress): Failure {
  if (reason instanceof ExchangeFailure) return failureOfExchange(reason, progress, progress.operation);
  if (!(reason instanceof LoginFailure)) throw reason;
  const { message = '', exchange, cause, isRetryable = false, retryAfter } = reason.details;
  const { operation } = progress;
  if (exchange !== undefined) {
    return {
      ...failureOfExchange(exchange, progress, `${operation}: the access token request`),
      jitter: reason.jitter,
    };
  }
  const what = `${operation} could not log in. ${progress.createMask().text(message).slice(0, maxLoginMessageLength)}`;
  const error = new AtlasAuthenticationError(what, reason.details, { ...progress, cause });
  return { error, isRetryable, retryAfter, jitter: reason.jitter };
}

/** @param what - what got no response, as the start of a sentence. */
function failureOfExchange({ cause, attemptTimeout }: ExchangeFailure, progress: CallProgress, what: string): Failure {
  if (cause === undefined) {
    const message = `${what} timed out after ${attemptTimeout} ms (attemptTimeout). Raise it if Atlas is slow from here.`;
    return { error: new AtlasTimeoutError(message, progress), isRetryable: true };
  }
  const { advice, isRetryable } = explainTransportError(cause);
  const copy = maskedCopy(cause, progress.createMask());
  const code = copy.code === undefined ? '' : ` (${String(copy.code)})`;
  const ErrorClass = timeoutCodes.has(copy.code) ? AtlasTimeoutError : AtlasConnectionError;
  const error = new ErrorClass(`${what} got no response${code}. ${advice}`, {
    ...progress,
    cause: copy,
  });
  return { error, isRetryable };
}

/**
 * The error of a call whose `timeout` expired.
 *
 * @param phase - what the call was doing.
 */
export function timeoutError(progress: CallProgress, timeout: number, phase: string): AtlasTimeoutError {
  const { operation, attempts, lastError: cause, snapshotStatus } = progress;
  const what = `${operation} timed out after ${timeout} ms (timeout) while ${phase} (attempts: ${attempts}).`;
  const seen =
    snapshotStatus === undefined
      ? ''
      : ` The snapshot was ${progress.createMask().text(snapshotStatus).slice(0, maxStatusLength)} at the last poll.`;
  const hint = cause === undefined ? '' : ' The cause says why the last attempt failed.';
  return new AtlasTimeoutError(`${what}${seen}${hint} Raise timeout if the call needs longer.`, { ...progress, cause });
}

/** The error of a call that `close()` ended, or that started after it. */
export function closedError(progress: CallProgress, phase: string): AtlasClosedError {
  const { operation, attempts, lastError: cause } = progress;
  const what =
    attempts === 0 ? `${operation} was called after close().` : `close() ended ${operation} while it was ${phase}.`;
  return new AtlasClosedError(`${what} Create a new client.`, { ...progress, cause });
}

/** Formats a detail as `: detail.`, or as `.` if there is none. */
function sentence(detail: string | undefined): string {
  if (!detail) return '.';
  const text = detail.slice(0, maxDetailLength);
  return /[.!?]$/.test(text) ? `: ${text}` : `: ${text}.`;
}

/** For this code Atlas sends the parameters `[path, wait in seconds, capacity, refill rate, 60]`. */
function waitOfRateLimit({ errorCode, parameters }: ErrorReport): number | undefined {
  const seconds = String(parameters?.[1]);
  return errorCode === 'RATE_LIMITED_TOKEN_BUCKET' && /^\d{1,9}$/.test(seconds) ? Number(seconds) * 1000 : undefined;
}

function cut(text: string): string {
  const bytes = Buffer.from(text);
  // Decoding as a stream leaves out a character that the cut splits.
  return bytes.length <= maxBodyBytes
    ? text
    : new TextDecoder().decode(bytes.subarray(0, maxBodyBytes), { stream: true });
}

const timeoutCodes = new Set<unknown>(['UND_ERR_CONNECT_TIMEOUT', 'UND_ERR_HEADERS_TIMEOUT', 'UND_ERR_BODY_TIMEOUT']);

// A chain of causes may be of any length.
const maxCauseDepth = 8;

/**
 * Copies an error without its secrets: an error of undici may hold a response that echoes the request.
 *
 * @param outer - the errors that hold this one. Errors may form a circle, which the copy leaves out.
 */
function maskedCopy(error: Error, mask: Mask, outer: readonly unknown[] = []): Error & { code?: unknown } {
  const holders = [...outer, error];
  const copyOf = (value: unknown): unknown => {
    if (typeof value === 'string') return mask.text(value);
    const isNew = isErrorLike(value) && !holders.includes(value) && outer.length < maxCauseDepth;
    return isNew ? maskedCopy(value, mask, holders) : undefined;
  };
  const copy = Object.assign(new Error(mask.text(String(error.message))), { name: String(error.name) });
  copy.stack = mask.text(String(error.stack));
  if ('code' in error) Object.assign(copy, { code: typeof error.code === 'number' ? error.code : copyOf(error.code) });
  const cause = copyOf(error.cause);
  if (cause !== undefined) copy.cause = cause;
  if ('errors' in error && Array.isArray(error.errors)) {
    Object.assign(copy, { errors: error.errors.map(copyOf).filter((inner) => inner !== undefined) });
  }
  return copy;
}

// Not instanceof: the error may come from another realm.
function isErrorLike(value: unknown): value is Error {
  return typeof value === 'object' && value !== null && 'message' in value;
}
