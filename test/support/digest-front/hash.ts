import { createHash } from 'node:crypto';
import type { DigestAlgorithm } from '../../../src/testing/index.js';
import type { DigestQop } from './options.js';

const HASH_NAMES: Readonly<Record<DigestAlgorithm, string>> = {
  MD5: 'md5',
  'MD5-sess': 'md5',
  'SHA-256': 'sha256',
  'SHA-256-sess': 'sha256',
  'SHA-512-256': 'sha512-256',
  'SHA-512-256-sess': 'sha512-256',
};

/** The encoding of a user name and a key. */
export type CredentialEncoding = 'utf8' | 'latin1';

/** H(data) of RFC 7616: lower-case hex. Header text is Latin-1, one byte per character. */
export function hexHash(algorithm: DigestAlgorithm, data: string, encoding: CredentialEncoding = 'latin1'): string {
  return createHash(HASH_NAMES[algorithm]).update(data, encoding).digest('hex');
}

/** H(entity-body). The body goes over the wire as UTF-8. */
function hashBody(algorithm: DigestAlgorithm, body: string): string {
  return hexHash(algorithm, body, 'utf8');
}

/** The nonce and cnonce that a `-sess` key is bound to. */
export interface DigestSession {
  readonly nonce: string;
  readonly cnonce: string;
}

/** The input of H(A1). */
export interface DigestSecret {
  readonly algorithm: DigestAlgorithm;
  readonly username: string;
  readonly realm: string;
  readonly password: string;
  readonly encoding: CredentialEncoding;
  readonly session: DigestSession | undefined;
}

/** The input from one message: a request, or a response, which has an empty method. */
export interface DigestMessage {
  readonly method: string;
  readonly uri: string;
  readonly body: string;
  readonly nonce: string;
  readonly qop: DigestQop | undefined;
  readonly nc: string;
  readonly cnonce: string;
}

function hashA1(secret: DigestSecret): string {
  const { algorithm, username, realm, password, encoding, session } = secret;
  const key = hexHash(algorithm, `${username}:${realm}:${password}`, encoding);
  if (session === undefined) return key;
  return hexHash(algorithm, `${key}:${session.nonce}:${session.cnonce}`);
}

function hashA2(algorithm: DigestAlgorithm, message: DigestMessage): string {
  const line = `${message.method}:${message.uri}`;
  return hexHash(algorithm, message.qop === 'auth-int' ? `${line}:${hashBody(algorithm, message.body)}` : line);
}

/** Computes a request's `response` (RFC 7616 section 3.4.1) or, with an empty method, a response's `rspauth` (section 3.5). */
export function digestResponse(secret: DigestSecret, message: DigestMessage): string {
  const { algorithm } = secret;
  const { nonce, qop, nc, cnonce } = message;
  const [a1, a2] = [hashA1(secret), hashA2(algorithm, message)];
  if (qop === undefined) return hexHash(algorithm, `${a1}:${nonce}:${a2}`);
  return hexHash(algorithm, `${a1}:${nonce}:${nc}:${cnonce}:${qop}:${a2}`);
}
