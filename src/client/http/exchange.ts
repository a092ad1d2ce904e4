import { isConnectionLoss, kindOfError, NoResponse, toError } from './no-response.js';
import type { Scope } from './scope.js';
import { afterTurns, startTimer, turnsToFreeConnection } from './timer.js';

/** A response. `Transport` returns it with its body decoded. */
export interface HttpResponse {
  readonly status: number;
  /** By lowercase name. Repeated fields are joined, as RFC 9110 section 5.3 allows. */
  readonly headers: Readonly<Record<string, string>>;
  readonly bytes: Buffer;
  /** The `maxResponseSize` at which the body was cut off; absent if it is whole. */
  readonly truncatedAt: number | undefined;
  /** Why the body could not be decoded, in words. There are no bytes then. */
  readonly decodingProblem?: string;
}

/** Header fields by lowercase name, as undici has them. A repeated field has an array with a string per line. */
type HeaderFields = Readonly<Record<string, string | string[]>>;

/** The limits of one exchange. */
export interface ExchangeLimits {
  /** ms, from when the request is on the wire. */
  readonly attemptTimeout: number;
  /** bytes of a body. */
  readonly maxResponseSize: number;
}

/** Stops an exchange. */
export interface DispatchController {
  /** Ends the exchange and closes its connection. */
  abort(reason: Error): void;
}

/** Shared by the exchanges of a transport. */
export interface PoolState {
  /** Whether the request that undici starts now is the first of a new connection. Always false with a dispatcher of the caller's. */
  isFirstRequest: boolean;
}

/** How to settle the promise of an exchange. */
interface Settle {
  readonly resolve: (response: HttpResponse) => void;
  readonly reject: (reason: unknown) => void;
}

/** One request and what has arrived of its response. It is the handler that a dispatcher calls. */
export class Exchange {
  readonly #limits: ExchangeLimits;
  readonly #scope: Scope;
  readonly #settle: Settle;
  readonly #poolState: Readonly<PoolState>;
  /** Absent while the request is queued. */
  #controller: DispatchController | undefined;
  #stopTimer = () => {};
  #hasEnded = false;
  #isFirstRequest = false;
  /** 0 until the head of a response arrives. */
  #status = 0;
  #headers: HeaderFields = {};
  /** The body so far, and room for more. Small chunks that are kept one by one would take far more memory than their bytes. */
  #body: Buffer = Buffer.alloc(0);
  #size = 0;

  /** Ends the exchange because its call has ended. Rejects before the connection is free, because the call sends nothing more. */
  readonly #interrupt = (reason: unknown) => {
    if (!this.#hasEnded) this.#settle.reject(reason);
    this.#fail(reason);
  };

  constructor(limits: ExchangeLimits, scope: Scope, settle: Settle, poolState: Readonly<PoolState>) {
    this.#limits = limits;
    this.#scope = scope;
    this.#settle = settle;
    this.#poolState = poolState;
    scope.begin('waiting for a connection', this.#interrupt);
  }

  /** The request is being sent. */
  onRequestStart(controller: DispatchController): void {
    // The call ended while its request was queued. Throwing keeps the connection open; `abort` would close it.
    if (this.#hasEnded) throw new Error('The call ended before its request was sent');
    this.#controller = controller;
    this.#isFirstRequest = this.#poolState.isFirstRequest;
    this.#scope.begin('waiting for the response', this.#interrupt);
    const { attemptTimeout } = this.#limits;
    // A dispatcher that retries starts the request again.
    this.#stopTimer();
    const onTimeout = () => this.#fail(new NoResponse('attempt timeout', attemptTimeout));
    // In the background, because the timer of the call keeps the process alive.
    this.#stopTimer = startTimer(attemptTimeout, onTimeout, true);
  }

  /** The head of a response arrived. Also called for interim (1xx) responses. */
  onResponseStart(_controller: DispatchController, status: number, headers: HeaderFields): void {
    // An interim response, such as a 103, is overwritten by the final one.
    this.#status = status;
    this.#headers = headers;
    // The body of an error is worth reading up to the limit.
    const isSuccess = status >= 200 && status < 300;
    if (isSuccess && Number(headers['content-length']) > this.#limits.maxResponseSize) this.#finish(true);
  }

  /** A part of the body arrived. */
  onResponseData(_controller: DispatchController, chunk: Buffer): void {
    const part = chunk.subarray(0, this.#limits.maxResponseSize - this.#size);
    // Most responses have one chunk, which need not be copied.
    if (this.#size === 0) this.#body = part;
    else this.#append(part);
    this.#size += part.length;
    if (part.length < chunk.length) this.#finish(true);
  }

  #append(part: Buffer): void {
    const size = this.#size + part.length;
    if (size > this.#body.length) {
      // Room for twice as much, so that a body of many chunks is copied only a few times.
      const body = Buffer.allocUnsafe(Math.min(2 * size, this.#limits.maxResponseSize));
      this.#body.copy(body);
      this.#body = body;
    }
    part.copy(this.#body, this.#size);
  }

  /** The response is complete. */
  onResponseEnd(): void {
    this.#finish(false);
  }

  /**
   * The exchange failed.
   *
   * @param isOwnError - whether the option `fetch` rejected with something other than a network error. undici does not pass it.
   */
  onResponseError(_controller: DispatchController | undefined, reason: unknown, isOwnError = false): void {
    const cause = toError(reason);
    const kind = kindOfError(cause);
    const isUnanswered = this.#controller !== undefined && this.#status === 0;
    const isDead = isUnanswered && !this.#isFirstRequest && isConnectionLoss(cause);
    const { attemptTimeout } = this.#limits;
    this.#fail(new NoResponse(isOwnError && kind === 'other' ? 'fetch refusal' : kind, attemptTimeout, cause, isDead));
  }

  #fail(reason: unknown): void {
    this.#end(() => this.#settle.reject(reason), false);
  }

  #finish(isTruncated: boolean): void {
    const bytes = this.#body.subarray(0, this.#size);
    const truncatedAt = isTruncated ? this.#limits.maxResponseSize : undefined;
    const response = { status: this.#status, headers: joinFields(this.#headers), bytes, truncatedAt };
    this.#end(() => this.#settle.resolve(response), !isTruncated);
  }

  /** Settles when undici has freed the connection, so that the next request can use it. */
  #end(settle: () => void, isComplete: boolean): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    this.#stopTimer();
    afterTurns(turnsToFreeConnection, settle);
    if (!isComplete) this.#controller?.abort(new Error('The request was given up'));
  }
}

/** Joins repeated fields. Few responses have any, and a copy takes 2 % of a call. */
function joinFields(fields: HeaderFields): Record<string, string> {
  // No value is an array, so all are strings.
  if (!Object.values(fields).some(Array.isArray)) return fields as Record<string, string>;
  return Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, [value].flat().join(', ')]));
}
