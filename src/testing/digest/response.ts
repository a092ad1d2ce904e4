import { createHash } from 'node:crypto';
import type { DigestAuthorization } from './authorization.js';
import { HASH_NAMES } from './options.js';

/** Computes the `response` that a client with this password sends (RFC 7616 section 3.4.1, qop `auth`). */
export function digestResponse(
  authorization: Omit<DigestAuthorization, 'response' | 'qop'>,
  method: string,
  password: string,
): string {
  const { username, realm, nonce, uri, algorithm, nc, cnonce } = authorization;
  const hash = (text: string) => createHash(HASH_NAMES[algorithm]).update(text).digest('hex');
  const a1 = hash(`${username}:${realm}:${password}`);
  const a2 = hash(`${method}:${uri}`);
  return hash(`${a1}:${nonce}:${nc}:${cnonce}:auth:${a2}`);
}
