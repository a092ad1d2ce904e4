import { hash, randomBytes } from 'node:crypto';
import type { DigestChallenge } from './challenge.js';

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
  /** The requests sent with the nonce. Sessions with the same nonce share it. */
  readonly count: { used: number };
  readonly cnonce: string;
  /** The hash of A1: username, realm and password. */
  readonly ha1: string;
  readonly beforeUri: string;
  readonly beforeNc: string;
}

/**
 * Answers a challenge.
 *
 * @param count - the uses of its nonce so far.
 */
export function openSession(
  challenge: DigestChallenge,
  credentials: DigestCredentials,
  count = { used: 0 },
  cnonce: string = randomBytes(16).toString('hex'),
): DigestSession {
  const { realm, nonce, opaque, algorithm, hasQop } = challenge;
  const username = toOctets(credentials.username);
  const algorithmParam = algorithm === undefined ? '' : `, algorithm=${algorithm}`;
  const opaqueParam = opaque === undefined ? '' : `, opaque=${quote(opaque)}`;
  const qopParams = hasQop ? `, qop=auth, cnonce=${quote(cnonce)}` : '';
  return {
    challenge,
    count,
    cnonce,
    ha1: hashOctets(challenge, `${username}:${realm}:${toOctets(credentials.password)}`),
    beforeUri: `Digest username=${quote(username)}, realm=${quote(realm)}, nonce=${quote(nonce)}, uri="`,
    beforeNc: `"${algorithmParam}${opaqueParam}${qopParams}`,
  };
}

/**
 * Returns the `Authorization` value of the next request.
 *
 * @param uri - the request target, as sent. It needs no escaping: no request target has a quote or a backslash.
 * @see https://www.rfc-editor.org/rfc/rfc7616#section-3.4.1
 */
export function authorize(session: DigestSession, method: string, uri: string): string {
  const { challenge, count, cnonce, ha1, beforeUri, beforeNc } = session;
  count.used += 1;
  const ha2 = hash(challenge.hash, `${method}:${uri}`);
  if (!challenge.hasQop) {
    const response = hashOctets(challenge, `${ha1}:${challenge.nonce}:${ha2}`);
    return `${beforeUri}${uri}${beforeNc}, response="${response}"`;
  }
  const nc = count.used.toString(16).padStart(8, '0');
  const response = hashOctets(challenge, `${ha1}:${challenge.nonce}:${nc}:${cnonce}:auth:${ha2}`);
  return `${beforeUri}${uri}${beforeNc}, nc=${nc}, response="${response}"`;
}

/**
 * The UTF-8 octets of a text, one per character. Header text has this form, so that what the server sends goes back
 * unchanged, whatever its charset is.
 */
function toOctets(text: string): string {
  return Buffer.from(text).toString('latin1');
}

function hashOctets({ hash: name }: DigestChallenge, octets: string): string {
  return hash(name, Buffer.from(octets, 'latin1'));
}

function quote(text: string): string {
  return `"${text.replace(/["\\]/g, '\\$&')}"`;
}
