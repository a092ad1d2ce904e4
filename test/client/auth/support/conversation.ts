// A conversation with an Atlas that answers by script: what the client sends, in one word per request, and how its calls
// end. The clock is stopped.

import { vi } from 'vitest';
import {
  type AtlasPromise,
  type CallOptions,
  isAtlasApiError,
  isAtlasError,
  type TenantSnapshot,
  TenantSnapshotsClient,
  type TenantSnapshotsClientOptions,
} from '../../../../src/client/index.js';
import { runClock, standStill, stopClock } from '../../../support/clock.js';
import { paramsOf } from '../../../support/digest-login.js';
import { get } from '../../../support/open-client.js';
import {
  type Behavior,
  type DispatchedRequest,
  type Reply,
  type ScriptedDispatcher,
  scriptedDispatcher,
} from '../../../support/scripted-dispatcher.js';

/** A snapshot. */
export const ok: Reply = {};

/** A 401 with a Digest challenge for this nonce, and with more parameters. */
export function challenge(nonce: string, more = ''): Reply {
  return { status: 401, headers: { 'www-authenticate': `Digest realm="r", nonce="${nonce}", qop="auth"${more}` } };
}

/** An ApiError. Only one without an `errorCode` says that the login may be wrong. */
export function refusal(status: number, errorCode?: string): Reply {
  return { status, body: { error: status, errorCode, detail: 'No.' } };
}

/** A plain 401. */
export const no = refusal(401);

/** A 401 that says that the login is good. Atlas sends a challenge with it, as with every 401. */
export const missingRole: Reply = { ...challenge('x'), ...refusal(401, 'USER_UNAUTHORIZED') };

/** A 401 in an envelope. */
export const enveloped401: Reply = { body: { status: 401, content: {} } };

/** A response to a token request. */
export function token(access_token: string, expires_in = 3_600): Reply {
  return { body: { access_token, expires_in, token_type: 'Bearer' } };
}

export interface Conversation {
  readonly client: TenantSnapshotsClient;
  readonly dispatcher: ScriptedDispatcher;
  get(options?: CallOptions): AtlasPromise<TenantSnapshot>;
  /** Answers the request with this number, from 1, that the script left open with `silent`. */
  answer(number: number, reply: Reply | Error): Promise<void>;
  /**
   * What each request was: `token`, `revoke`, or a login. That is `-` if there was none, a bearer token, or the nonce and
   * the nc of a Digest login, such as `a1`.
   */
  sent(): string;
}

/** A client, by default without retries, of an Atlas that answers by script. The clock is stopped. */
export function openConversation(options: TenantSnapshotsClientOptions, ...script: Behavior[]): Conversation {
  stopClock();
  const dispatcher = scriptedDispatcher(...script);
  const baseUrl = 'https://cloud.mongodb.com';
  // Not closed after the test: it has no connections, and may have calls that never end.
  const client = new TenantSnapshotsClient({ baseUrl, endpoint: 'tenant', maxRetries: 0, dispatcher, ...options });
  return {
    client,
    dispatcher,
    get: (call) => get(client, call),
    async answer(number, reply) {
      await standStill();
      const request = dispatcher.requests[number - 1];
      if (request === undefined) throw new Error(`Request ${number} has not been sent`);
      request.behave(reply);
      await standStill();
    },
    sent: () => dispatcher.requests.map(wordOf).join(' '),
  };
}

function wordOf({ options: { path }, headers: { authorization } }: DispatchedRequest): string {
  const oauth = /\/api\/oauth\/(token|revoke)$/.exec(path)?.[1];
  if (oauth !== undefined) return oauth;
  if (authorization?.startsWith('Digest ') !== true) return authorization?.replace('Bearer ', '') ?? '-';
  const { nonce, nc = '' } = paramsOf(authorization);
  return `${nonce}${Number.parseInt(nc, 16)}`;
}

/** What happens between two calls. */
export interface Interlude {
  readonly happens: () => void;
}

/** That many ms pass between two calls. */
export function pass(ms: number): Interlude {
  return { happens: () => vi.advanceTimersByTime(ms) };
}

export interface ConversationOptions extends TenantSnapshotsClientOptions {
  readonly call?: CallOptions;
}

/** Calls one after another until every answer of the script is used up. */
export async function converse(
  { call, ...options }: ConversationOptions,
  ...script: (Behavior | Interlude)[]
): Promise<{ sent: string; ended: string }> {
  const left = [...script];
  const { get, sent } = openConversation(options, (request) => {
    const next = left.shift();
    if (next === undefined || 'happens' in next) request.fail(new Error('The script has no answer to this request'));
    else request.behave(next);
  });
  const ended: string[] = [];
  for (let next = left[0]; next !== undefined; next = left[0]) {
    if ('happens' in next) {
      left.shift();
      next.happens();
    } else ended.push(await runClock(outcomeOf(get(call))));
  }
  return { sent: sent(), ended: ended.join(' ') };
}

/** `ok`, the status of an AtlasApiError, or the code of another error. */
export function outcomeOf(call: Promise<unknown>): Promise<string> {
  return call.then(
    () => 'ok',
    (error: unknown) => {
      if (isAtlasApiError(error)) return `${error.status}`;
      return isAtlasError(error) ? error.code : String(error);
    },
  );
}
