import { hash, randomBytes } from 'node:crypto';
import type { DigestAlgorithm, DigestChallenge } from './challenge.js';

/** The name and the password of an API key. */
export interface DigestCredentials {
  readonly username: string;
  readonly password: string;
}

/** How many requests were sent with a nonce. */
export interface NonceCount {
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
  readonly count: NonceCount;
  readonly #cnonce: string;
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
   * @param count - the uses of this nonce so far.
   * @param cnonce - sent with every request of the session.
   */
  static open(
    challenge: DigestChallenge,
    credentials: DigestCredentials,
    count: NonceCount = { used: 0 },
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
    this.count = count;
    this.#cnonce = cnonce;
    this.#challenge = challenge;
    this.#usernameParam = usernameParam;
    this.#ha1 = ha1;
    this.#hash = challenge.algorithm.hash;
    this.#isAscii = !/[\x80-\xff]/.test(challenge.nonce);
    this.#endOfA2 = challenge.qop === 'auth-int' ? `:${hash(this.#hash, '')}` : '';
    this.#beforeUri = formatBeforeUri(challenge, usernameParam);
    this.#beforeNc = formatBeforeNc(challenge, cnonce);
  }

  get nonce(): string {
    return this.#challenge.nonce;
  }

  /**
   * Returns the `Authorization` value of the next request with this nonce. The request has no body.
   *
   * @param uri - the request target, as sent.
   * @see https://www.rfc-editor.org/rfc/rfc7616#section-3.4.1
   */
  authorize(method: string, uri: string): string {
    this.count.used += 1;
    const nc = this.count.used.toString(16).padStart(8, '0');
    const { qop, nonce } = this.#challenge;
    const ha2 = hash(this.#hash, `${method}:${uri}${this.#endOfA2}`);
    const protection = qop === undefined ? '' : `${nc}:${this.#cnonce}:${qop}:`;
    const data = `${this.#ha1}:${nonce}:${protection}${ha2}`;
    const response = hash(this.#hash, this.#isAscii ? data : Buffer.from(data, 'latin1'));
    const ncParam = qop === undefined ? '' : `, nc=${nc}`;
    return `${this.#beforeUri}${escapeQuotes(uri)}${this.#beforeNc}${ncParam}, response="${response}"`;
  }

  /**
   * Continues the session with the server's `nextnonce`. The key of a `-sess` algorithm stays that of the first nonce.
   *
   * @see https://www.rfc-editor.org/rfc/rfc7616#section-3.4.2
   */
  withNonce(nonce: string): DigestSession {
    return new DigestSession({ ...this.#challenge, nonce }, this.#usernameParam, this.#ha1, this.#cnonce, { used: 0 });
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
