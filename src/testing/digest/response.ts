import { createHash } from 'node:crypto';
import type { DigestAuthorization } from './authorization.js';
import { HASH_NAMES } from './options.js';

/**
 * Computes the `response` that a client with this password sends (RFC 7616 section 3.4.1, qop `auth`).
 *
 * @param sessionCnonce - The cnonce in the key of a `-sess` algorithm.
 */
export function digestResponse(
  authorization: Omit<DigestAuthorization, 'response' | 'qop'>,
  method: string,
  password: string,
  sessionCnonce: string,
): string {
  const { username, realm, nonce, uri, algorithm, nc, cnonce } = authorization;
  const hash = (text: string) => createHash(HASH_NAMES[algorithm]).update(text).digest('hex');
  const key = hash(`${username}:${realm}:${password}`);
  const a1 = algorithm.endsWith('-sess') ? hash(`${key}:${nonce}:${sessionCnonce}`) : key;
  const a2 = hash(`${method}:${uri}`);
  return hash(`${a1}:${nonce}:${nc}:${cnonce}:auth:${a2}`);
}
