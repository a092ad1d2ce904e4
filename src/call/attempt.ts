import type { Route } from '../atlas/route.js';
import type { Authenticator, Login } from '../auth/authenticator.js';
import { type ApiResponse, readResponse } from '../http/body.js';
import { ExchangeFailure, type ExchangeLimits, exchange } from '../http/exchange.js';
import { connectionFreed } from '../http/timer.js';
import type { Transport } from '../http/transport.js';
import type { CallScope } from './scope.js';

/** What an attempt needs from its client. */
export interface AttemptContext {
  readonly transport: Transport;
  readonly authenticator: Authenticator;
}

// How often a request whose connection died is sent again.
const maxResends = 3;

/**
 * Makes one attempt: logs in and sends the request, and does both again if the connection died.
 *
 * @throws ExchangeFailure or LoginFailure, or the reason why the call ended.
 */
export async function attempt(
  context: AttemptContext,
  route: Route,
  limits: ExchangeLimits,
  scope: CallScope,
): Promise<ApiResponse> {
  for (;;) {
    try {
      return await logInAndSend(context, route, limits, scope);
    } catch (failure) {
      const isDead = failure instanceof ExchangeFailure && failure.isDeadConnection;
      if (!isDead || scope.progress.resends === maxResends) throw failure;
      scope.progress.resends += 1;
      await scope.waitFor(connectionFreed());
    }
  }
}

/** Logs in, sends the request, and sends it again if the login can answer a refusal. */
async function logInAndSend(
  { transport, authenticator }: AttemptContext,
  route: Route,
  limits: ExchangeLimits,
  scope: CallScope,
): Promise<ApiResponse> {
  let pending = authenticator.authorize(route);
  for (;;) {
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
      throw failure;
    }
    const next = login.review(response);
    if (next === undefined) return response;
    pending = next;
  }
}

function release(login: Login): void {
  login.release();
}

function requestOf({ method, path, headers }: Route, { header }: Login) {
  return { method, path, headers: header === undefined ? [...headers] : [...headers, 'authorization', header] };
}
