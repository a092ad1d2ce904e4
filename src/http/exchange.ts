import type { ConnectionWatch } from './connection-watch.js';
import type { Deadline, Deadlines } from './deadlines.js';
import type { DispatchControllerLike, DispatchHandlerLike } from './dispatcher.js';
import type { HeaderFields } from './headers.js';

/** A whole answer, as it came over the wire. */
export interface Answer {
  readonly status: number;
  readonly headers: HeaderFields;
  readonly trailers: HeaderFields | undefined;
  readonly body: Buffer;
  /** Whether the body was stopped at the size limit. */
  readonly truncated: boolean;
}

/** Why there is no answer. */
export interface ExchangeFailure {
  /** What broke; absent where attemptTimeout ran out. */
  readonly cause: Error | undefined;
  /** Whether the request met a kept connection that the server had already given up: nothing of an answer came. */
  readonly onDeadConnection: boolean;
}

/** Is told how an exchange ended: exactly one of the two, once. Never after {@link Exchange.cancel}. */
export interface ExchangeListener {
  onAnswer(answer: Answer): void;
  onFailure(failure: ExchangeFailure): void;
}

/** What an exchange shares with the others of its transport. */
export interface Wire {
  readonly deadlines: Deadlines;
  readonly connections: ConnectionWatch;
}

/** What bounds an exchange. */
export interface ExchangeLimits {
  /** ms, from when the request goes on the wire. */
  readonly attemptTimeout: number;
  /** bytes of a body. */
  readonly maxResponseSize: number;
}

/** How often a request is sent again that met a dead connection: a pool may have kept as many. */
export const mostDeadConnections = 64;

const empty = Buffer.alloc(0);
const deadConnectionCodes = new Set(['UND_ERR_SOCKET', 'ECONNRESET', 'EPIPE']);

/** One request and its answer: the handler that undici drives, bounded in time and size. */
export class Exchange implements DispatchHandlerLike, Deadline {
  expiresAt = Number.POSITIVE_INFINITY;
  slot = -1;
  // Its call is what somebody waits for.
  readonly isAwaited = false;
  readonly #listener: ExchangeListener;
  readonly #limits: ExchangeLimits;
  readonly #wire: Wire;
  #onUsedConnection = false;
  #controller: DispatchControllerLike | undefined;
  #ended = false;
  #status = 0;
  #headers: HeaderFields = {};
  #size = 0;
  #body: Buffer | Buffer[] = empty;

  constructor(listener: ExchangeListener, limits: ExchangeLimits, wire: Wire) {
    this.#listener = listener;
    this.#limits = limits;
    this.#wire = wire;
  }

  get isEnded(): boolean {
    return this.#ended;
  }

  onRequestStart(controller: DispatchControllerLike): void {
    // Given up while it was queued. Thrown, as `controller.abort` would close a good connection.
    if (this.#ended) throw new Error('The request was given up before it was sent');
    this.#controller = controller;
    this.#onUsedConnection = this.#wire.connections.startsOnUsedOne;
    this.expiresAt = performance.now() + this.#limits.attemptTimeout;
    this.#wire.deadlines.add(this);
  }

  onResponseStart(_controller: DispatchControllerLike, statusCode: number, headers: HeaderFields): void {
    // Interim answers, such as 103, come before the one that counts.
    if (statusCode < 200) return;
    this.#status = statusCode;
    this.#headers = headers;
  }

  onResponseData(_controller: DispatchControllerLike, chunk: Buffer): void {
    if (this.#ended) return;
    this.#size += chunk.length;
    if (this.#size > this.#limits.maxResponseSize) {
      this.#answer(undefined, true);
      this.#abort('The body is larger than maxResponseSize');
      return;
    }
    if (this.#body === empty) this.#body = chunk;
    else if (Array.isArray(this.#body)) this.#body.push(chunk);
    else this.#body = [this.#body, chunk];
  }

  onResponseEnd(_controller: DispatchControllerLike, trailers: HeaderFields): void {
    if (!this.#ended) this.#answer(trailers, false);
  }

  onResponseError(_controller: DispatchControllerLike, cause: Error): void {
    if (this.#ended) return;
    const code = 'code' in cause ? String(cause.code) : '';
    const onDeadConnection = this.#onUsedConnection && this.#status === 0 && deadConnectionCodes.has(code);
    this.#fail(cause, onDeadConnection);
  }

  /** Ends it because the dispatcher did not take it. */
  notSent(cause: unknown): void {
    if (this.#ended) return;
    this.#fail(cause instanceof Error ? cause : new Error('The dispatcher refused the request'));
  }

  expire(): void {
    this.#fail(undefined);
    this.#abort('The answer took longer than attemptTimeout');
  }

  /** Ends it without a word to the listener. */
  cancel(): void {
    if (this.#ended) return;
    this.#end();
    this.#abort('The call has ended');
  }

  #answer(trailers: HeaderFields | undefined, truncated: boolean): void {
    this.#end();
    const body = Array.isArray(this.#body) ? Buffer.concat(this.#body) : this.#body;
    this.#listener.onAnswer({ status: this.#status, headers: this.#headers, trailers, body, truncated });
  }

  #fail(cause: Error | undefined, onDeadConnection = false): void {
    this.#end();
    this.#listener.onFailure({ cause, onDeadConnection });
  }

  #end(): void {
    this.#ended = true;
    this.#wire.deadlines.remove(this);
  }

  #abort(reason: string): void {
    this.#controller?.abort(new Error(reason));
  }
}
