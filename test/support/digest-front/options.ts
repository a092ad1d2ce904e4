import type { DigestAlgorithm } from '../../../src/testing/index.js';

/** A quality of protection: of the request line, or of the body as well. */
export type DigestQop = 'auth' | 'auth-int';

/**
 * How the front offers and checks HTTP Digest. The defaults give Atlas's own challenge.
 *
 * @see https://www.rfc-editor.org/rfc/rfc7616
 */
export interface DigestFrontOptions {
  /** One challenge for each, in this order, each with its own nonce. Default `['MD5']`. */
  algorithms?: readonly DigestAlgorithm[] | undefined;
  /** What `qop` offers. An empty list leaves it out, as RFC 2069 did. Default `['auth']`. */
  qop?: readonly DigestQop[] | undefined;
  /** Default `MMS Public API`. */
  realm?: string | undefined;
  /** How long a nonce is taken, in ms. Default 60 000. */
  nonceLifetime?: number | undefined;
  /** Takes each nonce once. Default false. */
  oneUseNonces?: boolean | undefined;
  /** Hands every client the same nonce for as long as it lives. Default false. */
  sharedNonce?: boolean | undefined;
  /** Refuses an `nc` that was already seen with its nonce. Default true. */
  checkNonceCount?: boolean | undefined;
  /**
   * Which cnonce the key of a `-sess` algorithm is made from: that of the first request with the nonce, as RFC 7616 3.4.2
   * has it, that of each request, as most clients do, or either. Default `either`.
   */
  sessionKey?: 'first-request' | 'each-request' | 'either' | undefined;
  /** Offers `userhash=true`. Default false. */
  userhash?: boolean | undefined;
  /** Offers `charset=UTF-8`, and then takes no other. Default false. */
  charset?: boolean | undefined;
  /** An `opaque` that each request has to send back. */
  opaque?: string | undefined;
  /** Sends a `nextnonce` in each answer to a request that passed. Default false. */
  nextNonce?: boolean | undefined;
  /** Sends `rspauth` where a `qop` is used; `wrong` sends a forged one. Default false. */
  rspauth?: boolean | 'wrong' | undefined;
}

/** The options with every default in place. */
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
