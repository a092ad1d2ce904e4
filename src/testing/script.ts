import { atlasError } from './atlas-error.js';
import { oauthError } from './oauth/service-account.js';
import type { RequestKind } from './received-request.js';
import type { Reply } from './reply.js';

/**
 * Which requests a scripted answer is for: `api` is any to the API that passed authentication, `tenant` and `flex` are
 * those to one endpoint, `token` and `revoke` those to OAuth; `any` is the very next request, before authentication.
 */
export type ScriptTarget = 'api' | 'tenant' | 'flex' | 'token' | 'revoke' | 'any';

/**
 * An answer, or a fault, for the next request. What names neither `status` nor `body` leaves the answer as it would
 * have been, so that `{ delay: 50 }` is a slow success.
 */
export interface ScriptedAnswer {
  /** Default `api`. */
  for?: ScriptTarget | undefined;
  /** How many requests are answered so; `Infinity` until `clearResponses()`. Default 1. */
  times?: number | undefined;
  /** Default 200 where there is a `body`. From 400 on, and without a `body`, the answer is an error as Atlas forms it. */
  status?: number | undefined;
  /** Of Atlas's error; the default fits the status. */
  errorCode?: string | undefined;
  /** Of Atlas's error. */
  detail?: string | undefined;
  /** Of Atlas's error. */
  parameters?: readonly unknown[] | undefined;
  /** `Retry-After`: seconds, or an HTTP date. */
  retryAfter?: number | string | undefined;
  /** Further response headers. */
  headers?: Readonly<Record<string, string>> | undefined;
  /** An object is sent as JSON that honours `envelope` and `pretty`; text is sent as it is. */
  body?: object | string | undefined;
  /** Time before the answer, in ms of the real clock. */
  delay?: number | undefined;
  /**
   * Resets the connection: `true` instead of an answer, `body` half-way through the body. After `true` on a kept
   * connection the client sends the request again at once, which counts as no retry.
   */
  reset?: boolean | 'body' | undefined;
  /** Stalls until the client gives up: `true` instead of an answer, `body` half-way through the body. */
  hang?: boolean | 'body' | undefined;
}

interface QueuedAnswer {
  readonly answer: ScriptedAnswer;
  left: number;
}

/** The scripted answers that are still to be given. */
export class Script {
  #queue: QueuedAnswer[] = [];

  add(answers: readonly ScriptedAnswer[]): void {
    for (const answer of answers) this.#queue.push({ answer, left: answer.times ?? 1 });
  }

  clear(): void {
    this.#queue = [];
  }

  /** Takes the next answer that is for one of these targets. */
  take(...targets: readonly (ScriptTarget | RequestKind)[]): ScriptedAnswer | undefined {
    const queued = this.#queue.find(({ answer, left }) => left > 0 && targets.includes(answer.for ?? 'api'));
    if (queued === undefined) return undefined;
    queued.left -= 1;
    if (queued.left <= 0) this.#queue = this.#queue.filter((other) => other !== queued);
    return queued.answer;
  }
}

function scriptedError(status: number, answer: ScriptedAnswer, kind: RequestKind): Reply {
  // Atlas's token endpoint answers with errors of OAuth's form, but for 429.
  if ((kind !== 'token' && kind !== 'revoke') || status === 429) return atlasError(status, answer);
  const code = answer.errorCode ?? (status >= 500 ? 'server_error' : 'invalid_request');
  const error = oauthError(status, code, answer.detail ?? `Scripted answer ${status}.`);
  const retryAfter = answer.retryAfter === undefined ? {} : { 'retry-after': String(answer.retryAfter) };
  return { ...error, headers: { ...error.headers, ...retryAfter, ...answer.headers } };
}

/** The reply that a scripted answer describes; undefined where it leaves the answer as it would have been. */
export function scriptedReply(answer: ScriptedAnswer, kind: RequestKind): Reply | undefined {
  const { status, body, retryAfter } = answer;
  if (status === undefined && body === undefined) return undefined;
  if (body === undefined && status !== undefined && status >= 400) return scriptedError(status, answer, kind);
  const waiting = retryAfter === undefined ? {} : { 'retry-after': String(retryAfter) };
  return { status: status ?? 200, headers: { ...waiting, ...answer.headers }, content: body ?? '' };
}
