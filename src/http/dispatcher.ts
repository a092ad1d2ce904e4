import type { HeaderFields } from './headers.js';

/** Stops an exchange. undici passes it to the handler. */
export interface DispatchControllerLike {
  /** Ends the exchange and closes its connection. */
  abort(reason: Error): void;
}

/** What undici calls during an exchange. */
export interface DispatchHandlerLike {
  /** The request is being sent. */
  onRequestStart(controller: DispatchControllerLike, context: unknown): void;
  /** The head of a response arrived. Also called for interim (1xx) responses. */
  onResponseStart(controller: DispatchControllerLike, statusCode: number, headers: HeaderFields): void;
  /** A part of the body arrived. */
  onResponseData(controller: DispatchControllerLike, chunk: Buffer): void;
  /** The response is complete. */
  onResponseEnd(controller: DispatchControllerLike, trailers: HeaderFields): void;
  /** The exchange failed. */
  onResponseError(controller: DispatchControllerLike, error: Error): void;
}

/** One request, in the form that undici takes. */
export interface DispatchOptionsLike {
  /** Scheme, host and port. */
  origin: string;
  /** The request target: path and query. */
  path: string;
  /** POST is for access tokens only. */
  method: 'GET' | 'POST';
  /** Names and values in turn. */
  headers: string[];
  /** Null for a GET. */
  body: string | null;
  /** Always 0, no limit: the client has its own timers. */
  headersTimeout: number;
  /** Always 0, no limit: the client has its own timers. */
  bodyTimeout: number;
}

/**
 * The part of an undici dispatcher that this package uses. Agents of undici 7 and 8 match it: `Agent`, `ProxyAgent`,
 * `MockAgent` and others. The type is structural because the `Dispatcher` types of the two are not assignable to each
 * other.
 */
export interface DispatcherLike {
  /** Sends a request and calls the handler with its response. */
  dispatch(options: DispatchOptionsLike, handler: DispatchHandlerLike): boolean;
}
