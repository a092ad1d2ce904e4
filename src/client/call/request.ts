import { type ApiResponse, errorCodeOf, readResponse } from '../atlas/response.js';
import { type Fallback, mayBeEnveloped, type Target, toPath } from '../atlas/target.js';
import { adviseOnBody, adviseOnSize, proxyAdvice } from '../errors/advice.js';
import { AtlasTimeoutError } from '../errors/errors.js';
import { Failure, noResponseFailure, statusFailure, unusableFailure } from '../errors/failure.js';
import { acceptedCoding } from '../http/codings.js';
import { NoResponse } from '../http/no-response.js';
import { decideRetry } from '../http/retry.js';
import type { Call, FailedAttempt, Outcome } from './call.js';
import { logAttempt, reportRetry } from './tracing.js';

/** The limit of each exchange with the fallback, in ms. */
const fallbackTimeout = 5_000;

/**
 * Requests what a target has. If the target lacks it, asks its fallback. If that does not have it either, the outcome is that of the
 * first target, with the attempts at both.
 *
 * @throws what ended the call early.
 */
export async function request<T>(target: Target<T>, call: Call): Promise<Outcome<T>> {
  const { fallback } = target;
  const first = await requestWithRetries(target, call);
  if (first.ok || fallback === undefined || !isLacking(first.failure, fallback)) return first;
  const second = await askFallback(fallback, first, call);
  return second ?? { ...first, attempts: call.attempts };
}

/** Makes attempts until one succeeds, or until there is no next one. */
async function requestWithRetries<T>(target: Target<T>, call: Call): Promise<Outcome<T>> {
  for (let retries = 0; ; retries += 1) {
    const outcome = await makeAttempt(target, call, false);
    if (outcome.ok) return outcome;
    const remaining = call.deadline - performance.now();
    const { retry, jitter } = outcome.failure;
    const { delay, notRetried } = decideRetry(retry, jitter, { retries, remaining }, call.settings);
    if (delay === undefined) return { ...outcome, notRetried };
    // Before the report, because only a retry that is going to happen is reported.
    call.continueAfter(outcome, 'waiting to retry');
    reportRetry(call, outcome, delay);
    await call.pause(delay);
  }
}

/** Whether a target failed because it lacks what was requested. */
function isLacking<T>({ response }: Failure, fallback: Fallback<T>): boolean {
  return response !== undefined && fallback.isMissing(response.status, errorCodeOf(response));
}

/**
 * Makes one attempt at the fallback. Returns undefined if the fallback lacks the data, the attempt fails, or the deadline of the
 * call passes.
 *
 * @param first - how the first target failed.
 * @throws what ended the call early, unless it is the deadline.
 */
async function askFallback<T>({ target, isEmpty }: Fallback<T>, first: FailedAttempt, call: Call) {
  try {
    call.continueAfter(first, `about to ask the ${target.endpoint} endpoint`);
    const second = await makeAttempt(target, call, true);
    return second.ok && !isEmpty(second.data) ? second : undefined;
  } catch (reason) {
    // The call then ends with the error of the first target. Only an abort and close() win over that.
    if (reason instanceof AtlasTimeoutError) return undefined;
    throw reason;
  }
}

/** Sends a request, and finds out what its response means. */
async function makeAttempt<T>(target: Target<T>, call: Call, isFallback: boolean): Promise<Outcome<T>> {
  call.startAttempt(target);
  const startedAt = performance.now();
  try {
    const outcome = await evaluate(await sendRequest(target, call, isFallback), target, call);
    logAttempt(call, startedAt, outcome);
    return outcome;
  } catch (reason) {
    logAttempt(call, startedAt, { endedEarly: reason });
    throw reason;
  }
}

/**
 * Sends a request with its login. Resends it once, with a new login, if the connection died: the server may have closed an idle one.
 *
 * @returns the response, or why there is none.
 */
async function sendRequest(target: Target, call: Call, isFallback: boolean): Promise<ApiResponse | Failure> {
  const { settings, client, scope } = call;
  const { maxResponseSize } = settings;
  const { prefix, userAgent } = client.settings;
  const attemptTimeout = isFallback ? Math.min(fallbackTimeout, settings.attemptTimeout) : settings.attemptTimeout;
  const path = toPath(prefix, target);
  const exchangeWith = async (authorization?: string) => {
    const headers = ['accept', target.accept, 'accept-encoding', acceptedCoding, 'user-agent', userAgent];
    if (authorization !== undefined) {
      headers.push('authorization', authorization);
      call.keepSecret(authorization);
    }
    const get = { method: 'GET', path, headers, body: null } as const;
    const response = await client.transport.exchange(get, { attemptTimeout, maxResponseSize }, scope);
    return readResponse(response, mayBeEnveloped(target));
  };
  for (let isResend = false; ; isResend = true) {
    try {
      return await client.authenticator.authenticate({ path, isFallback, scope }, exchangeWith);
    } catch (reason) {
      if (reason instanceof Failure) return reason;
      if (!(reason instanceof NoResponse)) throw reason;
      if (!reason.isDeadConnection || isResend) return noResponseFailure(reason);
    }
  }
}

/** Finds out what a response means, or that there is none, and parses the body of a success. */
async function evaluate<T>(response: ApiResponse | Failure, target: Target<T>, call: Call): Promise<Outcome<T>> {
  const { attempts } = call;
  const fail = (failure: Failure): FailedAttempt => ({ ok: false, failure, target, attempts });
  if (response instanceof Failure) return fail(response);
  if (!response.ok) return fail(statusFailure(response));
  const { status, json, problem, truncatedAt } = response;
  // Only 200 carries data; any other 2xx is unusable.
  if (status !== 200) return fail(unusableFailure(response, `its status is ${status}, not 200`, proxyAdvice));
  if (problem !== undefined) {
    const advice = truncatedAt === undefined ? proxyAdvice : adviseOnSize(target);
    return fail(unusableFailure(response, `its body ${problem}`, advice));
  }
  call.forgetFailure();
  const pending = target.parse(json);
  // Awaited only if it is a promise: awaiting a value takes 1 % of a call.
  const parsed = 'then' in pending ? await call.scope.waitFor('waiting for the schema', pending) : pending;
  if (!parsed.success) return fail(unusableFailure(response, parsed, adviseOnBody(target)));
  return { ok: true, data: parsed.data, target, attempts, response };
}
