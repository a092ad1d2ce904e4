import type { HeaderFields } from './headers.js';

/** What undici gives a handler to stop an exchange with. */
export interface DispatchControllerLike {
  /** Ends the exchange and its connection. */
  abort(reason: Error): void;
}

/** What undici calls while an exchange goes on. */
export interface DispatchHandlerLike {
  /** The request goes on the wire. */
  onRequestStart(controller: DispatchControllerLike, context: unknown): void;
  /** The head of an answer, also of an interim one. */
  onResponseStart(controller: DispatchControllerLike, statusCode: number, headers: HeaderFields): void;
  /** A piece of the body. */
  onResponseData(controller: DispatchControllerLike, chunk: Buffer): void;
  /** The answer is whole. */
  onResponseEnd(controller: DispatchControllerLike, trailers: HeaderFields): void;
  /** There will be no answer, or no more of it. */
  onResponseError(controller: DispatchControllerLike, error: Error): void;
}

/** One request, as undici takes it. */
export interface DispatchOptionsLike {
  /** Scheme, host and port. */
  origin: string;
  /** The request target: path and query. */
  path: string;
  /** POST is for tokens only. */
  method: 'GET' | 'POST';
  /** Names and values in turn. */
  headers: string[];
  /** Absent for a GET. */
  body: string | null;
  /** Always 0, no limit: the client has its own clock. */
  headersTimeout: number;
  /** Always 0, no limit: the client has its own clock. */
  bodyTimeout: number;
}

/**
 * The part of an undici dispatcher that this package uses. The agents of undici 7 and 8 fit: `Agent`, `ProxyAgent`,
 * `MockAgent` and others. It is structural because the `Dispatcher` types of the two are not assignable to each other.
 */
export interface DispatcherLike {
  /** Sends a request, and drives the handler. */
  dispatch(options: DispatchOptionsLike, handler: DispatchHandlerLike): boolean;
}
