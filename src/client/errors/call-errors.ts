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
  type AtlasAuthenticationError,
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

/** What every error of a call says. */
export interface CallFacts {
  /** The client's method. */
  readonly operation: string;
  readonly target: Target;
  /** Attempts that the call has made, at all its targets. */
  readonly attempts: number;
  /** Says what the call is doing. */
  readonly scope: Pick<Scope, 'phase'>;
  /** The error of the latest attempt, if another one followed: the cause if the call ends early. */
  readonly lastError?: AtlasError | undefined;
  /** Masks the credentials, and every login that the call has sent: a server may echo any of them. */
  readonly mask: Mask;
}

/** An error that the exchange of a login ends with. Calls share a login, so it says nothing about a call. */
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
export function apiError(response: ApiResponse, call: CallFacts): AtlasApiError {
  const { status, headers } = response;
  const { text, report, problem } = readError(response, call.mask);
  const what = [`${subjectOf(call)} failed with status ${status}`, report.errorCode].filter(Boolean).join(' ');
  const detail = report.detail ?? report.reason ?? (problem && `its body ${problem}`);
  return new AtlasApiError(`${what}${sentence(detail)}`, {
    status,
    ...report,
    retryAfterMs: retryAfterOf(response, report),
    headers: call.mask.headers(headers),
    body: text,
    ...fieldsOf(call),
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
  found: string | Invalid,
  whatToDo: string = advice.unusable,
): AtlasInvalidResponseError {
  const { error, thrown } = typeof found === 'string' ? invalid(found) : found;
  const issues = toIssues(error, call.mask);
  const what = `${subjectOf(call)} got an unusable response: ${listIssues(issues)}.`;
  return new AtlasInvalidResponseError(what, { issues, ...fieldsOf(call), advice: whatToDo, cause: thrown });
}

/**
 * Builds the error of a request that got no response.
 *
 * @param call - absent for a token request, which serves many calls.
 */
export function noResponseError(
  reason: unknown,
  attemptTimeout: number,
  mask: Mask,
  call?: CallFacts,
): AtlasConnectionError | AtlasTimeoutError {
  const subject = call === undefined ? 'The access token request' : subjectOf(call);
  const fields = call && fieldsOf(call);
  if (reason instanceof AttemptTimeout) {
    const what = `${subject} timed out after ${attemptTimeout} ms (attemptTimeout).`;
    const limits = { limit: 'attemptTimeout', limitMs: attemptTimeout } as const;
    return new AtlasTimeoutError(what, { ...limits, ...fields, advice: advice.attemptTimeout });
  }
  const { kind, error } = classify(reason);
  const cause = mask.error(error);
  const code = cause.code === undefined ? '' : ` (${cause.code})`;
  const request = call === undefined ? 'POST /api/oauth/token' : `GET ${call.target.apiPath}`;
  const to = kind === 'mock' ? ` to ${request}` : '';
  const what = `${subject} got no response${to}${code}${sentence(cause.message)}`;
  const others = { ...fields, cause, advice: adviceOnNoResponse[kind] };
  if (kind === 'connecting') return new AtlasTimeoutError(what, { limit: kind, ...others });
  return new AtlasConnectionError(what, { kind, ...others });
}

/** Copies the error of a login for a call, and adds what it says about the call. */
export function loginErrorOf(error: LoginError, call: CallFacts): AtlasError {
  const { cause, advice } = error;
  const masked = Object.entries(error).map(([name, value]) => [
    name,
    typeof value === 'string' ? call.mask.text(value) : value,
  ]);
  const what = `${subjectOf(call)} could not log in. ${call.mask.text(whatOf(error))}`;
  // Each class takes its own fields.
  const Class = error.constructor as new (what: string, fields: object) => AtlasError;
  return new Class(what, { ...Object.fromEntries(masked), cause, advice, ...fieldsOf(call) });
}

/**
 * Builds the error of a call that its deadline has ended.
 *
 * @param timeout - ms.
 */
export function timeoutError(call: CallFacts, timeout: number): AtlasTimeoutError {
  const { lastError: cause, scope } = call;
  const { phase } = scope;
  const when = `while ${phase} (attempts: ${call.attempts})`;
  const before = cause === undefined ? '' : ` The attempt before failed: ${whatOf(cause)}`;
  const what = `${subjectOf(call)} timed out after ${timeout} ms (timeout) ${when}.${before}`;
  const isQueued = phase === 'waiting for a connection' && cause === undefined;
  const whatToDo = isQueued ? advice.queue : advice.timeout;
  return new AtlasTimeoutError(what, {
    limit: 'timeout',
    limitMs: timeout,
    ...fieldsOf(call),
    advice: whatToDo,
    cause,
  });
}

/** Builds the error of a call that `close()` has ended, or that came after it. */
export function closedError(call: CallFacts): AtlasClosedError {
  const subject = subjectOf(call);
  const isLate = call.attempts === 0;
  const what = isLate
    ? `${subject} was called after close().`
    : `close() ended ${subject} while it was ${call.scope.phase}.`;
  return new AtlasClosedError(what, { ...fieldsOf(call), advice: advice.closed, cause: call.lastError });
}

/** The start of a message: the method, and the path if the caller chose it. */
function subjectOf({ operation, target }: CallFacts): string {
  return target.endpoint === undefined ? `${operation} ${target.apiPath}` : operation;
}

/** The fields that every error of a call has. */
function fieldsOf({ operation, target, attempts }: CallFacts): FieldsOf<AtlasError> {
  const { endpoint, apiPath } = target;
  return { operation, endpoint, path: attempts === 0 ? undefined : apiPath, attempts };
}

/** The message of an error without its advice. */
export function whatOf({ message, advice }: AtlasError): string {
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
