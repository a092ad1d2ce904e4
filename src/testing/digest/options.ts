/** A Digest algorithm of RFC 7616. The client logs in by MD5 and SHA-256, and reports an offer of SHA-512-256 alone. */
export type DigestAlgorithm = 'MD5' | 'SHA-256' | 'SHA-512-256';

/** The hash of each algorithm, as Node names it. */
export const HASH_NAMES: Readonly<Record<DigestAlgorithm, string>> = {
  MD5: 'md5',
  'SHA-256': 'sha256',
  'SHA-512-256': 'sha512-256',
};

/** The algorithms that the emulator knows. The cast holds, because the table above has no other keys. */
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
