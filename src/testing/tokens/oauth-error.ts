import type { Reply } from '../http/reply.js';

/** An OAuth 2.0 error, as the token endpoints send it (RFC 6749 section 5.2). */
export function oauthError(status: number, error: string, description: string): Reply {
  const headers: Record<string, string> = { 'cache-control': 'no-store' };
  if (status === 401) headers['www-authenticate'] = 'Basic realm="MMS Public API"';
  return { status, headers, content: { error, error_description: description } };
}
