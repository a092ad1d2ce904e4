/** A Digest algorithm of RFC 7616. */
export type DigestAlgorithm = 'MD5' | 'MD5-sess' | 'SHA-256' | 'SHA-256-sess' | 'SHA-512-256' | 'SHA-512-256-sess';

/** The hash of each algorithm, as Node names it. */
export const HASH_NAMES: Readonly<Record<DigestAlgorithm, string>> = {
  MD5: 'md5',
  'MD5-sess': 'md5',
  'SHA-256': 'sha256',
  'SHA-256-sess': 'sha256',
  'SHA-512-256': 'sha512-256',
  'SHA-512-256-sess': 'sha512-256',
};

/** Every algorithm of RFC 7616. The cast holds, because the table above has no other keys. */
export const DIGEST_ALGORITHMS = Object.keys(HASH_NAMES) as readonly DigestAlgorithm[];

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
