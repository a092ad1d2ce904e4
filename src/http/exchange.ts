import type { DispatchControllerLike, DispatchHandlerLike } from './dispatcher.js';
import { type HeaderFields, headerValue } from './headers.js';
import { startTimer } from './timer.js';
import type { Transport, WireRequest } from './transport.js';

/** A complete response, as it came over the wire. */
export interface HttpResponse {
  readonly status: number;
  readonly headers: HeaderFields;
  readonly trailers: HeaderFields;
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
  /** What the call is doing now. The error of a timeout names it. */
  phase: string;
  /** Registers the one listener to call if the exchange must end early. */
  onInterrupt(listener: (reason: unknown) => void): void;
}

/** Why there is no response. */
export class ExchangeFailure {
  /** What broke; absent if attemptTimeout expired. */
  readonly cause: Error | undefined;
  /** Whether the connection died before any part of a response arrived. The request can be sent again at no risk. */
  readonly isDeadConnection: boolean;

  constructor(cause: Error | undefined, isDeadConnection = false) {
    this.cause = cause;
    this.isDeadConnection = isDeadConnection;
  }
}

/**
 * Sends one request and waits for its response.
 *
 * @throws {@link ExchangeFailure}, or the reason of an interrupt.
 */
export function exchange(
  transport: Transport,
  request: WireRequest,
  limits: ExchangeLimits,
  owner: ExchangeOwner | undefined,
): Promise<HttpResponse> {
  return new Promise((resolve, reject) => {
    const handler = new ExchangeHandler(limits, owner, resolve, reject);
    owner?.onInterrupt(handler.interrupt);
    try {
      transport.dispatch(request, handler);
    } catch (error) {
      handler.onResponseError(
        undefined,
        error instanceof Error ? error : new Error('The dispatcher refused the request'),
      );
    }
  });
}

class ExchangeHandler implements DispatchHandlerLike {
  readonly #limits: ExchangeLimits;
  readonly #owner: ExchangeOwner | undefined;
  readonly #resolve: (response: HttpResponse) => void;
  readonly #reject: (reason: unknown) => void;
  #controller: DispatchControllerLike | undefined;
  #stopTimer = () => {};
  #hasEnded = false;
  #hasResponse = false;
  #status = 0;
  #headers: HeaderFields = {};
  #size = 0;
  readonly #chunks: Buffer[] = [];

  constructor(
    limits: ExchangeLimits,
    owner: ExchangeOwner | undefined,
    resolve: (response: HttpResponse) => void,
    reject: (reason: unknown) => void,
  ) {
    this.#limits = limits;
    this.#owner = owner;
    this.#resolve = resolve;
    this.#reject = reject;
  }

  onRequestStart(controller: DispatchControllerLike): void {
    // Interrupted while it was queued. `controller.abort` would close a good connection; an exception does not.
    if (this.#hasEnded) throw new Error('The call ended before its request was sent');
    this.#controller = controller;
    if (this.#owner !== undefined) this.#owner.phase = 'waiting for the response';
    // A dispatcher that retries starts the request again.
    this.#stopTimer();
    const onTimeout = () => this.#fail(new ExchangeFailure(undefined), 'attemptTimeout expired');
    // The call keeps the process alive, not the exchange.
    this.#stopTimer = startTimer(this.#limits.attemptTimeout, onTimeout, true);
  }

  onResponseStart(_controller: DispatchControllerLike, statusCode: number, headers: HeaderFields): void {
    if (this.#hasEnded) return;
    this.#hasResponse = true;
    // Interim responses, such as 103, come before the final one.
    if (statusCode < 200) return;
    this.#status = statusCode;
    this.#headers = headers;
    // The body of an error is worth reading up to the limit.
    const isSuccess = statusCode < 300;
    if (isSuccess && Number(headerValue(headers, 'content-length')) > this.#limits.maxResponseSize) this.#cutOff();
  }

  onResponseData(_controller: DispatchControllerLike, chunk: Buffer): void {
    if (this.#hasEnded) return;
    this.#size += chunk.length;
    if (this.#size > this.#limits.maxResponseSize) this.#cutOff();
    else this.#chunks.push(chunk);
  }

  onResponseEnd(_controller: DispatchControllerLike, trailers: HeaderFields): void {
    if (!this.#hasEnded) this.#finish(trailers, false);
  }

  onResponseError(_controller: DispatchControllerLike | undefined, cause: Error): void {
    if (this.#hasEnded) return;
    const wasSent = this.#controller !== undefined;
    this.#fail(
      new ExchangeFailure(cause, wasSent && !this.#hasResponse && isConnectionLoss(cause)),
      'the request failed',
    );
  }

  readonly interrupt = (reason: unknown): void => {
    if (!this.#hasEnded) this.#fail(reason, 'the call ended');
  };

  #cutOff(): void {
    this.#finish({}, true);
    this.#controller?.abort(new Error('The body is larger than maxResponseSize'));
  }

  #finish(trailers: HeaderFields, isTruncated: boolean): void {
    this.#end();
    const [first = Buffer.alloc(0), ...others] = this.#chunks;
    const bytes = others.length === 0 ? first : Buffer.concat(this.#chunks);
    this.#resolve({ status: this.#status, headers: this.#headers, trailers, bytes, isTruncated });
  }

  #fail(reason: unknown, why: string): void {
    this.#end();
    this.#reject(reason);
    this.#controller?.abort(new Error(`Aborted: ${why}`));
  }

  #end(): void {
    this.#hasEnded = true;
    this.#stopTimer();
  }
}

// undici reports a lost HTTP/2 stream by its message only.
function isConnectionLoss(cause: Error): boolean {
  const code = 'code' in cause ? cause.code : undefined;
  return (
    code === 'UND_ERR_SOCKET' ||
    code === 'ECONNRESET' ||
    code === 'EPIPE' ||
    /REFUSED_STREAM|GOAWAY|HTTP\/2: stream half-closed/.test(cause.message)
  );
}
