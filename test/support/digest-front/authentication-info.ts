import type { DigestAuthorization } from './authorization.js';
import { quote } from './challenge.js';
import { type DigestSecret, digestResponse } from './hash.js';

interface InfoParts {
  /** The nonce to tell as `nextnonce`. */
  readonly next: string | undefined;
  readonly rspauth: boolean | 'wrong';
  /** The body of the answer, which auth-int covers. */
  readonly body: string;
}

function responseAuth(authorization: DigestAuthorization, secret: DigestSecret, parts: InfoParts): string[] {
  const { qop, nc, cnonce } = authorization;
  // Without a qop there is no rspauth (RFC 7616 3.5).
  if (qop === undefined || parts.rspauth === false) return [];
  const right = digestResponse(secret, { ...authorization, method: '', body: parts.body });
  const value = parts.rspauth === 'wrong' ? right.replace(/./g, '0') : right;
  return [`qop=${qop}`, `rspauth="${value}"`, `cnonce=${quote(cnonce)}`, `nc=${nc}`];
}

/** The value of `Authentication-Info`, if there is anything to tell. */
export function printAuthenticationInfo(
  authorization: DigestAuthorization,
  secret: DigestSecret,
  parts: InfoParts,
): string | undefined {
  const parameters = responseAuth(authorization, secret, parts);
  if (parts.next !== undefined) parameters.push(`nextnonce=${quote(parts.next)}`);
  return parameters.length > 0 ? parameters.join(', ') : undefined;
}
