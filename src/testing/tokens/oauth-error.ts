import { STATUS_CODES } from 'node:http';
import { atlasError, type ErrorParts } from '../http/atlas-error.js';
import type { ReceivedRequest } from '../http/received-request.js';
import { type Reply, retryAfterHeader } from '../http/reply.js';

/** The errors that Atlas is known to send. */
const KNOWN_ERRORS: Readonly<Record<number, readonly [code: string, text: string]>> = {
  401: ['invalid_client', 'Invalid credentials provided.'],
  403: [
    'access_denied',
    'Access Token limit reached. Please use the existing Access Tokens or create a new Service Account.',
  ],
};

/** An OAuth 2.0 error, as the token endpoints send it (RFC 6749 section 5.2). */
export function oauthError(status: number, parts: ErrorParts = {}): Reply {
  const usualCode = status >= 500 ? 'server_error' : 'invalid_request';
  const [code, text] = KNOWN_ERRORS[status] ?? [usualCode, `${STATUS_CODES[status] ?? 'Unknown'}.`];
  const { errorCode = code, detail = text, retryAfter } = parts;
  const challenge = status === 401 ? { 'www-authenticate': 'Basic realm="MMS Public API"' } : {};
  return {
    status,
    headers: { 'cache-control': 'no-store', ...challenge, ...retryAfterHeader(retryAfter), ...parts.headers },
    content: { error: errorCode, error_description: detail },
  };
}

/** The only error of the token endpoints that is not an OAuth error. */
export function rateLimited(request: ReceivedRequest, parts: ErrorParts): Reply {
  return atlasError(request, 429, { ...parts, errorCode: 'RATE_LIMITED' });
}
