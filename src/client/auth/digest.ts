import { getHashes, hash, randomBytes } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { type ApiResponse, isLoginRefused } from '../atlas/response.js';
import { advice } from '../errors/advice.js';
import { loginErrorOf } from '../errors/call-errors.js';
import { AtlasAuthenticationError } from '../errors/errors.js';
import type { ApiKeyCredentials, Authenticator, LoginRequest, SendWith } from './authenticator.js';

/**
 * Logs in by HTTP Digest. Each request answers the latest challenge, so a call usually costs one request. A 401 with a
 * challenge is answered once: if that is refused too, the key is wrong.
 *
 * The first call of a client has nothing to answer, and sends its request without a login to get a challenge. That is an
 * inquiry; calls that start meanwhile wait for it.
 *
 * @see https://www.rfc-editor.org/rfc/rfc7616
 */
export class DigestAuthenticator implements Authenticator {
  readonly secrets: readonly string[];
  readonly #credentials: ApiKeyCredentials;
  /** The session for the latest challenge. */
  #session: DigestSession | undefined;
  /**
   * The inquiry in progress. Resolves when the session is stored. If there was no challenge, every waiting call makes its own
   * inquiry.
   */
  #inquiry: Promise<unknown> | undefined;

  constructor(credentials: ApiKeyCredentials) {
    this.#credentials = credentials;
    // The public key is a name: reports print it as `loginId`.
    this.secrets = [credentials.privateKey];
  }

  async authenticate(request: LoginRequest, sendWith: SendWith): Promise<ApiResponse> {
    // Does not await `undefined`: that would let concurrent calls run, and each would start an inquiry.
    if (this.#inquiry !== undefined) await request.call.scope.waitFor('logging in', this.#inquiry);
    const { response, retryWith } =
      this.#session === undefined
        ? await this.#inquire(request, sendWith)
        : await this.#sendFirst(request, sendWith, nextAuthorization(this.#session, request.path));
    return retryWith === undefined ? response : sendWith(nextAuthorization(retryWith, request.path));
  }

  #inquire(request: LoginRequest, sendWith: SendWith): Promise<FirstExchange> {
    const asking = this.#sendFirst(request, sendWith);
    this.#inquiry = asking
      // The call that makes the inquiry reports the error.
      .catch(() => undefined)
      .finally(() => {
        this.#inquiry = undefined;
      });
    return asking;
  }

  /**
   * Sends the first request of an attempt. If its response is a challenge, keeps the session that answers it, for later calls too.
   *
   * @throws the error of a login that this client does not support.
   */
  async #sendFirst({ call, target }: LoginRequest, sendWith: SendWith, authorization?: string): Promise<FirstExchange> {
    const response = await sendWith(authorization);
    const offer = response.headers['www-authenticate'];
    if (offer === undefined || !isLoginRefused(response)) return { response };
    const challenge = findChallenge(offer);
    if (challenge === undefined) throw loginErrorOf(unsupportedOffer(offer), call, target);
    // The same challenge keeps its session, because the server may refuse an `nc` that it has seen.
    if (this.#session === undefined || !isDeepStrictEqual(challenge, this.#session.challenge)) {
      this.#session = openSession(challenge, this.#credentials);
    }
    return { response, retryWith: this.#session };
  }
}

/** The first response to a request, and what follows from it. */
interface FirstExchange {
  readonly response: ApiResponse;
  /** The session that answers its challenge. Absent if there is no challenge: then the response is final. */
  readonly retryWith?: DigestSession;
}

function unsupportedOffer(offer: string): AtlasAuthenticationError {
  const what = `The server did not offer a Digest challenge that this client supports. It offered: ${offer}.`;
  if (getHashes().includes('md5')) return new AtlasAuthenticationError(what, { status: 401, advice: advice.baseUrl });
  const why = `${what} Node.js has no MD5 here, as in FIPS mode.`;
  return new AtlasAuthenticationError(why, { status: 401, advice: advice.noMd5 });
}

/** A challenge combined with an API key. What is the same for every request is computed once, which saves a fifth of a call. */
interface DigestSession {
  readonly challenge: DigestChallenge;
  readonly cnonce: string;
  /** The hash of the public key, the realm and the private key. */
  readonly ha1: string;
  /** The start of each `Authorization` value. */
  readonly prefix: string;
  /** How many requests have used the nonce. */
  uses: number;
}

/** Combines a challenge with an API key. */
function openSession(challenge: DigestChallenge, { publicKey, privateKey }: ApiKeyCredentials): DigestSession {
  const { realm, nonce, opaque, algorithm } = challenge;
  // As UTF-8 with one character per byte. Node reads headers that way, so the realm goes back unchanged, whatever its charset.
  const username = Buffer.from(publicKey).toString('latin1');
  const password = Buffer.from(privateKey).toString('latin1');
  const cnonce = randomBytes(16).toString('hex');
  const algorithmParam = algorithm === undefined ? '' : `, algorithm=${algorithm}`;
  const opaqueParam = opaque === undefined ? '' : `, opaque=${quote(opaque)}`;
  return {
    challenge,
    cnonce,
    ha1: hash(challenge.hash, Buffer.from(`${username}:${realm}:${password}`, 'latin1')),
    prefix: `Digest username=${quote(username)}, realm=${quote(realm)}, nonce=${quote(nonce)}${algorithmParam}${opaqueParam}, qop=auth, cnonce="${cnonce}"`,
    uses: 0,
  };
}

/**
 * Returns the `Authorization` value of the next request, and counts that request.
 *
 * @param uri - the request target, as sent. It needs no escaping: no request target has a quote or a backslash.
 * @see https://www.rfc-editor.org/rfc/rfc7616#section-3.4.1
 */
function nextAuthorization(session: DigestSession, uri: string): string {
  const { challenge, cnonce, ha1, prefix } = session;
  session.uses += 1;
  const nc = session.uses.toString(16).padStart(8, '0');
  const ha2 = hash(challenge.hash, `GET:${uri}`);
  const response = hash(challenge.hash, `${ha1}:${challenge.nonce}:${nc}:${cnonce}:auth:${ha2}`);
  return `${prefix}, uri="${uri}", nc=${nc}, response="${response}"`;
}

function quote(text: string): string {
  return `"${text.replace(/["\\]/g, '\\$&')}"`;
}

/**
 * A Digest challenge that this client can answer: MD5 or SHA-256, with qop `auth`.
 *
 * @see https://www.rfc-editor.org/rfc/rfc7616#section-3.3
 */
interface DigestChallenge {
  readonly realm: string;
  readonly nonce: string;
  readonly opaque: string | undefined;
  /** As the server spells it, because it expects the same spelling back. */
  readonly algorithm: string | undefined;
  /** The hash function's name in `node:crypto`. */
  readonly hash: string;
}

const hashNames: Readonly<Record<string, string>> = { md5: 'md5', 'sha-256': 'sha256' };

/** Returns the first challenge in `WWW-Authenticate` that this client can answer. */
function findChallenge(header: string): DigestChallenge | undefined {
  for (const { scheme, params } of parseChallenges(header)) {
    const { realm, nonce, opaque, algorithm, qop = '' } = params;
    const hash = hashNames[(algorithm ?? 'MD5').toLowerCase()];
    const isDigest = scheme === 'digest' && /(?:^|[\s,])auth(?:$|[\s,])/i.test(qop);
    if (isDigest && hash !== undefined && getHashes().includes(hash) && realm !== undefined && nonce) {
      return { realm, nonce, opaque, algorithm, hash };
    }
  }
  return undefined;
}

const token = "[!#$%&'*+.^_`|~0-9A-Za-z-]+";
const quotedText = String.raw`"((?:[\t !#-\[\]-~\x80-\uffff]|\\[\t -~\x80-\uffff])*)"`;
const unquotedText = String.raw`([!#-+\--~]*)`;
// A match without `=` is a scheme. Matching takes linear time: it reads a token at most twice, and a value in only one way.
const schemeOrParam = new RegExp(String.raw`(${token})(?:[\t ]*=[\t ]*(?:${quotedText}|${unquotedText}))?`, 'g');

/**
 * Parses every challenge in `WWW-Authenticate`, of any scheme. Never throws: it skips what it cannot read. Schemes and names
 * are in lower case, values unescaped and without control characters.
 *
 * @see https://www.rfc-editor.org/rfc/rfc9110#section-11.6.1
 */
function parseChallenges(header: string) {
  const challenges: { scheme: string; params: Record<string, string> }[] = [];
  for (const [, name = '', quoted, unquoted] of header.matchAll(schemeOrParam)) {
    const value = quoted?.replace(/\\(.)/g, '$1') ?? unquoted;
    const current = challenges.at(-1);
    if (value === undefined) challenges.push({ scheme: name.toLowerCase(), params: {} });
    else if (current !== undefined) current.params[name.toLowerCase()] = value;
  }
  return challenges;
}
