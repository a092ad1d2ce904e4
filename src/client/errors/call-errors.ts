import { Mask } from '../atlas/mask.js';
import { type ApiResponse, readError, retryAfterOf } from '../atlas/response.js';
import { type Invalid, invalid, type SchemaError } from '../atlas/standard-schema.js';
import type { Target } from '../atlas/target.js';
import { AttemptTimeout, classify } from '../http/no-response.js';
import { isTemporaryStatus } from '../http/retry.js';
import type { Scope } from '../http/scope.js';
import { advice, adviceOnNoResponse, adviseOnStatus } from './advice.js';
import {
  type AnyAtlasError,
  AtlasApiError,
  AtlasAuthenticationError,
  AtlasClosedError,
  AtlasConnectionError,
  type AtlasError,
  AtlasInvalidArgumentError,
  AtlasInvalidResponseError,
  type AtlasIssue,
  AtlasTimeoutError,
  type FieldsOf,
  isAtlasError,
} from './errors.js';

/** What errors and logins need to know about a call. */
export interface CallFacts {
  /** The client's method. */
  readonly operation: string;
  /** Tells concurrent calls apart in the log. */
  readonly number: number;
  /** The target that the call ends at, as far as is known. */
  readonly target: Target;
  /** Attempts that the call has made, at all its targets. */
  readonly attempts: number;
  /** Ends its waits, and says what it is doing. */
  readonly scope: Scope;
  /** The error of the latest attempt, if another one followed: the cause if the call ends early. */
  readonly lastError?: AtlasError | undefined;
  /** Masks the credentials, and every login that the call has sent: a server may echo any of them. */
  readonly mask: Mask;
}

/** Why there is no login. Calls share a login, so such an error says nothing about a call. */
export type LoginError = AtlasAuthenticationError | AtlasConnectionError | AtlasTimeoutError;

/** Whether another attempt may succeed. */
export function isTemporary(error: unknown): error is AnyAtlasError {
  if (isAtlasError(error, 'API_ERROR') || isAtlasError(error, 'AUTHENTICATION')) {
    return error.status !== undefined && isTemporaryStatus(error.status);
  }
  if (isAtlasError(error, 'TIMEOUT')) return error.limit !== 'timeout';
  // An error that a fake of the client builds may have no kind.
  return isAtlasError(error, 'CONNECTION') && (error.kind ?? 'network') === 'network';
}

/** Builds the error of a method whose arguments or options are invalid. */
export function invalidArgumentError(operation: string, error: SchemaError): AtlasInvalidArgumentError {
  const issues = inputIssues(error);
  return new AtlasInvalidArgumentError(`Invalid arguments of ${operation}: ${listIssues(issues)}.`, {
    operation,
    issues,
  });
}

/** Builds the error of a response whose status is an error. */
export function apiError(response: ApiResponse, call: CallFacts, target: Target): AtlasApiError {
  const { status, headers } = response;
  const { text, report, problem } = readError(response, call.mask);
  const code = report.errorCode ? ` ${report.errorCode}` : '';
  const detail = report.detail ?? report.reason ?? (problem && `its body ${problem}`);
  const what = `${subjectOf(call, target)} failed with status ${status}${code}${sentence(detail)}`;
  return new AtlasApiError(what, {
    status,
    ...report,
    retryAfterMs: retryAfterOf(response, report),
    headers: call.mask.headers(headers),
    body: text,
    ...callFields(call, target),
    advice: adviseOnStatus(status, report.errorCode),
  });
}

/**
 * Builds the error of a response whose status is a success, but that cannot be used.
 *
 * @param found - what is wrong with it, in words or as a schema says it.
 */
export function invalidResponseError(
  call: CallFacts,
  target: Target,
  found: string | Invalid,
  whatToDo: string = advice.unusable,
): AtlasInvalidResponseError {
  const { error, thrown } = typeof found === 'string' ? invalid(found) : found;
  const issues = toIssues(error, call.mask);
  const what = `${subjectOf(call, target)} got an unusable response: ${listIssues(issues)}.`;
  return new AtlasInvalidResponseError(what, { issues, ...callFields(call, target), advice: whatToDo, cause: thrown });
}

/** What the error of a request without a response says about that request. */
export interface RequestFacts {
  /** The start of the message. */
  readonly subject: string;
  /** The method and the path. */
  readonly line: string;
  readonly fields: FieldsOf<AtlasError>;
}

/** What the errors of a GET of a call say about it. */
export function requestFactsOf(call: CallFacts, target: Target): RequestFacts {
  return { subject: subjectOf(call, target), line: `GET ${target.apiPath}`, fields: callFields(call, target) };
}

/**
 * Builds the error of a request that got no response.
 *
 * @param attemptTimeout - the limit of its exchange, in ms.
 */
export function noResponseError(
  reason: unknown,
  attemptTimeout: number,
  mask: Mask,
  { subject, line, fields }: RequestFacts,
): AtlasConnectionError | AtlasTimeoutError {
  if (reason instanceof AttemptTimeout) {
    const what = `${subject} timed out after ${attemptTimeout} ms (attemptTimeout).`;
    const limits = { limit: 'attemptTimeout', limitMs: attemptTimeout } as const;
    return new AtlasTimeoutError(what, { ...limits, ...fields, advice: advice.attemptTimeout });
  }
  const { kind, error } = classify(reason);
  const cause = mask.error(error);
  const code = cause.code === undefined ? '' : ` (${cause.code})`;
  const to = kind === 'mock' ? ` to ${line}` : '';
  const what = `${subject} got no response${to}${code}${sentence(cause.message)}`;
  const details = { ...fields, cause, advice: adviceOnNoResponse[kind] };
  if (kind === 'connecting') return new AtlasTimeoutError(what, { limit: kind, ...details });
  return new AtlasConnectionError(what, { kind, ...details });
}

/** Builds the error of a call whose login failed. */
export function loginErrorOf(failure: LoginError, call: CallFacts, target: Target): LoginError {
  const { mask } = call;
  const what = `${subjectOf(call, target)} could not log in. ${mask.text(whatOf(failure))}`;
  const shared = { ...callFields(call, target), cause: failure.cause, advice: failure.advice };
  switch (failure.code) {
    case 'AUTHENTICATION': {
      const error = failure.error && mask.text(failure.error);
      const errorDescription = failure.errorDescription && mask.text(failure.errorDescription);
      return new AtlasAuthenticationError(what, { ...failure, ...shared, error, errorDescription });
    }
    case 'CONNECTION':
      return new AtlasConnectionError(what, { ...failure, ...shared });
    case 'TIMEOUT':
      return new AtlasTimeoutError(what, { ...failure, ...shared });
  }
}

/**
 * Builds the error of a call that its deadline has ended.
 *
 * @param timeout - ms.
 */
export function timeoutError(call: CallFacts, timeout: number): AtlasTimeoutError {
  const { target, attempts, lastError, scope } = call;
  const before = lastError === undefined ? '' : ` The attempt before failed: ${whatOf(lastError)}`;
  const what = `${subjectOf(call, target)} timed out after ${timeout} ms (timeout) while ${scope.phase} (attempts: ${attempts}).${before}`;
  const isQueued = scope.phase === 'waiting for a connection' && lastError === undefined;
  return new AtlasTimeoutError(what, {
    limit: 'timeout',
    limitMs: timeout,
    ...callFields(call, target),
    advice: isQueued ? advice.queue : advice.timeout,
    cause: lastError,
  });
}

/** Builds the error of a call that `close()` has ended, or that came after it. */
export function closedError(call: CallFacts): AtlasClosedError {
  const { target, attempts, lastError, scope } = call;
  const subject = subjectOf(call, target);
  const what =
    attempts === 0 ? `${subject} was called after close().` : `close() ended ${subject} while it was ${scope.phase}.`;
  return new AtlasClosedError(what, { ...callFields(call, target), advice: advice.closed, cause: lastError });
}

/** The start of a message: the method, and the path if the caller chose it. */
function subjectOf({ operation }: CallFacts, { endpoint, apiPath }: Target): string {
  return endpoint === undefined ? `${operation} ${apiPath}` : operation;
}

/** The fields that every error of a call has. */
function callFields({ operation, attempts }: CallFacts, { endpoint, apiPath }: Target): FieldsOf<AtlasError> {
  return { operation, endpoint, path: attempts === 0 ? undefined : apiPath, attempts };
}

/** The message of an error without its advice, which is its end. */
function whatOf({ message, advice }: AtlasError): string {
  return advice === undefined ? message : message.slice(0, -advice.length - 1);
}

/** Formats a detail as `: detail.`, or as `.` if there is none. */
function sentence(detail: string | undefined): string {
  if (!detail) return '.';
  return /[.!?]$/.test(detail) ? `: ${detail}` : `: ${detail}.`;
}

const maxIssues = 20;
const maxPathLength = 100;
const maxMessageLength = 200;

/**
 * Returns the issues of a schema's error, cut to a readable length whatever the input was.
 *
 * @param mask - masks the secrets that an issue quotes from the input.
 */
export function toIssues(error: SchemaError, mask = new Mask([])): AtlasIssue[] {
  return error.issues.slice(0, maxIssues).map(({ path, message }) => ({
    path: mask.text(path.map(String).join('.'), maxPathLength),
    message: mask.text(message, maxMessageLength),
  }));
}

/** Returns the first issue of each argument and option: another one at the same place would only repeat it. */
export function inputIssues(error: SchemaError): AtlasIssue[] {
  const issues = toIssues(error);
  return issues.filter(({ path }, index) => index === issues.findIndex((other) => other.path === path));
}

/** Lists issues in one line, for an error message. */
export function listIssues(issues: readonly AtlasIssue[]): string {
  return issues.map(({ path, message }) => (path === '' ? message : `${path}: ${message}`)).join(', ');
}
