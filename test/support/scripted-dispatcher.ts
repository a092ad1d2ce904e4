// The scripted dispatcher: what undici does, without a socket. It records the headers of each request, and gives it the
// next reply of its script (the last one also for later requests):
//
//   const dispatcher = scriptedDispatcher({ status: 401, headers: { 'www-authenticate': 'Digest …' } }, { body: snapshot });
//   await openClient({ dispatcher, credentials }).getTenantSnapshot(...path);
//   expect(dispatcher.requests[1]?.headers['authorization']).toBe(…);

import { isNativeError } from 'node:util/types';
import type { DispatchOptions, Exchange } from '../../src/client/http/exchange.js';
import type { Dispatcher } from '../../src/client/http/transport.js';

/** A response. */
export interface Reply {
  /** Default 200. */
  readonly status?: number;
  /** Default: the content type of JSON. */
  readonly headers?: Readonly<Record<string, string | string[]>>;
  /** Bytes are sent as they are, and other objects as JSON. Default: a snapshot. */
  readonly body?: string | object;
}

/** A response or an error, after `dispatch()` has returned, or what a function does within `dispatch()`. */
export type Behavior = Reply | Error | ((request: DispatchedRequest) => void);

/** Never responds. */
export const silent: Behavior = (request) => request.start();

export interface ScriptedDispatcher extends Dispatcher {
  readonly requests: readonly DispatchedRequest[];
}

export function scriptedDispatcher(...script: Behavior[]): ScriptedDispatcher {
  const requests: DispatchedRequest[] = [];
  return {
    requests,
    dispatch(options, handler) {
      const request = new DispatchedRequest(requests.length + 1, options, handler);
      requests.push(request);
      const behavior = script[Math.min(request.number, script.length) - 1] ?? {};
      if (typeof behavior === 'function') request.behave(behavior);
      else queueMicrotask(() => request.behave(behavior));
      return true;
    },
  };
}

/** A request that the dispatcher got, and what it may do with it. */
export class DispatchedRequest {
  /** From 1. */
  readonly number: number;
  readonly options: DispatchOptions;
  /** By lower-case name. */
  readonly headers: Readonly<Record<string, string>>;
  readonly handler: Exchange;
  /** The time of the request by `performance.now()`, which may be stopped. */
  readonly at = performance.now();
  isAborted = false;
  #isStarted = false;
  readonly #controller = {
    abort: () => {
      this.isAborted = true;
    },
  };

  constructor(number: number, options: DispatchOptions, handler: Exchange) {
    this.number = number;
    this.options = options;
    this.handler = handler;
    this.headers = options.headers;
  }

  /** Does what a script says, at once. */
  behave(behavior: Behavior): void {
    if (typeof behavior === 'function') behavior(this);
    else if (isNativeError(behavior)) {
      if (!this.#isStarted) this.start();
      this.fail(behavior);
    } else this.reply(behavior);
  }

  /** Reports that the request is being sent. */
  start(): void {
    this.#isStarted = true;
    this.handler.onRequestStart(this.#controller);
  }

  /** Responds, unless the client has aborted the request. */
  reply({
    status = 200,
    headers = { 'content-type': 'application/json' },
    body = { status: 'COMPLETED' },
  }: Reply = {}): void {
    if (!this.#isStarted) this.start();
    if (this.isAborted) return;
    this.handler.onResponseStart(this.#controller, status, Object.freeze({ ...headers }));
    const isData = typeof body === 'string' || body instanceof Uint8Array;
    this.handler.onResponseData(this.#controller, Buffer.from(isData ? body : JSON.stringify(body)));
    this.handler.onResponseEnd();
  }

  /** Reports an error, which may be anything. Without {@link start}, nothing was sent. */
  fail(error: unknown): void {
    this.handler.onResponseError(this.#controller, error);
  }
}
