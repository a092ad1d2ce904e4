import { type HeaderFields, headerValue } from './headers.js';
import { isConnectionLoss, kindOfError, NoResponse, toError } from './no-response.js';
import type { Scope } from './scope.js';
import { afterTurns, startTimer } from './timer.js';
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
 * Sends one request and waits for its response. Settles when undici has freed the connection, so that the next request can use
 * it.
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
    scope?.onInterrupt((reason) => handler.interrupt(reason));
    try {
      transport.dispatch(request, handler);
    } catch (error) {
      handler.onResponseError(undefined, error);
    }
  });
}

/**
 * How long undici takes to free the connection of a response, in turns of the event loop. A request that follows sooner would
 * open another connection.
 */
const turnsToFreeConnection = 2;

/** Many small chunks would take far more memory than their bytes, so this many are joined. */
const maxChunks = 1_000;

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
  /** The body so far, in chunks as they came, except those that are joined. */
  #joined: Buffer[] = [];
  #chunks: Buffer[] = [];
  /** bytes. */
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
    const onTimeout = () => this.#fail(new NoResponse('attempt timeout', attemptTimeout));
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
    const part = chunk.subarray(0, this.#limits.maxResponseSize - this.#size);
    this.#size += part.length;
    this.#chunks.push(part);
    if (this.#chunks.length === maxChunks) {
      this.#joined.push(Buffer.concat(this.#chunks));
      this.#chunks = [];
    }
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
    this.#fail(new NoResponse(isRefusal ? 'fetch refusal' : kind, this.#limits.attemptTimeout, cause, isDead));
  }

  /** Rejects at once, because the call has ended. */
  interrupt(reason: unknown): void {
    if (!this.#end()) return;
    this.#reject(reason);
    this.#controller?.abort(new Error('The call ended'));
  }

  #fail(reason: NoResponse): void {
    if (!this.#end()) return;
    afterTurns(turnsToFreeConnection, () => this.#reject(reason));
    this.#controller?.abort(new Error('The request was given up'));
  }

  #finish(isTruncated: boolean): void {
    if (!this.#end()) return;
    const bytes = Buffer.concat([...this.#joined, ...this.#chunks]);
    const response = { status: this.#status, headers: this.#headers, bytes, isTruncated };
    afterTurns(turnsToFreeConnection, () => this.#resolve(response));
    if (isTruncated) this.#controller?.abort(new Error('The body is larger than maxResponseSize'));
  }

  /** Returns false if it has already ended. */
  #end(): boolean {
    if (this.#hasEnded) return false;
    this.#hasEnded = true;
    this.#stopTimer?.();
    return true;
  }
}
