import type { ApiResponse, ErrorReport } from '../atlas/response.js';
import { invalid, type SchemaError } from '../atlas/standard-schema.js';
import type { Target } from '../atlas/target.js';
import type { NoLogin } from '../auth/authenticator.js';
import {
  AtlasApiError,
  AtlasAuthenticationError,
  AtlasConnectionError,
  type AtlasError,
  type AtlasErrorContext,
  AtlasInvalidResponseError,
  AtlasTimeoutError,
} from '../errors/errors.js';
import { listIssues, toIssues } from '../errors/issues.js';
import type { Mask } from '../errors/mask.js';
import { type HeaderFields, joinHeaders } from '../http/headers.js';
import type { NoResponse } from '../http/no-response.js';
import { isRetryableStatus, parseRetryAfter, type RetryHints } from '../http/retry.js';
import { adviseOnStatus, adviseOnTransport } from './advice.js';

/** The outcome of an attempt, or of a call. */
export type Outcome<T> = Success<T> | Failure;

/** How an attempt succeeded. */
export interface Success<T> {
  readonly data: T;
  readonly target: Target;
  /** Attempts made so far. */
  readonly attempts: number;
  readonly response: ApiResponse;
  readonly problem?: undefined;
}

/** How an attempt failed. */
export interface Failure {
  readonly problem: Problem;
  readonly target: Target;
  /** Attempts made so far. */
  readonly attempts: number;
  readonly call: CallState;
  /** Built when it is first needed: most failures are followed by a retry, and nobody sees their errors. */
  error?: AtlasError;
}

/** Why an attempt failed, and the response if there was one. */
export type Problem =
  | { readonly kind: 'error status'; readonly response: ApiResponse }
  | Unusable
  | { readonly kind: 'no response'; readonly response?: undefined; readonly reason: NoResponse }
  | { readonly kind: 'no login'; readonly response: ApiResponse | undefined; readonly reason: NoLogin };

interface Unusable {
  readonly kind: 'unusable';
  readonly response: ApiResponse;
  readonly details: SchemaError;
  /** What the caller's schema threw. */
  readonly thrown?: unknown;
  readonly advice: string;
}

/** The problem of a response that this client cannot use. */
export function unusable(response: ApiResponse, message: string, advice: string): Problem {
  return { kind: 'unusable', response, details: invalid(message).error, advice };
}

/** What the error of an attempt needs from its call. */
export interface CallState {
  readonly operation: string;
  readonly subject: string;
  createMask(): Mask;
}

/** Returns hints for a retry, or `undefined` if none can help. */
export function retryHints({ problem }: Failure): RetryHints | undefined {
  switch (problem.kind) {
    case 'error status':
      return isRetryableStatus(problem.response.status) ? { retryAfter: retryAfterOf(problem.response) } : undefined;
    case 'unusable':
      return undefined;
    case 'no response':
      return problem.reason.isRetryable ? {} : undefined;
    case 'no login': {
      const { jitter, details } = problem.reason;
      const { noResponse, isRetryable, retryAfter } = details;
      return (noResponse?.isRetryable ?? isRetryable) ? { retryAfter, jitter } : undefined;
    }
  }
}

/** How long the server asked to wait, in ms. */
function retryAfterOf({ headers, error }: ApiResponse): number | undefined {
  const retryAfter = parseRetryAfter(headers);
  if (retryAfter !== undefined || error?.errorCode !== 'RATE_LIMITED_TOKEN_BUCKET') return retryAfter;
  // For this code Atlas sends the parameters `[path, wait in seconds, capacity, refill rate, 60]`.
  const seconds = String(error.parameters?.[1]);
  return /^\d{1,9}$/.test(seconds) ? Number(seconds) * 1000 : undefined;
}

/** How many bytes of a body an error keeps. */
const maxBodyBytes = 16_384;
const maxLoginMessageLength = 1_500;

/** Returns the error of a failure. It is built once. */
export function errorOf(failure: Failure): AtlasError {
  failure.error ??= buildError(failure);
  return failure.error;
}

function buildError({ problem, target, attempts, call }: Failure): AtlasError {
  const { operation, subject } = call;
  const mask = call.createMask();
  const context = { operation, endpoint: target.endpoint, path: target.apiPath, attempts };
  switch (problem.kind) {
    case 'error status': {
      const fields = apiErrorFields(problem.response, mask);
      const { status, errorCode, detail, reason, retryAfter } = fields;
      const what = [`${subject} failed with status ${status}`, errorCode].filter(Boolean).join(' ');
      const advice = adviseOnStatus(problem.response, retryAfter, target);
      return new AtlasApiError(`${what}${sentence(detail ?? reason)} ${advice}`, fields, context);
    }
    case 'unusable': {
      const { details, thrown, advice } = problem;
      const issues = toIssues(details, mask);
      const message = `${subject} got an unusable response: ${listIssues(issues)}. ${advice}`;
      return new AtlasInvalidResponseError(message, issues, { ...context, cause: thrown });
    }
    case 'no response':
      return transportError(subject, problem.reason, target, mask, context);
    case 'no login': {
      const { message = '', noResponse, cause, status, error, errorDescription } = problem.reason.details;
      if (noResponse !== undefined) {
        return transportError(`${subject}: the access token request`, noResponse, undefined, mask, context);
      }
      const text = `${subject} could not log in. ${mask.text(message, maxLoginMessageLength)}`;
      return new AtlasAuthenticationError(text, { status, error, errorDescription }, { ...context, cause });
    }
  }
}

function apiErrorFields(response: ApiResponse, mask: Mask) {
  return {
    status: response.status,
    // Masking keeps the shape of a JSON value.
    ...(mask.json({ ...response.error }) as ErrorReport),
    retryAfter: retryAfterOf(response),
    headers: maskedHeaders(response.headers, mask),
    body: cutToBytes(mask.text(response.body.text, maxBodyBytes, response.body.isPartial)),
  };
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

function cutToBytes(text: string): string {
  // Decoding as a stream leaves out a character that the cut splits.
  return new TextDecoder().decode(Buffer.from(text).subarray(0, maxBodyBytes), { stream: true });
}

/**
 * @param what - what got no response, as the start of a sentence.
 * @param target - absent for a token request.
 */
function transportError(
  what: string,
  { kind, cause, attemptTimeout }: NoResponse,
  target: Target | undefined,
  mask: Mask,
  context: AtlasErrorContext,
): AtlasError {
  if (cause === undefined) {
    const message = `${what} timed out after ${attemptTimeout} ms (attemptTimeout). Raise it if Atlas is slow from here.`;
    return new AtlasTimeoutError(message, context);
  }
  const copy = maskedCopy(cause, mask);
  // The numbers of a DOMException say nothing.
  const code = typeof copy.code === 'string' ? ` (${copy.code})` : '';
  const ErrorClass = kind === 'connect timeout' ? AtlasTimeoutError : AtlasConnectionError;
  return new ErrorClass(`${what} got no response${code}. ${adviseOnTransport(kind, target)}`, {
    ...context,
    cause: copy,
  });
}

/** Copies an error without its secrets: an error of undici may hold a response that echoes the request. */
function maskedCopy(error: Error, mask: Mask): Error & { code?: string | number } {
  const copy = new Error(mask.text(error.message));
  // A mock may throw anything.
  if (typeof error.name === 'string') copy.name = mask.text(error.name);
  const code = 'code' in error ? error.code : undefined;
  if (typeof code === 'string') return Object.assign(copy, { code: mask.text(code) });
  return typeof code === 'number' ? Object.assign(copy, { code }) : copy;
}
