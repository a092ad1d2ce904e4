import { parseRoute, type Route } from './routes.js';

/** A request that the emulator received. */
export interface ReceivedRequest {
  readonly method: string;
  /** Scheme, host and port. */
  readonly origin: string;
  /** The path without the query. */
  readonly path: string;
  readonly route: Route;
  /** The path with the query, as on the request line. */
  readonly target: string;
  readonly query: URLSearchParams;
  /** Header names are in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly signal: AbortSignal;
}

export function receive(request: Request, body: string): ReceivedRequest {
  const url = new URL(request.url);
  return {
    method: request.method,
    origin: url.origin,
    path: url.pathname,
    route: parseRoute(url.pathname),
    target: url.pathname + url.search,
    query: url.searchParams,
    headers: Object.fromEntries(request.headers),
    body,
    signal: request.signal,
  };
}
