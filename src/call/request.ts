import { type ApiResponse, readResponse } from '../atlas/response.js';
import { mayBeEnveloped, type Target, toPath } from '../atlas/target.js';
import { type Login, NoLogin } from '../auth/authenticator.js';
import { connectionFreed, exchange } from '../http/exchange.js';
import { NoResponse } from '../http/no-response.js';
import { retryDelay } from '../http/retry.js';
import { adviseOnSize, checkProxy } from './advice.js';
import type { Call } from './call.js';
import type { ClientContext } from './context.js';
import { type Failure, type Outcome, type Problem, retryHints, type Success, unusable } from './outcome.js';
import type { Read } from './read.js';
import type { Parsed } from './standard-schema.js';
import { reportRetry, startAttemptReport } from './tracing.js';

/** How long the fallback may take, in ms. */
const fallbackTimeout = 5_000;

/**
 * Runs one request of a call to its outcome. If the target does not have what was asked for, asks its fallback.
 *
 * @throws the reason if the call ends meanwhile.
 */
export async function request<T>(context: ClientContext, read: Read<T>, call: Call): Promise<Outcome<T>> {
  const outcome = await tryUntilFinal(context, read, call);
  const { fallback } = read.target;
  if (fallback === undefined || !isMissing(outcome)) return outcome;
  call.lastFailure = outcome;
  const found = await askFallback(context, { ...read, target: fallback(), isFallback: true }, call);
  return found ?? { ...outcome, attempts: call.attempts };
}

/** Makes attempts until one is final, and waits in between. */
async function tryUntilFinal<T>(context: ClientContext, read: Read<T>, call: Call): Promise<Outcome<T>> {
  const resends = newResends();
  for (let retries = 0; ; retries += 1) {
    const outcome = await attempt(context, read, resends, call);
    if (outcome.problem === undefined) return outcome;
    const hints = retries < call.settings.maxRetries ? retryHints(outcome) : undefined;
    const delay = hints && retryDelay(hints, retries, call.remaining);
    if (delay === undefined) return outcome;
    call.lastFailure = outcome;
    // Before the retry is reported: a closed client makes none.
    call.throwIfClosed('waiting to retry');
    reportRetry(outcome, delay);
    await call.waitToRetry(delay);
  }
}

/** Whether Flex does not have the cluster or the snapshot. */
function isMissing(outcome: Outcome<unknown>): outcome is Failure {
  if (outcome.problem?.kind !== 'error status') return false;
  const { response, report } = outcome.problem;
  if (response.status === 404) return report.errorCode !== 'GROUP_NOT_FOUND';
  return response.status === 400 && report.errorCode === 'CANNOT_USE_NON_FLEX_CLUSTER_IN_FLEX_API';
}

/** Asks the fallback once. Returns `undefined` if it does not have what was asked for, whatever the reason. */
async function askFallback<T>(context: ClientContext, read: Read<T>, call: Call): Promise<Success<T> | undefined> {
  call.throwIfClosed('waiting for the fallback');
  const outcome = await call.runWithin(fallbackTimeout, async () => {
    await connectionFreed();
    return attempt(context, read, newResends(), call);
  });
  // An abort that came just after the limit.
  call.throwIfAborted();
  const isFound = outcome !== undefined && outcome.problem === undefined && !read.isEmpty?.(outcome.data);
  return isFound ? outcome : undefined;
}

/** How often a request may still be sent again because its connection died. */
interface Resends {
  left: number;
}

const newResends = (): Resends => ({ left: 3 });

/**
 * Makes one attempt, finds out what its result means, and logs how it ended.
 *
 * @throws the reason if the call ended meanwhile.
 */
async function attempt<T>(context: ClientContext, read: Read<T>, resends: Resends, call: Call): Promise<Outcome<T>> {
  call.startAttempt(read.target);
  const logAttempt = startAttemptReport(call);
  try {
    let answer = await send(context, read, call);
    while (isDeadConnection(answer) && resends.left > 0) {
      resends.left -= 1;
      await connectionFreed();
      answer = await send(context, read, call);
    }
    const outcome = 'problem' in answer ? answer : await evaluate(read, answer, call);
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
function isDeadConnection(answer: ApiResponse | Failure): boolean {
  return 'problem' in answer && answer.problem.kind === 'no response' && answer.problem.reason.isDeadConnection;
}

/** Logs in and sends a request. Sends it again if the login can answer a refusal. */
async function send(
  { base, transport, authenticator }: ClientContext,
  { target, isFallback }: Pick<Read<unknown>, 'target' | 'isFallback'>,
  call: Call,
): Promise<ApiResponse | Failure> {
  const { settings } = call;
  const path = toPath(base, target);
  const headers = ['accept', target.accept, 'user-agent', base.userAgent];
  let login: Login | undefined;
  let response: ApiResponse | undefined;
  try {
    let nextLogin: Login | Promise<Login> | undefined = authenticator.authorize({ method: 'GET', path, isFallback });
    for (;;) {
      // Not instanceof: the global Promise may have been replaced.
      login = 'then' in nextLogin ? await call.waitFor('logging in', nextLogin, (late) => late.release()) : nextLogin;
      call.logins.push(login);
      const { header } = login;
      const allHeaders = header === undefined ? headers : [...headers, 'authorization', header];
      const request = { method: 'GET', path, headers: allHeaders, body: null } as const;
      const received = await exchange(transport, request, settings, call);
      // The second request of a login should use the connection of the first.
      if (received.status === 401) await connectionFreed();
      response = readResponse(received, mayBeEnveloped(target), settings.maxResponseSize);
      nextLogin = login.review(response);
      if (nextLogin === undefined) return response;
    }
  } catch (reason) {
    // A login whose review failed is over; releasing it has no effect.
    login?.release();
    if (reason instanceof NoLogin) return call.fail({ kind: 'no login', response, reason });
    if (reason instanceof NoResponse) return call.fail({ kind: 'no response', reason });
    throw reason;
  }
}

/** Finds out what a response means, and parses the body of a success. */
function evaluate<T>({ target, parse }: Read<T>, response: ApiResponse, call: Call): Outcome<T> | Promise<Outcome<T>> {
  if (response.error !== undefined) return call.fail({ kind: 'error status', response, report: response.error });
  const problem = problemOf(response, target);
  if (problem !== undefined) return call.fail(problem);
  call.lastFailure = undefined;
  const conclude = (parsed: Parsed<T>): Outcome<T> => {
    if (parsed.success) return { data: parsed.data, target, response };
    return call.fail({ kind: 'unusable body', response, details: parsed.error, thrown: parsed.thrown });
  };
  const parsed = parse(response.body.json);
  if (!('then' in parsed)) return conclude(parsed);
  return call.waitFor('waiting for the schema', parsed).then(conclude);
}

function problemOf(response: ApiResponse, target: Target): Problem | undefined {
  const { status, body } = response;
  // Only 200 carries data; any other 2xx is unusable.
  if (status !== 200) return unusable(response, `its status is ${status}, not 200`, checkProxy);
  if (body.problem === undefined) return undefined;
  return unusable(response, `its body ${body.problem}`, body.isPartial ? adviseOnSize(target) : checkProxy);
}
