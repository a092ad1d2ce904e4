import type { DigestAuthorization } from './authorization.js';
import { quote } from './challenge.js';
import { type DigestSecret, digestResponse } from './hash.js';

interface InfoParts {
  /** Sent as `nextnonce`. */
  readonly next: string | undefined;
  readonly rspauth: boolean | 'wrong';
  /** The response body, which auth-int covers. */
  readonly body: string;
}

function responseAuth(authorization: DigestAuthorization, secret: DigestSecret, parts: InfoParts): string[] {
  const { qop, nc, cnonce } = authorization;
  // Without a qop there is no rspauth (RFC 7616 section 3.5).
  if (qop === undefined || parts.rspauth === false) return [];
  const right = digestResponse(secret, { ...authorization, method: '', body: parts.body });
  const value = parts.rspauth === 'wrong' ? right.replace(/./g, '0') : right;
  return [`qop=${qop}`, `rspauth="${value}"`, `cnonce=${quote(cnonce)}`, `nc=${nc}`];
}

/** Returns the value of `Authentication-Info`, or undefined if it would be empty. */
export function printAuthenticationInfo(
  authorization: DigestAuthorization,
  secret: DigestSecret,
  parts: InfoParts,
): string | undefined {
  const parameters = responseAuth(authorization, secret, parts);
  if (parts.next !== undefined) parameters.push(`nextnonce=${quote(parts.next)}`);
  return parameters.length > 0 ? parameters.join(', ') : undefined;
}
