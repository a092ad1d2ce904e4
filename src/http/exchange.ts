import { type HeaderFields, headerValue } from './headers.js';
import { isConnectionLoss, kindOfError, NoResponse, toError } from './no-response.js';
import type { Scope } from './scope.js';
import { setImmediate, startTimer } from './timer.js';
import type { DispatchController, DispatchHandler, Transport, WireRequest } from './transport.js';

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

/**
 * Sends one request and waits for its response.
 *
 * @param scope - may end the exchange early. A request that serves many calls has none.
 * @throws {@link NoResponse}, or the reason of the scope if it ends.
 */
export function exchange(
  transport: Transport,
  request: WireRequest,
  limits: ExchangeLimits,
  scope?: Scope,
): Promise<HttpResponse> {
  return new Promise((resolve, reject) => {
    scope?.throwIfEnded();
    const handler = new ExchangeHandler(limits, scope, resolve, reject);
    if (scope !== undefined) scope.phase = 'waiting for a connection';
    scope?.onInterrupt((reason) => handler.fail(reason));
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

// Shared: an empty buffer for each exchange would take 1 µs.
const noBytes: Buffer = Buffer.alloc(0);

class ExchangeHandler implements DispatchHandler {
  readonly #limits: ExchangeLimits;
  readonly #scope: Scope | undefined;
  readonly #resolve: (response: HttpResponse) => void;
  readonly #reject: (reason: unknown) => void;
  #controller: DispatchController | undefined;
  #stopTimer: (() => void) | undefined;
  #hasEnded = false;
  /** 0 until the head of a response arrives. */
  #status = 0;
  #headers: HeaderFields = {};
  /** The first `#size` bytes are the body so far. */
  #buffer = noBytes;
  #size = 0;

  constructor(
    limits: ExchangeLimits,
    scope: Scope | undefined,
    resolve: (response: HttpResponse) => void,
    reject: (reason: unknown) => void,
  ) {
    this.#limits = limits;
    this.#scope = scope;
    this.#resolve = resolve;
    this.#reject = reject;
  }

  onRequestStart(controller: DispatchController): void {
    // Given up while it was queued. `controller.abort` would close a good connection; an exception does not.
    if (this.#hasEnded) throw new Error('The call ended before its request was sent');
    this.#controller = controller;
    if (this.#scope !== undefined) this.#scope.phase = 'waiting for the response';
    // A dispatcher that retries starts the request again.
    this.#stopTimer?.();
    const { attemptTimeout } = this.#limits;
    const onTimeout = () => this.fail(new NoResponse('attempt timeout', attemptTimeout));
    // In the background, because the timer of the call keeps the process alive.
    this.#stopTimer = startTimer(attemptTimeout, onTimeout, true);
  }

  onResponseStart(_controller: DispatchController, statusCode: number, headers: HeaderFields): void {
    // An interim response, such as a 103, is overwritten by the final one.
    this.#status = statusCode;
    this.#headers = headers;
    // The body of an error is worth reading up to the limit.
    const isSuccess = statusCode >= 200 && statusCode < 300;
    if (isSuccess && Number(headerValue(headers, 'content-length')) > this.#limits.maxResponseSize) this.#finish(true);
  }

  onResponseData(_controller: DispatchController, chunk: Buffer): void {
    const { maxResponseSize } = this.#limits;
    const part = chunk.subarray(0, maxResponseSize - this.#size);
    const size = this.#size + part.length;
    if (this.#size === 0) {
      // Most bodies are one chunk, which needs no copy.
      this.#buffer = part;
    } else {
      // The buffer doubles, so that small chunks cost no more memory than the body.
      if (size > this.#buffer.length) this.#buffer = Buffer.concat([this.#buffer], Math.min(2 * size, maxResponseSize));
      this.#buffer.set(part, this.#size);
    }
    this.#size = size;
    if (part.length < chunk.length) this.#finish(true);
  }

  onResponseEnd(): void {
    this.#finish(false);
  }

  onResponseError(_controller: DispatchController | undefined, reason: unknown, isOwnError = false): void {
    const cause = toError(reason);
    const wasSent = this.#controller !== undefined;
    const isDead = wasSent && this.#status === 0 && isConnectionLoss(cause);
    const kind = kindOfError(cause);
    const isRefusal = isOwnError && kind === 'other';
    this.fail(new NoResponse(isRefusal ? 'fetch refusal' : kind, this.#limits.attemptTimeout, cause, isDead));
  }

  /** Rejects with a reason, unless the exchange has ended. */
  fail(reason: unknown): void {
    if (!this.#end()) return;
    this.#reject(reason);
    this.#abort('The request was given up');
  }

  #finish(isTruncated: boolean): void {
    if (!this.#end()) return;
    const bytes = this.#buffer.subarray(0, this.#size);
    this.#resolve({ status: this.#status, headers: this.#headers, bytes, isTruncated });
    if (isTruncated) this.#abort('The body is larger than maxResponseSize');
  }

  #abort(why: string): void {
    try {
      this.#controller?.abort(new Error(why));
    } catch {
      // The dispatcher may be anybody's. The exchange has ended all the same.
    }
  }

  /** Returns false if it has already ended. */
  #end(): boolean {
    if (this.#hasEnded) return false;
    this.#hasEnded = true;
    this.#stopTimer?.();
    return true;
  }
}
