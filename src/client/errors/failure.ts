import type { Mask } from '../atlas/mask.js';
import { type ErrorResponse, readError, retryAfterOf, type SuccessResponse } from '../atlas/response.js';
import { type Invalid, invalid } from '../atlas/standard-schema.js';
import type { Target } from '../atlas/target.js';
import type { NoResponse } from '../http/no-response.js';
import { isTemporaryStatus, type RetryHints } from '../http/retry.js';
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
import { listIssues, toIssues } from './issues.js';

/** What every error of a call says. */
export interface CallFacts {
  /** The client's method. */
  readonly operation: string;
  readonly target: Target;
  /** Attempts that the call had made by then, at all its targets. */
  readonly attempts: number;
}

/** What the error of a failed attempt is built from, besides its failure. */
export interface AttemptFacts extends CallFacts {
  /** Why there is no retry, although another attempt might succeed. */
  readonly notRetried?: string | undefined;
  /** Masks the credentials, and every login that the call has sent: a server may echo any of them. */
  readonly mask: Mask;
}

/**
 * Why an attempt failed. Three layers pass it on, each in its own way:
 *
 * 1. An exchange throws `NoResponse`: nothing came back.
 * 2. A login throws a `Failure`: there is no token, or no challenge that the client can answer. Calls that wait for the same login
 *    get the same one.
 * 3. An attempt catches both, and returns how it ended: with data, or with a `Failure`. The call decides by that whether to retry,
 *    and whether to ask the fallback.
 *
 * A call rejects with an `AtlasError`, built from the failure of its last attempt, or of the last one before the fallback. Any other
 * failure becomes an error only if somebody sees it: in the report of a retry, or as the cause of another error.
 *
 * What ends a call early passes through all layers unchanged: the error of its deadline or of `close()`, or the reason of its
 * signal.
 */
export class Failure {
  readonly toError: (facts: AttemptFacts) => AtlasError;
  readonly retry: RetryHints;
  /** From 0 to 1. Stored here, so that calls that share a failed login retry at the same time and need one token request. */
  readonly jitter = Math.random();
  /** The status of the response, if there was one. */
  readonly status: number | undefined;
  /** The response, if its status is an error. */
  readonly response: ErrorResponse | undefined;

  constructor(toError: Failure['toError'], retry: RetryHints, status?: number, response?: ErrorResponse) {
    this.toError = toError;
    this.retry = retry;
    this.status = status;
    this.response = response;
  }
}

const notRetryable: RetryHints = { isRetryable: false };
const maxCauseLength = 500;

/** The failure of an attempt whose response has an error status. */
export function statusFailure(response: ErrorResponse): Failure {
  const { status, headers } = response;
  const retryAfterMs = retryAfterOf(response);
  const toError = (facts: AttemptFacts) => {
    const { text, report, problem } = readError(response, facts.mask);
    const what = [`${subjectOf(facts)} failed with status ${status}`, report.errorCode].filter(Boolean).join(' ');
    const detail = report.detail ?? report.reason ?? (problem && `its body ${problem}`);
    return new AtlasApiError(explain(`${what}${sentence(detail)}`, facts), {
      status,
      ...report,
      retryAfterMs,
      headers: facts.mask.headers(headers),
      body: text,
      ...callFieldsOf(facts),
      advice: adviseOnStatus({ status, error: report }, retryAfterMs, facts.target),
    });
  };
  return new Failure(toError, { isRetryable: isTemporaryStatus(status), retryAfterMs }, status, response);
}

/**
 * The failure of an attempt whose response has a success status, but cannot be used.
 *
 * @param found - what is wrong with it, in words or as a schema says it.
 */
export function unusableFailure({ status }: SuccessResponse, found: string | Invalid, advice: string): Failure {
  const toError = (facts: AttemptFacts) => {
    const { error, thrown } = typeof found === 'string' ? invalid(found) : found;
    const issues = toIssues(error, facts.mask);
    const what = `${subjectOf(facts)} got an unusable response: ${listIssues(issues)}.`;
    return new AtlasInvalidResponseError(what, { issues, ...callFieldsOf(facts), advice, cause: thrown });
  };
  return new Failure(toError, notRetryable, status);
}

/**
 * The failure of an exchange that got no response.
 *
 * @param isTokenRequest - whether it was the request for a token.
 */
export function noResponseFailure(
  { kind, cause, attemptTimeout, isRetryable }: NoResponse,
  isTokenRequest = false,
): Failure {
  const toError = (facts: AttemptFacts) => {
    const subject = isTokenRequest ? `${subjectOf(facts)}: the access token request` : subjectOf(facts);
    const advice = adviseOnTransport(kind, isTokenRequest ? undefined : facts.target);
    const fields = { ...callFieldsOf(facts), advice };
    // Only this kind has no cause, which the types do not show.
    if (kind === 'attempt timeout' || cause === undefined) {
      const what = explain(`${subject} timed out after ${attemptTimeout} ms (attemptTimeout).`, facts);
      return new AtlasTimeoutError(what, { limit: 'attemptTimeout', limitMs: attemptTimeout, ...fields });
    }
    const copy = facts.mask.error(cause);
    const code = copy.code === undefined ? '' : ` (${copy.code})`;
    const what = explain(`${subject} got no response${code}${sentence(copy.message.slice(0, maxCauseLength))}`, facts);
    if (kind === 'connect timeout') return new AtlasTimeoutError(what, { limit: 'connecting', ...fields, cause: copy });
    return new AtlasConnectionError(what, { kind, ...fields, cause: copy });
  };
  return new Failure(toError, { isRetryable });
}

/**
 * The failure of a login.
 *
 * @param why - what happened, as a sentence.
 * @param details - the fields of the error. Default: the advice for the status.
 */
export function loginFailure(why: string, details: FieldsOf<AtlasAuthenticationError>, retry = notRetryable): Failure {
  const { status, advice = adviseOnServer(status ?? 0), error, errorDescription } = details;
  const toError = (facts: AttemptFacts) => {
    const { mask } = facts;
    return new AtlasAuthenticationError(explain(`${subjectOf(facts)} could not log in. ${mask.text(why)}`, facts), {
      ...details,
      advice,
      error: error && mask.text(error),
      errorDescription: errorDescription && mask.text(errorDescription),
      ...callFieldsOf(facts),
    });
  };
  return new Failure(toError, retry, status);
}

/**
 * Builds the error of a call that its deadline has ended.
 *
 * @param timeout - ms.
 * @param cause - the error of the last attempt, if it failed.
 */
export function timeoutError(facts: CallFacts, timeout: number, phase: Phase, cause?: AtlasError): AtlasTimeoutError {
  const when = `while ${phase} (attempts: ${facts.attempts})`;
  const hint = cause === undefined ? '' : ' The cause says why the last attempt failed.';
  const what = `${subjectOf(facts)} timed out after ${timeout} ms (timeout) ${when}.${hint}`;
  const fields = { ...callFieldsOf(facts), advice: adviseOnTimeout(phase), cause };
  return new AtlasTimeoutError(what, { limit: 'timeout', limitMs: timeout, ...fields });
}

/**
 * Builds the error of a call that `close()` has ended, or that came after it.
 *
 * @param doing - what the call was doing.
 * @param cause - the error of the last attempt, if it failed.
 */
export function closedError(facts: CallFacts, doing: string, cause?: AtlasError): AtlasClosedError {
  const subject = subjectOf(facts);
  const [what, advice] =
    facts.attempts === 0
      ? [`${subject} was called after close().`, 'Create a new client.']
      : [`close() ended ${subject} while it was ${doing}.`, 'Await calls before close().'];
  return new AtlasClosedError(what, { ...callFieldsOf(facts), advice, cause });
}

/** The start of a message: the method, and the path if the caller chose it. */
function subjectOf({ operation, target }: CallFacts): string {
  return target.endpoint === undefined ? `${operation} ${target.apiPath}` : operation;
}

/** The fields that every error of a call has. */
function callFieldsOf({ operation, target, attempts }: CallFacts): FieldsOf<AtlasError> {
  const { endpoint, apiPath } = target;
  return { operation, endpoint, path: attempts === 0 ? undefined : apiPath, attempts };
}

/** Adds to a message why the call makes no other attempt. */
function explain(message: string, { notRetried }: AttemptFacts): string {
  return notRetried === undefined ? message : `${message} ${notRetried}`;
}

/** Formats a detail as `: detail.`, or as `.` if there is none. */
function sentence(detail: string | undefined): string {
  if (!detail) return '.';
  return /[.!?]$/.test(detail) ? `: ${detail}` : `: ${detail}.`;
}
