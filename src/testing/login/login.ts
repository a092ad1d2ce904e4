import type { Reply } from '../http/reply.js';
import { isOAuth, type ReceivedRequest } from '../http/request.js';
import { type Digest, REALM } from './digest.js';
import type { Tokens } from './tokens.js';

const UNAUTHORIZED = {
  error: 401,
  reason: 'Unauthorized',
  detail: 'You are not authorized for this resource.',
  errorCode: 'UNEXPECTED_ERROR',
} as const;

// The only body that Atlas always indents, and with a space before each colon.
const INDENTED_UNAUTHORIZED = JSON.stringify(UNAUTHORIZED, null, 2).replaceAll('":', '" :');

/** Returns the refusal of a request that has to log in by Digest or a bearer token and does not, else undefined. */
export function refuseLogin(request: ReceivedRequest, digest: Digest, tokens: Tokens): Reply | undefined {
  if (isOAuth(request)) return undefined;
  const [, scheme = '', credentials = ''] = /^(\S+)\s*(.*)$/s.exec(request.headers['authorization'] ?? '') ?? [];
  switch (scheme.toLowerCase()) {
    case 'bearer':
      return tokens.isLive(credentials) ? undefined : refuseToken(digest);
    case 'digest': {
      const verdict = digest.check(credentials, request);
      return verdict === 'passed' ? undefined : challenge(digest, verdict === 'stale');
    }
    default:
      return challenge(digest, false);
  }
}

function challenge(digest: Digest, stale: boolean): Reply {
  const headers = { 'content-type': 'application/json', 'www-authenticate': digest.challenge(stale) };
  return { status: 401, headers, content: INDENTED_UNAUTHORIZED };
}

// Atlas's answer to an expired or revoked token has not been recorded.
function refuseToken(digest: Digest): Reply {
  const bearer = `Bearer realm="${REALM}", error="invalid_token"`;
  return {
    status: 401,
    headers: { 'www-authenticate': `${digest.challenge()}, ${bearer}` },
    content: UNAUTHORIZED,
  };
}
