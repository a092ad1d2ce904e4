import type { AuthenticatedAnswer, Authenticator, Authorization } from './auth/authenticator.js';
import { type Body, openEnvelope, readBody } from './http/decode.js';
import {
  type Answer,
  type Exchange,
  type ExchangeFailure,
  type ExchangeLimits,
  type ExchangeListener,
  mostDeadConnections,
} from './http/exchange.js';
import type { HeaderFields } from './http/headers.js';
import type { Transport } from './http/transport.js';

/** The GET that an attempt makes. */
export interface AttemptRequest {
  readonly method: 'GET';
  /** The request target: path and query. */
  readonly path: string;
  /** All but the authorization: names and values in turn. */
  readonly headers: readonly string[];
  /** Whether an envelope was asked for. */
  readonly envelope: boolean;
}

/** An answer that stands. */
export interface Reply {
  /** The HTTP status; inside an envelope, the envelope's. */
  readonly status: number;
  readonly headers: HeaderFields;
  readonly body: Body;
}

/** Is told how an attempt ended: exactly one of the three, once. Never after {@link Attempt.cancel}. */
export interface AttemptListener {
  onReply(reply: Reply): void;
  onExchangeFailure(failure: ExchangeFailure): void;
  /** `failure` is a LoginFailure, unless the authenticator has a bug. */
  onLoginFailure(failure: unknown): void;
}

// A store may hold one dead token after the other.
const mostReviews = 4;

/** One attempt: logs in, sends, and sends once more where the authenticator can answer a refusal. */
export class Attempt implements ExchangeListener {
  readonly #listener: AttemptListener;
  readonly #transport: Transport;
  readonly #authenticator: Authenticator;
  readonly #limits: ExchangeLimits;
  readonly #request: AttemptRequest;
  #authorization: Authorization | undefined;
  #exchange: Exchange | undefined;
  #reviews = 0;
  #deadConnections = 0;
  #ended = false;

  constructor(
    listener: AttemptListener,
    transport: Transport,
    authenticator: Authenticator,
    limits: ExchangeLimits,
    request: AttemptRequest,
  ) {
    this.#listener = listener;
    this.#transport = transport;
    this.#authenticator = authenticator;
    this.#limits = limits;
    this.#request = request;
  }

  /** What was sent last. */
  get authorization(): Authorization | undefined {
    return this.#authorization;
  }

  start(): void {
    if (this.#ended) return;
    try {
      this.#follow(this.#authenticator.authorize(this.#request));
    } catch (failure) {
      this.#fail(failure);
    }
  }

  /** Ends it without a word to the listener. */
  cancel(): void {
    if (this.#ended) return;
    this.#ended = true;
    if (this.#exchange !== undefined) this.#drop(this.#exchange);
  }

  onAnswer(answer: Answer): void {
    this.#exchange = undefined;
    if (this.#ended) this.#abandon();
    else if (this.#request.envelope) this.#openAnswer(answer);
    else if (this.#stands(answer)) this.#conclude(answer, this.#read(answer));
  }

  onFailure(failure: ExchangeFailure): void {
    this.#exchange = undefined;
    this.#abandon();
    if (this.#ended) return;
    if (failure.onDeadConnection && this.#deadConnections < mostDeadConnections) {
      this.#deadConnections += 1;
      // It logs in anew: a nonce count is used up.
      this.start();
      return;
    }
    this.#ended = true;
    this.#listener.onExchangeFailure(failure);
  }

  #openAnswer(answer: Answer): void {
    const outer = this.#read(answer);
    const inner = openEnvelope(outer);
    // Atlas sends every envelope with a 200. What another status says of itself stands.
    const isEnveloped = inner !== undefined && answer.status === 200;
    const seen = isEnveloped ? { ...answer, status: inner.status, isEnveloped } : answer;
    if (this.#stands(seen)) this.#conclude(seen, inner?.body ?? outer);
  }

  /** Whether the answer stands; else a second request is on its way, or the login has failed. */
  #stands(answer: AuthenticatedAnswer): boolean {
    if (this.#reviews === mostReviews) return true;
    try {
      // Set before every exchange.
      const next = this.#authenticator.review(this.#authorization as Authorization, this.#request, answer);
      if (next === undefined) return true;
      this.#reviews += 1;
      this.#follow(next);
    } catch (failure) {
      this.#fail(failure);
    }
    return false;
  }

  #conclude({ status, headers }: Answer, body: Body): void {
    this.#ended = true;
    this.#listener.onReply({ status, headers, body });
  }

  #follow(authorization: Authorization | Promise<Authorization>): void {
    if (authorization instanceof Promise) authorization.then(this.#send, this.#fail);
    else this.#send(authorization);
  }

  readonly #send = (authorization: Authorization): void => {
    this.#authorization = authorization;
    if (this.#ended) {
      this.#abandon();
      return;
    }
    const { method, path, headers } = this.#request;
    const all = authorization.header === undefined ? [...headers] : [...headers, 'authorization', authorization.header];
    const exchange = this.#transport.send({ method, path, headers: all }, this.#limits, this);
    // A dispatcher of the caller's may have answered already, and the next exchange be under way; or the call have ended.
    if (exchange.isEnded) return;
    this.#exchange = exchange;
    if (this.#ended) this.#drop(exchange);
  };

  readonly #fail = (failure: unknown): void => {
    if (this.#ended) return;
    this.#ended = true;
    this.#listener.onLoginFailure(failure);
  };

  #drop(exchange: Exchange): void {
    exchange.cancel();
    this.#abandon();
  }

  #abandon(): void {
    if (this.#authorization !== undefined) this.#authenticator.abandon?.(this.#authorization);
  }

  #read(answer: Answer): Body {
    return readBody(answer, this.#limits.maxResponseSize);
  }
}
