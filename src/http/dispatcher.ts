/** Header fields as undici hands them over: names in lower case, a repeated field as an array. */
export type HeaderFields = Readonly<Record<string, string | string[] | undefined>>;

/** What undici gives a handler to stop an exchange with. */
export interface DispatchControllerLike {
  abort(reason: Error): void;
}

/** What undici calls while an exchange goes on. */
export interface DispatchHandlerLike {
  onRequestStart(controller: DispatchControllerLike, context: unknown): void;
  onResponseStart(controller: DispatchControllerLike, statusCode: number, headers: HeaderFields): void;
  onResponseData(controller: DispatchControllerLike, chunk: Buffer): void;
  onResponseEnd(controller: DispatchControllerLike, trailers: HeaderFields): void;
  onResponseError(controller: DispatchControllerLike, error: Error): void;
}

/** One request, as undici takes it. */
export interface DispatchOptionsLike {
  origin: string;
  path: string;
  method: 'GET' | 'POST';
  /** Names and values in turn. */
  headers: string[];
  body?: string | null;
  headersTimeout: number;
  bodyTimeout: number;
}

/**
 * The part of an undici dispatcher that this package uses. The agents of undici 7 and 8 fit: `Agent`, `ProxyAgent`,
 * `MockAgent` and others. It is structural because the `Dispatcher` types of the two are not assignable to each other.
 */
export interface DispatcherLike {
  dispatch(options: DispatchOptionsLike, handler: DispatchHandlerLike): boolean;
}
