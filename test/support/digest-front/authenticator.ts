import type { AtlasApiKey } from '../../../src/testing/index.js';
import { printAuthenticationInfo } from './authentication-info.js';
import { type DigestAuthorization, MalformedAuthorization, parseDigestAuthorization } from './authorization.js';
import { printChallenges } from './challenge.js';
import { type CredentialEncoding, type DigestSecret, type DigestSession, digestResponse, hexHash } from './hash.js';
import { type IssuedNonce, NonceTable } from './nonces.js';
import { completeDigestOptions, type DigestFrontOptions, type DigestSettings } from './options.js';

/** The parts of a request that are checked. `target` is the request target, as on the request line. */
export interface DigestRequest {
  readonly method: string;
  readonly target: string;
  readonly body: string;
}

/** The result of a check. `authenticationInfo` signs the response to a request that passed. */
export type DigestVerdict =
  | { readonly kind: 'passed'; readonly authenticationInfo: (body: string) => string | undefined }
  | { readonly kind: 'refused'; readonly stale: boolean }
  | { readonly kind: 'malformed'; readonly problem: string };

const REFUSED: DigestVerdict = { kind: 'refused', stale: false };
const STALE: DigestVerdict = { kind: 'refused', stale: true };

/** The server's side of HTTP Digest (RFC 7616) for one API key. */
export class FrontAuthenticator {
  readonly #settings: DigestSettings;
  readonly #nonces: NonceTable;
  readonly #key: Readonly<AtlasApiKey>;

  constructor(options: DigestFrontOptions | undefined, key: Readonly<AtlasApiKey>, now: () => number) {
    this.#settings = completeDigestOptions(options);
    this.#nonces = new NonceTable(this.#settings, now);
    this.#key = key;
  }

  challenges(stale = false): string {
    return printChallenges(this.#settings, this.#nonces, stale);
  }

  expireNonces(): void {
    this.#nonces.clear();
  }

  /** Checks what follows the scheme `Digest` in `Authorization`. */
  check(text: string, request: DigestRequest): DigestVerdict {
    const authorization = parseDigestAuthorization(text);
    if (authorization instanceof MalformedAuthorization) return { kind: 'malformed', problem: authorization.problem };
    const problem = this.#impropriety(authorization, request);
    if (problem !== undefined) return { kind: 'malformed', problem };
    if (!this.#isForThisServer(authorization)) return REFUSED;
    const nonce = this.#nonces.find(authorization.nonce);
    if (nonce !== undefined && nonce.algorithm !== authorization.algorithm) return REFUSED;
    const secret = this.#matchingSecret(authorization, request, nonce?.session);
    // Only a client that knows the key learns that its nonce is stale (RFC 7616 section 3.3).
    if (secret === undefined) return REFUSED;
    const count = authorization.qop === undefined ? undefined : Number.parseInt(authorization.nc, 16);
    if (nonce === undefined || !this.#nonces.spend(nonce, count)) return STALE;
    nonce.session ??= secret.session;
    return {
      kind: 'passed',
      authenticationInfo: (body) => this.#authenticationInfo(authorization, secret, nonce, body),
    };
  }

  /** Returns the problem if RFC 7616 section 3.4 requires a 4xx instead of a new challenge. */
  #impropriety(authorization: DigestAuthorization, request: DigestRequest): string | undefined {
    const { qop, uri, algorithm, cnonce } = authorization;
    if (uri !== request.target) return `uri ${uri} is not the request target ${request.target}`;
    if (qop === undefined && this.#settings.qop.length > 0) return 'qop was offered but is not used';
    if (qop !== undefined && !this.#settings.qop.includes(qop)) return `qop ${qop} was not offered`;
    if (algorithm.endsWith('-sess') && cnonce === '') return `${algorithm} needs a cnonce`;
    return undefined;
  }

  #isForThisServer(authorization: DigestAuthorization): boolean {
    return (
      this.#settings.algorithms.includes(authorization.algorithm) &&
      authorization.realm === this.#settings.realm &&
      authorization.opaque === this.#settings.opaque &&
      this.#isOurUser(authorization)
    );
  }

  #isOurUser({ username, userhash, algorithm }: DigestAuthorization): boolean {
    const { publicKey } = this.#key;
    if (!userhash) return [username, Buffer.from(username, 'latin1').toString('utf8')].includes(publicKey);
    if (!this.#settings.userhash) return false;
    return this.#encodings().some((e) => hexHash(algorithm, `${publicKey}:${this.#settings.realm}`, e) === username);
  }

  // Without a charset RFC 7616 leaves the encoding open, so both are accepted.
  #encodings(): readonly CredentialEncoding[] {
    return this.#settings.charset ? ['utf8'] : ['utf8', 'latin1'];
  }

  #sessions(authorization: DigestAuthorization, first: DigestSession | undefined): (DigestSession | undefined)[] {
    if (!authorization.algorithm.endsWith('-sess')) return [undefined];
    const own = { nonce: authorization.nonce, cnonce: authorization.cnonce };
    if (first === undefined || this.#settings.sessionKey === 'each-request') return [own];
    return this.#settings.sessionKey === 'first-request' ? [first] : [first, own];
  }

  /** Finds the secret that gives the response the client sent. */
  #matchingSecret(
    authorization: DigestAuthorization,
    request: DigestRequest,
    first: DigestSession | undefined,
  ): DigestSecret | undefined {
    const { algorithm, realm } = authorization;
    const { publicKey: username, privateKey: password } = this.#key;
    const message = { ...authorization, method: request.method, body: request.body };
    return this.#sessions(authorization, first)
      .flatMap((session) =>
        this.#encodings().map((encoding) => ({ algorithm, username, realm, password, encoding, session })),
      )
      .find((secret) => digestResponse(secret, message) === authorization.response);
  }

  #authenticationInfo(
    authorization: DigestAuthorization,
    secret: DigestSecret,
    nonce: IssuedNonce,
    body: string,
  ): string | undefined {
    const { nextNonce, rspauth } = this.#settings;
    const next = nextNonce ? this.#nonces.issue(nonce.algorithm, nonce.session).value : undefined;
    return printAuthenticationInfo(authorization, secret, { next, rspauth, body });
  }
}
