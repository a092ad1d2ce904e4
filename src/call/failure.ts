import type { EndpointName } from '../atlas/endpoints.js';
import type { ErrorReport } from '../atlas/error-body.js';
import type { LoginFailure, ReviewedResponse } from '../auth/authenticator.js';
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
import type { AtlasIssue } from '../errors/issues.js';
import { Mask, maskedCopy } from '../errors/mask.js';
import type { Body } from '../http/body.js';
import type { ExchangeFailure } from '../http/exchange.js';
import { plainHeaders } from '../http/headers.js';
import { isRetryableStatus, parseRetryAfter } from '../http/retry.js';
import { adviseOnStatus, adviseOnTransport, isFinalTransportError } from './advice.js';
import type { CallProgress } from './promise.js';

/** A response, with its envelope opened and its body parsed. */
export interface ApiResponse extends ReviewedResponse {
  readonly body: Body;
}

/** What an error says about its call. */
export interface FailureContext {
  readonly operation: string;
  readonly endpoint: EndpointName | undefined;
  /** The path of the request, as Atlas knows it. */
  readonly resource: string;
  /** Attempts made so far. */
  readonly attempts: number;
  /** ms. */
  readonly attemptTimeout: number;
  /** Secrets that the error must not show. */
  readonly secrets: readonly string[];
}

/** What an attempt led to. */
export type Outcome<T> = Success<T> | Failure;

/** The result of a call. */
export interface Success<T> {
  readonly isSuccess: true;
  readonly data: T;
  readonly endpoint: EndpointName | undefined;
  readonly response: ApiResponse;
}

/** How an attempt failed, and whether to try again. */
export interface Failure {
  readonly isSuccess: false;
  readonly endpoint: EndpointName | undefined;
  /** The response; absent if there was none. */
  readonly response: ApiResponse | undefined;
  readonly isRetryable: boolean;
  /** How long the server asked to wait, in ms. */
  readonly retryAfter: number | undefined;
  /** The random part of the delay, from 0 to 1. Calls that waited for the same login share it. */
  readonly jitter: number;
  /**
   * Makes the error. A cause of its own takes precedence over the one passed.
   *
   * @param attempts - of the whole call; by default those made up to this failure.
   */
  readonly toError: (cause?: AtlasError, attempts?: number) => AtlasError;
}

/** Adds a cause to the error of a failure. */
export function withCause(failure: Failure, cause: Failure): Failure {
  return { ...failure, toError: (_cause, attempts) => failure.toError(cause.toError(), attempts) };
}

/** bytes of a body that an error keeps. */
const keptBody = 16_384;
const longestDetail = 500;

/** The failure for a response with an error status. */
export function failureOfResponse(response: ApiResponse, report: ErrorReport, context: FailureContext): Failure {
  const { status, body } = response;
  const mask = new Mask(context.secrets);
  const headers = plainHeaders(response.headers);
  for (const name of Object.keys(headers)) headers[name] = mask.text(headers[name] ?? '');
  const retryAfter = parseRetryAfter(response.headers) ?? waitOfRateLimit(report);
  const text = body.isPartial ? mask.cutText(body.text) : mask.text(body.text);
  const { isFromAtlas, badRequestDetail, ...fields } = report;
  // The fields are strings and JSON values, and masking keeps their form.
  const masked = mask.json(fields) as Pick<ErrorReport, 'errorCode' | 'detail' | 'reason' | 'parameters'>;
  const badFields = badRequestDetail && { fields: mask.json(badRequestDetail.fields ?? []) as BadField[] };
  const details = { status, ...masked, badRequestDetail: badFields, retryAfter, headers, body: cut(text) };
  const message = describe(status, masked, adviseOnStatus(status, report, retryAfter, context), context);
  return {
    isSuccess: false,
    endpoint: context.endpoint,
    response,
    isRetryable: isRetryableStatus(status),
    retryAfter,
    jitter: Math.random(),
    toError: (cause, attempts) => new AtlasApiError(message, details, errorContext(context, cause, attempts)),
  };
}

type BadField = { description: string; field: string };

/**
 * The failure for a successful response whose body is unusable.
 *
 * @param thrown - what the caller's schema threw.
 */
export function failureOfBody(
  response: ApiResponse,
  issues: AtlasIssue[],
  context: FailureContext,
  thrown?: unknown,
): Failure {
  return {
    isSuccess: false,
    endpoint: context.endpoint,
    response,
    isRetryable: false,
    retryAfter: undefined,
    jitter: 0,
    toError: (cause, attempts) =>
      new AtlasInvalidResponseError(issues, errorContext(context, thrown ?? cause, attempts)),
  };
}

/** The failure for an exchange without a response. */
export function failureOfExchange(
  failure: ExchangeFailure,
  context: FailureContext,
  what = context.operation,
): Failure {
  const cause = failure.cause === undefined ? undefined : maskedCopy(failure.cause, new Mask(context.secrets));
  return {
    isSuccess: false,
    endpoint: context.endpoint,
    response: undefined,
    isRetryable: failure.cause === undefined || !isFinalTransportError(failure.cause),
    retryAfter: undefined,
    jitter: Math.random(),
    toError: (other, attempts) => {
      const errorDetails = errorContext(context, cause ?? other, attempts);
      if (failure.cause === undefined) {
        const message = `${what} timed out after ${context.attemptTimeout} ms (attemptTimeout). Raise it if Atlas is slow from here.`;
        return new AtlasTimeoutError(message, errorDetails);
      }
      const message = `${what} got no response${printCode(cause)}. ${adviseOnTransport(failure.cause)}`;
      return isTimeout(failure.cause)
        ? new AtlasTimeoutError(message, errorDetails)
        : new AtlasConnectionError(message, errorDetails);
    },
  };
}

/** The failure for a login that failed. */
export function failureOfLogin({ details, jitter }: LoginFailure, context: FailureContext): Failure {
  const { message, status, error, errorDescription, exchange, isRetryable = false, retryAfter } = details;
  if (exchange !== undefined) {
    return { ...failureOfExchange(exchange, context, `${context.operation}: the access token request`), jitter };
  }
  return {
    isSuccess: false,
    endpoint: context.endpoint,
    response: undefined,
    isRetryable,
    retryAfter,
    jitter,
    toError: (cause, attempts) =>
      new AtlasAuthenticationError(
        `${context.operation} could not log in. ${message}`,
        { status, error, errorDescription },
        errorContext(context, details.cause ?? cause, attempts),
      ),
  };
}

/**
 * The error of a call whose `timeout` expired.
 *
 * @param phase - what the call was doing.
 */
export function timeoutError(
  progress: CallProgress,
  timeout: number,
  phase: string,
  advice: string,
): AtlasTimeoutError {
  const { operation, endpoint, attempts, lastError } = progress;
  const what = `${operation} timed out after ${timeout} ms (timeout) while ${phase}, in attempt ${attempts}.`;
  const cause = lastError?.();
  const hint = cause === undefined ? '' : ' The cause says why the last attempt failed.';
  return new AtlasTimeoutError(`${what}${hint} ${advice}`, { operation, endpoint, attempts, cause });
}

/** The error of a call that `close()` ended, or that started after it. */
export function closedError(
  { operation, endpoint, attempts, lastError }: CallProgress,
  phase: string,
): AtlasClosedError {
  const what =
    attempts === 0 ? `${operation} was called after close().` : `close() ended ${operation} while it was ${phase}.`;
  return new AtlasClosedError(`${what} Create a new client.`, { operation, endpoint, attempts, cause: lastError?.() });
}

function errorContext(context: FailureContext, cause: unknown, attempts = context.attempts): AtlasErrorContext {
  return { operation: context.operation, endpoint: context.endpoint, attempts, cause };
}

function describe(
  status: number,
  { errorCode, detail, reason }: Pick<ErrorReport, 'errorCode' | 'detail' | 'reason'>,
  advice: string,
  { operation }: FailureContext,
): string {
  const code = errorCode === undefined ? '' : ` ${errorCode.slice(0, 100)}`;
  const said = (detail ?? reason)?.slice(0, longestDetail);
  const sentence = said === undefined ? '.' : `: ${said}${/[.!?]$/.test(said) ? '' : '.'}`;
  return `${operation} failed with status ${status}${code}${sentence} ${advice}`;
}

/** Atlas names the wait in the parameters of this error, in seconds: path, wait, capacity, refill rate, 60. */
function waitOfRateLimit({ errorCode, parameters }: ErrorReport): number | undefined {
  const seconds = parameters?.[1];
  if (errorCode !== 'RATE_LIMITED_TOKEN_BUCKET' || !/^\d{1,9}$/.test(String(seconds))) return undefined;
  return Number(seconds) * 1000;
}

function cut(text: string): string {
  const bytes = Buffer.from(text);
  // Decoding as a stream leaves out a character that the cut splits.
  return bytes.length <= keptBody ? text : new TextDecoder().decode(bytes.subarray(0, keptBody), { stream: true });
}

const timeoutCodes = new Set<unknown>(['UND_ERR_CONNECT_TIMEOUT', 'UND_ERR_HEADERS_TIMEOUT', 'UND_ERR_BODY_TIMEOUT']);

function isTimeout(error: Error): boolean {
  return 'code' in error && timeoutCodes.has(error.code);
}

function printCode(error: Error | undefined): string {
  return error !== undefined && 'code' in error && error.code !== undefined ? ` (${String(error.code)})` : '';
}
