import { type DigestAuthenticator, REALM } from './digest/authenticator.js';
import { atlasError } from './http/atlas-error.js';
import type { ReceivedRequest } from './http/received-request.js';
import type { Reply } from './http/reply.js';
import type { TokenTable } from './tokens/token-table.js';

const UNAUTHORIZED = {
  error: 401,
  reason: 'Unauthorized',
  detail: 'You are not authorized for this resource.',
  errorCode: 'UNEXPECTED_ERROR',
} as const;

// The only body that Atlas always indents, and with a space before each colon.
const INDENTED_UNAUTHORIZED = JSON.stringify(UNAUTHORIZED, null, 2).replaceAll('":', '" :');

/** Returns the refusal of a request to the API that does not log in by Digest or a bearer token, else undefined. */
export function refuseLogin(
  request: ReceivedRequest,
  digest: DigestAuthenticator,
  tokens: TokenTable,
): Reply | undefined {
  const [, scheme = '', credentials = ''] = /^(\S+)\s*(.*)$/s.exec(request.headers['authorization'] ?? '') ?? [];
  switch (scheme.toLowerCase()) {
    case 'bearer':
      return tokens.isLive(credentials) ? undefined : refuseToken(digest);
    case 'digest':
      return refuseDigest(credentials, request, digest);
    default:
      return challenge(digest, false);
  }
}

function refuseToken(digest: DigestAuthenticator): Reply {
  const bearer = `Bearer realm="${REALM}", error="invalid_token"`;
  return {
    status: 401,
    headers: { 'www-authenticate': `${digest.challenge(false)}, ${bearer}` },
    content: UNAUTHORIZED,
  };
}

function refuseDigest(credentials: string, request: ReceivedRequest, digest: DigestAuthenticator): Reply | undefined {
  const verdict = digest.check(credentials, request);
  if (verdict === 'passed') return undefined;
  if (verdict === 'refused' || verdict === 'stale') return challenge(digest, verdict === 'stale');
  return atlasError(request, 400, { detail: `The Authorization header breaks RFC 7616: ${verdict.problem}.` });
}

function challenge(digest: DigestAuthenticator, stale: boolean): Reply {
  const headers = { 'content-type': 'application/json', 'www-authenticate': digest.challenge(stale) };
  return { status: 401, headers, content: INDENTED_UNAUTHORIZED };
}
