import { type ApiResponse, readResponse } from '../atlas/response.js';
import { invalid } from '../atlas/standard-schema.js';
import { type Fallback, mayBeEnveloped, type Target, toPath } from '../atlas/target.js';
import { NoLogin } from '../auth/authenticator.js';
import { type AtlasError, AtlasTimeoutError } from '../errors/errors.js';
import { connectionFreed, exchange } from '../http/exchange.js';
import { NoResponse } from '../http/no-response.js';
import { retryDelay } from '../http/retry.js';
import { endOnAbort } from '../http/scope.js';
import { startTimer } from '../http/timer.js';
import { adviceFor, adviseOnSize, proxyAdvice } from './advice.js';
import type { Call, Success } from './call.js';
import { closed, errorStatus, Failed, maskFor, noLogin, noResponse, timedOut, unusable } from './errors.js';
import { describeFailure, reportRetry, startAttemptLog } from './tracing.js';

/** How long the fallback may take, in ms. */
const fallbackTimeout = 5_000;

/**
 * Runs a call. Ends it at its deadline, or when its signal aborts.
 *
 * @param read - {@link request}, or the function that requests all pages of a list.
 * @throws {@link Failed}, or the signal's reason.
 */
export async function run<Item, T>(
  call: Call,
  target: Target<Item>,
  read: (target: Target<Item>, call: Call) => Promise<Success<T>>,
): Promise<Success<T>> {
  const { scope, context, settings } = call;
  const { signal, timeout } = settings;
  throwIfAborted(call);
  throwIfClosed(call);
  const stopListening = signal ? endOnAbort(scope, signal) : undefined;
  const stopTimer = startTimer(timeout, () => scope.end(timedOut(call)));
  context.lifetime.callStarted();
  try {
    const success = await read(target, call);
    throwIfAborted(call);
    return success;
  } catch (reason) {
    // An abort wins even over a response that has arrived. A deadline does not.
    throwIfAborted(call);
    throw reason;
  } finally {
    stopTimer();
    stopListening?.();
    context.lifetime.callEnded();
  }
}

/**
 * Requests what a target has. If it does not have what was asked for, asks its fallback.
 *
 * @throws what {@link run} throws.
 */
export async function request<T>(target: Target<T>, call: Call): Promise<Success<T>> {
  const { fallback } = target;
  try {
    return await requestWithRetries(target, call.settings.maxRetries, call);
  } catch (failed) {
    if (!(failed instanceof Failed)) throw failed;
    const { response, error } = failed;
    if (response?.error === undefined || !fallback?.isMissing(response)) throw failed;
    call.lastError = error;
    const success = await askFallback(fallback, call);
    if (success !== undefined) return success;
    // Built anew: the error counts the attempts at both endpoints.
    call.target = target;
    throw errorStatus(response, call);
  }
}

/** Makes attempts until one succeeds, or until there is no next one. */
async function requestWithRetries<T>(target: Target<T>, maxRetries: number, call: Call): Promise<Success<T>> {
  const resends = { left: 3 };
  for (let retries = 0; ; retries += 1) {
    call.scope.throwIfEnded();
    call.attempts += 1;
    call.target = target;
    const logAttempt = startAttemptLog(call);
    try {
      const success = await evaluate(target, await sendRequest(target, resends, call), call);
      logAttempt?.(success.response.status);
      return success;
    } catch (failed) {
      logAttempt?.(describeFailure(failed));
      if (!(failed instanceof Failed)) throw failed;
      const delay = retryDelay(failed.retry, { retries, maxRetries }, call.deadline - performance.now());
      if (delay === undefined) throw failed;
      await waitToRetry(delay, failed.error, call);
    }
  }
}

/** Waits before the next attempt. */
async function waitToRetry(delay: number, error: AtlasError, call: Call): Promise<void> {
  const { scope, context } = call;
  call.lastError = error;
  scope.phase = 'waiting to retry';
  // Before the report: neither an aborted call nor one of a closed client is retried.
  scope.throwIfEnded();
  throwIfClosed(call);
  const noteEnd = context.lifetime.callWaits(() => scope.end(closed(call)));
  try {
    reportRetry(call, error, delay);
    await scope.sleep(delay);
  } finally {
    noteEnd();
  }
}

/** Asks the fallback once, for a limited time. Returns undefined if it does not have what was asked for, or fails. */
async function askFallback<T>({ target, isEmpty }: Fallback<T>, call: Call): Promise<Success<T> | undefined> {
  const { scope } = call;
  scope.phase = 'waiting for the fallback';
  throwIfClosed(call);
  const expired = new Failed(new AtlasTimeoutError(`The fallback took more than ${fallbackTimeout} ms.`));
  try {
    const success = await scope.runPart(fallbackTimeout, expired, async () => {
      await connectionFreed();
      return requestWithRetries(target, 0, call);
    });
    return isEmpty(success.data) ? undefined : success;
  } catch (reason) {
    if (!(reason instanceof Failed)) throw reason;
    // The limit of the part is over here, so this is what ended the call: it wins over the error of the first target, unless a
    // response came before.
    if (reason.response === undefined) scope.throwIfEnded();
    return undefined;
  }
}

/**
 * Sends a request with its login. Sends it again if its connection died before any part of a response arrived.
 *
 * @param resends - how often that may still happen.
 */
async function sendRequest(target: Target, resends: { left: number }, call: Call): Promise<ApiResponse> {
  const { settings, scope, context } = call;
  const { base, transport, authenticator } = context;
  const { isFallback, accept } = target;
  const path = toPath(base, target);
  let response: ApiResponse | undefined;
  const exchangeWith = async (authorization?: string) => {
    const headers = ['accept', accept, 'user-agent', base.userAgent];
    if (authorization !== undefined) {
      headers.push('authorization', authorization);
      call.authorizations.push(authorization);
    }
    const received = await exchange(transport, { method: 'GET', path, headers, body: null }, settings, scope);
    // The second request of a login should use the connection of the first.
    if (received.status === 401) await connectionFreed();
    response = readResponse(received, mayBeEnveloped(target), settings.maxResponseSize, maskFor(call));
    return response;
  };
  for (;;) {
    response = undefined;
    try {
      return await authenticator.authenticate({ path, mayReplaceToken: !isFallback, scope }, exchangeWith);
    } catch (reason) {
      if (reason instanceof NoLogin) throw noLogin(reason, response, call);
      if (!(reason instanceof NoResponse)) throw reason;
      if (!reason.isDeadConnection || resends.left === 0) throw noResponse(reason, call);
      resends.left -= 1;
      await connectionFreed();
    }
  }
}

/** Finds out what a response means, and parses the body of a success. */
async function evaluate<T>(target: Target<T>, response: ApiResponse, call: Call): Promise<Success<T>> {
  if (response.error !== undefined) throw errorStatus(response, call);
  const { status, body } = response;
  // Only 200 carries data; any other 2xx is unusable.
  if (status !== 200) throw unusable(response, invalid(`its status is ${status}, not 200`), proxyAdvice, call);
  if (body.problem !== undefined) {
    const advice = body.isPartial ? adviseOnSize(target) : proxyAdvice;
    throw unusable(response, invalid(`its body ${body.problem}`), advice, call);
  }
  // A timeout from here on is not caused by the failure of an earlier attempt.
  call.lastError = undefined;
  const result = target.parse(body.json);
  // Not awaited if it is at hand: that takes 1 % of a call.
  const parsed = 'then' in result ? await call.scope.waitFor('waiting for the schema', result) : result;
  if (!parsed.success) throw unusable(response, parsed, adviceFor(target).unusableBody, call);
  return { data: parsed.data, target, attempts: call.attempts, response };
}

/** @throws the signal's reason if it has aborted. */
function throwIfAborted({ settings: { signal } }: Call): void {
  if (signal?.aborted) throw signal.reason;
}

/** @throws {@link Failed} if the client is closed. */
function throwIfClosed(call: Call): void {
  if (call.context.lifetime.isClosed) throw closed(call);
}
