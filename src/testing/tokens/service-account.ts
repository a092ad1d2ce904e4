import type { ServiceAccountCredentials } from '../credentials.js';
import type { ReceivedRequest } from '../http/received-request.js';
import type { Reply } from '../http/reply.js';
import { oauthError, rateLimited } from './oauth-error.js';
import { RequestLimit } from './request-limit.js';
import type { TokenTable } from './token-table.js';

/** Lifetime and limits of a service account's tokens. The defaults are Atlas's. */
export interface TokenOptions {
  /** Lifetime of a token in seconds. Default 3600. */
  lifetime?: number | undefined;
  /** Token requests that a client may make within the window. The next one gets 429. Default 50. */
  perMinute?: number | undefined;
  /** Length of the window in ms. Default: 60,000. */
  window?: number | undefined;
  /** Tokens of an account that may be live at the same time. A request for one more gets 403. Default 100. */
  live?: number | undefined;
  /** Whether the 429 of the token endpoint has a `Retry-After`. Default true. */
  retryAfter?: boolean | undefined;
}

/** The endpoints `/api/oauth/token` and `/api/oauth/revoke` for one service account. */
export class ServiceAccountEndpoints {
  readonly #account: ServiceAccountCredentials;
  readonly #tokens: TokenTable;
  readonly #options: TokenOptions;
  readonly #limit: RequestLimit;

  constructor(account: ServiceAccountCredentials, tokens: TokenTable, options: TokenOptions, now: () => number) {
    this.#account = account;
    this.#tokens = tokens;
    this.#options = options;
    this.#limit = new RequestLimit(options.perMinute ?? 50, options.window ?? 60_000, now);
  }

  answerToken(request: ReceivedRequest): Reply {
    const refusal = this.#refuse(request) ?? this.#refuseRate(request);
    if (refusal !== undefined) return refusal;
    if (new URLSearchParams(request.body).get('grant_type') !== 'client_credentials') {
      const detail = 'Only the grant type client_credentials is supported.';
      return oauthError(400, { errorCode: 'unsupported_grant_type', detail });
    }
    const { lifetime = 3600, live = 100 } = this.#options;
    if (this.#tokens.countExpiring() >= live) return oauthError(403);
    const token = this.#tokens.issue(lifetime * 1000);
    return {
      status: 200,
      headers: { 'cache-control': 'no-store' },
      content: { access_token: token, expires_in: lifetime, token_type: 'Bearer' },
    };
  }

  answerRevoke(request: ReceivedRequest): Reply {
    const refusal = this.#refuse(request);
    if (refusal !== undefined) return refusal;
    const token = new URLSearchParams(request.body).get('token');
    if (token === null) return oauthError(400, { detail: 'The parameter token is missing.' });
    // RFC 7009 section 2.2: an unknown token is a success too.
    this.#tokens.revoke(token);
    return { status: 200, content: '' };
  }

  /** Refuses a request without the account's secret or without a form. */
  #refuse({ headers }: ReceivedRequest): Reply | undefined {
    const { clientId, clientSecret } = this.#account;
    const expected = Buffer.from(`${clientId}:${clientSecret}`).toString('base64');
    const credentials = /^Basic\s+(\S+)$/i.exec(headers['authorization'] ?? '')?.[1];
    if (credentials !== expected) return oauthError(401);
    const isForm = /^application\/x-www-form-urlencoded\s*(;|$)/i.test(headers['content-type'] ?? '');
    return isForm ? undefined : oauthError(400, { detail: 'The body must be form-encoded.' });
  }

  #refuseRate(request: ReceivedRequest): Reply | undefined {
    const wait = this.#limit.take();
    if (wait === undefined) return undefined;
    const { retryAfter = true } = this.#options;
    return rateLimited(request, {
      parameters: [request.path, this.#limit.max, 1],
      retryAfter: retryAfter ? Math.ceil(wait / 1000) : undefined,
    });
  }
}
