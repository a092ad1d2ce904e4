/** A Digest algorithm of RFC 7616. */
export type DigestAlgorithm = 'MD5' | 'MD5-sess' | 'SHA-256' | 'SHA-256-sess' | 'SHA-512-256' | 'SHA-512-256-sess';

/** Every algorithm of RFC 7616. */
export const DIGEST_ALGORITHMS: readonly DigestAlgorithm[] = [
  'MD5',
  'MD5-sess',
  'SHA-256',
  'SHA-256-sess',
  'SHA-512-256',
  'SHA-512-256-sess',
];

/**
 * How the emulator offers HTTP Digest. The defaults give Atlas's own challenge.
 *
 * @see https://www.rfc-editor.org/rfc/rfc7616
 */
export interface DigestOptions {
  /** Sends one challenge per algorithm, in this order. Default `['MD5']`. */
  algorithms?: readonly DigestAlgorithm[] | undefined;
  /** Lifetime of a nonce in ms, by the emulator's clock. Default: 60,000. */
  nonceLifetime?: number | undefined;
}
