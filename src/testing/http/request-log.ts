import type { ReceivedRequest, RequestKind } from './received-request.js';

/** A request that the emulator received. */
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
  /** Time of arrival, in ms by the emulator's clock. */
  readonly receivedAt: number;
  /** The HTTP status of the response. Undefined until it is known, and if the connection was reset. */
  readonly status: number | undefined;
  /**
   * Whether the client disconnected before it had the complete response. Without a socket: whether the request's signal
   * was aborted.
   */
  readonly aborted: boolean;
}

/** A record that the emulator still changes: it sets `status` and `aborted` later. */
export type PendingRecord = { -readonly [Name in keyof RecordedRequest]: RecordedRequest[Name] };

export function toRecord(request: ReceivedRequest, receivedAt: number): PendingRecord {
  const { method, target: path, kind, headers, body } = request;
  const scheme = headers['authorization']?.split(' ', 1)[0]?.toLowerCase();
  return { method, path, headers, body, kind, scheme, receivedAt, status: undefined, aborted: false };
}
