import { type ApiResponse, readResponse } from '../atlas/response.js';
import { invalid } from '../atlas/standard-schema.js';
import { type Fallback, mayBeEnveloped, type Target, toPath } from '../atlas/target.js';
import { adviseOnBody, adviseOnSize, proxyAdvice } from '../errors/advice.js';
import { AtlasTimeoutError } from '../errors/errors.js';
import { errorStatus, Failed, noResponse, unusable } from '../errors/failed.js';
import { NoResponse } from '../http/no-response.js';
import { decideRetry } from '../http/retry.js';
import type { Call, Success } from './call.js';
import { logAttempt, reportRetry } from './tracing.js';

/** The limit of each exchange with the fallback, in ms. */
const fallbackTimeout = 5_000;
/** How often an attempt sends its request again because the connection died. */
const maxResends = 3;

/**
 * Requests what a target has. If the target lacks it, asks its fallback.
 *
 * @throws {@link Failed}, or what ended the call early.
 */
export async function request<T>(target: Target<T>, call: Call): Promise<Success<T>> {
  try {
    return await requestWithRetries(target, call);
  } catch (failed) {
    const { fallback } = target;
    if (!(failed instanceof Failed) || failed.response === undefined) throw failed;
    if (!fallback?.isMissing(failed.response)) throw failed;
    // The cause of the error if close() ends the call now.
    call.lastError = failed.toError(call);
    const success = await askFallback(fallback, call);
    if (success !== undefined) return success;
    // The call builds its error later, from its fields: about the first target, with the attempts at both.
    call.target = target;
    throw failed;
  }
}

/** Makes attempts until one succeeds, or until there is no next one. */
async function requestWithRetries<T>(target: Target<T>, call: Call): Promise<Success<T>> {
  const { maxRetries } = call.settings;
  for (let retries = 0; ; retries += 1) {
    try {
      return await makeAttempt(target, call, false);
    } catch (failed) {
      if (!(failed instanceof Failed)) throw failed;
      const remaining = call.deadline - performance.now();
      const { delay, notRetried } = decideRetry(failed.retry, failed.jitter, { retries, maxRetries, remaining });
      call.notRetried = notRetried;
      if (delay === undefined) throw failed;
      const error = failed.toError(call);
      call.lastError = error;
      // Comes before the report: it throws if the call has ended or the client is closed, and then there is no retry.
      call.pause('waiting to retry');
      reportRetry(call, error, delay);
      await call.scope.sleep(delay);
    }
  }
}

/**
 * Makes one attempt at the fallback. Returns undefined if the fallback lacks the data, the attempt fails, or the deadline of the
 * call passes.
 */
async function askFallback<T>({ target, isEmpty }: Fallback<T>, call: Call): Promise<Success<T> | undefined> {
  try {
    call.pause(`about to ask the ${target.endpoint} endpoint`);
    const success = await makeAttempt(target, call, true);
    return isEmpty(success.data) ? undefined : success;
  } catch (reason) {
    // The call then fails with the error of the first target. After an abort or close(), it fails with theirs.
    if (reason instanceof Failed || reason instanceof AtlasTimeoutError) return undefined;
    throw reason;
  }
}

/** Sends a request, and finds out what its response means. */
async function makeAttempt<T>(target: Target<T>, call: Call, isFallback: boolean): Promise<Success<T>> {
  call.startAttempt(target);
  const startedAt = performance.now();
  try {
    const success = await evaluate(await sendRequest(target, call, isFallback), target, call);
    logAttempt(call, startedAt, success.response);
    return success;
  } catch (reason) {
    logAttempt(call, startedAt, { thrown: reason });
    throw reason;
  }
}

/** Sends a request with its login. Sends it again if its connection died before any part of a response arrived. */
async function sendRequest(target: Target, call: Call, isFallback: boolean): Promise<ApiResponse> {
  const { settings, context, scope } = call;
  const { maxResponseSize } = settings;
  const { prefix, userAgent } = context.settings;
  const attemptTimeout = isFallback ? Math.min(fallbackTimeout, settings.attemptTimeout) : settings.attemptTimeout;
  const path = toPath(prefix, target);
  const exchangeWith = async (authorization?: string) => {
    const headers = ['accept', target.accept, 'user-agent', userAgent];
    if (authorization !== undefined) {
      headers.push('authorization', authorization);
      call.authorizations.push(authorization);
    }
    const get = { method: 'GET', path, headers, body: null } as const;
    const response = await context.transport.exchange(get, { attemptTimeout, maxResponseSize }, scope);
    return readResponse(response, mayBeEnveloped(target), () => call.mask);
  };
  for (let resends = 0; ; resends += 1) {
    try {
      return await context.authenticator.authenticate({ path, isFallback, scope }, exchangeWith);
    } catch (reason) {
      if (!(reason instanceof NoResponse)) throw reason;
      if (!reason.isDeadConnection || resends === maxResends) throw noResponse(reason);
    }
  }
}

/** Finds out what a response means, and parses the body of a success. */
async function evaluate<T>(response: ApiResponse, target: Target<T>, call: Call): Promise<Success<T>> {
  if (response.error !== undefined) throw errorStatus(response);
  const { status, json, problem, truncatedAt } = response;
  // Only 200 carries data; any other 2xx is unusable.
  if (status !== 200) throw unusable(response, invalid(`its status is ${status}, not 200`), proxyAdvice);
  if (problem !== undefined) {
    const advice = truncatedAt === undefined ? proxyAdvice : adviseOnSize(target);
    throw unusable(response, invalid(`its body ${problem}`), advice);
  }
  // Atlas has sent data, so a timeout from now on does not have an earlier failure as its cause.
  call.lastError = undefined;
  const pending = target.parse(json);
  // Awaited only if it is a promise: awaiting a value takes 1 % of a call.
  const parsed = 'then' in pending ? await call.scope.waitFor('waiting for the schema', pending) : pending;
  if (!parsed.success) throw unusable(response, parsed, adviseOnBody(target));
  return { data: parsed.data, target, attempts: call.attempts, response };
}
