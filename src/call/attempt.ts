import type { Route } from '../atlas/route.js';
import type { Authenticator, Login } from '../auth/authenticator.js';
import { type ApiResponse, readResponse } from '../http/body.js';
import { ExchangeFailure, type ExchangeLimits, exchange } from '../http/exchange.js';
import { connectionFreed } from '../http/timer.js';
import type { Transport } from '../http/transport.js';
import type { CallProgress } from './promise.js';
import type { CallScope } from './scope.js';

/** What an attempt needs from its client. */
export interface AttemptContext {
  readonly transport: Transport;
  readonly authenticator: Authenticator;
}

// A login may be refused repeatedly, for example if a store returns one revoked token after another.
const maxReviews = 4;
// How often a call resends a request whose connection died.
const maxResends = 3;

/**
 * Makes one attempt: logs in, sends the request, and sends it again if the login can answer a refusal.
 *
 * @throws ExchangeFailure or LoginFailure, or the reason why the call ended.
 */
export async function attempt(
  { transport, authenticator }: AttemptContext,
  route: Route,
  limits: ExchangeLimits,
  scope: CallScope,
): Promise<ApiResponse> {
  let pending = authenticator.authorize(route);
  for (let reviews = 0; ; ) {
    scope.phase = 'logging in';
    const login = pending instanceof Promise ? await scope.waitFor(pending, release) : pending;
    scope.progress.login = login;
    let response: ApiResponse;
    try {
      scope.phase = 'waiting for a connection';
      const received = await exchange(transport, requestOf(route, login), limits, scope);
      response = readResponse(received, route.mayBeEnveloped, limits.maxResponseSize);
      // The second request of a login should reuse this connection.
      if (response.status === 401) await scope.waitFor(connectionFreed());
    } catch (failure) {
      login.release();
      allowResend(failure, scope.progress);
      await scope.waitFor(connectionFreed());
      pending = authenticator.authorize(route);
      continue;
    }
    if (reviews === maxReviews) {
      login.release();
      return response;
    }
    const next = login.review(response);
    if (next === undefined) return response;
    pending = next;
    reviews += 1;
  }
}

/** @throws the failure, unless the connection died and the request may be sent again. */
function allowResend(failure: unknown, progress: CallProgress): void {
  const isDead = failure instanceof ExchangeFailure && failure.isDeadConnection;
  if (!isDead || progress.resends === maxResends) throw failure;
  progress.resends += 1;
}

function release(login: Login): void {
  login.release();
}

function requestOf({ method, path, headers }: Route, { header }: Login) {
  return { method, path, headers: header === undefined ? [...headers] : [...headers, 'authorization', header] };
}
