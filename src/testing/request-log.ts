import type { ReceivedRequest, RequestKind } from './received-request.js';
import { kindOf } from './routes.js';

/** A request that the emulator got. */
export interface RecordedRequest {
  readonly method: string;
  /** The path with its query, as on the request line. */
  readonly path: string;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** Which endpoint it reached. */
  readonly kind: RequestKind;
  /** The scheme of its `Authorization`, in lower case: `digest`, `bearer`, `basic`; undefined where it had none. */
  readonly scheme: string | undefined;
  /** When it came in, in ms of the emulator's clock. */
  readonly receivedAt: number;
  /** The HTTP status that it was answered with; undefined until then, and for good where the connection was reset. */
  readonly status: number | undefined;
}

/** Records a request; the function that comes back fills in the status of its answer. */
export function record(log: RecordedRequest[], request: ReceivedRequest, now: number): (status: number) => void {
  const { method, target, path, headers, body } = request;
  const scheme = headers['authorization']?.split(' ', 1)[0]?.toLowerCase();
  const entry = { method, path: target, headers, body, kind: kindOf(path), scheme, receivedAt: now };
  const recorded: { -readonly [K in keyof RecordedRequest]: RecordedRequest[K] } = { ...entry, status: undefined };
  log.push(recorded);
  return (status) => {
    recorded.status = status;
  };
}
