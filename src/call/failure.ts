import type { ApiResponse, ErrorReport } from '../atlas/response.js';
import type { Route } from '../atlas/route.js';
import type { Login, NoLogin } from '../auth/authenticator.js';
import {
  AtlasApiError,
  AtlasAuthenticationError,
  AtlasConnectionError,
  type AtlasError,
  type AtlasErrorContext,
  AtlasInvalidResponseError,
  AtlasTimeoutError,
} from '../errors/errors.js';
import { type AtlasIssue, listIssues } from '../errors/issues.js';
import type { Mask } from '../errors/mask.js';
import { NoResponse } from '../http/exchange.js';
import { joinHeaders } from '../http/headers.js';
import { finalTransportError, isRetryableStatus, parseRetryAfter, type RetryHints } from '../http/retry.js';
import { adviseOnStatus, adviseOnTransport } from './advice.js';

/** The outcome of an attempt, or of a call. */
export type Outcome<T> = Success<T> | Failure;

/** How an attempt succeeded. */
export interface Success<T> {
  readonly data: T;
  readonly route: Route;
  readonly response: ApiResponse;
  readonly login: Login | undefined;
}

/** What the error of an attempt says about its call. */
export interface CallState {
  readonly operation: string;
  readonly route: Route;
  readonly attempts: number;
  createMask(login?: Login): Mask;
}

/** What is known about a failed attempt. */
interface FailureDetails extends RetryHints {
  readonly route: Route;
  /** Absent if there was none. */
  readonly response?: ApiResponse | undefined;
  readonly isRetryable: boolean;
  readonly toError: (context: AtlasErrorContext) => AtlasError;
}

/** How an attempt failed. */
export class Failure {
  readonly details: FailureDetails;
  readonly #call: CallState;
  readonly #attempts: number;
  readonly #cause: Failure | undefined;
  #error: AtlasError | undefined;

  constructor(call: CallState, details: FailureDetails, cause?: Failure) {
    this.details = details;
    this.#call = call;
    this.#attempts = call.attempts;
    this.#cause = cause;
  }

  /** Built when it is first needed: until then, the sunset may prefer another outcome, or add a cause. */
  get error(): AtlasError {
    const { operation } = this.#call;
    const { endpoint } = this.details.route;
    const cause = this.#cause?.error;
    this.#error ??= this.details.toError({ operation, endpoint, attempts: this.#attempts, cause });
    return this.#error;
  }

  /** Returns the same failure with another one as its cause. */
  causedBy(cause: Failure): Failure {
    return new Failure(this.#call, this.details, cause);
  }
}

/** How many bytes of a body an error keeps. */
const maxBodyBytes = 16_384;
const maxCodeLength = 100;
const maxDetailLength = 500;
const maxLoginMessageLength = 1_500;

/** The failure for a response with an error status. */
export function failureOfResponse(call: CallState, response: ApiResponse, report: ErrorReport, login?: Login): Failure {
  const { status, body } = response;
  const { route } = call;
  const retryAfter = parseRetryAfter(response.headers) ?? waitOfRateLimit(report);
  const toError = (context: AtlasErrorContext) => {
    const mask = call.createMask(login);
    const headers = joinHeaders(response.headers);
    for (const [name, value] of Object.entries(headers)) headers[name] = mask.text(value);
    const { isFromAtlas, ...fields } = report;
    // Masking keeps the shape of a JSON value.
    const masked = mask.json(fields) as typeof fields;
    const text = cut(body.isPartial ? mask.truncatedText(body.text) : mask.text(body.text));
    const code = masked.errorCode === undefined ? '' : ` ${masked.errorCode.slice(0, maxCodeLength)}`;
    const said = sentence(masked.detail ?? masked.reason);
    const advice = adviseOnStatus(status, report, retryAfter, route);
    const message = `${call.operation} failed with status ${status}${code}${said} ${advice}`;
    return new AtlasApiError(message, { status, ...masked, retryAfter, headers, body: text }, context);
  };
  return new Failure(call, { route, response, isRetryable: isRetryableStatus(status), retryAfter, toError });
}

/**
 * The failure for a successful response whose body is unusable.
 *
 * @param thrown - what the caller's schema threw.
 */
export function failureOfBody(call: CallState, response: ApiResponse, issues: AtlasIssue[], thrown?: unknown): Failure {
  const toError = ({ cause, ...context }: AtlasErrorContext) => {
    const check =
      call.route.noun === undefined ? 'Check the path and the schema' : 'Check whether a proxy modifies responses';
    const advice = `${check}. If that is not the reason, report a bug.`;
    const message = `${call.operation} got an unusable response: ${listIssues(issues)}. ${advice}`;
    return new AtlasInvalidResponseError(message, issues, { ...context, cause: cause ?? thrown });
  };
  return new Failure(call, { route: call.route, response, isRetryable: false, toError });
}

/** The failure for an attempt without a response, or with one that the login could not answer. */
export function failureOfRequest(
  call: CallState,
  reason: NoResponse | NoLogin,
  { response, login }: { readonly response: ApiResponse | undefined; readonly login: Login | undefined },
): Failure {
  const { operation, route } = call;
  if (reason instanceof NoResponse) return failureOfExchange(call, operation, reason, { login });
  const { message = '', noResponse, cause: thrown, isRetryable = false, retryAfter } = reason.details;
  const { jitter } = reason;
  if (noResponse !== undefined) {
    return failureOfExchange(call, `${operation}: the access token request`, noResponse, { jitter });
  }
  const toError = ({ cause, ...context }: AtlasErrorContext) => {
    const what = `${operation} could not log in. ${call.createMask().text(message).slice(0, maxLoginMessageLength)}`;
    return new AtlasAuthenticationError(what, reason.details, { ...context, cause: cause ?? thrown });
  };
  return new Failure(call, { route, response, isRetryable, retryAfter, jitter, toError });
}

/** @param what - what got no response, as the start of a sentence. */
function failureOfExchange(
  call: CallState,
  what: string,
  { cause: thrown, attemptTimeout }: NoResponse,
  { login, jitter }: { readonly login?: Login | undefined; readonly jitter?: number },
): Failure {
  const { route } = call;
  if (thrown === undefined) {
    const message = `${what} timed out after ${attemptTimeout} ms (attemptTimeout). Raise it if Atlas is slow from here.`;
    const toError = (context: AtlasErrorContext) => new AtlasTimeoutError(message, context);
    return new Failure(call, { route, isRetryable: true, jitter, toError });
  }
  const final = finalTransportError(thrown);
  const toError = ({ cause, ...context }: AtlasErrorContext) => {
    const copy = maskedCopy(thrown, call.createMask(login));
    const code = copy.code === undefined ? '' : ` (${String(copy.code)})`;
    const ErrorClass = timeoutCodes.has(copy.code) ? AtlasTimeoutError : AtlasConnectionError;
    const message = `${what} got no response${code}. ${adviseOnTransport(final)}`;
    return new ErrorClass(message, { ...context, cause: cause ?? copy });
  };
  return new Failure(call, { route, isRetryable: final === undefined, jitter, toError });
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
