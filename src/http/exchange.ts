import type { DispatchControllerLike, DispatchHandlerLike } from './dispatcher.js';
import { type HeaderFields, headerValue } from './headers.js';
import { isConnectionLoss } from './retry.js';
import { setImmediate, startTimer } from './timer.js';
import type { Transport, WireRequest } from './transport.js';

/** A complete response, as it came over the wire. */
export interface HttpResponse {
  readonly status: number;
  readonly headers: HeaderFields;
  readonly bytes: Buffer;
  /** Whether the body was cut off at `maxResponseSize`. */
  readonly isTruncated: boolean;
}

/** The limits of one exchange. */
export interface ExchangeLimits {
  /** ms, from when the request is on the wire. */
  readonly attemptTimeout: number;
  /** bytes of a body. */
  readonly maxResponseSize: number;
}

/** The call that an exchange is part of. */
export interface ExchangeOwner {
  /** Notes what the call is waiting for now. The error of a timeout names it. */
  enter(phase: string): void;
  /** Registers the one listener to call if the exchange must end early. */
  onInterrupt(listener: (reason: () => unknown) => void): void;
}

/** Why there is no response. */
export class NoResponse {
  /** What broke; absent if attemptTimeout expired. */
  readonly cause: Error | undefined;
  /** ms. */
  readonly attemptTimeout: number;
  /** Whether the connection died before any part of a response arrived. The request is safe to resend. */
  readonly isDeadConnection: boolean;

  constructor(cause: Error | undefined, attemptTimeout: number, isDeadConnection = false) {
    this.cause = cause;
    this.attemptTimeout = attemptTimeout;
    this.isDeadConnection = isDeadConnection;
  }
}

/**
 * Sends one request and waits for its response.
 *
 * @throws {@link NoResponse}, or the reason of an interrupt.
 */
export function exchange(
  transport: Transport,
  request: WireRequest,
  limits: ExchangeLimits,
  owner?: ExchangeOwner,
): Promise<HttpResponse> {
  return new Promise((resolve, reject) => {
    const handler = new ExchangeHandler(request, limits, { resolve, reject, owner });
    owner?.enter('waiting for a connection');
    owner?.onInterrupt((reason) => handler.interrupt(reason));
    try {
      transport.dispatch(request, handler);
    } catch (error) {
      handler.onResponseError(undefined, error);
    }
  });
}

/**
 * Waits until undici has freed the connection of a response: two turns of the event loop. A request sent sooner would open
 * another connection.
 */
function whenConnectionFreed(proceed: () => void): void {
  setImmediate(() => setImmediate(proceed));
}

/** Gets the result of an exchange. */
interface ExchangeListener {
  readonly resolve: (response: HttpResponse) => void;
  readonly reject: (reason: unknown) => void;
  readonly owner: ExchangeOwner | undefined;
}

class ExchangeHandler implements DispatchHandlerLike {
  readonly #request: WireRequest;
  readonly #limits: ExchangeLimits;
  readonly #listener: ExchangeListener;
  #controller: DispatchControllerLike | undefined;
  #stopTimer = () => {};
  #hasEnded = false;
  #hasResponse = false;
  #status = 0;
  #headers: HeaderFields = {};
  #size = 0;
  readonly #chunks: Buffer[] = [];

  constructor(request: WireRequest, limits: ExchangeLimits, listener: ExchangeListener) {
    this.#request = request;
    this.#limits = limits;
    this.#listener = listener;
  }

  onRequestStart(controller: DispatchControllerLike): void {
    // Interrupted while it was queued. `controller.abort` would close a good connection; an exception does not.
    if (this.#hasEnded) throw new Error('The call ended before its request was sent');
    this.#controller = controller;
    const { owner } = this.#listener;
    owner?.enter('waiting for the response');
    // A dispatcher that retries starts the request again.
    this.#stopTimer();
    const { attemptTimeout } = this.#limits;
    // In the background, because the timer of the call keeps the process alive.
    this.#stopTimer = startTimer(attemptTimeout, () => this.fail(new NoResponse(undefined, attemptTimeout)), true);
  }

  onResponseStart(_controller: DispatchControllerLike, statusCode: number, headers: HeaderFields): void {
    this.#hasResponse = true;
    // Interim responses, such as 103, come before the final one.
    if (this.#hasEnded || statusCode < 200) return;
    this.#status = statusCode;
    this.#headers = headers;
    // The body of an error is worth reading up to the limit.
    const isSuccess = statusCode < 300;
    if (isSuccess && Number(headerValue(headers, 'content-length')) > this.#limits.maxResponseSize) this.#finish(true);
  }

  onResponseData(_controller: DispatchControllerLike, chunk: Buffer): void {
    if (this.#hasEnded) return;
    const remaining = this.#limits.maxResponseSize - this.#size;
    const isTooLarge = chunk.length > remaining;
    this.#chunks.push(isTooLarge ? chunk.subarray(0, remaining) : chunk);
    this.#size += chunk.length;
    if (isTooLarge) this.#finish(true);
  }

  onResponseEnd(): void {
    this.#finish(false);
  }

  onResponseError(_controller: DispatchControllerLike | undefined, reason: unknown): void {
    // Not instanceof: the error may come from another realm.
    const isError = typeof reason === 'object' && reason !== null && 'message' in reason;
    // Anything with a message is treated as an Error.
    const cause = isError ? (reason as Error) : new Error('The dispatcher reported no error');
    const wasSent = this.#controller !== undefined;
    const isDead = wasSent && !this.#hasResponse && isConnectionLoss(cause);
    this.fail(new NoResponse(cause, this.#limits.attemptTimeout, isDead));
  }

  interrupt(reason: () => unknown): void {
    if (!this.#hasEnded) this.fail(reason());
  }

  fail(reason: unknown): void {
    if (!this.#end()) return;
    const reject = () => this.#listener.reject(reason);
    // The request may be sent again at once.
    if (reason instanceof NoResponse && reason.isDeadConnection) whenConnectionFreed(reject);
    else reject();
    this.#controller?.abort(new Error('The request was given up'));
  }

  #finish(isTruncated: boolean): void {
    if (!this.#end()) return;
    const [first = Buffer.alloc(0), ...others] = this.#chunks;
    const bytes = others.length === 0 ? first : Buffer.concat(this.#chunks);
    const response = { status: this.#status, headers: this.#headers, bytes, isTruncated };
    // After an error, a login or the other endpoint may follow at once.
    if (this.#request.isFollowed || this.#status >= 300) whenConnectionFreed(() => this.#listener.resolve(response));
    else this.#listener.resolve(response);
    if (isTruncated) this.#controller?.abort(new Error('The body is larger than maxResponseSize'));
  }

  /** Returns false if the exchange has ended before. */
  #end(): boolean {
    if (this.#hasEnded) return false;
    this.#hasEnded = true;
    this.#stopTimer();
    return true;
  }
}
