import { type ApiResponse, readResponse } from '../atlas/response.js';
import type { Route } from '../atlas/route.js';
import { type Login, NoLogin } from '../auth/authenticator.js';
import { type ExchangeLimits, exchange, NoResponse } from '../http/exchange.js';
import type { WireRequest } from '../http/transport.js';
import type { Call } from './call.js';
import type { ClientContext } from './plan.js';

/** How an attempt ended. */
export interface AttemptResult {
  /** The response, or why there is none. */
  readonly answer: ApiResponse | NoResponse | NoLogin;
  /** The response that the login could not answer; absent if that is not why there is no login. */
  readonly unanswered?: ApiResponse | undefined;
  /** The login of the last request; absent if there was none. */
  readonly login: Login | undefined;
  /** How often the request was sent again because its connection died. */
  readonly resends: number;
}

/**
 * Makes one attempt: logs in, sends the request, sends it again if the login can answer a refusal, and starts anew if the
 * connection died.
 *
 * @param resendsLeft - how often the request may still be sent again because its connection died.
 * @throws the reason if the call ended meanwhile.
 */
export async function attempt(
  { transport, authenticator }: ClientContext,
  route: Route,
  limits: ExchangeLimits,
  resendsLeft: number,
  call: Call,
): Promise<AttemptResult> {
  let resends = 0;
  let login: Login | undefined;
  let nextLogin: Login | Promise<Login> | undefined;
  for (;;) {
    let response: ApiResponse | undefined;
    try {
      nextLogin ??= authenticator.authorize(route);
      login = 'then' in nextLogin ? await call.waitFor('logging in', nextLogin, release) : nextLogin;
      const received = await exchange(transport, toWire(route, login), limits, call);
      response = readResponse(received, route.mayBeEnveloped, limits.maxResponseSize);
      nextLogin = login.review(response);
      if (nextLogin === undefined) return { answer: response, login, resends };
    } catch (reason) {
      // A login whose review failed is over; releasing it has no effect.
      login?.release();
      if (!(reason instanceof NoResponse || reason instanceof NoLogin)) throw reason;
      if (resends === resendsLeft || !isDeadConnection(reason)) {
        return { answer: reason, unanswered: response, login, resends };
      }
      resends += 1;
      nextLogin = undefined;
    }
  }
}

function isDeadConnection(reason: NoResponse | NoLogin): boolean {
  return reason instanceof NoResponse && reason.isDeadConnection;
}

function release(login: Login): void {
  login.release();
}

function toWire({ method, path, headers, isPage }: Route, { header }: Login): WireRequest {
  const allHeaders = header === undefined ? [...headers] : [...headers, 'authorization', header];
  return { method, path, headers: allHeaders, isFollowed: isPage };
}
