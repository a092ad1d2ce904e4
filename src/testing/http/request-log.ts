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

/** Adds a request to the log, and returns a function that sets the status of its response. */
export function record(log: RecordedRequest[], request: ReceivedRequest, now: number): (status: number) => void {
  const { method, target, route, headers, body } = request;
  const scheme = headers['authorization']?.split(' ', 1)[0]?.toLowerCase();
  const entry = { method, path: target, headers, body, kind: route.kind, scheme, receivedAt: now };
  const recorded: { -readonly [K in keyof RecordedRequest]: RecordedRequest[K] } = { ...entry, status: undefined };
  log.push(recorded);
  return (status) => {
    recorded.status = status;
  };
}
