import { AttemptTimeout } from './no-response.js';
import { decode, type HttpResponse } from './response.js';
import type { Scope } from './scope.js';

/** Header fields by lowercase name, as undici has them. A repeated field has an array with a string per line. */
type HeaderFields = Readonly<Record<string, string | string[]>>;

/** Stops an exchange. */
export interface DispatchController {
  /** Ends the exchange and closes its connection. */
  abort(reason: Error): void;
}

/** How to settle the promise of an exchange. */
interface Settle {
  readonly resolve: (response: HttpResponse) => void;
  readonly reject: (reason: unknown) => void;
}

/** Captured at import, so that it works under fake timers too. */
export const { setImmediate } = globalThis;

/** A request, in the form that undici takes. */
export interface DispatchOptions {
  /** Scheme, host and port. */
  readonly origin: string;
  readonly method: 'GET' | 'POST';
  /** The request target: path and query. */
  readonly path: string;
  /** By lowercase name. */
  readonly headers: Record<string, string>;
  readonly body: string | null;
}

/** One request, and the limits of its exchange. */
export interface WireRequest extends Omit<DispatchOptions, 'origin'> {
  /** ms, from when the request is on the wire. */
  readonly attemptTimeout: number;
  /** bytes of the body of the response. */
  readonly maxResponseSize: number;
}

/** One request and what has arrived of its response. It is the handler that a dispatcher calls. */
export class Exchange {
  readonly #attemptTimeout: number;
  readonly #maxResponseSize: number;
  readonly #scope: Scope;
  readonly #settle: Settle;
  /** Absent while the request is queued. */
  #controller: DispatchController | undefined;
  #timer: NodeJS.Timeout | undefined;
  #hasEnded = false;
  #status = 0;
  #headers: HeaderFields = {};
  readonly #chunks: Buffer[] = [];
  /** bytes of the chunks. */
  #size = 0;

  /** Ends the exchange because its call has ended. Rejects before the connection is free, because the call sends nothing more. */
  readonly #interrupt = (reason: unknown) => {
    this.#settle.reject(reason);
    this.#giveUp(reason);
  };

  constructor({ attemptTimeout, maxResponseSize }: WireRequest, scope: Scope, settle: Settle) {
    this.#attemptTimeout = attemptTimeout;
    this.#maxResponseSize = maxResponseSize;
    this.#scope = scope;
    this.#settle = settle;
    scope.begin('waiting for a connection', this.#interrupt);
  }

  /** The request is being sent. */
  onRequestStart(controller: DispatchController): void {
    // The call ended while its request was queued. Throwing keeps the connection open; `abort` would close it.
    if (this.#hasEnded) throw new Error('The call ended before its request was sent');
    this.#controller = controller;
    this.#scope.begin('waiting for the response', this.#interrupt);
    // A dispatcher that retries starts the request again.
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#giveUp(new AttemptTimeout()), this.#attemptTimeout);
    // The timer of the call keeps the process alive, not this one.
    this.#timer.unref();
  }

  /** The head of a response arrived. Also called for interim (1xx) responses. */
  onResponseStart(_controller: DispatchController, status: number, headers: HeaderFields): void {
    // An interim response, such as a 103, is overwritten by the final one.
    this.#status = status;
    this.#headers = headers;
    // The body of an error is worth reading up to the limit.
    const isSuccess = status >= 200 && status < 300;
    if (isSuccess && Number(headers['content-length']) > this.#maxResponseSize) this.#cutOff();
  }

  /** A part of the body arrived. */
  onResponseData(_controller: DispatchController, chunk: Buffer): void {
    const part = chunk.subarray(0, this.#maxResponseSize - this.#size);
    this.#chunks.push(part);
    this.#size += part.length;
    if (part.length < chunk.length) this.#cutOff();
  }

  /** The response is complete. */
  onResponseEnd(): void {
    if (!this.#hasEnded) this.#resolve(undefined);
  }

  /** The exchange failed. */
  onResponseError(_controller: DispatchController | undefined, reason: unknown): void {
    this.#giveUp(reason);
  }

  /** Resolves with the start of a response that is too large. */
  #cutOff(): void {
    if (this.#hasEnded) return;
    this.#resolve(this.#maxResponseSize);
    this.#closeConnection();
  }

  #giveUp(reason: unknown): void {
    if (this.#hasEnded) return;
    this.#end(() => this.#settle.reject(reason));
    this.#closeConnection();
  }

  /** Resolves with what has arrived. */
  #resolve(truncatedAt: number | undefined): void {
    const headers = joinFields(this.#headers);
    const response = { status: this.#status, headers, bytes: Buffer.concat(this.#chunks), truncatedAt };
    this.#end(() => this.#settle.resolve(decode(response, this.#maxResponseSize)));
  }

  /**
   * Settles two turns of the event loop later, when undici has freed the connection. A request that followed sooner would open
   * another one.
   */
  #end(settle: () => void): void {
    this.#hasEnded = true;
    clearTimeout(this.#timer);
    setImmediate(setImmediate, settle);
  }

  /** Closes the connection, because the rest of the response is not wanted. */
  #closeConnection(): void {
    this.#controller?.abort(new Error('The request was given up'));
  }
}

/** Joins the values of repeated fields. Few responses have any, so the others are not copied. */
function joinFields(fields: HeaderFields): Record<string, string> {
  // No value is an array, so all are strings.
  if (!Object.values(fields).some(Array.isArray)) return fields as Record<string, string>;
  return Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, [value].flat().join(', ')]));
}
