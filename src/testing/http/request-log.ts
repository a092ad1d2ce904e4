import type { ReceivedRequest } from './received-request.js';
import type { RequestKind } from './routes.js';

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
}

/** A request whose status is set when its response is known. */
export type PendingRecord = Omit<RecordedRequest, 'status'> & { status: number | undefined };

export function toRecord(request: ReceivedRequest, receivedAt: number): PendingRecord {
  const { method, target, route, headers, body } = request;
  const scheme = headers['authorization']?.split(' ', 1)[0]?.toLowerCase();
  return { method, path: target, headers, body, kind: route.kind, scheme, receivedAt, status: undefined };
}
