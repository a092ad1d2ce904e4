import type { DigestAlgorithm } from '../../../src/testing/index.js';

/** A quality of protection: of the request line only, or of the body too. */
export type DigestQop = 'auth' | 'auth-int';

/**
 * How the front offers and checks HTTP Digest. By default it sends the same challenge as Atlas.
 *
 * @see https://www.rfc-editor.org/rfc/rfc7616
 */
export interface DigestFrontOptions {
  /** Sends one challenge per algorithm, in this order. Default `['MD5']`. */
  algorithms?: readonly DigestAlgorithm[] | undefined;
  /** The values of `qop`. An empty list leaves `qop` out, as RFC 2069 did. Default `['auth']`. */
  qop?: readonly DigestQop[] | undefined;
  /** Default `MMS Public API`. */
  realm?: string | undefined;
  /** Lifetime of a nonce in ms. Default 60,000. */
  nonceLifetime?: number | undefined;
  /** Accepts each nonce once. Default false. */
  oneUseNonces?: boolean | undefined;
  /** Sends every client the same nonce during its lifetime. Default false. */
  sharedNonce?: boolean | undefined;
  /** Refuses an `nc` that was already used with its nonce. Default true. */
  checkNonceCount?: boolean | undefined;
  /**
   * The cnonce in the key of a `-sess` algorithm: that of the first request with the nonce (RFC 7616 section 3.4.2), that
   * of each request, as most clients do, or either. Default `either`.
   */
  sessionKey?: 'first-request' | 'each-request' | 'either' | undefined;
  /** Offers `userhash=true`. Default false. */
  userhash?: boolean | undefined;
  /** Offers `charset=UTF-8`, and then accepts no other charset. Default false. */
  charset?: boolean | undefined;
  /** An `opaque` that each request must return. */
  opaque?: string | undefined;
  /** Sends a `nextnonce` with each response to a request that passed. Default false. */
  nextNonce?: boolean | undefined;
  /** Sends `rspauth` if the request has a `qop`. `wrong` sends a forged one. Default false. */
  rspauth?: boolean | 'wrong' | undefined;
}

/** The options with their defaults. */
export interface DigestSettings {
  readonly algorithms: readonly DigestAlgorithm[];
  readonly qop: readonly DigestQop[];
  readonly realm: string;
  readonly nonceLifetime: number;
  readonly oneUseNonces: boolean;
  readonly sharedNonce: boolean;
  readonly checkNonceCount: boolean;
  readonly sessionKey: 'first-request' | 'each-request' | 'either';
  readonly userhash: boolean;
  readonly charset: boolean;
  readonly opaque: string | undefined;
  readonly nextNonce: boolean;
  readonly rspauth: boolean | 'wrong';
}

export function completeDigestOptions(options: DigestFrontOptions = {}): DigestSettings {
  return {
    algorithms: options.algorithms ?? ['MD5'],
    qop: options.qop ?? ['auth'],
    realm: options.realm ?? 'MMS Public API',
    nonceLifetime: options.nonceLifetime ?? 60_000,
    oneUseNonces: options.oneUseNonces ?? false,
    sharedNonce: options.sharedNonce ?? false,
    checkNonceCount: options.checkNonceCount ?? true,
    sessionKey: options.sessionKey ?? 'either',
    userhash: options.userhash ?? false,
    charset: options.charset ?? false,
    opaque: options.opaque,
    nextNonce: options.nextNonce ?? false,
    rspauth: options.rspauth ?? false,
  };
}
