import { isRetryableStatus } from '../../http/retry.js';
import {
  type AuthenticatedAnswer,
  type Authenticator,
  type Authorization,
  type AuthorizedRequest,
  type LoginFailure,
  refusedLogin,
} from '../authenticator.js';
import { isGenuine, parseAuthenticationInfo } from './authentication-info.js';
import { chooseChallenge, type DigestChallenge, digestChallenges, parseChallenges } from './challenge.js';
import { type DigestCredentials, DigestSession } from './credentials.js';
import { type LiveNonce, NonceCounts } from './nonce-counts.js';
import { fieldLines, type HeaderValue } from './scanner.js';

/** What a request was sent with. */
interface DigestAuthorization extends Authorization {
  /** The nonce; absent where the request went out to fetch one. */
  readonly live: LiveNonce | undefined;
  readonly nc: number;
  /** Whether others wait for the challenge that this request fetches. */
  readonly asksForAll: boolean;
  /** Whether the nonce is from a 401 to this very call. */
  readonly isOwn: boolean;
  /** The refused nonce that this second try replaces; absent on a first try. */
  readonly replaces: LiveNonce | undefined;
}

interface Waiter {
  readonly request: AuthorizedRequest;
  readonly resolve: (authorization: DigestAuthorization) => void;
}

const asking: DigestAuthorization = {
  header: undefined,
  live: undefined,
  nc: 0,
  asksForAll: true,
  isOwn: false,
  replaces: undefined,
};
const askingAlone: DigestAuthorization = { ...asking, asksForAll: false };

// Calls that go on asking one after the other for a challenge while the server has trouble.
const mostTroubles = 3;

// A shorter one may be an ordinary word of a body: it is not masked. Atlas's have eight letters.
const shortestPublicKey = 8;

/**
 * Logs in by HTTP Digest. It keeps the challenge: a call that finds a nonce costs one request. The first call on a cold
 * client asks for a challenge, and those that come meanwhile wait for it.
 *
 * @see https://www.rfc-editor.org/rfc/rfc7616
 */
export class DigestAuthenticator implements Authenticator {
  readonly #credentials: DigestCredentials;
  readonly #nonces = new NonceCounts();
  #current: LiveNonce | undefined;
  /** Those that wait for a challenge; absent while nobody asks for one. */
  #waiters: Waiter[] | undefined;
  /** Requests for a challenge in a row that were answered 429 or 5xx. */
  #troubles = 0;

  constructor(credentials: DigestCredentials) {
    this.#credentials = credentials;
  }

  authorize(request: AuthorizedRequest): Authorization | Promise<Authorization> {
    if (this.#current !== undefined) return use(this.#current, request);
    if (this.#waiters === undefined) {
      this.#waiters = [];
      return asking;
    }
    const waiters = this.#waiters;
    return new Promise((resolve) => waiters.push({ request, resolve }));
  }

  review(
    authorization: Authorization,
    request: AuthorizedRequest,
    answer: AuthenticatedAnswer,
  ): Authorization | undefined {
    // Made by this class.
    const sent = authorization as DigestAuthorization;
    try {
      // A challenge is never enveloped.
      const isRefused = answer.status === 401 && !answer.isEnveloped;
      return isRefused ? this.#refused(sent, request, answer) : this.#accepted(sent, request, answer);
    } finally {
      if (sent.asksForAll) this.#endAsking(sent, answer.status);
    }
  }

  abandon(authorization: Authorization): void {
    if (!(authorization as DigestAuthorization).asksForAll) return;
    // Nobody knows whether there is a challenge: the next one asks.
    const next = this.#waiters?.shift();
    if (next === undefined) this.#waiters = undefined;
    else next.resolve(asking);
  }

  secrets(sent: Authorization | undefined): string[] {
    const { username, password } = this.#credentials;
    const secrets = username.length < shortestPublicKey ? [password] : [username, password];
    const response = /response="(\w+)"/.exec(sent?.header ?? '')?.[1];
    return response === undefined ? secrets : [...secrets, response];
  }

  #refused(
    sent: DigestAuthorization,
    request: AuthorizedRequest,
    { headers }: AuthenticatedAnswer,
  ): DigestAuthorization | undefined {
    const field = headers['www-authenticate'];
    const challenge = chooseChallenge(digestChallenges(field));
    if (sent.live === undefined) return this.#answerChallenge(challenge, field, request);
    const isFresh = sent.isOwn && sent.live.count.nc === 1;
    if (challenge === undefined || sent.replaces !== undefined || (isFresh && !challenge.stale)) {
      // Most likely a wrong key. In case it was the nonce, the next call asks for a new one.
      if (this.#current === sent.live) this.#current = undefined;
      return undefined;
    }
    // Others get it when it has proved good: on a server that takes each nonce once they would use it up before this call.
    return use(this.#open(challenge), request, true, sent.live);
  }

  #answerChallenge(
    challenge: DigestChallenge | undefined,
    field: HeaderValue,
    request: AuthorizedRequest,
  ): DigestAuthorization | undefined {
    if (challenge === undefined) {
      if (field === undefined) return undefined;
      throw unanswerable(parseChallenges(field).map(({ scheme }) => scheme));
    }
    const live = this.#open(challenge);
    this.#current ??= live;
    return use(live, request, true);
  }

  #accepted(sent: DigestAuthorization, request: AuthorizedRequest, answer: AuthenticatedAnswer): undefined {
    if (sent.live === undefined) return;
    const { session } = sent.live;
    if (sent.replaces === this.#current) this.#current = sent.live;
    const inHead = answer.headers['authentication-info'];
    const inTrailers = answer.trailers?.['authentication-info'];
    if ((inHead === undefined && inTrailers === undefined) || answer.truncated) return;
    const info = parseAuthenticationInfo([...fieldLines(inHead), ...fieldLines(inTrailers)]);
    if (!isGenuine(info, session, { uri: request.path, nc: sent.nc, body: answer.body })) throw forged(answer.status);
    if (info.nextnonce) this.#current = this.#nonces.live(session.withNonce(info.nextnonce));
  }

  #open(challenge: DigestChallenge): LiveNonce {
    try {
      return this.#nonces.live(DigestSession.open(challenge, this.#credentials));
    } catch (cause) {
      throw noHash(challenge, cause);
    }
  }

  #endAsking(sent: DigestAuthorization, status: number): void {
    const isTrouble = this.#current === undefined && isRetryableStatus(status);
    this.#troubles = isTrouble ? this.#troubles + 1 : 0;
    // It may well be over for the next one to ask. In a real outage nobody waits for the others.
    if (isTrouble && this.#troubles <= mostTroubles) this.abandon(sent);
    else this.#answerWaiters();
  }

  #answerWaiters(): void {
    const waiters = this.#waiters ?? [];
    this.#waiters = undefined;
    for (const { request, resolve } of waiters) {
      // Where no challenge came, each goes on its own.
      resolve(this.#current === undefined ? askingAlone : use(this.#current, request));
    }
  }
}

function use(
  live: LiveNonce,
  { method, path }: AuthorizedRequest,
  isOwn = false,
  replaces?: LiveNonce,
): DigestAuthorization {
  const { session, count } = live;
  count.nc += 1;
  const header = session.authorize(method, path, count.nc);
  return { header, live, nc: count.nc, asksForAll: false, isOwn, replaces };
}

function unanswerable(schemes: string[]): LoginFailure {
  const offered = schemes.length === 0 ? 'none that can be read' : schemes.join(', ').slice(0, 200);
  const message = `cannot log in by an API key: the server offers no Digest challenge that can be answered (it offers: ${offered}); check baseUrl and any proxy between`;
  return refusedLogin(message, { status: 401 });
}

function forged(status: number): LoginFailure {
  const message =
    'the answer does not prove that the server knows the key (rspauth or nextnonce is not of this request): something between may have changed it';
  return refusedLogin(message, { status });
}

function noHash({ algorithm }: DigestChallenge, cause: unknown): LoginFailure {
  const message = `this Node cannot compute ${algorithm.hash}, which the server's challenge asks for: a service account needs no hash`;
  return refusedLogin(message, {}, {}, cause);
}
