/** What a request asks for: which endpoint it reaches. */
export type RequestKind = 'tenant' | 'flex' | 'token' | 'revoke' | 'other';

/** A request as the emulator got it. */
export interface ReceivedRequest {
  readonly method: string;
  /** Scheme, host and port that it was sent to. */
  readonly origin: string;
  /** The path alone. */
  readonly path: string;
  /** The path with its query, as on the request line. */
  readonly target: string;
  readonly query: URLSearchParams;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly signal: AbortSignal;
}

export async function receive(request: Request): Promise<ReceivedRequest> {
  const url = new URL(request.url);
  return {
    method: request.method,
    origin: url.origin,
    path: url.pathname,
    target: url.pathname + url.search,
    query: url.searchParams,
    headers: Object.fromEntries(request.headers),
    body: await request.text(),
    signal: request.signal,
  };
}
