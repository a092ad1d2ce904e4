import { createHash } from 'node:crypto';

// A Digest client of a few lines, which shares no code with the package: what it computes is checked against the RFC's examples.

const hashes: Record<string, string> = { MD5: 'md5', 'SHA-256': 'sha256', 'SHA-512-256': 'sha512-256' };

export interface Login {
  username: string;
  password: string;
  realm: string;
  nonce: string;
  algorithm?: string;
  method?: string;
  uri: string;
  qop?: 'auth' | 'auth-int';
  nc?: string;
  cnonce?: string;
  body?: string;
  session?: { nonce: string; cnonce: string };
}

export function hash(algorithm: string, text: string): string {
  return createHash(hashes[algorithm.replace('-sess', '')] ?? '')
    .update(text)
    .digest('hex');
}

export function response(login: Login): string {
  const {
    algorithm = 'MD5',
    username,
    realm,
    password,
    nonce,
    method = 'GET',
    uri,
    qop,
    cnonce = 'c',
    body = '',
  } = login;
  const h = (text: string) => hash(algorithm, text);
  const session = login.session ?? { nonce, cnonce };
  const key = h(`${username}:${realm}:${password}`);
  const a1 = algorithm.endsWith('-sess') ? h(`${key}:${session.nonce}:${session.cnonce}`) : key;
  const a2 = h(qop === 'auth-int' ? `${method}:${uri}:${h(body)}` : `${method}:${uri}`);
  const middle = qop === undefined ? nonce : `${nonce}:${login.nc ?? '00000001'}:${cnonce}:${qop}`;
  return h(`${a1}:${middle}:${a2}`);
}

const quoted = (text: string) => `"${text.replace(/["\\]/g, '\\$&')}"`;

/** The `Authorization` header; `changes` replaces single parameters, as printed, and undefined leaves one out. */
export function authorization(login: Login, changes: Record<string, string | undefined> = {}): string {
  const { algorithm = 'MD5', cnonce = 'c' } = login;
  const protection = { qop: login.qop, nc: login.nc ?? '00000001' };
  const parameters: Record<string, string | undefined> = {
    username: quoted(login.username),
    realm: quoted(login.realm),
    nonce: quoted(login.nonce),
    uri: quoted(login.uri),
    response: quoted(response(login)),
    algorithm,
    ...(login.qop === undefined ? {} : protection),
    ...(login.qop !== undefined || algorithm.endsWith('-sess') ? { cnonce: quoted(cnonce) } : {}),
    ...changes,
  };
  const printed = Object.entries(parameters).filter(([, value]) => value !== undefined);
  return `Digest ${printed.map(([name, value]) => `${name}=${value}`).join(', ')}`;
}

export interface Challenge {
  [name: string]: string | undefined;
  nonce: string;
}

/** Every Digest challenge of an answer. */
export function challenges(answer: Response): Challenge[] {
  const header = answer.headers.get('www-authenticate') ?? '';
  return header.split(/\bDigest /).flatMap((text) => {
    const pairs = [...text.matchAll(/([\w*]+)=(?:"((?:[^"\\]|\\.)*)"|([^\s,]+))/g)];
    const values = pairs.map(([, name = '', inner, token = '']): [string, string] => [
      name,
      inner?.replace(/\\(.)/g, '$1') ?? token,
    ]);
    const { nonce, ...others } = Object.fromEntries(values);
    return nonce === undefined ? [] : [{ nonce, ...others }];
  });
}

export function challenge(answer: Response): Challenge {
  const [first] = challenges(answer);
  if (first === undefined) throw new Error('The answer has no Digest challenge.');
  return first;
}
