import type { IncomingMessage } from 'node:http';

/**
 * The kind of endpoint that a request reaches. `flex` has the snapshots and restore jobs of Flex clusters, `tenant` the
 * snapshots of the tenant endpoint. `other` is everything else, such as projects, clusters and backups of dedicated clusters.
 */
export type RequestKind = 'tenant' | 'flex' | 'token' | 'revoke' | 'other';

/** The names in a path. Each is empty if the path has no such segment. */
export interface PathNames {
  readonly groupId: string;
  readonly clusterName: string;
  readonly snapshotId: string;
}

/** A request that the emulator received. */
export interface ReceivedRequest extends PathNames {
  readonly method: string;
  /** Scheme, host and port. */
  readonly origin: string;
  /** The path without the query. */
  readonly path: string;
  /** The path with the query, as on the request line. */
  readonly target: string;
  readonly kind: RequestKind;
  readonly query: URLSearchParams;
  /** Header names are in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export function receive(
  { method = 'GET', headersDistinct }: IncomingMessage,
  { origin, pathname: path, search, searchParams: query }: URL,
  body: string,
  names: PathNames,
  kind: RequestKind = 'other',
): ReceivedRequest {
  const lines = Object.entries(headersDistinct).map(([name, values = []]) => [name, values.join(', ')]);
  const headers = Object.fromEntries(lines);
  return { ...names, method, origin, path, target: path + search, kind, query, headers, body };
}

/** Returns whether a request is for tokens: it needs no login, and its response is always plain JSON. */
export function isOAuth({ kind }: ReceivedRequest): boolean {
  return kind === 'token' || kind === 'revoke';
}

/** A request that the emulator received, as its `requests` have it. */
export interface RecordedRequest {
  readonly method: string;
  /** The path with the query, as on the request line. */
  readonly path: string;
  /** Header names are in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** The endpoint that the request reached. */
  readonly kind: RequestKind;
  /** The scheme of `Authorization` in lower case: `digest`, `bearer` or `basic`. Undefined without that header. */
  readonly scheme: string | undefined;
  /** Time of arrival, in ms since the epoch. */
  readonly receivedAt: number;
  /** The HTTP status of the response. Undefined until it is known, and if the connection was reset. */
  readonly status: number | undefined;
  /** Whether the client disconnected before it had the complete response. */
  readonly aborted: boolean;
}

/** A record that the emulator still changes: it sets `status` and `aborted` later. */
type PendingRecord = { -readonly [Name in keyof RecordedRequest]: RecordedRequest[Name] };

export function toRecord({ method, target: path, kind, headers, body }: ReceivedRequest): PendingRecord {
  const scheme = headers['authorization']?.split(' ', 1)[0]?.toLowerCase();
  return { method, path, headers, body, kind, scheme, receivedAt: Date.now(), status: undefined, aborted: false };
}
