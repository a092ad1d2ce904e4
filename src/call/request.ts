import { type ApiResponse, readResponse } from '../atlas/response.js';
import { isObject } from '../atlas/schemas.js';
import type { Parsed } from '../atlas/standard-schema.js';
import { mayBeEnveloped, type Target, toPath } from '../atlas/target.js';
import { type Login, NoLogin } from '../auth/authenticator.js';
import { connectionFreed, exchange } from '../http/exchange.js';
import { NoResponse } from '../http/no-response.js';
import { retryDelay } from '../http/retry.js';
import { adviceFor, adviseOnSize, checkProxy } from './advice.js';
import type { Call } from './call.js';
import { type Failure, type Outcome, retryHints, type Success, unusable } from './outcome.js';
import { reportRetry, startAttemptLog } from './tracing.js';

/** How long the fallback may take, in ms. */
const fallbackTimeout = 5_000;

/**
 * Runs one request of a call to its outcome. If the target does not have what was asked for, asks its fallback.
 *
 * @throws the reason if the call ends meanwhile.
 */
export async function request<T>(target: Target<T>, call: Call): Promise<Outcome<T>> {
  const outcome = await tryUntilFinal(target, call.settings.maxRetries, call);
  const { fallback } = target;
  if (fallback === undefined || !isMissing(outcome)) return outcome;
  call.lastFailure = outcome;
  const found = await askFallback(fallback(), call);
  if (found !== undefined) return found;
  call.target = target;
  return { ...outcome, attempts: call.attempts };
}

/** Makes attempts until one is final, and waits in between. */
async function tryUntilFinal<T>(target: Target<T>, maxRetries: number, call: Call): Promise<Outcome<T>> {
  const resends = { left: 3 };
  for (let retries = 0; ; retries += 1) {
    const outcome = await attempt(target, resends, call);
    if (outcome.problem === undefined) return outcome;
    const hints = retries < maxRetries ? retryHints(outcome) : undefined;
    const delay = hints && retryDelay(hints, retries, call.remaining);
    if (delay === undefined) return outcome;
    call.lastFailure = outcome;
    // Before the report: a closed client does not retry.
    call.enter('waiting to retry');
    call.throwIfClosed();
    reportRetry(call, outcome, delay);
    await call.waitToRetry(delay);
  }
}

/** Whether Flex does not have the cluster or the snapshot. */
function isMissing(outcome: Outcome<unknown>): outcome is Failure {
  if (outcome.problem?.kind !== 'error status') return false;
  const { status, error } = outcome.problem.response;
  if (status === 404) return error?.errorCode !== 'GROUP_NOT_FOUND';
  return status === 400 && error?.errorCode === 'CANNOT_USE_NON_FLEX_CLUSTER_IN_FLEX_API';
}

/** Asks the fallback once. Returns `undefined` unless it has what was asked for. */
async function askFallback<T>(target: Target<T>, call: Call): Promise<Success<T> | undefined> {
  call.enter('waiting for the fallback');
  call.throwIfClosed();
  const outcome = await call.runWithin(fallbackTimeout, async () => {
    await connectionFreed();
    return tryUntilFinal(target, 0, call);
  });
  // An abort just after the limit still ends the call.
  call.throwIfAborted();
  return outcome !== undefined && outcome.problem === undefined && hasData(outcome) ? outcome : undefined;
}

/** Whether a response has what was asked for: a list with an item, or an item with an ID. */
function hasData({ response }: Success<unknown>): boolean {
  const { json } = response.body;
  if (!isObject(json)) return false;
  return Array.isArray(json['results']) ? json['results'].length > 0 : json['id'] != null;
}

/**
 * Makes one attempt, and logs how it ended.
 *
 * @param resends - how often the request may still be sent again because its connection died.
 * @throws the reason if the call ended meanwhile.
 */
async function attempt<T>(target: Target<T>, resends: { left: number }, call: Call): Promise<Outcome<T>> {
  call.startAttempt(target);
  const logAttempt = startAttemptLog(call);
  try {
    let outcome = await send(target, call);
    while (isDeadConnection(outcome) && resends.left > 0) {
      resends.left -= 1;
      await connectionFreed();
      outcome = await send(target, call);
    }
    // An abort wins even over a response that has arrived. A deadline does not.
    call.throwIfAborted();
    logAttempt?.(outcome);
    return outcome;
  } catch (reason) {
    logAttempt?.(undefined, reason);
    throw reason;
  }
}

/** Whether the connection died before any part of a response arrived, so that the request can be sent again. */
function isDeadConnection({ problem }: Outcome<unknown>): boolean {
  return problem?.kind === 'no response' && problem.reason.isDeadConnection;
}

/** Logs in, sends the request (again if the login can answer a refusal), and evaluates the response. */
async function send<T>(target: Target<T>, call: Call): Promise<Outcome<T>> {
  const { settings, context } = call;
  const { base, transport, authenticator } = context;
  const path = toPath(base, target);
  const headers = ['accept', target.accept, 'user-agent', base.userAgent];
  let login: Login | undefined;
  let response: ApiResponse | undefined;
  try {
    let nextLogin: Login | Promise<Login> | undefined = authenticator.authorize({
      path,
      isFallback: target.isFallback,
    });
    for (;;) {
      // Not instanceof: the global Promise may have been replaced.
      login = 'then' in nextLogin ? await call.waitFor('logging in', nextLogin, (late) => late.release()) : nextLogin;
      call.logins.push(login);
      const { header } = login;
      const allHeaders = header === undefined ? headers : [...headers, 'authorization', header];
      const wire = { method: 'GET', path, headers: allHeaders, body: null } as const;
      const received = await exchange(transport, wire, settings, call);
      // The second request of a login should use the connection of the first.
      if (received.status === 401) await connectionFreed();
      response = readResponse(received, mayBeEnveloped(target), settings.maxResponseSize);
      nextLogin = login.review(response);
      if (nextLogin === undefined) return evaluate(target, response, call);
    }
  } catch (reason) {
    // A login whose review failed is over; releasing it has no effect.
    login?.release();
    if (reason instanceof NoLogin) return call.toFailure({ kind: 'no login', response, reason });
    if (reason instanceof NoResponse) return call.toFailure({ kind: 'no response', reason });
    throw reason;
  }
}

/** Finds out what a response means, and parses the body of a success. */
function evaluate<T>(target: Target<T>, response: ApiResponse, call: Call): Outcome<T> | Promise<Outcome<T>> {
  const { status, body } = response;
  if (response.error !== undefined) return call.toFailure({ kind: 'error status', response });
  // Only 200 carries data; any other 2xx is unusable.
  if (status !== 200) return call.toFailure(unusable(response, `its status is ${status}, not 200`, checkProxy));
  if (body.problem !== undefined) {
    const advice = body.isPartial ? adviseOnSize(target) : checkProxy;
    return call.toFailure(unusable(response, `its body ${body.problem}`, advice));
  }
  call.lastFailure = undefined;
  const conclude = (parsed: Parsed<T>): Outcome<T> => {
    if (parsed.success) return { data: parsed.data, target, attempts: call.attempts, response };
    const advice = adviceFor(target).unusableBody;
    return call.toFailure({ kind: 'unusable', response, details: parsed.error, thrown: parsed.thrown, advice });
  };
  const parsed = target.parse(body.json);
  if (!('then' in parsed)) return conclude(parsed);
  return call.waitFor('waiting for the schema', parsed).then(conclude);
}
