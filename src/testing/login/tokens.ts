import { oauthError } from '../http/errors.js';
import type { Reply } from '../http/reply.js';
import type { ReceivedRequest } from '../http/request.js';
import { type EmulatorCredentials, newAccessToken, type ServiceAccountCredentials } from './credentials.js';

/** The lifetime of a service account's token, in seconds. */
const LIFETIME = 3600;

/** The access tokens, and the endpoints `/api/oauth/token` and `/api/oauth/revoke` of one service account. */
export class Tokens {
  readonly #account: Readonly<ServiceAccountCredentials>;
  readonly #expiryByToken = new Map<string, number>();

  constructor({ serviceAccount, accessToken }: EmulatorCredentials) {
    this.#account = serviceAccount;
    this.#expiryByToken.set(accessToken.accessToken, Number.POSITIVE_INFINITY);
  }

  /** Issues a token that expires after `lifetime` ms, by default never. */
  issue(lifetime = Number.POSITIVE_INFINITY): string {
    const token = newAccessToken();
    this.#expiryByToken.set(token, Date.now() + lifetime);
    return token;
  }

  isLive(token: string): boolean {
    return (this.#expiryByToken.get(token) ?? 0) > Date.now();
  }

  revokeAll(): void {
    this.#expiryByToken.clear();
  }

  answerToken(request: ReceivedRequest): Reply {
    if (!this.#isFromAccount(request)) return oauthError(request, 401);
    if (new URLSearchParams(request.body).get('grant_type') !== 'client_credentials') {
      const detail = 'Only the grant type client_credentials is supported.';
      return oauthError(request, 400, { errorCode: 'unsupported_grant_type', detail });
    }
    return {
      status: 200,
      headers: { 'cache-control': 'no-store' },
      content: { access_token: this.issue(LIFETIME * 1000), expires_in: LIFETIME, token_type: 'Bearer' },
    };
  }

  answerRevoke(request: ReceivedRequest): Reply {
    if (!this.#isFromAccount(request)) return oauthError(request, 401);
    const token = new URLSearchParams(request.body).get('token');
    if (token === null) return oauthError(request, 400, { detail: 'The parameter token is missing.' });
    // RFC 7009 section 2.2: an unknown token is a success too.
    this.#expiryByToken.delete(token);
    return { status: 200, content: '' };
  }

  #isFromAccount({ headers }: ReceivedRequest): boolean {
    const { clientId, clientSecret } = this.#account;
    const expected = Buffer.from(`${clientId}:${clientSecret}`).toString('base64');
    return /^Basic\s+(\S+)$/i.exec(headers['authorization'] ?? '')?.[1] === expected;
  }
}
