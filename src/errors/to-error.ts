import type { Mask } from '../atlas/mask.js';
import { type ErrorResponse, readError, retryAfterOf } from '../atlas/response.js';
import type { Invalid } from '../atlas/standard-schema.js';
import type { Target } from '../atlas/target.js';
import type { NoResponse } from '../http/no-response.js';
import type { Phase } from '../http/scope.js';
import { adviseOnServer, adviseOnStatus, adviseOnTimeout, adviseOnTransport } from './advice.js';
import {
  AtlasApiError,
  AtlasAuthenticationError,
  AtlasClosedError,
  AtlasConnectionError,
  type AtlasError,
  AtlasInvalidResponseError,
  AtlasTimeoutError,
  type FieldsOf,
} from './errors.js';
import type { Failed } from './failure.js';
import { listIssues, toIssues } from './issues.js';

/** What the message and the fields of every error of a call are made of. */
export interface CallFacts {
  /** The client's method. */
  readonly operation: string;
  readonly target: Target;
  readonly attempts: number;
}

/** What the error of a failed attempt is made of. */
interface FailureFacts extends CallFacts {
  readonly notRetried?: string | undefined;
  /** Masks the credentials, and every login that the call has sent: a server may echo any of them. */
  readonly mask: Mask;
}

/** Builds the error of a failed attempt. */
export function toError({ failure, ...failed }: Failed, operation: string, mask: Mask): AtlasError {
  const facts = { ...failed, operation, mask };
  switch (failure.kind) {
    case 'error status':
      return statusError(failure.response, facts);
    case 'unusable response':
      return unusableError(failure.found, failure.advice, facts);
    case 'no response':
      return noResponseError(failure.noResponse, failure.isTokenRequest, facts);
    case 'no login':
      return loginError(failure.why, failure.details, facts);
  }
}

function statusError(response: ErrorResponse, facts: FailureFacts): AtlasApiError {
  const { status, headers } = response;
  const { text, report } = readError(response, facts.mask);
  const retryAfterMs = retryAfterOf(response, report);
  const what = [`${subjectOf(facts)} failed with status ${status}`, report.errorCode].filter(Boolean).join(' ');
  return new AtlasApiError(explain(`${what}${sentence(report.detail ?? report.reason)}`, facts), {
    status,
    ...report,
    retryAfterMs,
    headers: facts.mask.headers(headers),
    body: text,
    ...fieldsOf(facts),
    advice: adviseOnStatus({ status, error: report }, retryAfterMs, facts.target),
  });
}

function unusableError({ error, thrown }: Invalid, advice: string, facts: FailureFacts): AtlasInvalidResponseError {
  const issues = toIssues(error, facts.mask);
  const what = `${subjectOf(facts)} got an unusable response: ${listIssues(issues)}.`;
  return new AtlasInvalidResponseError(what, { issues, ...fieldsOf(facts), advice, cause: thrown });
}

const maxCauseLength = 500;

function noResponseError(
  { kind, cause, attemptTimeout }: NoResponse,
  isTokenRequest: boolean,
  facts: FailureFacts,
): AtlasConnectionError | AtlasTimeoutError {
  const subject = isTokenRequest ? `${subjectOf(facts)}: the access token request` : subjectOf(facts);
  const advice = adviseOnTransport(kind, isTokenRequest ? undefined : facts.target);
  const fields = { ...fieldsOf(facts), advice };
  // Only this kind has no cause, which the types do not show.
  if (kind === 'attempt timeout' || cause === undefined) {
    const what = explain(`${subject} timed out after ${attemptTimeout} ms (attemptTimeout).`, facts);
    return new AtlasTimeoutError(what, { limit: 'attemptTimeout', limitMs: attemptTimeout, ...fields });
  }
  const copy = facts.mask.copyOf(cause);
  const code = copy.code === undefined ? '' : ` (${copy.code})`;
  const what = explain(`${subject} got no response${code}${sentence(copy.message.slice(0, maxCauseLength))}`, facts);
  if (kind === 'connect timeout') return new AtlasTimeoutError(what, { limit: 'connecting', ...fields, cause: copy });
  return new AtlasConnectionError(what, { kind, ...fields, cause: copy });
}

function loginError(
  why: string,
  details: FieldsOf<AtlasAuthenticationError>,
  facts: FailureFacts,
): AtlasAuthenticationError {
  const { mask } = facts;
  const { status, advice = adviseOnServer(status ?? 0), error, errorDescription } = details;
  return new AtlasAuthenticationError(explain(`${subjectOf(facts)} could not log in. ${mask.text(why)}`, facts), {
    ...details,
    advice,
    error: error && mask.text(error),
    errorDescription: errorDescription && mask.text(errorDescription),
    ...fieldsOf(facts),
  });
}

/**
 * Builds the error of a call that its deadline has ended.
 *
 * @param timeout - ms.
 * @param cause - the error of the last attempt, if it failed.
 */
export function timedOut(
  facts: CallFacts,
  { timeout, phase, cause }: { timeout: number; phase: Phase; cause: AtlasError | undefined },
): AtlasTimeoutError {
  const when = `while ${phase} (attempts: ${facts.attempts})`;
  const hint = cause === undefined ? '' : ' The cause says why the last attempt failed.';
  const what = `${subjectOf(facts)} timed out after ${timeout} ms (timeout) ${when}.${hint}`;
  const fields = { ...fieldsOf(facts), advice: adviseOnTimeout(phase), cause };
  return new AtlasTimeoutError(what, { limit: 'timeout', limitMs: timeout, ...fields });
}

/**
 * Builds the error of a call that `close()` has ended, or that came after it.
 *
 * @param doing - what the call was doing.
 * @param cause - the error of the last attempt, if it failed.
 */
export function closed(facts: CallFacts, doing: string, cause: AtlasError | undefined): AtlasClosedError {
  const subject = subjectOf(facts);
  const [what, advice] =
    facts.attempts === 0
      ? [`${subject} was called after close().`, 'Create a new client.']
      : [`close() ended ${subject} while it was ${doing}.`, 'Await calls before close().'];
  return new AtlasClosedError(what, { ...fieldsOf(facts), advice, cause });
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

/** Adds to a message why the call makes no other attempt. */
function explain(message: string, { notRetried }: FailureFacts): string {
  return notRetried === undefined ? message : `${message} ${notRetried}`;
}

/** Formats a detail as `: detail.`, or as `.` if there is none. */
function sentence(detail: string | undefined): string {
  if (!detail) return '.';
  return /[.!?]$/.test(detail) ? `: ${detail}` : `: ${detail}.`;
}
