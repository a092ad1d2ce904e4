import { type ApiResponse, isMissingRole } from '../../atlas/response.js';
import { type Authenticator, type Login, type LoginRequest, NoLogin } from '../authenticator.js';
import {
  type Challenge,
  chooseDigestChallenge,
  type DigestChallenge,
  parseChallenges,
  parseNextNonce,
} from './challenge.js';
import { authorize, type DigestCredentials, type DigestSession, openSession } from './session.js';

/** One request with a login. */
interface Try {
  readonly session: DigestSession;
  readonly request: LoginRequest;
  /** Whether this call asked for the challenge. */
  readonly isOwn?: boolean;
  /** The session that the server has just refused, if this is the second try. */
  readonly refused?: DigestSession;
}

/**
 * Logs in by HTTP Digest. The session is kept, so a call usually costs one request. The first call of a client asks for a
 * challenge, and calls that start meanwhile wait for it.
 *
 * @see https://www.rfc-editor.org/rfc/rfc7616
 */
export class DigestAuthenticator implements Authenticator {
  readonly #credentials: DigestCredentials;
  #session: DigestSession | undefined;
  /** The session opened last, which may not have worked yet. Calls that are sent the same nonce share its count. */
  #newest: DigestSession | undefined;
  /** Resolves when the request for a challenge ends, whether it brings a challenge or not. */
  #inquiry: Promise<void> | undefined;

  constructor(credentials: DigestCredentials) {
    this.#credentials = credentials;
  }

  authorize(request: LoginRequest): Login | Promise<Login> {
    if (this.#session !== undefined) return this.#use({ session: this.#session, request });
    return this.#inquiry === undefined ? this.#askForAll(request) : this.#waitForChallenge(this.#inquiry, request);
  }

  secrets(): string[] {
    return [this.#credentials.username, this.#credentials.password];
  }

  async #waitForChallenge(inquiry: Promise<void>, request: LoginRequest): Promise<Login> {
    await inquiry;
    return this.#session === undefined ? this.#ask(request) : this.#use({ session: this.#session, request });
  }

  #askForAll(request: LoginRequest): Login {
    let end = () => {};
    const ended = new Promise<void>((resolve) => {
      end = resolve;
    });
    // Not within `end`, which may be called again when the next request for a challenge is on its way.
    this.#inquiry = ended.then(() => {
      this.#inquiry = undefined;
    });
    return this.#ask(request, end);
  }

  /** Sends no credentials, to get a challenge. */
  #ask(request: LoginRequest, end = () => {}): Login {
    return {
      header: undefined,
      review: (response) => {
        try {
          return this.#reviewInquiry(response, request);
        } finally {
          end();
        }
      },
      release: end,
      secrets: () => [],
    };
  }

  #reviewInquiry({ status, headers, isEnveloped }: ApiResponse, request: LoginRequest): Login | undefined {
    const field = headers['www-authenticate'];
    // A challenge is never enveloped.
    if (status !== 401 || isEnveloped || field === undefined) return undefined;
    const challenges = parseChallenges(field);
    const challenge = chooseDigestChallenge(challenges);
    if (challenge === undefined) throw unanswerable(challenges);
    const session = this.#open(challenge);
    this.#session ??= session;
    return this.#use({ session, request, isOwn: true });
  }

  #use(sent: Try): Login {
    const header = authorize(sent.session, sent.request.method, sent.request.path);
    return {
      header,
      review: (response) => this.#review(sent, response),
      release: () => {},
      // Extracted only when an error needs it.
      secrets: () => [/response="(\w+)"/.exec(header)?.[1] ?? ''],
    };
  }

  #review(sent: Try, { status, headers, isEnveloped, error }: ApiResponse): Login | undefined {
    if (status !== 401 || isEnveloped) return this.#keep(sent, headers);
    const challenge = chooseDigestChallenge(parseChallenges(headers['www-authenticate']));
    const isStale = challenge?.isStale === true;
    if (isMissingRole(status, error) && !isStale) return this.#keep(sent, headers);
    const { session, request, isOwn, refused } = sent;
    // No other request has used this nonce, so the nonce is good.
    const isWrongKey = isOwn && session.count.used === 1 && !isStale;
    if (challenge === undefined || refused !== undefined || isWrongKey) {
      // The next call asks for a new nonce, in case this one is the reason.
      if (this.#session === session) this.#session = undefined;
      return undefined;
    }
    // Other calls use the new session only once it has worked, because some servers accept each nonce only once.
    return this.#use({ session: this.#open(challenge), request, refused: session });
  }

  /** Keeps a new session that has worked, and follows `nextnonce`. */
  #keep({ session, refused }: Try, headers: ApiResponse['headers']): undefined {
    const isReplacement = refused !== undefined && (this.#session === refused || this.#session === undefined);
    if (isReplacement) this.#session = session;
    const field = headers['authentication-info'];
    // A late response must not bring back a session that was given up or replaced.
    if (field === undefined || this.#session !== session) return;
    const nonce = parseNextNonce(field);
    if (nonce !== undefined) this.#session = this.#open({ ...session.challenge, nonce });
  }

  #open(challenge: DigestChallenge): DigestSession {
    // A server may refuse a session and repeat its nonce, or send one nonce to several calls. A repeated nc may be refused.
    const sameNonce = [this.#session, this.#newest].find((known) => known?.challenge.nonce === challenge.nonce);
    try {
      this.#newest = openSession(challenge, this.#credentials, sameNonce?.count);
      return this.#newest;
    } catch (cause) {
      const message = `This runtime cannot compute ${challenge.hash}, which the server's challenge requires. Use a service account instead.`;
      throw new NoLogin({ message, cause });
    }
  }
}

function unanswerable(challenges: readonly Challenge[]): NoLogin {
  const offered = challenges.map(formatOffer).join(', ') || 'nothing readable';
  const message = `The server did not offer a Digest challenge that this client supports. Check baseUrl and any proxy on the way to Atlas. It offered: ${offered}.`;
  return new NoLogin({ message, status: 401 });
}

/** Returns the scheme, and the parameters that decide whether this client supports it. */
function formatOffer({ scheme, params }: Challenge): string {
  const decisive = ['algorithm', 'qop'].filter((name) => params.has(name));
  if (decisive.length === 0) return scheme;
  return `${scheme} (${decisive.map((name) => `${name} ${params.get(name) ?? 'malformed'}`).join(', ')})`;
}
