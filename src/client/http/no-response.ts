/** Why there is no response, in a word. */
export type NoResponseKind =
  | 'attempt timeout'
  | 'connect timeout'
  | 'other'
  | 'proxy login'
  | 'proxy refusal'
  | 'dispatcher version'
  | 'mock'
  | 'fetch refusal'
  | 'certificate'
  | 'protocol';

const retryableKinds: readonly NoResponseKind[] = ['attempt timeout', 'connect timeout', 'other'];

/** Why there is no response. */
export class NoResponse {
  readonly kind: NoResponseKind;
  /** ms. */
  readonly attemptTimeout: number;
  /** What broke; absent if attemptTimeout expired. */
  readonly cause: Error | undefined;
  /**
   * Whether the connection died before any part of a response arrived, and is not known to be new. A resend may succeed at once.
   */
  readonly isDeadConnection: boolean;

  constructor(kind: NoResponseKind, attemptTimeout: number, cause?: Error, isDeadConnection = false) {
    this.kind = kind;
    this.attemptTimeout = attemptTimeout;
    this.cause = cause;
    this.isDeadConnection = isDeadConnection;
  }

  /** Whether another attempt may succeed. */
  get isRetryable(): boolean {
    return retryableKinds.includes(this.kind);
  }
}

const certificateError =
  /CERT|UND_ERR_PRX_TLS|UNABLE_TO_VERIFY|HOSTNAME_MISMATCH|INVALID_CA|INVALID_PURPOSE|PATH_LENGTH_EXCEEDED|UNKNOWN_CA/;

// The server speaks neither HTTP nor TLS, or one where the other is expected. undici's HTTP parser error has a name, but no fixed
// code.
const protocolError = /^(?:ERR_SSL_|EPROTO$|EINVAL$|UND_ERR_HEADERS_OVERFLOW$)/;

const mockCodes = ['UND_MOCK_ERR_MOCK_NOT_MATCHED', 'ERR_NOCK_NO_MATCH'];

/** Classifies an error of undici, of a fetch or of a mock. */
export function kindOfError(error: Error): NoResponseKind {
  // A fetch wraps the error of its proxy.
  const { message } = isErrorLike(error.cause) ? error.cause : error;
  const [, proxyStatus] = /Proxy (?:response|Authentication Required) \((\d+)\)/.exec(message) ?? [];
  if (proxyStatus === '407') return 'proxy login';
  if (proxyStatus === '403') return 'proxy refusal';
  // What answers CONNECT with such a status is no proxy. NaN if no proxy answered.
  if (Number(proxyStatus) < 500) return 'protocol';
  const code = codeOf(error);
  if (code === 'UND_ERR_INVALID_ARG') return 'dispatcher version';
  if (mockCodes.includes(code) || /^(?:\[MSW\]|fetch-mock:)/.test(error.message)) return 'mock';
  // Only the request that opens a tunnel through a proxy has a headers timeout.
  if (code === 'UND_ERR_CONNECT_TIMEOUT' || code === 'UND_ERR_HEADERS_TIMEOUT') return 'connect timeout';
  if (certificateError.test(code)) return 'certificate';
  return error.name === 'HTTPParserError' || protocolError.test(code) ? 'protocol' : 'other';
}

const connectionLossCodes = ['UND_ERR_SOCKET', 'ECONNRESET', 'EPIPE'];

/** Whether an error of undici or of a fetch says that a connection died. */
export function isConnectionLoss(error: Error): boolean {
  // undici reports a lost HTTP/2 stream by its message only.
  const isStreamLost = /REFUSED_STREAM|GOAWAY|HTTP\/2: stream half-closed/.test(error.message);
  return isStreamLost || connectionLossCodes.includes(codeOf(error));
}

function codeOf(error: Error): string {
  return 'code' in error && typeof error.code === 'string' ? error.code : '';
}

/** Copies what was thrown or reported as a plain error, with its cause. It may be anything. */
export function toError(reason: unknown): Error & { code?: string } {
  const { name, message, code, cause }: Partial<Record<string, unknown>> = Object(reason);
  const text = [message, reason].find((value) => typeof value === 'string') ?? 'No error was reported';
  const copy = new Error(text, isErrorLike(cause) ? { cause: new Error(cause.message) } : {});
  if (typeof name === 'string') copy.name = name;
  // The numeric code of a DOMException does not help.
  return typeof code === 'string' ? Object.assign(copy, { code }) : copy;
}

/** Whether a value can be treated as an Error. Not instanceof: it may come from another realm. */
export function isErrorLike(value: unknown): value is Error {
  return typeof value === 'object' && value !== null && 'message' in value && typeof value.message === 'string';
}
