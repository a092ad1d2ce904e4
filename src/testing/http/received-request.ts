/**
 * The kind of endpoint that a request reaches. `flex` has the snapshots and restore jobs of Flex clusters, `tenant` the
 * snapshots of the tenant endpoint. `other` is everything else, such as projects, clusters and backups of dedicated clusters.
 */
export type RequestKind = 'tenant' | 'flex' | 'token' | 'revoke' | 'other';

/** How many requests a token bucket holds, and how many it gains per minute. */
export interface TokenBucket {
  readonly capacity: number;
  readonly refillPerMinute: number;
}

/** What the emulator serves under a path. */
export interface Route {
  /** Each `{groupId}`, `{clusterName}` and `{snapshotId}` stands for one segment. */
  readonly path: string;
  /** Default `other`. */
  readonly kind?: RequestKind;
  /** The token bucket that Atlas has for each project. Default: `USUAL_BUCKET`. */
  readonly bucket?: TokenBucket;
}

// Recorded for snapshots of Flex and dedicated clusters.
const USUAL_BUCKET: TokenBucket = { capacity: 1200, refillPerMinute: 500 };

/** The names in a path. Each is empty if the path has no such segment. */
export interface PathNames {
  readonly groupId: string;
  readonly clusterName: string;
  readonly snapshotId: string;
}

export const NO_NAMES: PathNames = { groupId: '', clusterName: '', snapshotId: '' };

/** A request that the emulator received. */
export interface ReceivedRequest extends PathNames {
  readonly method: string;
  /** Scheme, host and port. */
  readonly origin: string;
  /** The path without the query. */
  readonly path: string;
  readonly kind: RequestKind;
  readonly bucket: TokenBucket;
  /** The path with the query, as on the request line. */
  readonly target: string;
  readonly query: URLSearchParams;
  /** Header names are in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly signal: AbortSignal;
}

export function receive(request: Request, body: string, route: Route | undefined, names: PathNames): ReceivedRequest {
  const url = new URL(request.url);
  return {
    ...names,
    method: request.method,
    origin: url.origin,
    path: url.pathname,
    kind: route?.kind ?? 'other',
    bucket: route?.bucket ?? USUAL_BUCKET,
    target: url.pathname + url.search,
    query: url.searchParams,
    headers: Object.fromEntries(request.headers),
    body,
    signal: request.signal,
  };
}

/** Returns whether a request is for tokens: it needs no login, and its response is always plain JSON. */
export function isOAuth({ kind }: ReceivedRequest): boolean {
  return kind === 'token' || kind === 'revoke';
}
