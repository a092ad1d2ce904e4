import { getHashes } from 'node:crypto';

/**
 * A Digest challenge that this client can answer: MD5 or SHA-256, with qop `auth`.
 *
 * @see https://www.rfc-editor.org/rfc/rfc7616#section-3.3
 */
export interface DigestChallenge {
  readonly realm: string;
  readonly nonce: string;
  readonly opaque: string | undefined;
  /** As the server spells it, because it expects the same spelling back. */
  readonly algorithm: string | undefined;
  /** The hash function's name in `node:crypto`. */
  readonly hash: string;
}

const hashNames: Readonly<Record<string, string>> = { md5: 'md5', 'sha-256': 'sha256' };

/** Whether this Node has a hash function. OpenSSL in FIPS mode lacks MD5. */
export function hasHash(name: string): boolean {
  return getHashes().includes(name);
}

/** Returns the first challenge in `WWW-Authenticate` that this client can answer. */
export function findChallenge(header: string): DigestChallenge | undefined {
  for (const { scheme, params } of parseChallenges(header)) {
    const { realm, nonce, opaque, algorithm, qop = '' } = params;
    const hash = hashNames[(algorithm ?? 'MD5').toLowerCase()];
    const isDigest = scheme === 'digest' && /(?:^|[\s,])auth(?:$|[\s,])/i.test(qop);
    if (isDigest && hash !== undefined && hasHash(hash) && realm !== undefined && nonce) {
      return { realm, nonce, opaque, algorithm, hash };
    }
  }
  return undefined;
}

const token = "[!#$%&'*+.^_`|~0-9A-Za-z-]+";
const quotedText = String.raw`"((?:[\t !#-\[\]-~\x80-\uffff]|\\[\t -~\x80-\uffff])*)"`;
const unquotedText = String.raw`([!#-+\--~]*)`;
// A match without `=` is a scheme. Matching takes linear time: it reads a token at most twice, and a value in only one way.
const schemeOrParam = new RegExp(String.raw`(${token})(?:[\t ]*=[\t ]*(?:${quotedText}|${unquotedText}))?`, 'g');

/**
 * Parses every challenge in `WWW-Authenticate`, of any scheme. Never throws: it skips what it cannot read. Schemes and names
 * are in lower case, values unescaped and without control characters.
 *
 * @see https://www.rfc-editor.org/rfc/rfc9110#section-11.6.1
 */
function parseChallenges(header: string) {
  const challenges: { scheme: string; params: Record<string, string> }[] = [];
  for (const [, name = '', quoted, unquoted] of header.matchAll(schemeOrParam)) {
    const value = quoted?.replace(/\\(.)/g, '$1') ?? unquoted;
    const current = challenges.at(-1);
    if (value === undefined) challenges.push({ scheme: name.toLowerCase(), params: {} });
    else if (current !== undefined) current.params[name.toLowerCase()] = value;
  }
  return challenges;
}
