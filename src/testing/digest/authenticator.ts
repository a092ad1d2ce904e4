import type { ApiKeyCredentials } from '../credentials.js';
import type { ReceivedRequest } from '../http/received-request.js';
import { type DigestAuthorization, type MalformedAuthorization, parseAuthorization } from './authorization.js';
import { type IssuedNonce, NonceTable } from './nonces.js';
import type { DigestAlgorithm, DigestOptions } from './options.js';
import { digestResponse } from './response.js';

/** The result of a check. `stale`: the key is right, but the nonce has expired or its count was used before. */
export type DigestVerdict = 'passed' | 'refused' | 'stale' | MalformedAuthorization;

/** The realm in a challenge from Atlas. */
export const REALM = 'MMS Public API';

/** Checks logins by one API key over HTTP Digest (RFC 7616), as Atlas does. */
export class DigestAuthenticator {
  readonly #algorithms: readonly DigestAlgorithm[];
  readonly #nonces: NonceTable;
  readonly #apiKey: Readonly<ApiKeyCredentials>;

  constructor(
    { algorithms = ['MD5'], nonceLifetime = 60_000 }: DigestOptions = {},
    apiKey: Readonly<ApiKeyCredentials>,
    now: () => number,
  ) {
    this.#algorithms = algorithms;
    this.#nonces = new NonceTable(nonceLifetime, now);
    this.#apiKey = apiKey;
  }

  /** Returns the value of `WWW-Authenticate`: one challenge per algorithm, each with its own nonce. */
  challenge(stale: boolean): string {
    const challenges = this.#algorithms.map((algorithm) => {
      const nonce = this.#nonces.issue(algorithm);
      return `Digest realm="${REALM}", domain="", nonce="${nonce}", algorithm=${algorithm}, qop="auth", stale=${stale}`;
    });
    return challenges.join(', ');
  }

  /** Makes every nonce stale. */
  expireNonces(): void {
    this.#nonces.clear();
  }

  /** Checks what follows the scheme `Digest` in an `Authorization` header. */
  check(credentials: string, request: ReceivedRequest): DigestVerdict {
    const authorization = parseAuthorization(credentials);
    if ('problem' in authorization) return authorization;
    const { uri, nc } = authorization;
    if (uri !== request.target) return { problem: `uri ${uri} is not the request target ${request.target}` };
    const nonce = this.#nonces.find(authorization.nonce);
    if (!this.#isSignedByKey(authorization, nonce, request.method)) return 'refused';
    // Only a client that knows the key learns that its nonce is stale (RFC 7616 section 3.3).
    if (nonce === undefined || nonce.counts.has(nc)) return 'stale';
    nonce.counts.add(nc);
    return 'passed';
  }

  #isSignedByKey(authorization: DigestAuthorization, nonce: IssuedNonce | undefined, method: string): boolean {
    const { username, realm, algorithm, response } = authorization;
    if (username !== this.#apiKey.publicKey || realm !== REALM) return false;
    if (!this.#algorithms.includes(algorithm)) return false;
    if (nonce !== undefined && nonce.algorithm !== algorithm) return false;
    return digestResponse(authorization, method, this.#apiKey.privateKey) === response;
  }
}
