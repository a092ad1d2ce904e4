import { type HeaderFields, headerValue } from './headers.js';
import { setImmediate, startTimer } from './timer.js';
import type { DispatchController, DispatchHandler, Transport, WireRequest } from './transport.js';
import { isConnectionLoss, type TransportErrorKind, toError, transportErrorKind } from './transport-error.js';

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

/** Why there is no response, in a word. */
export type NoResponseKind = 'attempt timeout' | TransportErrorKind;

const retryableKinds: readonly NoResponseKind[] = ['attempt timeout', 'connect timeout', 'other'];

/** Why there is no response. */
export class NoResponse {
  readonly kind: NoResponseKind;
  /** ms. */
  readonly attemptTimeout: number;
  /** What broke; absent if attemptTimeout expired. */
  readonly cause: Error | undefined;
  /** Whether the connection died before any part of a response arrived. The request is safe to resend. */
  readonly isDeadConnection: boolean;

  constructor(kind: NoResponseKind, attemptTimeout: number, cause?: Error, isDeadConnection = false) {
    this.kind = kind;
    this.attemptTimeout = attemptTimeout;
    this.cause = cause;
    this.isDeadConnection = isDeadConnection;
  }

  /** Whether another attempt may succeed. */
  get isRetryable(): boolean {
    return retryableKinds.includes(this.kind);
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
    const handler = new ExchangeHandler(limits, { resolve, reject, owner });
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
 * Waits until undici has freed the connection of a response: two turns of the event loop. A request that follows sooner would
 * open another connection.
 */
export function connectionFreed(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(() => setImmediate(resolve));
  });
}

/** Gets the result of an exchange. */
interface ExchangeListener {
  readonly resolve: (response: HttpResponse) => void;
  readonly reject: (reason: unknown) => void;
  readonly owner: ExchangeOwner | undefined;
}

const noBytes: Buffer = Buffer.alloc(0);

class ExchangeHandler implements DispatchHandler {
  readonly #limits: ExchangeLimits;
  readonly #listener: ExchangeListener;
  #controller: DispatchController | undefined;
  #stopTimer = () => {};
  #hasEnded = false;
  #hasResponse = false;
  #status = 0;
  #headers: HeaderFields = {};
  /** The first `#size` bytes are the body so far. */
  #buffer = noBytes;
  #size = 0;

  constructor(limits: ExchangeLimits, listener: ExchangeListener) {
    this.#limits = limits;
    this.#listener = listener;
  }

  onRequestStart(controller: DispatchController): void {
    // Interrupted while it was queued. `controller.abort` would close a good connection; an exception does not.
    if (this.#hasEnded) throw new Error('The call ended before its request was sent');
    this.#controller = controller;
    const { owner } = this.#listener;
    owner?.enter('waiting for the response');
    // A dispatcher that retries starts the request again.
    this.#stopTimer();
    const { attemptTimeout } = this.#limits;
    const onTimeout = () => this.fail(new NoResponse('attempt timeout', attemptTimeout));
    // In the background, because the timer of the call keeps the process alive.
    this.#stopTimer = startTimer(attemptTimeout, onTimeout, true);
  }

  onResponseStart(_controller: DispatchController, statusCode: number, headers: HeaderFields): void {
    this.#hasResponse = true;
    // Interim responses, such as 103, come before the final one.
    if (this.#hasEnded || statusCode < 200) return;
    this.#status = statusCode;
    this.#headers = headers;
    // The body of an error is worth reading up to the limit.
    const isSuccess = statusCode < 300;
    if (isSuccess && Number(headerValue(headers, 'content-length')) > this.#limits.maxResponseSize) this.#finish(true);
  }

  onResponseData(_controller: DispatchController, chunk: Buffer): void {
    if (this.#hasEnded) return;
    const { maxResponseSize } = this.#limits;
    const part = chunk.subarray(0, maxResponseSize - this.#size);
    // Most bodies are one chunk, which needs no copy.
    if (this.#size === 0) this.#buffer = part;
    else this.#buffer = append(this.#buffer, this.#size, part, maxResponseSize);
    this.#size += part.length;
    if (part.length < chunk.length) this.#finish(true);
  }

  onResponseEnd(): void {
    this.#finish(false);
  }

  onResponseError(_controller: DispatchController | undefined, reason: unknown, isRefusal = false): void {
    const cause = toError(reason);
    const wasSent = this.#controller !== undefined;
    const isDead = wasSent && !this.#hasResponse && isConnectionLoss(cause);
    const kind = isRefusal ? 'mock' : transportErrorKind(cause);
    this.fail(new NoResponse(kind, this.#limits.attemptTimeout, cause, isDead));
  }

  interrupt(reason: () => unknown): void {
    if (!this.#hasEnded) this.fail(reason());
  }

  fail(reason: unknown): void {
    if (!this.#end()) return;
    this.#listener.reject(reason);
    this.#controller?.abort(new Error('The request was given up'));
  }

  #finish(isTruncated: boolean): void {
    if (!this.#end()) return;
    const bytes = this.#buffer.subarray(0, this.#size);
    this.#listener.resolve({ status: this.#status, headers: this.#headers, bytes, isTruncated });
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

/**
 * Adds a part to a body. The buffer doubles when it is full, so that small parts cost no more memory than the body.
 *
 * @param size - how many bytes of the buffer are in use.
 */
function append(buffer: Buffer, size: number, part: Buffer, limit: number): Buffer {
  const newSize = size + part.length;
  let target = buffer;
  if (newSize > buffer.length) {
    target = Buffer.allocUnsafe(Math.min(Math.max(newSize, 2 * buffer.length), limit));
    target.set(buffer.subarray(0, size));
  }
  target.set(part, size);
  return target;
}
