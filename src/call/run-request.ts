import type { ApiResponse } from '../atlas/response.js';
import { toIssues } from '../errors/issues.js';
import { retryDelay } from '../http/retry.js';
import { type AttemptResult, attempt } from './attempt.js';
import type { Call } from './call.js';
import { Failure, failureOfBody, failureOfRequest, failureOfResponse, type Outcome } from './failure.js';
import type { CallSettings, ClientContext, Plan } from './plan.js';
import type { Parsed } from './standard-schema.js';
import { suggestsFlex } from './sunset.js';
import { reportRetry, startAttemptReport } from './tracing.js';

// How often a request may be sent again because its connection died.
const maxResends = 3;
const maxProblemLength = 100;

/**
 * Runs one request of a call to its outcome: makes attempts until one is final, asks Flex if the tenant endpoint is gone, and
 * waits between retries.
 *
 * @throws the reason if the call ends meanwhile.
 */
export async function runRequest<T>(context: ClientContext, plan: Plan<T>, call: Call): Promise<Outcome<T>> {
  const { settings } = plan;
  let { route, flex } = plan;
  let tenantOutcome: Outcome<T> | undefined;
  let retries = 0;
  let resends = 0;
  for (;;) {
    call.startAttempt(route);
    const logAttempt = startAttemptReport(call);
    const ended = await attempt(context, route, settings, maxResends - resends, call);
    resends += ended.resends;
    const latest = await evaluate(context, plan, ended, call);
    logAttempt?.(latest);
    call.throwIfAborted();

    if (flex !== undefined && suggestsFlex(latest, flex.mayBeFlex)) {
      tenantOutcome = latest;
      route = flex.toRoute();
      flex = undefined;
      if (latest instanceof Failure) call.noteFailure(latest);
      continue;
    }
    const outcome = tenantOutcome === undefined ? latest : context.sunset.choose(tenantOutcome, latest, plan.cluster);
    if (!(outcome instanceof Failure)) return outcome;

    const delay = delayBeforeRetry(outcome, retries, settings, call);
    if (delay === undefined) return outcome;
    call.noteFailure(outcome);
    // So that a closed client announces no retry.
    call.enter('waiting to retry');
    call.throwIfClosed();
    reportRetry(call, outcome.error, delay);
    await call.sleep('waiting to retry', delay);
    retries += 1;
  }
}

/** Returns how long to wait before the next attempt, in ms, or `undefined` if the call has failed for good. */
function delayBeforeRetry(
  { details }: Failure,
  retries: number,
  { maxRetries }: CallSettings,
  call: Call,
): number | undefined {
  const mayRetry = details.isRetryable && retries < maxRetries;
  return mayRetry ? retryDelay(details, retries, call.remaining) : undefined;
}

/** Finds out what the result of an attempt means, and parses the body of a success. */
function evaluate<T>(
  { sunset }: ClientContext,
  plan: Plan<T>,
  { answer, unanswered, login }: AttemptResult,
  call: Call,
): Outcome<T> | Promise<Outcome<T>> {
  if (!('status' in answer)) return failureOfRequest(call, answer, { response: unanswered, login });
  const response = answer;
  const { route } = call;
  sunset.notice(response, route, plan.cluster);
  if (response.error !== undefined) return failureOfResponse(call, response, response.error, login);
  const problem = problemOf(response);
  if (problem !== undefined) {
    const known = call.createMask(login).text(problem).slice(0, maxProblemLength);
    const advice = response.body.isPartial && plan.largeBodyAdvice;
    const message = advice ? `${known}, ${advice}` : known;
    return failureOfBody(call, response, [{ path: '', message }]);
  }
  call.noteSuccess();
  const conclude = (parsed: Parsed<T>): Outcome<T> => {
    if (parsed.success) return { data: parsed.data, route, response, login };
    return failureOfBody(call, response, toIssues(parsed.error, call.createMask(login)), parsed.thrown);
  };
  const parsed = plan.parse(response.body.json);
  if (!('then' in parsed)) return conclude(parsed);
  return call.waitFor('waiting for the schema', parsed).then(conclude);
}

function problemOf({ status, body }: ApiResponse): string | undefined {
  // Only 200 carries data; any other 2xx is unusable.
  if (status !== 200) return `its status is ${status}, not 200`;
  return body.problem === undefined ? undefined : `its body ${body.problem}`;
}
