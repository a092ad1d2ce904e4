import { type ApiResponse, readResponse } from '../atlas/response.js';
import type { Route } from '../atlas/route.js';
import { type Login, NoLogin } from '../auth/authenticator.js';
import { toIssues } from '../errors/issues.js';
import { type ExchangeLimits, exchange, NoResponse } from '../http/exchange.js';
import { retryDelay } from '../http/retry.js';
import type { WireRequest } from '../http/transport.js';
import type { Call } from './call.js';
import { Failure, failureOfBody, failureOfRequest, failureOfResponse, type Outcome } from './failure.js';
import type { ClientContext, Plan } from './plan.js';
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
    const attempted = await attempt(context, plan, maxResends - resends, call);
    const latest = attempted.outcome;
    resends += attempted.resends;
    // An abort wins even over a response that has arrived. A deadline does not.
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

    const delay = retries < settings.maxRetries ? delayBeforeRetry(outcome, retries, call) : undefined;
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
function delayBeforeRetry({ details }: Failure, retries: number, call: Call): number | undefined {
  return details.isRetryable ? retryDelay(details, retries, call.remaining) : undefined;
}

/**
 * Makes one attempt, finds out what its result means, and logs how it ended.
 *
 * @param resendsLeft - how often the request may still be sent again because its connection died.
 * @throws the reason if the call ended meanwhile.
 */
async function attempt<T>(
  context: ClientContext,
  plan: Plan<T>,
  resendsLeft: number,
  call: Call,
): Promise<{ readonly outcome: Outcome<T>; readonly resends: number }> {
  const logAttempt = startAttemptReport(call);
  try {
    const sent = await send(context, plan.settings, resendsLeft, call);
    const outcome = await evaluate(context, plan, sent, call);
    logAttempt?.(outcome);
    return { outcome, resends: sent.resends };
  } catch (reason) {
    logAttempt?.(undefined, reason);
    throw reason;
  }
}

/** What came of sending a request: a response, or the reason why there is none that the client can use. */
type SendResult = {
  /** The login of the last request; absent if there was none. */
  readonly login: Login | undefined;
  /** How often the request was sent again because its connection died. */
  readonly resends: number;
} & (
  | { readonly response: ApiResponse; readonly reason?: undefined }
  // The response is one that the login cannot answer.
  | { readonly response: ApiResponse | undefined; readonly reason: NoResponse | NoLogin }
);

/** Logs in and sends a request, sends it again if the login can answer a refusal, and starts anew if the connection died. */
async function send(
  { transport, authenticator }: ClientContext,
  limits: ExchangeLimits,
  resendsLeft: number,
  call: Call,
): Promise<SendResult> {
  const { route } = call;
  let resends = 0;
  let login: Login | undefined;
  let nextLogin: Login | Promise<Login> | undefined;
  for (;;) {
    let response: ApiResponse | undefined;
    try {
      nextLogin ??= authenticator.authorize(route);
      // Not instanceof: the global Promise may have been replaced.
      login = 'then' in nextLogin ? await call.waitFor('logging in', nextLogin, (late) => late.release()) : nextLogin;
      const received = await exchange(transport, toWire(route, login), limits, call);
      response = readResponse(received, route.mayBeEnveloped, limits.maxResponseSize);
      nextLogin = login.review(response);
      if (nextLogin === undefined) return { response, login, resends };
    } catch (reason) {
      // A login whose review failed is over; releasing it has no effect.
      login?.release();
      if (!(reason instanceof NoResponse || reason instanceof NoLogin)) throw reason;
      if (resends === resendsLeft || !isDeadConnection(reason)) return { response, reason, login, resends };
      resends += 1;
      nextLogin = undefined;
    }
  }
}

function isDeadConnection(reason: NoResponse | NoLogin): boolean {
  return reason instanceof NoResponse && reason.isDeadConnection;
}

function toWire({ method, path, headers, isPage }: Route, { header }: Login): WireRequest {
  const allHeaders = header === undefined ? [...headers] : [...headers, 'authorization', header];
  return { method, path, headers: allHeaders, isFollowed: isPage };
}

/** Finds out what a response means, or the lack of one, and parses the body of a success. */
function evaluate<T>(
  { sunset }: ClientContext,
  plan: Plan<T>,
  { response, reason, login }: SendResult,
  call: Call,
): Outcome<T> | Promise<Outcome<T>> {
  if (reason !== undefined) return failureOfRequest(call, reason, { response, login });
  const { route } = call;
  sunset.notice(response, route, plan.cluster);
  if (response.error !== undefined) return failureOfResponse(call, response, response.error, login);
  const problem = problemOf(response);
  if (problem !== undefined) {
    const masked = call.createMask(login).text(problem).slice(0, maxProblemLength);
    const advice = response.body.isPartial && plan.largeBodyAdvice;
    const message = advice ? `${masked}, ${advice}` : masked;
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
