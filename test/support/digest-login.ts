import { createHash } from 'node:crypto';

// What a Digest client computes, in code that the package does not share.

const hashes: Record<string, string> = { MD5: 'md5', 'SHA-256': 'sha256', 'SHA-512-256': 'sha512-256' };

export interface Login {
  username: string;
  password: string;
  realm: string;
  nonce: string;
  algorithm?: string;
  method?: string;
  uri: string;
  qop?: 'auth' | undefined;
  nc?: string;
  cnonce?: string;
}

export function digestResponse(login: Login): string {
  const { username, realm, password, nonce, uri, qop } = login;
  const { algorithm = 'MD5', method = 'GET', nc = '00000001', cnonce = 'c' } = login;
  const name = hashes[algorithm] ?? '';
  const h = (text: string) => createHash(name).update(text).digest('hex');
  const a1 = h(`${username}:${realm}:${password}`);
  const a2 = h(`${method}:${uri}`);
  const middle = qop === undefined ? nonce : `${nonce}:${nc}:${cnonce}:${qop}`;
  return h(`${a1}:${middle}:${a2}`);
}

/** The parameters of a challenge or of an `Authorization` value, unquoted. */
export function paramsOf(text = ''): Record<string, string> {
  const params = text.matchAll(/([\w*]+)=(?:"((?:[^"\\]|\\.)*)"|([^\s,]+))/gs);
  return Object.fromEntries(
    Array.from(params, ([, name = '', quoted, token = '']) => [name, quoted?.replace(/\\(.)/gs, '$1') ?? token]),
  );
}
