import { type ApiResponse, isSuccess, readResponse } from '../atlas/response.js';
import { isMissing } from '../atlas/snapshots.js';
import { mayBeEnveloped, type Target, toPath } from '../atlas/target.js';
import { advice } from '../errors/advice.js';
import {
  apiError,
  invalidResponseError,
  isTemporary,
  type LoginError,
  loginErrorOf,
  noResponseError,
} from '../errors/call-errors.js';
import { type AtlasApiError, isAtlasApiError, isAtlasError } from '../errors/errors.js';
import { AttemptTimeout } from '../http/no-response.js';
import { acceptedCoding } from '../http/response.js';
import { retryDelay } from '../http/retry.js';
import type { Answer, Call } from './call.js';
import { logAttempt, logRetry } from './tracing.js';

/** The limit of each exchange with the fallback, in ms. */
const fallbackTimeout = 5_000;

/**
 * Requests what a target has. Makes attempts until one succeeds, or until there is no next one. If the target lacks it, asks its
 * fallback.
 *
 * @throws the error of the last attempt, or what ended the call early.
 */
export async function request<T>(target: Target<T>, call: Call): Promise<Answer<T>> {
  for (let retries = 0; ; retries += 1) {
    try {
      return await makeAttempt(target, call);
    } catch (error) {
      call.scope.throwIfEnded();
      const { fallback } = target;
      const isLacking = isAtlasApiError(error) && isMissing(error.status, error.errorCode);
      if (isLacking && fallback !== undefined && !call.client.isTenantGone) return askFallback(fallback, error, call);
      await waitToRetry(error, retries, call);
    }
  }
}

/**
 * Waits before the next attempt.
 *
 * @throws the error of the last attempt, if there is no next one.
 */
async function waitToRetry(error: unknown, retries: number, call: Call): Promise<void> {
  if (retries === call.settings.maxRetries || !isTemporary(error)) throw error;
  const retryAfterMs = 'retryAfterMs' in error ? error.retryAfterMs : undefined;
  const delay = retryDelay(retryAfterMs, retries, call.deadline - performance.now());
  if (delay === undefined) throw error;
  call.lastError = error;
  logRetry(call, error, delay);
  await call.scope.sleep('waiting to retry', delay);
}

/**
 * Makes one attempt at the fallback. If the fallback lacks the data too, or the attempt fails, the call ends with the error of the
 * first target, and the attempts at both. So it does if its deadline passes.
 */
async function askFallback<T>(fallback: Target<T>, missing: AtlasApiError, call: Call): Promise<Answer<T>> {
  const { client, target: first } = call;
  try {
    return await makeAttempt(fallback, call, true);
  } catch (error) {
    if (isAtlasError(error, 'CLOSED')) throw error;
    const isGone =
      isAtlasApiError(error, { status: 410 }) ||
      isAtlasApiError(error, { status: 404, errorCode: 'RESOURCE_NOT_FOUND' });
    if (isGone) client.isTenantGone = true;
    call.target = first;
    throw Object.assign(missing, { attempts: call.attempts });
  }
}

/** Sends a request with its login, and parses the response. */
async function makeAttempt<T>(target: Target<T>, call: Call, isFallback = false): Promise<Answer<T>> {
  const { client, scope, settings } = call;
  scope.throwIfEnded();
  call.target = target;
  call.attempts += 1;
  const startedAt = performance.now();
  const { prefix, userAgent } = client.settings;
  const path = toPath(prefix, target);
  const attemptTimeout = Math.min(settings.attemptTimeout, isFallback ? fallbackTimeout : Number.POSITIVE_INFINITY);
  const limits = { attemptTimeout, maxResponseSize: settings.maxResponseSize };

  const send = async (authorization?: string) => {
    const { accept } = target;
    const headers: Record<string, string> = { accept, 'accept-encoding': acceptedCoding, 'user-agent': userAgent };
    if (authorization !== undefined) {
      headers['authorization'] = authorization;
      call.authorizations.push(authorization);
    }
    try {
      const response = await client.transport.exchange({ method: 'GET', path, headers, body: null }, limits, scope);
      return readResponse(response, mayBeEnveloped(target));
    } catch (reason) {
      scope.throwIfEnded();
      const error = noResponseError(reason, attemptTimeout, call.mask, call);
      // A shorter attemptTimeout of the caller says nothing about the endpoint.
      const isCutShort = reason instanceof AttemptTimeout && attemptTimeout < fallbackTimeout;
      if (isFallback && isTemporary(error) && !isCutShort) client.isTenantGone = true;
      throw error;
    }
  };

  try {
    const response = await client.authenticator.authenticate(
      { path, isFallback, scope, callNumber: call.number },
      send,
    );
    const { status, headers } = response;
    call.status = status;
    if (!isSuccess(status)) throw apiError(response, call);
    const data = await parse(response, target, call);
    logAttempt(call, startedAt, status);
    return { data, status, headers, endpoint: target.endpoint, attempts: call.attempts };
  } catch (reason) {
    // A login throws errors that say nothing about a call.
    const isOfLogin = isAtlasError(reason) && reason.operation === undefined;
    const error = isOfLogin ? loginErrorOf(reason as LoginError, call) : reason;
    logAttempt(call, startedAt, error);
    throw error;
  }
}

/** Parses the body of a success. */
async function parse<T>(
  { status, json, problem, truncatedAt }: ApiResponse,
  target: Target<T>,
  call: Call,
): Promise<T> {
  // Only 200 carries data; any other 2xx is unusable.
  if (status !== 200) throw invalidResponseError(call, `its status is ${status}, not 200`);
  if (problem !== undefined) {
    const whatToDo = truncatedAt === undefined ? advice.unusable : advice.tooLarge;
    throw invalidResponseError(call, `its body ${problem}`, whatToDo);
  }
  // Atlas has sent data, so an earlier failure is not the cause if the call ends early from now on.
  call.lastError = undefined;
  const parsed = await call.scope.waitFor('waiting for the schema', target.parse(json));
  if (!parsed.success) throw invalidResponseError(call, parsed);
  return parsed.data;
}
