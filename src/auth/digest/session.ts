import { hash, randomBytes } from 'node:crypto';
import type { DigestAlgorithm, DigestChallenge, Qop } from './challenge.js';

/** The name and the password of an API key. */
export interface DigestCredentials {
  readonly username: string;
  readonly password: string;
}

/** How many requests were sent with a nonce. */
export interface NonceCount {
  readonly nonce: string;
  used: number;
}

/**
 * A challenge combined with one user's credentials. Everything that stays the same between requests is computed once, so
 * that a request costs two hashes and one string. Text from the server is kept as octets, one per character, and goes
 * back unchanged whatever its charset is.
 *
 * @see https://www.rfc-editor.org/rfc/rfc7616#section-3.4
 */
export class DigestSession {
  readonly cnonce: string;
  readonly qop: Qop | undefined;
  readonly count: NonceCount;
  readonly #challenge: DigestChallenge;
  readonly #usernameParam: string;
  readonly #ha1: string;
  readonly #hash: string;
  /** Whether the text and the octets of the response's data are the same. Hashing a string saves 0.3 µs a call. */
  readonly #isAscii: boolean;
  /** What follows the uri in A2: with `auth-int`, the hash of the body, which is empty for a GET. */
  readonly #endOfA2: string;
  readonly #beforeUri: string;
  readonly #beforeNc: string;

  /**
   * Starts an authentication session.
   *
   * @param count - the uses of this nonce, also by other sessions.
   * @param cnonce - sent with every request of the session.
   */
  static open(
    challenge: DigestChallenge,
    credentials: DigestCredentials,
    count: NonceCount = { nonce: challenge.nonce, used: 0 },
    cnonce: string = randomBytes(16).toString('hex'),
  ): DigestSession {
    const username = toOctets(credentials.username, challenge);
    const password = toOctets(credentials.password, challenge);
    const ha1 = hashA1(challenge, username, password, cnonce);
    return new DigestSession(challenge, formatUsername(challenge, username), ha1, cnonce, count);
  }

  private constructor(
    challenge: DigestChallenge,
    usernameParam: string,
    ha1: string,
    cnonce: string,
    count: NonceCount,
  ) {
    this.cnonce = cnonce;
    this.qop = challenge.qop;
    this.count = count;
    this.#challenge = challenge;
    this.#usernameParam = usernameParam;
    this.#ha1 = ha1;
    this.#hash = challenge.algorithm.hash;
    this.#isAscii = !/[\x80-\xff]/.test(challenge.nonce);
    this.#endOfA2 = challenge.qop === 'auth-int' ? `:${hash(this.#hash, '')}` : '';
    this.#beforeUri = formatBeforeUri(challenge, usernameParam);
    this.#beforeNc = formatBeforeNc(challenge, cnonce);
  }

  /**
   * Returns the `Authorization` value of one request without a body.
   *
   * @param uri - the request target, as sent.
   * @param nc - how many requests were sent with this nonce, including this one.
   * @see https://www.rfc-editor.org/rfc/rfc7616#section-3.4.1
   */
  authorize(method: string, uri: string, nc: number): string {
    const count = formatNc(nc);
    const response = this.#digest(`${method}:${uri}${this.#endOfA2}`, count, this.qop);
    const ncParam = this.qop === undefined ? '' : `, nc=${count}`;
    return `${this.#beforeUri}${escapeQuotes(uri)}${this.#beforeNc}${ncParam}, response="${response}"`;
  }

  /**
   * Returns the `rspauth` that the server's response should have.
   *
   * @param qop - the protection of the response, as the server names it.
   * @see https://www.rfc-editor.org/rfc/rfc7616#section-3.5
   */
  rspauth(uri: string, nc: number, body: Uint8Array, qop: string | undefined): string {
    const a2 = qop === 'auth-int' ? `:${uri}:${hash(this.#hash, body)}` : `:${uri}`;
    return this.#digest(a2, formatNc(nc), qop);
  }

  /**
   * Continues the session with the server's `nextnonce`. The key of a `-sess` algorithm stays that of the first nonce.
   *
   * @see https://www.rfc-editor.org/rfc/rfc7616#section-3.4.2
   */
  withNonce(nonce: string, count: NonceCount = { nonce, used: 0 }): DigestSession {
    return new DigestSession({ ...this.#challenge, nonce }, this.#usernameParam, this.#ha1, this.cnonce, count);
  }

  #digest(a2: string, count: string, qop: string | undefined): string {
    const protection = qop === undefined ? '' : `${count}:${this.cnonce}:${qop}:`;
    const data = `${this.#ha1}:${this.count.nonce}:${protection}${hash(this.#hash, a2)}`;
    return hash(this.#hash, this.#isAscii ? data : Buffer.from(data, 'latin1'));
  }
}

/** The UTF-8 octets of a text, one per character: the form in which undici sends and returns header text. */
function toOctets(text: string, { utf8 }: DigestChallenge): string {
  return Buffer.from(utf8 ? text.normalize('NFC') : text).toString('latin1');
}

function hashA1({ algorithm, realm, nonce }: DigestChallenge, username: string, password: string, cnonce: string) {
  const a1 = hashOctets(algorithm, `${username}:${realm}:${password}`);
  return algorithm.session ? hashOctets(algorithm, `${a1}:${nonce}:${cnonce}`) : a1;
}

function hashOctets(algorithm: DigestAlgorithm, octets: string): string {
  return hash(algorithm.hash, Buffer.from(octets, 'latin1'));
}

function formatUsername({ algorithm, realm, userhash }: DigestChallenge, username: string): string {
  if (userhash) return `username="${hashOctets(algorithm, `${username}:${realm}`)}"`;
  return /[^ -~]/.test(username) ? `username*=${formatExtValue(username)}` : `username=${formatQuotedString(username)}`;
}

function formatBeforeUri({ realm, nonce }: DigestChallenge, usernameParam: string): string {
  return `Digest ${usernameParam}, realm=${formatQuotedString(realm)}, nonce=${formatQuotedString(nonce)}, uri="`;
}

function formatBeforeNc({ algorithmName, opaque, userhash, qop }: DigestChallenge, cnonce: string): string {
  const algorithmParam = algorithmName === undefined ? '' : `, algorithm=${algorithmName}`;
  const opaqueParam = opaque === undefined ? '' : `, opaque=${formatQuotedString(opaque)}`;
  const userhashParam = userhash ? ', userhash=true' : '';
  const qopParams = qop === undefined ? '' : `, qop=${qop}, cnonce=${formatQuotedString(cnonce)}`;
  return `"${algorithmParam}${opaqueParam}${userhashParam}${qopParams}`;
}

function formatNc(nc: number): string {
  return nc.toString(16).padStart(8, '0');
}

function formatQuotedString(value: string): string {
  return `"${escapeQuotes(value)}"`;
}

function escapeQuotes(value: string): string {
  // Searching is ten times as fast as a replacement that finds nothing: it saves 0.16 µs a call.
  return value.includes('"') || value.includes('\\') ? value.replace(/["\\]/g, '\\$&') : value;
}

/** @see https://www.rfc-editor.org/rfc/rfc8187#section-3.2.1 */
function formatExtValue(octets: string): string {
  const toPercent = (octet: string) => `%${octet.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`;
  return `UTF-8''${octets.replace(/[^!#$&+\-.^_`|~0-9A-Za-z]/g, toPercent)}`;
}
