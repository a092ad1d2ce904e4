import { getHashes, hash, randomBytes } from 'node:crypto';
import { fieldLines, type HeaderValue } from '../../http/headers.js';

/**
 * A Digest challenge that this client can answer. It has no qop, or one that includes `auth`.
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
  /** Without a qop, the response follows RFC 2069. */
  readonly hasQop: boolean;
  readonly isStale: boolean;
}

/** The public and the private key of an API key. */
export interface DigestCredentials {
  readonly username: string;
  readonly password: string;
}

/**
 * A challenge combined with one user's credentials. Everything that stays the same between requests is computed once, so
 * that a request costs two hashes and one string.
 */
export interface DigestSession {
  readonly challenge: DigestChallenge;
  readonly cnonce: string;
  /** The hash of A1: username, realm and password. */
  readonly ha1: string;
  /** Whether the nonce is ASCII, as usual. A string can then be hashed, which takes 0.5 µs less than its octets. */
  readonly isAscii: boolean;
  /** The start of each `Authorization` value. */
  readonly prefix: string;
  /** How many requests have used the nonce. */
  uses: number;
}

/** The hash functions of Digest, as `node:crypto` names them. The strongest is last. */
const hashes = ['md5', 'sha256', 'sha512-256'];

/**
 * Returns the strongest challenge in `WWW-Authenticate` that this client can answer. Among equals, one with a qop wins, then
 * the first.
 */
export function chooseChallenge(header: HeaderValue): DigestChallenge | undefined {
  return parseChallenges(header)
    .flatMap((challenge) => readDigestChallenge(challenge) ?? [])
    .sort((a, b) => hashes.indexOf(b.hash) - hashes.indexOf(a.hash) || Number(b.hasQop) - Number(a.hasQop))[0];
}

/** Lists the schemes in `WWW-Authenticate`, with the parameters that decide whether this client supports them. */
export function formatOffers(header: HeaderValue): string {
  const offers = parseChallenges(header).map(({ scheme, params: { algorithm, qop } }) => {
    const decisive = [algorithm && `algorithm ${algorithm}`, qop && `qop ${qop}`].filter(Boolean);
    return decisive.length === 0 ? scheme : `${scheme} (${decisive.join(', ')})`;
  });
  return offers.join(', ') || 'nothing readable';
}

function readDigestChallenge({ scheme, params }: Challenge): DigestChallenge | undefined {
  const { realm, nonce, opaque, algorithm, qop, stale } = params;
  if (scheme.toLowerCase() !== 'digest' || realm === undefined || !nonce) return undefined;
  // SHA-256 is sha256 in `node:crypto`, and SHA-512-256 is sha512-256.
  const hash = (algorithm ?? 'MD5').toLowerCase().replace('sha-', 'sha');
  // OpenSSL in FIPS mode lacks MD5.
  const isKnown = hashes.includes(hash) && getHashes().includes(hash);
  const qops: string[] = qop?.toLowerCase().match(/[^\s,]+/g) ?? [];
  const hasQop = qops.length > 0;
  if (!isKnown || (hasQop && !qops.includes('auth'))) return undefined;
  return { realm, nonce, opaque, algorithm, hash, hasQop, isStale: stale?.toLowerCase() === 'true' };
}

/** Combines a challenge with credentials. */
export function openSession(challenge: DigestChallenge, credentials: DigestCredentials): DigestSession {
  const { realm, nonce, opaque, algorithm } = challenge;
  const username = toOctets(credentials.username);
  const algorithmParam = algorithm === undefined ? '' : `, algorithm=${algorithm}`;
  const opaqueParam = opaque === undefined ? '' : `, opaque=${quote(opaque)}`;
  return {
    challenge,
    cnonce: randomBytes(16).toString('hex'),
    ha1: hash(challenge.hash, Buffer.from(`${username}:${realm}:${toOctets(credentials.password)}`, 'latin1')),
    isAscii: /^[ -~]*$/.test(nonce),
    prefix: `Digest username=${quote(username)}, realm=${quote(realm)}, nonce=${quote(nonce)}${algorithmParam}${opaqueParam}`,
    uses: 0,
  };
}

/**
 * Returns the `Authorization` value of the next request, and counts that request.
 *
 * @param uri - the request target, as sent. It needs no escaping: no request target has a quote or a backslash.
 * @see https://www.rfc-editor.org/rfc/rfc7616#section-3.4.1
 */
export function nextAuthorization(session: DigestSession, uri: string): string {
  const { challenge, cnonce, ha1, prefix, isAscii } = session;
  session.uses += 1;
  // The part of the hashed text between HA1 and HA2.
  let nonceParts = challenge.nonce;
  let qopParams = '';
  if (challenge.hasQop) {
    const nc = session.uses.toString(16).padStart(8, '0');
    nonceParts = `${challenge.nonce}:${nc}:${cnonce}:auth`;
    qopParams = `, qop=auth, nc=${nc}, cnonce="${cnonce}"`;
  }
  const ha2 = hash(challenge.hash, `GET:${uri}`);
  const hashed = `${ha1}:${nonceParts}:${ha2}`;
  const response = hash(challenge.hash, isAscii ? hashed : Buffer.from(hashed, 'latin1'));
  return `${prefix}, uri="${uri}"${qopParams}, response="${response}"`;
}

/**
 * Returns the nonce that the server wants for the next request, from `Authentication-Info`. Never throws. `rspauth` is not
 * checked: a server may leave it out, so it proves nothing that TLS does not.
 *
 * @see https://www.rfc-editor.org/rfc/rfc7616#section-3.5
 */
export function parseNextNonce(header: HeaderValue): string | undefined {
  return parseElements(header).find(({ name, value }) => value && name.toLowerCase() === 'nextnonce')?.value;
}

/**
 * The UTF-8 octets of a text, one per character. Header text has this form, so that what the server sends goes back
 * unchanged, whatever its charset is.
 */
function toOctets(text: string): string {
  return Buffer.from(text).toString('latin1');
}

function quote(text: string): string {
  return `"${text.replace(/["\\]/g, '\\$&')}"`;
}

/**
 * One challenge in `WWW-Authenticate`, of any scheme.
 *
 * @see https://www.rfc-editor.org/rfc/rfc9110#section-11.3
 */
interface Challenge {
  /** As the server spells it. */
  readonly scheme: string;
  /** By lowercase name. The first one counts if a parameter is repeated. */
  readonly params: Readonly<Record<string, string>>;
}

/**
 * Parses every challenge in `WWW-Authenticate`. Never throws: it skips what it cannot read.
 *
 * @see https://www.rfc-editor.org/rfc/rfc9110#section-11.6.1
 */
function parseChallenges(header: HeaderValue): Challenge[] {
  const challenges: Challenge[] = [];
  let params: Record<string, string> = {};
  for (const { name, value } of parseElements(header)) {
    if (value === undefined) {
      params = {};
      challenges.push({ scheme: name, params });
    } else {
      params[name.toLowerCase()] ??= value;
    }
  }
  return challenges;
}

const token = "[!#$%&'*+.^_`|~0-9A-Za-z-]+";
const quotedText = String.raw`"((?:[\t !#-\[\]-~\x80-\uffff]|\\[\t -~\x80-\uffff])*)"`;
const unquotedText = String.raw`([!#-+\--~]*)`;
// A comma is optional between elements, though RFC 9110 requires it. Linear for any text: a token is read at most twice, and
// a value has one reading.
const listElement = new RegExp(String.raw`(${token})(?:[\t ]*=[\t ]*(?:${quotedText}|${unquotedText}))?`, 'g');

/**
 * Returns the parameters, and the schemes, which have no value. Values are unescaped and without control characters.
 *
 * @see https://www.rfc-editor.org/rfc/rfc9110#section-11
 */
function parseElements(header: HeaderValue) {
  return fieldLines(header).flatMap((line) =>
    Array.from(line.matchAll(listElement), ([, name = '', quoted, unquoted]) => ({
      name,
      value: quoted?.replace(/\\(.)/g, '$1') ?? unquoted,
    })),
  );
}
