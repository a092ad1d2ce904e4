import { type ApiResponse, readResponse } from '../atlas/response.js';
import { invalid } from '../atlas/standard-schema.js';
import { type Fallback, mayBeEnveloped, type Target, toPath } from '../atlas/target.js';
import { NoLogin } from '../auth/authenticator.js';
import { NoResponse } from '../http/no-response.js';
import { retryDelay } from '../http/retry.js';
import { endOnAbort, Scope } from '../http/scope.js';
import { startTimer } from '../http/timer.js';
import { adviseOnBody, adviseOnSize, proxyAdvice } from './advice.js';
import type { Attempt, Call, Success } from './call.js';
import { closed, errorStatus, Failed, maskOf, noLogin, noResponse, timedOut, unusable } from './failed.js';
import { describeFailure, logAttempt, reportRetry } from './tracing.js';

/** How long the fallback may take, in ms. */
const fallbackTimeout = 5_000;
/** How often a request may be sent again after its connection died, over all its attempts. */
const maxResends = 3;
/** The phase that `close()` ends. */
const retryPhase = 'waiting to retry';

/**
 * Runs a call. Ends it at its deadline, when its signal aborts, or when `close()` stops waiting for it.
 *
 * @param read - requests what the call is for.
 * @throws {@link Failed}, or what ended the call.
 */
export async function run<T>(call: Call, read: () => Promise<Success<T>>): Promise<Success<T>> {
  const { scope, context, settings } = call;
  const { signal, timeout } = settings;
  throwIfAborted(call);
  throwIfClosed(call);
  const stopListening = signal ? endOnAbort(scope, signal) : undefined;
  const stopTimer = startTimer(timeout, () => scope.end(timedOut(call)));
  const running = context.lifetime.callStarted((isTimeUp) => {
    if (isTimeUp || scope.phase === retryPhase) scope.end(closed(call));
  });
  try {
    return await read();
  } finally {
    stopTimer();
    stopListening?.();
    context.lifetime.callEnded(running);
    // An abort wins even over a response that has arrived. A deadline does not.
    throwIfAborted(call);
  }
}

/**
 * Requests what a target has. If it does not have what was asked for, asks its fallback.
 *
 * @throws what {@link run} throws.
 */
export async function request<T>(target: Target<T>, call: Call): Promise<Success<T>> {
  try {
    return await requestWithRetries(target, call);
  } catch (failed) {
    if (!(failed instanceof Failed) || failed.response?.error === undefined) throw failed;
    if (!target.fallback?.isMissing(failed.response)) throw failed;
    call.lastError = failed.error;
    const success = await askFallback(target.fallback, call);
    if (success !== undefined) return success;
    // The call ends at the first target, with the attempts at both.
    call.attempt = { ...call.attempt, target };
    throw errorStatus(failed.response, call.attempt);
  }
}

/** Makes attempts until one succeeds, or until there is no next one. */
async function requestWithRetries<T>(target: Target<T>, call: Call): Promise<Success<T>> {
  const { maxRetries } = call.settings;
  call.resendsLeft = maxResends;
  for (let retries = 0; ; retries += 1) {
    try {
      return await makeAttempt(target, call.scope, call);
    } catch (failed) {
      if (!(failed instanceof Failed)) throw failed;
      const delay = retryDelay(failed.retry, { retries, maxRetries }, call.deadline - performance.now());
      if (delay === undefined) throw failed;
      await waitToRetry(delay, failed, call);
    }
  }
}

/** Waits before the next attempt. */
async function waitToRetry(delay: number, { error }: Failed, call: Call): Promise<void> {
  const { scope } = call;
  call.lastError = error;
  scope.phase = retryPhase;
  // Before the report: neither an aborted call nor one of a closed client is retried.
  scope.throwIfEnded();
  throwIfClosed(call);
  reportRetry(call.attempt, error, delay);
  await scope.sleep(delay);
}

/**
 * Makes one attempt at the fallback, for a limited time. Returns undefined if it does not have what was asked for, or fails: the
 * call then ends as if it had not been asked.
 */
async function askFallback<T>({ target, isEmpty }: Fallback<T>, call: Call): Promise<Success<T> | undefined> {
  call.scope.phase = `about to ask the ${target.endpoint} endpoint`;
  throwIfClosed(call);
  call.resendsLeft = maxResends;
  const scope = new Scope();
  call.scope.onInterrupt((reason) => scope.end(reason));
  const stopTimer = startTimer(fallbackTimeout, () => scope.end(new NoResponse('attempt timeout', fallbackTimeout)));
  try {
    const success = await makeAttempt(target, scope, call);
    return isEmpty(success.data) ? undefined : success;
  } catch (reason) {
    call.scope.throwIfEnded();
    if (!(reason instanceof Failed) && !(reason instanceof NoResponse)) throw reason;
    return undefined;
  } finally {
    stopTimer();
  }
}

/** Sends a request, and finds out what its response means. */
async function makeAttempt<T>(target: Target<T>, scope: Scope, call: Call): Promise<Success<T>> {
  scope.throwIfEnded();
  const attempt: Attempt<T> = { call, target, number: call.attempt.number + 1, scope };
  call.attempt = attempt;
  const startedAt = performance.now();
  try {
    const success = await evaluate(await sendRequest(attempt), attempt);
    logAttempt(attempt, startedAt, success.response.status);
    return success;
  } catch (failed) {
    logAttempt(attempt, startedAt, describeFailure(failed));
    throw failed;
  }
}

/** Sends a request with its login. Sends it again if its connection died before any part of a response arrived. */
async function sendRequest(attempt: Attempt): Promise<ApiResponse> {
  const { call, target, scope } = attempt;
  const { settings, context } = call;
  const { base, transport, authenticator } = context;
  const path = toPath(base, target);
  const exchangeWith = async (authorization?: string) => {
    const headers = ['accept', target.accept, 'user-agent', base.userAgent];
    if (authorization !== undefined) {
      headers.push('authorization', authorization);
      call.authorizations.push(authorization);
    }
    const request = { method: 'GET', path, headers, body: null } as const;
    const response = await transport.exchange(request, settings, scope);
    return readResponse(response, mayBeEnveloped(target), settings.maxResponseSize, () => maskOf(call));
  };
  // Another endpoint has just accepted the token, so a 401 of the fallback says nothing about it.
  const login = { path, mayReplaceToken: !target.isFallback, scope };
  for (;;) {
    try {
      return await authenticator.authenticate(login, exchangeWith);
    } catch (reason) {
      if (reason instanceof NoLogin) throw noLogin(reason, attempt);
      if (!(reason instanceof NoResponse)) throw reason;
      if (!reason.isDeadConnection || call.resendsLeft === 0) throw noResponse(reason, attempt);
      call.resendsLeft -= 1;
    }
  }
}

/** Finds out what a response means, and parses the body of a success. */
async function evaluate<T>(response: ApiResponse, attempt: Attempt<T>): Promise<Success<T>> {
  const { call, target, scope, number: attempts } = attempt;
  if (response.error !== undefined) throw errorStatus(response, attempt);
  const { status, body } = response;
  // Only 200 carries data; any other 2xx is unusable.
  if (status !== 200) throw unusable(response, invalid(`its status is ${status}, not 200`), proxyAdvice, attempt);
  if (body.problem !== undefined) {
    const advice = body.isPartial ? adviseOnSize(target) : proxyAdvice;
    throw unusable(response, invalid(`its body ${body.problem}`), advice, attempt);
  }
  // A timeout from here on is not caused by the failure of an earlier attempt.
  call.lastError = undefined;
  const result = target.parse(body.json);
  // Not awaited if it is at hand: that takes 1 % of a call.
  const parsed = 'then' in result ? await scope.waitFor('waiting for the schema', result) : result;
  if (!parsed.success) throw unusable(response, parsed, adviseOnBody(target), attempt);
  return { data: parsed.data, target, attempts, response };
}

/** @throws the signal's reason if it has aborted. */
function throwIfAborted({ settings: { signal } }: Call): void {
  if (signal?.aborted) throw signal.reason;
}

/** @throws AtlasClosedError if the client is closed. */
function throwIfClosed(call: Call): void {
  if (call.context.lifetime.isClosed) throw closed(call);
}
