/**
 * How a Digest algorithm hashes, and how it ranks.
 *
 * @see https://www.rfc-editor.org/rfc/rfc7616#section-6.1
 */
export interface DigestAlgorithm {
  /** The hash function's name in `node:crypto`. */
  readonly hash: 'md5' | 'sha256' | 'sha512-256';
  /** Whether A1 is bound to the nonces of an authentication session (`-sess`). */
  readonly session: boolean;
  /** Higher is stronger; the plain algorithm and its `-sess` are equal. */
  readonly strength: number;
}

const algorithms: ReadonlyMap<string, DigestAlgorithm> = new Map([
  ['md5', { hash: 'md5', session: false, strength: 1 }],
  ['md5-sess', { hash: 'md5', session: true, strength: 1 }],
  ['sha-256', { hash: 'sha256', session: false, strength: 2 }],
  ['sha-256-sess', { hash: 'sha256', session: true, strength: 2 }],
  ['sha-512-256', { hash: 'sha512-256', session: false, strength: 3 }],
  ['sha-512-256-sess', { hash: 'sha512-256', session: true, strength: 3 }],
]);

/**
 * Looks an `algorithm` value up, in any case; a challenge that names none means MD5.
 *
 * @see https://www.rfc-editor.org/rfc/rfc7616#section-3.3
 */
export function findAlgorithm(name = 'MD5'): DigestAlgorithm | undefined {
  return algorithms.get(name.toLowerCase());
}
