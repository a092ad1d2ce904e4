import { createHash } from 'node:crypto';

/** The input of a Digest response, written from RFC 7616 section 3.4, independent of the code under test. */
export interface ReferenceRequest {
  hash: 'md5' | 'sha256' | 'sha512-256';
  username: string;
  password: string;
  realm: string;
  nonce: string;
  method: string;
  uri: string;
  /** Present for `-sess`: the nonce and cnonce of the session's first request. */
  session?: { nonce: string; cnonce: string };
  /** Absent for RFC 2069. */
  protection?: { qop: 'auth' | 'auth-int'; nc: string; cnonce: string };
  body?: string;
}

export function referenceResponse(request: ReferenceRequest): string {
  const H = (...parts: string[]) =>
    createHash(request.hash)
      .update(Buffer.from(parts.join(':'), 'utf8'))
      .digest('hex');
  const { session, protection } = request;

  let ha1 = H(request.username, request.realm, request.password);
  if (session) ha1 = H(ha1, session.nonce, session.cnonce);
  const a2 = [request.method, request.uri];
  if (protection?.qop === 'auth-int') a2.push(H(request.body ?? ''));
  if (!protection) return H(ha1, request.nonce, H(...a2));
  return H(ha1, request.nonce, protection.nc, protection.cnonce, protection.qop, H(...a2));
}

/** The parameters of an `Authorization: Digest` value, with their quotes. */
export function rawParams(authorization: string): Record<string, string> {
  const params = authorization.replace(/^Digest /, '').matchAll(/([\w*]+)=("(?:[^"\\]|\\.)*"|[^,\s]+)(?:, |$)/gs);
  return Object.fromEntries(Array.from(params, ([, name = '', value = '']) => [name, value]));
}
