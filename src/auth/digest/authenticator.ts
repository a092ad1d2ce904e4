import { isMissingRole } from '../../atlas/error-body.js';
import type { ApiResponse } from '../../http/body.js';
import { fieldLines, type HeaderValue } from '../../http/headers.js';
import { isRetryableStatus } from '../../http/retry.js';
import { type Authenticator, type Login, LoginFailure, type LoginRequest } from '../authenticator.js';
import { isGenuine, parseAuthenticationInfo } from './authentication-info.js';
import { chooseChallenge, type DigestChallenge, digestChallenges, parseChallenges } from './challenge.js';
import { type DigestCredentials, DigestSession, type NonceCount } from './session.js';

/** A request that was sent with a login. */
interface SentRequest {
  readonly session: DigestSession;
  readonly request: LoginRequest;
  readonly nc: number;
  /** Whether this call itself received the nonce. */
  readonly isOwn: boolean;
  /** The refused session that this second try replaces. */
  readonly replaces: DigestSession | undefined;
}

// After this many failed requests for a challenge in a row, the waiting calls stop taking turns.
const maxFailedInquiries = 4;
const maxCounts = 100;
// How many schemes of a challenge an error names.
const maxSchemes = 10;

/**
 * Logs in by HTTP Digest. The session is kept, so a call usually costs one request. The first call of a client asks for a
 * challenge; calls that start meanwhile wait for it.
 *
 * @see https://www.rfc-editor.org/rfc/rfc7616
 */
export class DigestAuthenticator implements Authenticator {
  readonly #credentials: DigestCredentials;
  #session: DigestSession | undefined;
  /** The counts of the latest nonces. A server may hand out a nonce again, and refuse a count that it has seen. */
  readonly #counts = new Map<string, NonceCount>();
  /** The request for a challenge that other calls wait for. Resolves, when it ends, to whether they should stop taking turns. */
  #inquiry: Promise<boolean> | undefined;
  #failedInquiries = 0;

  constructor(credentials: DigestCredentials) {
    this.#credentials = credentials;
  }

  authorize(request: LoginRequest): Login | Promise<Login> {
    if (this.#session !== undefined) return this.#use(this.#session, request);
    return this.#inquiry === undefined ? this.#askForAll(request) : this.#waitForChallenge(request);
  }

  secrets(): string[] {
    return [this.#credentials.username, this.#credentials.password];
  }

  async #waitForChallenge(request: LoginRequest): Promise<Login> {
    while (this.#inquiry !== undefined) {
      const askAtOnce = await this.#inquiry;
      if (this.#session !== undefined) return this.#use(this.#session, request);
      if (askAtOnce) return this.#ask(request, () => {});
    }
    return this.#askForAll(request);
  }

  #askForAll(request: LoginRequest): Login {
    let end = (_askAtOnce: boolean) => {};
    this.#inquiry = new Promise((resolve) => {
      end = resolve;
    });
    return this.#ask(request, (status) => {
      this.#inquiry = undefined;
      end(this.#noteInquiry(status));
    });
  }

  /**
   * Notes how a request for a challenge ended. Returns whether the waiting calls should ask at once instead of taking turns.
   *
   * @param status - of the response; absent if there was none.
   */
  #noteInquiry(status: number | undefined): boolean {
    if (this.#session !== undefined) {
      this.#failedInquiries = 0;
      return false;
    }
    // A lost request says nothing about the server, so the next call asks.
    if (status === undefined) return false;
    // After a final response, every turn would end the same way.
    if (!isRetryableStatus(status)) return true;
    this.#failedInquiries += 1;
    return this.#failedInquiries >= maxFailedInquiries;
  }

  /** A request without credentials, to get a challenge. */
  #ask(request: LoginRequest, onEnd: (status?: number) => void): Login {
    return {
      header: undefined,
      review: (response) => {
        try {
          return this.#reviewInquiry(response, request);
        } finally {
          onEnd(response.status);
        }
      },
      release: () => onEnd(),
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
    session.count.used += 1;
    const sent: SentRequest = { session, request, nc: session.count.used, isOwn, replaces };
    const header = session.authorize(request.method, request.path, sent.nc);
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
      return undefined;
    }
    // Do not share the new session until it has worked. If the server accepts each nonce only once, another call could use it.
    return this.#use(this.#open(challenge), request, true, session);
  }

  #accept(
    { session, request, nc, replaces }: SentRequest,
    { status, headers, trailers, bytes, isTruncated }: ApiResponse,
  ): undefined {
    if (replaces === this.#session) this.#session = session;
    const inHead = headers['authentication-info'];
    const inTrailers = trailers['authentication-info'];
    if ((inHead === undefined && inTrailers === undefined) || isTruncated) return;
    const info = parseAuthenticationInfo([...fieldLines(inHead), ...fieldLines(inTrailers)]);
    if (!isGenuine(info, session, { uri: request.path, nc, body: bytes })) throw forged(status);
    if (info.nextnonce) this.#session = session.withNonce(info.nextnonce, this.#countOf(info.nextnonce));
  }

  #open(challenge: DigestChallenge): DigestSession {
    try {
      return DigestSession.open(challenge, this.#credentials, this.#countOf(challenge.nonce));
    } catch (cause) {
      throw missingHash(challenge, cause);
    }
  }

  #countOf(nonce: string): NonceCount {
    const count = this.#counts.get(nonce) ?? { nonce, used: 0 };
    // Inserting it again makes it the latest.
    this.#counts.delete(nonce);
    this.#counts.set(nonce, count);
    const [oldest] = this.#counts.keys();
    if (this.#counts.size > maxCounts && oldest !== undefined) this.#counts.delete(oldest);
    return count;
  }
}

function unanswerable(field: HeaderValue): LoginFailure {
  const schemes = parseChallenges(field).map(({ scheme }) => scheme);
  const offered = schemes.length === 0 ? 'nothing readable' : schemes.slice(0, maxSchemes).join(', ');
  const message = `The server did not offer a Digest challenge that this client supports. Check baseUrl and any proxy on the way to Atlas. It offered: ${offered}.`;
  return new LoginFailure({ message, status: 401 });
}

function forged(status: number): LoginFailure {
  const message = `The Authentication-Info header of the response (status ${status}) does not match the request, so the response may not come from Atlas. Check whether a proxy modifies responses.`;
  return new LoginFailure({ message, status });
}

function missingHash({ algorithm }: DigestChallenge, cause: unknown): LoginFailure {
  const message = `This runtime cannot compute ${algorithm.hash}, which the server's challenge requires. Use a service account instead.`;
  return new LoginFailure({ message, cause });
}
