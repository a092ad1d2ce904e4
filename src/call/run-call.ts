import type { z } from 'zod';
import type { Route } from '../atlas/route.js';
import { LoginFailure } from '../auth/authenticator.js';
import { toIssues } from '../errors/issues.js';
import { Mask } from '../errors/mask.js';
import { ExchangeFailure, type ExchangeLimits } from '../http/exchange.js';
import { longestRetryAfter, retryDelay } from '../http/retry.js';
import { connectionFreed } from '../http/timer.js';
import { type AttemptContext, attempt } from './attempt.js';
import {
  type ApiResponse,
  type Failure,
  type FailureContext,
  failureOfBody,
  failureOfExchange,
  failureOfLogin,
  failureOfResponse,
  type Outcome,
} from './failure.js';
import type { CallProgress } from './promise.js';
import type { CallScope } from './scope.js';
import type { Succession, Sunset } from './sunset.js';
import { reportRetry, startAttemptReport } from './tracing.js';

/** What the calls of a client share. */
export interface CallContext extends AttemptContext {
  readonly sunset: Sunset;
}

/** The limits of one call. */
export interface CallLimits extends ExchangeLimits {
  /** ms for the whole call. */
  readonly timeout: number;
  readonly maxRetries: number;
}

/** One call, as the client plans it. */
export interface CallPlan<T> {
  readonly route: Route;
  /** How the call goes on at Flex; absent if it may not. */
  readonly succession: Succession<T> | undefined;
  readonly parse: (json: unknown) => Parsed<T> | Promise<Parsed<T>>;
  readonly limits: CallLimits;
}

/** The result of a schema. It may have thrown. */
type Parsed<T> =
  | { readonly success: true; readonly data: T }
  | { readonly success: false; readonly error: Pick<z.ZodError, 'issues'>; readonly thrown?: unknown };

/** Runs one call: makes attempts until one is final, asks Flex if the tenant endpoint is gone, and waits between retries. */
export async function runCall<T>(
  context: CallContext,
  plan: CallPlan<T>,
  scope: CallScope,
  progress: CallProgress,
): Promise<T> {
  const { succession, limits } = plan;
  const { sunset } = context;
  Object.assign(progress, { resends: 0, lastError: undefined, response: undefined });
  let { route } = plan;
  let tenant: Outcome<T> | undefined;
  for (let retries = 0; ; ) {
    const latest = await runAttempt(context, plan, route, scope, progress);
    if (tenant === undefined && succession !== undefined && sunset.suggestsFlex(latest, succession)) {
      tenant = latest;
      if (!latest.isSuccess) progress.lastError = () => latest.toError();
      route = succession.flexRoute();
      await scope.waitFor(connectionFreed());
      continue;
    }
    const outcome = sunset.settle(tenant, latest, succession);
    progress.endpoint = outcome.endpoint;
    progress.response = outcome.response;
    if (outcome.isSuccess) return outcome.data;

    const delay = retries < limits.maxRetries ? delayBeforeRetry(outcome, retries, scope.remaining) : undefined;
    if (delay === undefined) throw outcome.toError(undefined, progress.attempts);
    progress.lastError = () => outcome.toError();
    reportRetry(progress, outcome, delay);
    await scope.sleep(delay, 'waiting to retry');
    retries += 1;
  }
}

async function runAttempt<T>(
  context: CallContext,
  plan: CallPlan<T>,
  route: Route,
  scope: CallScope,
  progress: CallProgress,
): Promise<Outcome<T>> {
  progress.attempts += 1;
  progress.endpoint = route.endpoint;
  progress.path = route.path;
  const report = startAttemptReport(progress);
  const outcome = await tryOnce(context, plan, route, scope, progress);
  report?.(outcome);
  return outcome;
}

async function tryOnce<T>(
  context: CallContext,
  plan: CallPlan<T>,
  route: Route,
  scope: CallScope,
  progress: CallProgress,
): Promise<Outcome<T>> {
  const failureContext = (): FailureContext => ({
    operation: progress.operation,
    endpoint: route.endpoint,
    resource: route.resource,
    attempts: progress.attempts,
    attemptTimeout: plan.limits.attemptTimeout,
    secrets: [...context.authenticator.secrets(), ...(progress.login?.secrets() ?? [])],
  });
  try {
    const response = await attempt(context, route, plan.limits, scope, progress);
    if (route.endpoint !== undefined) context.sunset.notice(response, route.endpoint, plan.succession?.cluster);
    if (response.error !== undefined) return failureOfResponse(response, response.error, failureContext());
    const problem = problemOf(response);
    if (problem !== undefined) return failureOfBody(response, [{ path: '', message: problem }], failureContext());
    const parsed = await parseBody(plan, response.body.json, scope);
    if (!parsed.success) {
      const details = failureContext();
      return failureOfBody(response, toIssues(parsed.error, new Mask(details.secrets)), details, parsed.thrown);
    }
    return { isSuccess: true, data: parsed.data, endpoint: route.endpoint, response };
  } catch (reason) {
    if (reason instanceof ExchangeFailure) return failureOfExchange(reason, failureContext());
    if (reason instanceof LoginFailure) return failureOfLogin(reason, failureContext());
    throw reason;
  }
}

/** A schema of the caller's may take its time, so the call's deadline applies to it. */
async function parseBody<T>({ parse }: CallPlan<T>, json: unknown, scope: CallScope): Promise<Parsed<T>> {
  const parsed = parse(json);
  if (!(parsed instanceof Promise)) return parsed;
  scope.phase = 'waiting for the schema';
  return scope.waitFor(parsed);
}

/** Checks a body against a schema of the caller's, which may be asynchronous and may throw. */
export async function parseWith<T>(schema: z.ZodType<T>, json: unknown): Promise<Parsed<T>> {
  try {
    return await schema.safeParseAsync(json);
  } catch (thrown) {
    const message = 'the schema threw an error; see the cause';
    return { success: false, error: { issues: [{ code: 'custom', path: [], message, input: json }] }, thrown };
  }
}

function problemOf({ status, body }: ApiResponse): string | undefined {
  if (status !== 200) return `its status is ${status}, not 200`;
  return body.problem === undefined ? undefined : `its body ${body.problem}`;
}

/** Returns how long to wait before the next attempt, in ms, or `undefined` if the call has failed for good. */
function delayBeforeRetry(
  { isRetryable, retryAfter = 0, jitter }: Failure,
  retries: number,
  remaining: number,
): number | undefined {
  if (!isRetryable || retryAfter > longestRetryAfter || retryAfter > remaining) return undefined;
  const delay = retryDelay(retries, retryAfter, jitter);
  // Do not let the random part alone miss the deadline.
  return delay < remaining ? delay : retryDelay(retries, retryAfter, 0);
}
