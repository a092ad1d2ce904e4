import { type ApiResponse, isMissingRole } from '../../atlas/response.js';
import type { HeaderValue } from '../../http/headers.js';
import { type Authenticator, type Login, type LoginRequest, NoLogin } from '../authenticator.js';
import {
  chooseChallenge,
  type DigestChallenge,
  digestChallenges,
  parseChallenges,
  parseNextNonce,
} from './challenge.js';
import { type DigestCredentials, DigestSession } from './session.js';

/** A request that was sent with a login. */
interface SentRequest {
  readonly session: DigestSession;
  readonly request: LoginRequest;
  /** Whether this call itself received the nonce. */
  readonly isOwn: boolean;
  /** The refused session that this second try replaces. */
  readonly replaces: DigestSession | undefined;
}

// How many schemes of a challenge an error names.
const maxSchemes = 10;

/**
 * Logs in by HTTP Digest. The session is kept, so a call usually costs one request. The first call of a client asks for a
 * challenge, and calls that start meanwhile wait for it.
 *
 * @see https://www.rfc-editor.org/rfc/rfc7616
 */
export class DigestAuthenticator implements Authenticator {
  readonly #credentials: DigestCredentials;
  #session: DigestSession | undefined;
  /** The session that was opened last, which may not have worked yet. */
  #opened: DigestSession | undefined;
  /** The session that was refused for good last. */
  #givenUp: DigestSession | undefined;
  /** The request for a challenge that other calls wait for. Resolves when it ends, whether it brought a challenge or not. */
  #inquiry: Promise<void> | undefined;

  constructor(credentials: DigestCredentials) {
    this.#credentials = credentials;
  }

  authorize(request: LoginRequest): Login | Promise<Login> {
    if (this.#session !== undefined) return this.#use(this.#session, request);
    return this.#inquiry === undefined ? this.#askForAll(request) : this.#waitForChallenge(this.#inquiry, request);
  }

  secrets(): string[] {
    return [this.#credentials.username, this.#credentials.password];
  }

  async #waitForChallenge(inquiry: Promise<void>, request: LoginRequest): Promise<Login> {
    await inquiry;
    return this.#session === undefined ? this.#ask(request, () => {}) : this.#use(this.#session, request);
  }

  #askForAll(request: LoginRequest): Login {
    let end = () => {};
    const inquiry = new Promise<void>((resolve) => {
      end = resolve;
    });
    this.#inquiry = inquiry;
    return this.#ask(request, () => {
      if (this.#inquiry === inquiry) this.#inquiry = undefined;
      end();
    });
  }

  /** A request without credentials, to get a challenge. */
  #ask(request: LoginRequest, onEnd: () => void): Login {
    return {
      header: undefined,
      review: (response) => {
        try {
          return this.#reviewInquiry(response, request);
        } finally {
          onEnd();
        }
      },
      release: onEnd,
      secrets: () => [],
    };
  }

  #reviewInquiry({ status, headers, isEnveloped }: ApiResponse, request: LoginRequest): Login | undefined {
    // A challenge is never enveloped.
    if (status !== 401 || isEnveloped) return undefined;
    const field = headers['www-authenticate'];
    const challenge = chooseChallenge(digestChallenges(field));
    if (challenge === undefined) {
      if (field === undefined) return undefined;
      throw unanswerable(field);
    }
    const session = this.#open(challenge);
    this.#session ??= session;
    return this.#use(session, request, true);
  }

  #use(session: DigestSession, request: LoginRequest, isOwn = false, replaces?: DigestSession): Login {
    const header = session.authorize(request.method, request.path);
    const sent: SentRequest = { session, request, isOwn, replaces };
    return {
      header,
      review: (response) => this.#review(sent, response),
      release: () => {},
      // Extracted only when an error needs it.
      secrets: () => [/response="(\w+)"/.exec(header)?.[1] ?? ''],
    };
  }

  #review(sent: SentRequest, response: ApiResponse): Login | undefined {
    const { status, headers, isEnveloped, error } = response;
    if (status !== 401 || isEnveloped) return this.#accept(sent, response);
    const challenge = chooseChallenge(digestChallenges(headers['www-authenticate']));
    if (isMissingRole(status, error) && !challenge?.stale) return this.#accept(sent, response);
    const { session, request, isOwn, replaces } = sent;
    // Nobody else has used this nonce.
    const isFresh = isOwn && session.count.used === 1;
    if (challenge === undefined || replaces !== undefined || (isFresh && !challenge.stale)) {
      // Most likely the key is wrong. In case the nonce was, the next call asks for a new one.
      if (this.#session === session) this.#session = undefined;
      this.#givenUp = session;
      return undefined;
    }
    // Do not share the new session until it has worked. If the server accepts each nonce only once, another call could use it.
    return this.#use(this.#open(challenge, session), request, true, session);
  }

  /** Keeps a session that replaces the current one and has worked, and follows `nextnonce`. */
  #accept({ session, replaces }: SentRequest, { headers }: ApiResponse): undefined {
    const isReplacement = replaces !== undefined && (this.#session === replaces || this.#session === undefined);
    if (isReplacement) this.#session = session;
    const field = headers['authentication-info'];
    // A late response must not bring back a session that was given up or replaced.
    if (field === undefined || this.#session !== session) return;
    const nonce = parseNextNonce(field);
    if (nonce !== undefined && nonce !== session.nonce) this.#session = session.withNonce(nonce);
  }

  /**
   * Opens a session. If the challenge repeats the nonce of a known session, continues its count: a server may refuse a
   * session with the nonce that it already uses, or send one nonce to several calls.
   */
  #open(challenge: DigestChallenge, refused?: DigestSession): DigestSession {
    const known = [refused, this.#session, this.#opened, this.#givenUp];
    const sameNonce = known.find((session) => session?.nonce === challenge.nonce);
    try {
      this.#opened = DigestSession.open(challenge, this.#credentials, sameNonce?.count);
      return this.#opened;
    } catch (cause) {
      throw missingHash(challenge, cause);
    }
  }
}

function unanswerable(field: HeaderValue): NoLogin {
  const schemes = parseChallenges(field).map(({ scheme }) => scheme);
  const offered = schemes.length === 0 ? 'nothing readable' : schemes.slice(0, maxSchemes).join(', ');
  const message = `The server did not offer a Digest challenge that this client supports. Check baseUrl and any proxy on the way to Atlas. It offered: ${offered}.`;
  return new NoLogin({ message, status: 401 });
}

function missingHash({ algorithm }: DigestChallenge, cause: unknown): NoLogin {
  const message = `This runtime cannot compute ${algorithm.hash}, which the server's challenge requires. Use a service account instead.`;
  return new NoLogin({ message, cause });
}
