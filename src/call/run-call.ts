import type { Route } from '../atlas/route.js';
import { toIssues } from '../errors/issues.js';
import type { ApiResponse } from '../http/body.js';
import type { ExchangeLimits } from '../http/exchange.js';
import { maxRetryAfter, retryDelay } from '../http/retry.js';
import { connectionFreed } from '../http/timer.js';
import { type AttemptContext, attempt } from './attempt.js';
import { type Failure, failureOfBody, failureOfResponse, type Outcome, toFailure } from './failure.js';
import type { CallScope } from './scope.js';
import type { Parsed } from './standard-schema.js';
import { type Sunset, suggestsFlex } from './sunset.js';
import { reportRetry, startAttemptReport } from './tracing.js';

const maxProblemLength = 100;

/** What the calls of a client share. */
export interface CallContext extends AttemptContext {
  readonly sunset: Sunset;
}

/** The limits of one call, except its timeout. */
export interface CallLimits extends ExchangeLimits {
  readonly maxRetries: number;
}

/** One call, as the client plans it. */
export interface CallPlan<T> {
  readonly route: Route;
  /** Names the cluster among all projects; absent for `get()`. */
  readonly cluster: string | undefined;
  /** The fallback to the Flex endpoint; absent if the call must not fall back. */
  readonly flex: { readonly route: () => Route; readonly mayBeFlex: (data: T) => boolean } | undefined;
  readonly parse: (json: unknown) => Parsed<T> | Promise<Parsed<T>>;
  readonly limits: CallLimits;
}

/** Runs one call: makes attempts until one is final, asks Flex if the tenant endpoint is gone, and waits between retries. */
export async function runCall<T>(context: CallContext, plan: CallPlan<T>, scope: CallScope): Promise<T> {
  const { flex, limits } = plan;
  const { sunset } = context;
  const { progress } = scope;
  progress.response = undefined;
  progress.resends = 0;
  let { route } = plan;
  let tenant: Outcome<T> | undefined;
  for (let retries = 0; ; ) {
    const latest = await runAttempt(context, plan, route, scope);
    if (tenant === undefined && flex !== undefined && suggestsFlex(latest, flex.mayBeFlex)) {
      tenant = latest;
      progress.lastError = latest.error;
      route = flex.route();
      await scope.waitFor(connectionFreed());
      continue;
    }
    const outcome = tenant === undefined ? latest : sunset.settle(tenant, latest, plan.route.resource, plan.cluster);
    progress.follow(outcome === tenant ? plan.route : route);
    if (outcome.error === undefined) {
      progress.response = outcome.response;
      return outcome.data;
    }
    const delay = retries < limits.maxRetries ? delayBeforeRetry(outcome, retries, scope.remaining) : undefined;
    if (delay === undefined) {
      progress.response = outcome.response;
      throw outcome.error;
    }
    progress.lastError = outcome.error;
    scope.throwIfClosed('waiting to retry');
    reportRetry(progress, outcome.error, delay);
    await scope.sleep(delay, 'waiting to retry');
    retries += 1;
  }
}

async function runAttempt<T>(
  context: CallContext,
  plan: CallPlan<T>,
  route: Route,
  scope: CallScope,
): Promise<Outcome<T>> {
  const { progress } = scope;
  progress.attempts += 1;
  progress.follow(route);
  const report = startAttemptReport(progress);
  let outcome: Outcome<T>;
  try {
    outcome = await evaluate(context.sunset, plan, scope, await attempt(context, route, plan.limits, scope));
  } catch (reason) {
    outcome = toFailure(reason, progress);
  }
  report?.(outcome);
  return outcome;
}

/** Parses a successful response, or finds out why it is a failure. */
function evaluate<T>(
  sunset: Sunset,
  plan: CallPlan<T>,
  scope: CallScope,
  response: ApiResponse,
): Outcome<T> | Promise<Outcome<T>> {
  const { progress } = scope;
  const { endpoint } = progress;
  if (endpoint !== undefined) sunset.notice(response, endpoint, plan.cluster);
  if (response.error !== undefined) return failureOfResponse(response, response.error, progress);
  const problem = problemOf(response);
  if (problem !== undefined) {
    const message = progress.createMask().text(problem).slice(0, maxProblemLength);
    return failureOfBody(response, [{ path: '', message }], progress);
  }
  const conclude = (parsed: Parsed<T>): Outcome<T> => {
    if (parsed.success) return { data: parsed.data, response };
    return failureOfBody(response, toIssues(parsed.error, progress.createMask()), progress, parsed.thrown);
  };
  // What failed before has been repaired.
  progress.lastError = undefined;
  const parsed = plan.parse(response.body.json);
  if (!(parsed instanceof Promise)) return conclude(parsed);
  scope.phase = 'waiting for the schema';
  return scope.waitFor(parsed).then(conclude);
}

function problemOf({ status, body }: ApiResponse): string | undefined {
  if (status !== 200) return `its status is ${status}, not 200`;
  return body.problem === undefined ? undefined : `its body ${body.problem}`;
}

/** Returns how long to wait before the next attempt, in ms, or `undefined` if the call has failed for good. */
function delayBeforeRetry(
  { isRetryable, retryAfter = 0, jitter = Math.random() }: Failure,
  retries: number,
  remaining: number,
): number | undefined {
  if (!isRetryable || retryAfter > maxRetryAfter) return undefined;
  // The jitter is dropped if it alone would push the retry past the deadline.
  return [jitter, 0].map((random) => retryDelay(retries, retryAfter, random)).find((delay) => delay < remaining);
}
