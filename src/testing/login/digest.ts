import { createHash, randomBytes } from 'node:crypto';
import type { ReceivedRequest } from '../http/request.js';
import type { ApiKeyCredentials } from './credentials.js';

/** The realm in a challenge from Atlas. */
export const REALM = 'MMS Public API';

/** The lifetime of a nonce, in ms. */
const NONCE_LIFETIME = 60_000;

/** A nonce of a challenge. */
interface IssuedNonce {
  readonly issuedAt: number;
  /** Every `nc` that clients have sent with it. */
  readonly counts: Set<string>;
}

/**
 * Checks logins by one API key over HTTP Digest with MD5 and `qop="auth"`, as Atlas does.
 *
 * @see https://www.rfc-editor.org/rfc/rfc7616
 */
export class Digest {
  readonly #apiKey: Readonly<ApiKeyCredentials>;
  readonly #nonces = new Map<string, IssuedNonce>();

  constructor(apiKey: Readonly<ApiKeyCredentials>) {
    this.#apiKey = apiKey;
  }

  /** Returns the value of `WWW-Authenticate`, with a nonce of its own. */
  challenge(stale = false): string {
    // 24 bytes become 32 characters, as long as a nonce from Atlas.
    const nonce = randomBytes(24).toString('base64');
    this.#nonces.set(nonce, { issuedAt: Date.now(), counts: new Set() });
    return `Digest realm="${REALM}", domain="", nonce="${nonce}", algorithm=MD5, qop="auth", stale=${stale}`;
  }

  /**
   * Checks what follows the scheme `Digest` in an `Authorization` header. `stale`: the key is right, but the nonce has expired
   * or its count was used before. Only a client that knows the key learns that (RFC 7616 section 3.3).
   */
  check(credentials: string, { method, target }: ReceivedRequest): 'passed' | 'refused' | 'stale' {
    const { username, realm, nonce, uri, response, algorithm = 'MD5', qop, nc, cnonce } = parseParameters(credentials);
    const isForKey = username === this.#apiKey.publicKey && realm === REALM;
    const isForRequest = uri === target && algorithm === 'MD5' && qop === 'auth';
    if (!isForKey || !isForRequest || !nonce || !cnonce || !nc || !/^[0-9a-f]{8}$/i.test(nc)) return 'refused';
    const secret = md5(`${username}:${realm}:${this.#apiKey.privateKey}`);
    if (response !== md5(`${secret}:${nonce}:${nc}:${cnonce}:auth:${md5(`${method}:${uri}`)}`)) return 'refused';
    const issued = this.#nonces.get(nonce);
    const isExpired = issued === undefined || issued.issuedAt + NONCE_LIFETIME <= Date.now();
    if (isExpired || issued.counts.has(nc)) return 'stale';
    issued.counts.add(nc);
    return 'passed';
  }
}

/** Parses the parameters of a header. Names are in lower case, and values without their quotation marks. */
function parseParameters(text: string): Readonly<Partial<Record<string, string>>> {
  const pairs = text.matchAll(/([a-z]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s",]+))/gi);
  return Object.fromEntries(
    Array.from(pairs, ([, name = '', quoted, token = '']) => [
      name.toLowerCase(),
      quoted?.replace(/\\(.)/g, '$1') ?? token,
    ]),
  );
}

function md5(text: string): string {
  return createHash('md5').update(text).digest('hex');
}
