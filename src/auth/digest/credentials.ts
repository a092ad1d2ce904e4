import { hash, randomBytes } from 'node:crypto';
import type { DigestAlgorithm } from './algorithm.js';
import type { DigestChallenge, Qop } from './challenge.js';

/** Who logs in. */
export interface DigestCredentials {
  readonly username: string;
  readonly password: string;
}

/**
 * A challenge, answered with one user's credentials: everything that stays the same from request to request, computed
 * once, so that a request costs two hashes and one string. What came from the server and goes back to it stays octets,
 * one a character, whatever charset they are.
 *
 * @see https://www.rfc-editor.org/rfc/rfc7616#section-3.4
 */
export class DigestSession {
  readonly cnonce: string;
  readonly nonce: string;
  readonly qop: Qop | undefined;
  readonly #challenge: DigestChallenge;
  readonly #usernameParam: string;
  readonly #ha1: string;
  readonly #hash: string;
  /** Whether the text and the octets of the response's data are the same: to hash a string saves 0.3 µs a call. */
  readonly #isAscii: boolean;
  /** What follows the uri in A2: with `auth-int`, the hash of the body, which no GET has. */
  readonly #endOfA2: string;
  readonly #beforeUri: string;
  readonly #beforeNc: string;

  /**
   * Begins an authentication session.
   *
   * @param cnonce - sent with every request of the session; random unless given.
   */
  static open(
    challenge: DigestChallenge,
    credentials: DigestCredentials,
    cnonce: string = randomBytes(16).toString('hex'),
  ): DigestSession {
    const username = toOctets(credentials.username, challenge);
    const password = toOctets(credentials.password, challenge);
    const ha1 = hashA1(challenge, username, password, cnonce);
    return new DigestSession(challenge, printUsername(challenge, username), ha1, cnonce);
  }

  private constructor(challenge: DigestChallenge, usernameParam: string, ha1: string, cnonce: string) {
    this.cnonce = cnonce;
    this.nonce = challenge.nonce;
    this.qop = challenge.qop;
    this.#challenge = challenge;
    this.#usernameParam = usernameParam;
    this.#ha1 = ha1;
    this.#hash = challenge.algorithm.hash;
    this.#isAscii = !/[\x80-\xff]/.test(challenge.nonce);
    this.#endOfA2 = challenge.qop === 'auth-int' ? `:${hash(this.#hash, '')}` : '';
    this.#beforeUri = printBeforeUri(challenge, usernameParam);
    this.#beforeNc = printBeforeNc(challenge, cnonce);
  }

  /**
   * The `Authorization` value of one request, which has no body.
   *
   * @param uri - the request target, as it goes on the wire.
   * @param nc - how many requests have gone out with this nonce, this one included.
   * @see https://www.rfc-editor.org/rfc/rfc7616#section-3.4.1
   */
  authorize(method: string, uri: string, nc: number): string {
    const count = printNc(nc);
    const response = this.#digest(`${method}:${uri}${this.#endOfA2}`, count, this.qop);
    const ncParam = this.qop === undefined ? '' : `, nc=${count}`;
    return `${this.#beforeUri}${escapeQuotes(uri)}${this.#beforeNc}${ncParam}, response="${response}"`;
  }

  /**
   * The `rspauth` that the server's answer should have.
   *
   * @param qop - the protection of the answer, as the server names it.
   * @see https://www.rfc-editor.org/rfc/rfc7616#section-3.5
   */
  rspauth(uri: string, nc: number, body: Uint8Array, qop: string | undefined): string {
    const a2 = qop === 'auth-int' ? `:${uri}:${hash(this.#hash, body)}` : `:${uri}`;
    return this.#digest(a2, printNc(nc), qop);
  }

  /**
   * The same session on the server's `nextnonce`: a `-sess` stays bound to the nonce that it began with.
   *
   * @see https://www.rfc-editor.org/rfc/rfc7616#section-3.4.2
   */
  withNonce(nonce: string): DigestSession {
    return new DigestSession({ ...this.#challenge, nonce }, this.#usernameParam, this.#ha1, this.cnonce);
  }

  #digest(a2: string, count: string, qop: string | undefined): string {
    const protection = qop === undefined ? '' : `${count}:${this.cnonce}:${qop}:`;
    const data = `${this.#ha1}:${this.nonce}:${protection}${hash(this.#hash, a2)}`;
    return hash(this.#hash, this.#isAscii ? data : Buffer.from(data, 'latin1'));
  }
}

/** The UTF-8 octets of a text, one a character: so undici takes and gives the text of a header. */
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

function printUsername({ algorithm, realm, userhash }: DigestChallenge, username: string): string {
  if (userhash) return `username="${hashOctets(algorithm, `${username}:${realm}`)}"`;
  return /[^ -~]/.test(username) ? `username*=${printExtValue(username)}` : `username=${printQuotedString(username)}`;
}

function printBeforeUri({ realm, nonce }: DigestChallenge, usernameParam: string): string {
  return `Digest ${usernameParam}, realm=${printQuotedString(realm)}, nonce=${printQuotedString(nonce)}, uri="`;
}

function printBeforeNc({ algorithmName, opaque, userhash, qop }: DigestChallenge, cnonce: string): string {
  const algorithmParam = algorithmName === undefined ? '' : `, algorithm=${algorithmName}`;
  const opaqueParam = opaque === undefined ? '' : `, opaque=${printQuotedString(opaque)}`;
  const userhashParam = userhash ? ', userhash=true' : '';
  const qopParams = qop === undefined ? '' : `, qop=${qop}, cnonce=${printQuotedString(cnonce)}`;
  return `"${algorithmParam}${opaqueParam}${userhashParam}${qopParams}`;
}

function printNc(nc: number): string {
  return nc.toString(16).padStart(8, '0');
}

function printQuotedString(value: string): string {
  return `"${escapeQuotes(value)}"`;
}

function escapeQuotes(value: string): string {
  // A search for each is ten times as fast as a replacement that finds nothing: 0.16 µs a call.
  return value.includes('"') || value.includes('\\') ? value.replace(/["\\]/g, '\\$&') : value;
}

/** @see https://www.rfc-editor.org/rfc/rfc8187#section-3.2.1 */
function printExtValue(octets: string): string {
  const toPercent = (octet: string) => `%${octet.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`;
  return `UTF-8''${octets.replace(/[^!#$&+\-.^_`|~0-9A-Za-z]/g, toPercent)}`;
}
