/**
 * Why there is no response, in a word. `sender`: the option `fetch` or `dispatcher` failed by itself. Only `network` and `connecting` are
 * temporary.
 */
export type NoResponseKind = 'network' | 'connecting' | 'protocol' | 'certificate' | 'proxy' | 'mock' | 'sender';

/** What an exchange rejects with when `attemptTimeout` expires. */
export class AttemptTimeout extends Error {}

/** What an exchange rejects with if the option `fetch` rejected with something other than a network error, which is the cause. */
export class FetchRejection extends Error {}

/** An error of undici, of a fetch or of a mock, as a plain error. */
type SenderError = Error & { code?: string };

const certificateCode =
  /CERT|UND_ERR_PRX_TLS|UNABLE_TO_VERIFY|HOSTNAME_MISMATCH|INVALID_CA|INVALID_PURPOSE|PATH_LENGTH_EXCEEDED|UNKNOWN_CA/;

// The server speaks neither HTTP nor TLS, or one where the other is expected.
const protocolCode = /^(?:ERR_SSL_|EPROTO$|EINVAL$|UND_ERR_HEADERS_OVERFLOW$)/;

const mockCode = /^(?:UND_MOCK_ERR_MOCK_NOT_MATCHED|ERR_NOCK_NO_MATCH)$/;

// Only the request that opens a tunnel through a proxy has a headers timeout.
const connectTimeoutCode = /^UND_ERR_(?:CONNECT|HEADERS)_TIMEOUT$/;

/** Finds out what an exchange without a response rejected with, which may be anything. */
export function classify(reason: unknown): { readonly kind: NoResponseKind; readonly error: SenderError } {
  const isRejection = reason instanceof FetchRejection;
  const error = toError(isRejection ? reason.cause : reason);
  const kind = kindOf(error);
  return { kind: isRejection && kind === 'network' ? 'sender' : kind, error };
}

function kindOf({ name, message, code = '', cause }: SenderError): NoResponseKind {
  // A fetch wraps the error of its proxy.
  const said = isErrorLike(cause) ? cause.message : message;
  const [, proxyStatus] = /Proxy (?:response|Authentication Required) \((\d+)\)/.exec(said) ?? [];
  if (proxyStatus === '407' || proxyStatus === '403') return 'proxy';
  // What answers CONNECT with such a status is no proxy. NaN if no proxy answered.
  if (Number(proxyStatus) < 500) return 'protocol';
  if (mockCode.test(code) || /^(?:\[MSW\]|fetch-mock:)/.test(message)) return 'mock';
  if (connectTimeoutCode.test(code)) return 'connecting';
  if (certificateCode.test(code)) return 'certificate';
  // undici's HTTP parser error has a name, but no fixed code.
  if (name === 'HTTPParserError' || protocolCode.test(code)) return 'protocol';
  // A dispatcher of undici 6 or older does not accept the handler.
  return code === 'UND_ERR_INVALID_ARG' ? 'sender' : 'network';
}

function toError(reason: unknown): SenderError {
  try {
    const { name, message, code, cause }: Partial<Record<string, unknown>> = Object(reason);
    const text = [message, reason].find((value) => typeof value === 'string') ?? 'No error was reported';
    const copy = new Error(text, isErrorLike(cause) ? { cause: new Error(cause.message) } : {});
    if (typeof name === 'string') copy.name = name;
    // The numeric code of a DOMException does not help.
    return typeof code === 'string' ? Object.assign(copy, { code }) : copy;
  } catch {
    return new Error('The error that was reported throws another one when it is read');
  }
}

/** Whether a value can be treated as an Error. Not instanceof: it may come from another realm. */
export function isErrorLike(value: unknown): value is Error {
  return typeof value === 'object' && value !== null && 'message' in value && typeof value.message === 'string';
}
