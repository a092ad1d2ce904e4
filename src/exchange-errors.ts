import { AtlasConnectionError, type AtlasError, type AtlasErrorContext, AtlasTimeoutError } from './errors.js';
import type { ExchangeFailure, ExchangeLimits } from './http/exchange.js';
import type { Mask } from './http/mask.js';

/** The error of an exchange that ended without an answer. */
export function exchangeError(
  { cause }: ExchangeFailure,
  operation: string,
  { attemptTimeout }: ExchangeLimits,
  mask: Mask,
  context: AtlasErrorContext,
): AtlasError {
  if (cause === undefined) {
    const message = `${operation} got no whole answer within attemptTimeout (${attemptTimeout} ms): raise attemptTimeout if Atlas is slow to you`;
    return new AtlasTimeoutError(message, context);
  }
  hideSecrets(cause, mask);
  const code = 'code' in cause && cause.code !== undefined ? ` (${String(cause.code)})` : '';
  const message = `${operation} got no usable answer${code}: check the network, baseUrl and any proxy between; the cause says what broke`;
  return new AtlasConnectionError(message, { ...context, cause });
}

/** Causes may form a circle. */
const deepestCause = 8;

// undici's parser error has the bytes that it could not read, its responseError() the body, and its MockAgent tells the
// headers of a request that it does not know: a server that echoes would put the request there.
function hideSecrets(error: unknown, mask: Mask, depth = 0): void {
  if (!isErrorLike(error) || depth === deepestCause) return;
  for (const name of ['data', 'body', 'headers']) Reflect.deleteProperty(error, name);
  for (const name of ['message', 'stack', 'code', 'cause'] as const) {
    const text = error[name];
    if (typeof text === 'string') Reflect.set(error, name, mask.text(text));
  }
  hideSecrets(error.cause, mask, depth + 1);
  if (Array.isArray(error.errors)) for (const each of error.errors) hideSecrets(each, mask, depth + 1);
}

interface ErrorLike {
  readonly message: unknown;
  readonly stack?: unknown;
  readonly code?: unknown;
  readonly cause?: unknown;
  /** Of an AggregateError. */
  readonly errors?: unknown;
}

// No instanceof: it may be of another realm.
function isErrorLike(value: unknown): value is ErrorLike {
  return typeof value === 'object' && value !== null && 'message' in value;
}
