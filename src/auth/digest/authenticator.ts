import { type ApiResponse, isMissingRole } from '../../atlas/response.js';
import { baseUrlAdvice } from '../../errors/advice.js';
import { type Authenticator, type ExchangeWith, type LoginRequest, NoLogin } from '../authenticator.js';
import {
  chooseChallenge,
  type DigestChallenge,
  type DigestCredentials,
  type DigestSession,
  formatOffers,
  nextAuthorization,
  openSession,
  parseNextNonce,
} from './digest.js';

/**
 * Logs in by HTTP Digest. The session is kept, so a call usually costs one request. The first call of a client asks for a
 * challenge, and calls that start meanwhile wait for it.
 *
 * @see https://www.rfc-editor.org/rfc/rfc7616
 */
export class DigestAuthenticator implements Authenticator {
  readonly #credentials: DigestCredentials;
  #session: DigestSession | undefined;
  /** Resolves when the latest request for a challenge ends, whether it brings a challenge or not. */
  #inquiry: Promise<void> | undefined;

  constructor(credentials: DigestCredentials) {
    this.#credentials = credentials;
  }

  async authenticate({ path, scope }: LoginRequest, exchangeWith: ExchangeWith): Promise<ApiResponse> {
    // No await before an inquiry starts: otherwise concurrent calls would each ask for a challenge.
    if (this.#session === undefined && this.#inquiry !== undefined) await scope.waitFor('logging in', this.#inquiry);
    let session = this.#session;
    const hasAsked = session === undefined;
    if (session === undefined) {
      const endInquiry = this.#startInquiry();
      try {
        const response = await exchangeWith();
        const challenge = challengeOf(response);
        if (challenge === undefined) return response;
        session = this.#open(challenge);
      } finally {
        endInquiry();
      }
    }
    const response = await exchangeWith(nextAuthorization(session, path));
    const challenge = this.#review(session, response);
    if (challenge === undefined) return response;
    // A nonce that was just issued, and that no other request has used: the key is wrong, unless the server calls it stale.
    const isNew = hasAsked && session.uses === 1;
    if (isNew && !challenge.isStale) return response;
    const next = this.#open(challenge);
    const final = await exchangeWith(nextAuthorization(next, path));
    this.#review(next, final);
    return final;
  }

  secrets(): string[] {
    return [this.#credentials.username, this.#credentials.password];
  }

  /** Lets the calls that start from now on wait. Returns a function that ends their wait. */
  #startInquiry(): () => void {
    let end = () => {};
    const inquiry = new Promise<void>((resolve) => {
      end = resolve;
    });
    this.#inquiry = inquiry;
    return () => {
      // If it brought no challenge, the calls that waited ask by themselves, and one of them may have begun.
      if (this.#inquiry === inquiry) this.#inquiry = undefined;
      end();
    };
  }

  /**
   * Keeps, replaces or drops the session after a response.
   *
   * @returns the challenge to answer if the server refused the nonce. `undefined` if the response is final.
   */
  #review(session: DigestSession, response: ApiResponse): DigestChallenge | undefined {
    const { status, headers, error } = response;
    // A late response must not bring back a session that was given up or replaced.
    const isCurrent = this.#session === session;
    const isRefused = status === 401 && !isMissingRole(status, error);
    if (!isRefused) {
      const field = headers['authentication-info'];
      const nonce = field && parseNextNonce(field);
      if (nonce && isCurrent) this.#open({ ...session.challenge, nonce });
      return undefined;
    }
    const challenge = chooseChallenge(headers['www-authenticate']);
    // With a challenge, the session stays and keeps counting: the server may offer its nonce again.
    if (isCurrent && challenge === undefined) this.#session = undefined;
    return challenge;
  }

  /** Opens a session and makes it current. If the server repeats a nonce, its session stays: a repeated nc may be refused. */
  #open(challenge: DigestChallenge): DigestSession {
    if (this.#session?.challenge.nonce === challenge.nonce) return this.#session;
    this.#session = openSession(challenge, this.#credentials);
    return this.#session;
  }
}

/**
 * Returns the challenge in the response to a request without a login, or `undefined` if the response is final.
 *
 * @throws {@link NoLogin} if no challenge can be answered.
 */
function challengeOf({ status, headers }: ApiResponse): DigestChallenge | undefined {
  const field = headers['www-authenticate'];
  // A challenge is never enveloped.
  if (status !== 401 || field === undefined) return undefined;
  const challenge = chooseChallenge(field);
  if (challenge !== undefined) return challenge;
  const message = `The server did not offer a Digest challenge that this client supports. It offered: ${formatOffers(field)}.`;
  throw new NoLogin(message, { advice: baseUrlAdvice, status: 401 });
}
