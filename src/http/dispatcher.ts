import type { HeaderFields } from './headers.js';

/**
 * A dispatcher of undici 7 or 8: an `Agent`, `ProxyAgent`, `MockAgent` or another. The type is minimal, because the
 * `Dispatcher` types of the two versions are not assignable to each other.
 */
export interface DispatcherLike {
  /** Sends a request and calls the handler with its response. */
  dispatch(options: never, handler: never): boolean;
}

/** A dispatcher, as this package calls it. */
export interface Dispatcher {
  dispatch(options: DispatchOptions, handler: DispatchHandler): boolean;
}

/** One request. */
export interface WireRequest {
  readonly method: 'GET' | 'POST';
  /** The request target: path and query. */
  readonly path: string;
  /** Names and values in turn. */
  readonly headers: string[];
  readonly body: string | null;
}

/** One request, in the form that undici takes. */
export interface DispatchOptions extends WireRequest {
  /** Scheme, host and port. */
  readonly origin: string;
}

/** Stops an exchange. */
export interface DispatchController {
  /** Ends the exchange and closes its connection. */
  abort(reason: Error): void;
}

/** What a dispatcher calls during an exchange. */
export interface DispatchHandler {
  /** The request is being sent. */
  onRequestStart(controller: DispatchController): void;
  /** The head of a response arrived. Also called for interim (1xx) responses. */
  onResponseStart(controller: DispatchController, statusCode: number, headers: HeaderFields): void;
  /** A part of the body arrived. */
  onResponseData(controller: DispatchController, chunk: Buffer): void;
  /** The response is complete. */
  onResponseEnd(controller: DispatchController): void;
  /**
   * The exchange failed.
   *
   * @param isRefusal - whether a fetch refused the request, such as a mock without a handler for it. undici leaves this out.
   */
  onResponseError(controller: DispatchController, error: unknown, isRefusal?: boolean): void;
}
