import { AtlasConnectionError, type AtlasError, type AtlasErrorContext, AtlasTimeoutError } from './errors.js';
import type { ExchangeFailure, ExchangeLimits } from './http/exchange.js';

/** The error of an exchange that ended without an answer. */
export function exchangeError(
  { kind, cause }: ExchangeFailure,
  operation: string,
  limits: ExchangeLimits,
  context: AtlasErrorContext,
): AtlasError {
  if (kind === 'connection') return connectionError(operation, cause, context);
  const message = `${operation} got no whole answer within attemptTimeout (${limits.attemptTimeout} ms): raise attemptTimeout if Atlas is slow to you`;
  return new AtlasTimeoutError(message, context);
}

function connectionError(
  operation: string,
  cause: Error | undefined,
  context: AtlasErrorContext,
): AtlasConnectionError {
  // undici's parser error carries the bytes that it could not read: a server that echoes would put the request there.
  if (cause !== undefined && 'data' in cause) delete cause.data;
  const code = cause !== undefined && 'code' in cause ? ` (${String(cause.code)})` : '';
  const message = `${operation} got no usable answer${code}: check the network, baseUrl and any proxy between; the cause says what broke`;
  return new AtlasConnectionError(message, { ...context, cause });
}
