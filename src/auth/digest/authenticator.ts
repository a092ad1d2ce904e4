import { type ApiResponse, isMissingRole } from '../../atlas/response.js';
import { type Authenticator, checkBaseUrl, type Login, type LoginRequest, NoLogin } from '../authenticator.js';
import {
  authorize,
  chooseChallenge,
  type DigestChallenge,
  type DigestCredentials,
  type DigestSession,
  formatOffers,
  openSession,
  parseNextNonce,
} from './digest.js';

/** How this client got the nonce of a login: from an earlier call, the challenge that this call asked for, or a refusal. */
type NonceSource = 'earlier call' | 'own challenge' | 'refusal';

/**
 * Logs in by HTTP Digest. The session is kept, so a call usually costs one request. The first call of a client asks for a
 * challenge, and calls that start meanwhile wait for it.
 *
 * @see https://www.rfc-editor.org/rfc/rfc7616
 */
export class DigestAuthenticator implements Authenticator {
  readonly #credentials: DigestCredentials;
  #session: DigestSession | undefined;
  /** Resolves when the request for a challenge ends, whether it brings a challenge or not. */
  #inquiry: Promise<void> | undefined;

  constructor(credentials: DigestCredentials) {
    this.#credentials = credentials;
  }

  authorize(request: LoginRequest): Login | Promise<Login> {
    const inquiry = this.#session === undefined ? this.#inquiry : undefined;
    return inquiry === undefined ? this.#logIn(request) : inquiry.then(() => this.#logIn(request));
  }

  secrets(): string[] {
    return [this.#credentials.username, this.#credentials.password];
  }

  #logIn(request: LoginRequest): Login {
    return this.#session === undefined ? this.#ask(request) : this.#use(this.#session, request, 'earlier call');
  }

  /** Sends no credentials, to get a challenge. */
  #ask(request: LoginRequest): Login {
    let end = () => {};
    const ended = new Promise<void>((resolve) => {
      end = resolve;
    });
    this.#inquiry = ended.then(() => {
      this.#inquiry = undefined;
    });
    return {
      header: undefined,
      review: (response) => {
        // The calls that wait continue in a later microtask, when the session is open.
        end();
        return this.#answer(response, request);
      },
      release: end,
      secrets: () => [],
    };
  }

  #answer({ status, headers, isEnveloped }: ApiResponse, request: LoginRequest): Login | undefined {
    const field = headers['www-authenticate'];
    // A challenge is never enveloped.
    if (status !== 401 || isEnveloped || field === undefined) return undefined;
    const challenge = chooseChallenge(field);
    if (challenge === undefined) {
      const message = `The server did not offer a Digest challenge that this client supports. ${checkBaseUrl} It offered: ${formatOffers(field)}.`;
      throw new NoLogin({ message, status: 401 });
    }
    return this.#use(this.#open(challenge), request, 'own challenge');
  }

  #use(session: DigestSession, request: LoginRequest, source: NonceSource): Login {
    const header = authorize(session, request.path);
    return {
      header,
      review: (response) => {
        const challenge = this.#review(session, source, response);
        return challenge && this.#use(this.#open(challenge), request, 'refusal');
      },
      release: () => {},
      // Extracted only when an error needs it.
      secrets: () => [/response="(\w+)"/.exec(header)?.[1] ?? ''],
    };
  }

  /** Returns the challenge to answer, or `undefined` if the response is final. */
  #review(session: DigestSession, source: NonceSource, response: ApiResponse): DigestChallenge | undefined {
    const { status, headers, isEnveloped, error } = response;
    // A late response must not bring back a session that was given up or replaced.
    const isCurrent = this.#session === session;
    if (status !== 401 || isEnveloped || isMissingRole(status, error)) {
      const field = headers['authentication-info'];
      const nonce = field && parseNextNonce(field);
      if (nonce && isCurrent) this.#open({ ...session.challenge, nonce });
      return undefined;
    }
    const challenge = chooseChallenge(headers['www-authenticate']);
    // No other request has used this nonce, so the key is bad.
    const isWrongKey = source === 'own challenge' && session.uses === 1 && !challenge?.isStale;
    if (challenge !== undefined && source !== 'refusal' && !isWrongKey) return challenge;
    // Otherwise the session stays and keeps counting: the server may offer its nonce again.
    if (isCurrent && challenge === undefined) this.#session = undefined;
    return undefined;
  }

  /** Opens a session and makes it current. If the server repeats a nonce, its session stays: a repeated nc may be refused. */
  #open(challenge: DigestChallenge): DigestSession {
    if (this.#session?.challenge.nonce === challenge.nonce) return this.#session;
    this.#session = openSession(challenge, this.#credentials);
    return this.#session;
  }
}
