import { atlasError, methodNotAllowed, oauthError } from './http/errors.js';
import type { Reply } from './http/reply.js';
import { isOAuth, type ReceivedRequest, type RequestKind } from './http/request.js';

/**
 * The requests that a scripted answer is for. `api` is any request to the API after login, `tenant` one for snapshots of the
 * tenant endpoint, `flex` one for snapshots or restore jobs of a Flex cluster. `token` and `revoke` are requests to OAuth.
 * `any` is the very next request, before login.
 */
export type ScriptTarget = 'api' | 'tenant' | 'flex' | 'token' | 'revoke' | 'any';

/** A scripted response or fault. Without `status` and `body` the response stays as it is: `{ delay: 50 }` is a slow success. */
export interface ScriptedAnswer {
  /** Default: `api`. With a `path`: any request to it. */
  for?: ScriptTarget | undefined;
  /**
   * Only for requests with exactly this path, without its query: `/api/atlas/v2/groups`. Tells concurrent requests apart.
   * Default: any path.
   */
  path?: string | undefined;
  /** How many requests get this answer. `Infinity` lasts until `clearResponses()`. Default 1. */
  times?: number | undefined;
  /** Default 200 if there is a `body`. From 400, without a `body`, the response is an error in Atlas's form. */
  status?: number | undefined;
  /**
   * The error's code. A code that Atlas is known to send fills in Atlas's `detail` and `parameters`. Default: the usual code of
   * the status.
   */
  errorCode?: string | undefined;
  /** The error's text. Default: Atlas's text for the code. */
  detail?: string | undefined;
  /** The error's parameters. Default: Atlas's for the code, with the values of the request. */
  parameters?: readonly unknown[] | undefined;
  /** The value of `Retry-After`, in its unit: a number of seconds, or an HTTP date. Not ms, as errors have `retryAfterMs`. */
  retryAfter?: number | string | undefined;
  /** Further response headers. */
  headers?: Readonly<Record<string, string>> | undefined;
  /** An object is sent as JSON and follows `envelope` and `pretty`. Text is sent unchanged. */
  body?: object | string | undefined;
  /** Delay before the response, in ms of real time. */
  delay?: number | undefined;
  /** Resets the connection: `true` before the response, `body` halfway through the body. */
  reset?: boolean | 'body' | undefined;
  /** Hangs until the client gives up: `true` before the response, `body` halfway through the body. */
  hang?: boolean | 'body' | undefined;
}

/** The scripted answers that are still to be given. */
export class Script {
  #queue: { readonly answer: ScriptedAnswer; left: number }[] = [];

  add(answers: readonly ScriptedAnswer[]): void {
    for (const answer of answers) this.#queue.push({ answer, left: answer.times ?? 1 });
  }

  clear(): void {
    this.#queue = [];
  }

  /** Takes the next answer for the request's path and one of these targets. Returns `{}` if there is none. */
  take({ path }: ReceivedRequest, ...targets: readonly (ScriptTarget | RequestKind)[]): ScriptedAnswer {
    const isFor = ({ for: target, path: wantedPath }: ScriptedAnswer) => {
      if (wantedPath !== undefined && wantedPath !== path) return false;
      if (target === undefined && wantedPath !== undefined) return !targets.includes('any');
      return targets.includes(target ?? 'api');
    };
    const queued = this.#queue.find(({ answer, left }) => left > 0 && isFor(answer));
    if (queued === undefined) return {};
    queued.left -= 1;
    if (queued.left <= 0) this.#queue = this.#queue.filter((other) => other !== queued);
    return queued.answer;
  }
}

/** Returns the reply that a scripted answer describes. Undefined if it leaves the response as it is. */
export function scriptedReply(answer: ScriptedAnswer, request: ReceivedRequest): Reply | undefined {
  const { status = 200, body, retryAfter, headers } = answer;
  if (answer.status === undefined && body === undefined) return undefined;
  const isError = body === undefined && status >= 400;
  const reply: Reply = isError ? scriptedError(status, answer, request) : { status, content: body ?? '' };
  const wait = retryAfter === undefined ? {} : { 'retry-after': String(retryAfter) };
  return { ...reply, headers: { ...reply.headers, ...wait, ...headers } };
}

function scriptedError(status: number, answer: ScriptedAnswer, request: ReceivedRequest): Reply {
  if (isOAuth(request)) return oauthError(request, status, answer);
  if (status === 405 && answer.errorCode === undefined) return methodNotAllowed('GET,OPTIONS');
  return atlasError(request, status, answer);
}
