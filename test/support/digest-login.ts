import { createHash } from 'node:crypto';

// A minimal Digest client that shares no code with the package, tested with the examples of the RFCs.

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
  session?: { nonce: string; cnonce: string };
}

export function response(login: Login): string {
  const { username, realm, password, nonce, uri, qop } = login;
  const { algorithm = 'MD5', method = 'GET', nc = '00000001', cnonce = 'c' } = login;
  const name = hashes[algorithm.replace('-sess', '')] ?? '';
  const h = (text: string) => createHash(name).update(text).digest('hex');
  const session = login.session ?? { nonce, cnonce };
  const key = h(`${username}:${realm}:${password}`);
  const a1 = algorithm.endsWith('-sess') ? h(`${key}:${session.nonce}:${session.cnonce}`) : key;
  const a2 = h(`${method}:${uri}`);
  const middle = qop === undefined ? nonce : `${nonce}:${nc}:${cnonce}:${qop}`;
  return h(`${a1}:${middle}:${a2}`);
}

const quoted = (text: string) => `"${text.replace(/["\\]/g, '\\$&')}"`;

/** The `Authorization` value. `changes` replaces parameters with the given text, or leaves them out if undefined. */
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

/** The Digest challenges of a response. */
export function challengesOf({ headers }: Response): Challenge[] {
  const header = headers.get('www-authenticate') ?? '';
  return header.split(/\bDigest /).flatMap((text) => {
    const { nonce, ...others } = paramsOf(text);
    return nonce === undefined ? [] : [{ nonce, ...others }];
  });
}

/** The parameters of a challenge or of an `Authorization` value, unquoted. */
export function paramsOf(text = ''): Record<string, string> {
  const params = text.matchAll(/([\w*]+)=(?:"((?:[^"\\]|\\.)*)"|([^\s,]+))/gs);
  return Object.fromEntries(
    Array.from(params, ([, name = '', quoted, token = '']) => [name, quoted?.replace(/\\(.)/gs, '$1') ?? token]),
  );
}

export function challengeOf(refusal: Response): Challenge {
  const [first] = challengesOf(refusal);
  if (first === undefined) throw new Error('The response has no Digest challenge.');
  return first;
}
