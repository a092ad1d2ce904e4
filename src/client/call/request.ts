import { type ApiResponse, isSuccess, readResponse } from '../atlas/response.js';
import { flexLacksIt } from '../atlas/snapshots.js';
import { mayBeEnveloped, type Question, type Target, toPath } from '../atlas/target.js';
import { advice } from '../errors/advice.js';
import { apiError, invalidResponseError, isTemporary, noResponseError, requestFactsOf } from '../errors/call-errors.js';
import { isAtlasApiError, isAtlasError } from '../errors/errors.js';
import { acceptedCoding } from '../http/response.js';
import { retryDelay } from '../http/retry.js';
import type { Answer, Call } from './call.js';
import { logAttempt, logRetry } from './tracing.js';

/** The limit of each exchange with the fallback, in ms. */
const fallbackTimeout = 5_000;

/**
 * Asks a question. If its target lacks what the call asks for, asks the fallback, in one attempt.
 *
 * @throws the error of the first target, whatever the fallback ends with, or what ended the call early.
 */
export async function requestWithFallback<T>(question: Question<T>, call: Call): Promise<Answer<T>> {
  const { target, fallback, isEmpty } = question;
  try {
    return await request(target, call);
  } catch (error) {
    if (fallback === undefined || call.client.isTenantGone) throw error;
    if (!isAtlasApiError(error) || !flexLacksIt(error)) throw error;
    const answer = await askFallback(fallback, call);
    const hasData = answer !== undefined && !isEmpty?.(answer.data);
    if (!hasData) throw Object.assign(error, { attempts: call.attempts });
    call.target = fallback;
    return answer;
  }
}

/** Makes one attempt at the fallback. Returns `undefined` if it fails, unless `close()` has ended the call. */
async function askFallback<T>(fallback: Target<T>, call: Call): Promise<Answer<T> | undefined> {
  const attemptTimeout = Math.min(call.settings.attemptTimeout, fallbackTimeout);
  try {
    // The first target has just accepted the token.
    return await makeAttempt({ call, target: fallback, attemptTimeout, mayReplaceToken: false });
  } catch (error) {
    // An abort needs no exception: it wins when the call ends.
    if (isAtlasError(error, 'CLOSED')) throw error;
    if (showsThatItIsGone(error, call)) call.client.isTenantGone = true;
    return undefined;
  }
}

/** Whether an attempt at the fallback has failed because the fallback is gone: it says so, or there was no response. */
function showsThatItIsGone(error: unknown, { scope }: Call): boolean {
  if (isAtlasError(error, 'API_ERROR')) {
    const { status, errorCode } = error;
    return status === 410 || (status === 404 && errorCode === 'RESOURCE_NOT_FOUND');
  }
  // The login failed, so nothing was sent to the fallback.
  if (scope.phase === 'logging in' || !isTemporary(error)) return false;
  // A shorter attemptTimeout of the caller says nothing about the fallback.
  return !isAtlasError(error, 'TIMEOUT') || error.limit === 'connecting' || error.limitMs === fallbackTimeout;
}

/**
 * Requests what a target has. Makes attempts until one succeeds, or until there is no next one.
 *
 * @throws the error of the last attempt, or what ended the call early.
 */
export async function request<T>(target: Target<T>, call: Call): Promise<Answer<T>> {
  const { attemptTimeout } = call.settings;
  for (let retries = 0; ; retries += 1) {
    try {
      return await makeAttempt({ call, target, attemptTimeout, mayReplaceToken: true });
    } catch (error) {
      call.scope.throwIfEnded();
      await waitToRetry(error, retries, target, call);
    }
  }
}

/**
 * Waits before the next attempt.
 *
 * @throws the error of the last attempt, if there is no next one.
 */
async function waitToRetry(error: unknown, retries: number, target: Target, call: Call): Promise<void> {
  if (retries === call.settings.maxRetries || !isTemporary(error)) throw error;
  const retryAfterMs = 'retryAfterMs' in error ? error.retryAfterMs : undefined;
  const delay = retryDelay(retryAfterMs, retries, call.deadline - performance.now());
  if (delay === undefined) throw error;
  call.lastError = error;
  logRetry(call, target, error, delay);
  await call.scope.sleep('waiting to retry', delay);
}

/** One attempt of a call. It may take several requests, for its login. */
interface Attempt<T> {
  readonly call: Call;
  readonly target: Target<T>;
  /** The limit of each exchange, in ms. */
  readonly attemptTimeout: number;
  /** Whether to replace the token after a 401. */
  readonly mayReplaceToken: boolean;
}

/** Sends a request with its login, and parses the response. */
async function makeAttempt<T>(attempt: Attempt<T>): Promise<Answer<T>> {
  const { call, target, mayReplaceToken } = attempt;
  const { authenticator, settings } = call.client;
  call.scope.throwIfEnded();
  call.attempts += 1;
  const startedAt = performance.now();
  const path = toPath(settings.prefix, target);
  try {
    const response = await authenticator.authenticate({ call, target, path, mayReplaceToken }, (authorization) =>
      send(attempt, path, authorization),
    );
    const { status, headers } = response;
    call.status = status;
    if (!isSuccess(status)) throw apiError(response, call, target);
    const data = await parse(response, target, call);
    logAttempt(call, target, startedAt, status);
    return { data, status, headers, target, attempts: call.attempts };
  } catch (error) {
    logAttempt(call, target, startedAt, error);
    throw error;
  }
}

/**
 * Sends one request, and waits for its response.
 *
 * @param path - path and query, as sent.
 * @param authorization - the login; absent to ask for a Digest challenge.
 * @throws an error if there is no response, or what ended the call early.
 */
async function send(
  { call, target, attemptTimeout }: Attempt<unknown>,
  path: string,
  authorization: string | undefined,
): Promise<ApiResponse> {
  const { client, scope } = call;
  const headers: Record<string, string> = {
    accept: target.accept,
    'accept-encoding': acceptedCoding,
    'user-agent': client.settings.userAgent,
  };
  if (authorization !== undefined) {
    headers['authorization'] = authorization;
    call.authorizations.push(authorization);
  }
  const { maxResponseSize } = call.settings;
  const request = { method: 'GET', path, headers, body: null, attemptTimeout, maxResponseSize } as const;
  try {
    const response = await client.transport.exchange(request, scope);
    return readResponse(response, mayBeEnveloped(target));
  } catch (reason) {
    scope.throwIfEnded();
    throw noResponseError(reason, attemptTimeout, call.mask, requestFactsOf(call, target));
  }
}

/** Parses the body of a success. */
async function parse<T>(response: ApiResponse, target: Target<T>, call: Call): Promise<T> {
  const { status, json, problem, truncatedAt } = response;
  // Only 200 carries data; any other 2xx is unusable.
  if (status !== 200) throw invalidResponseError(call, target, `its status is ${status}, not 200`);
  if (problem !== undefined) {
    const whatToDo = truncatedAt === undefined ? advice.unusable : advice.tooLarge;
    throw invalidResponseError(call, target, `its body ${problem}`, whatToDo);
  }
  // Atlas has sent data, so an earlier failure is not the cause if the call ends early from now on.
  call.lastError = undefined;
  const parsed = await call.scope.waitFor('waiting for the schema', target.parse(json));
  if (!parsed.success) throw invalidResponseError(call, target, parsed);
  return parsed.data;
}
