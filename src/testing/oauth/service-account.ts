import { atlasError } from '../atlas-error.js';
import type { AtlasServiceAccount } from '../credentials.js';
import type { ReceivedRequest } from '../received-request.js';
import type { Reply } from '../reply.js';
import type { TokenOptions } from './options.js';
import { RequestLimit } from './request-limit.js';
import type { TokenTable } from './tokens.js';

const LIMIT_REACHED =
  'Access Token limit reached. Please use the existing Access Tokens or create a new Service Account.';

/** An error of OAuth 2.0 (RFC 6749 5.2), which is what Atlas's token endpoint answers with. */
export function oauthError(status: number, error: string, description: string): Reply {
  const headers: Record<string, string> = { 'cache-control': 'no-store' };
  if (status === 401) headers['www-authenticate'] = 'Basic realm="MMS Public API"';
  return { status, headers, content: { error, error_description: description } };
}

function basicCredentials(request: ReceivedRequest): [string, string] | undefined {
  const encoded = /^Basic\s+(\S+)$/i.exec(request.headers['authorization'] ?? '')?.[1];
  if (encoded === undefined) return undefined;
  const text = Buffer.from(encoded, 'base64').toString('utf8');
  const colon = text.indexOf(':');
  return colon === -1 ? undefined : [text.slice(0, colon), text.slice(colon + 1)];
}

function isForm(request: ReceivedRequest): boolean {
  return /^application\/x-www-form-urlencoded\s*(;|$)/i.test(request.headers['content-type'] ?? '');
}

/** The endpoints `/api/oauth/token` and `/api/oauth/revoke` for one service account. */
export class ServiceAccountEndpoints {
  readonly #account: Readonly<AtlasServiceAccount>;
  readonly #options: TokenOptions;
  readonly #tokens: TokenTable;
  readonly #limit: RequestLimit;

  constructor(
    account: Readonly<AtlasServiceAccount>,
    options: TokenOptions = {},
    tokens: TokenTable,
    now: () => number,
  ) {
    this.#account = account;
    this.#options = options;
    this.#tokens = tokens;
    this.#limit = new RequestLimit(this.#perMinute, options.window ?? 60_000, now);
  }

  answerToken(request: ReceivedRequest): Reply {
    const tooMany = this.#tooManyRequests(request);
    if (tooMany !== undefined) return tooMany;
    const refusal = this.#refusal(request);
    if (refusal !== undefined) return refusal;
    if (new URLSearchParams(request.body).get('grant_type') !== 'client_credentials') {
      return oauthError(400, 'unsupported_grant_type', 'Only the grant type client_credentials is supported.');
    }
    if (this.#tokens.countLive() >= (this.#options.live ?? 100)) return oauthError(403, 'access_denied', LIMIT_REACHED);
    const lifetime = this.#options.lifetime ?? 3600;
    const token = this.#tokens.issue(lifetime * 1000);
    return {
      status: 200,
      headers: { 'cache-control': 'no-store' },
      content: { access_token: token, expires_in: lifetime, token_type: 'Bearer' },
    };
  }

  answerRevoke(request: ReceivedRequest): Reply {
    const refusal = this.#refusal(request);
    if (refusal !== undefined) return refusal;
    const token = new URLSearchParams(request.body).get('token');
    if (token === null) return oauthError(400, 'invalid_request', 'The parameter token is missing.');
    // An unknown token is revoked already (RFC 7009 2.2).
    this.#tokens.revoke(token);
    return { status: 200, content: '' };
  }

  get #perMinute(): number {
    return this.#options.perMinute ?? 10;
  }

  #refusal(request: ReceivedRequest): Reply | undefined {
    if (request.method !== 'POST') return atlasError(405, { headers: { allow: 'POST' } });
    if (!this.#isOurs(request)) return oauthError(401, 'invalid_client', 'Client authentication failed.');
    if (!isForm(request)) return oauthError(400, 'invalid_request', 'The body has to be form-encoded.');
    return undefined;
  }

  #isOurs(request: ReceivedRequest): boolean {
    const [id, secret] = basicCredentials(request) ?? [];
    return id === this.#account.clientId && secret === this.#account.clientSecret;
  }

  #tooManyRequests(request: ReceivedRequest): Reply | undefined {
    const [clientId = ''] = basicCredentials(request) ?? [];
    const wait = this.#limit.take(clientId);
    if (wait === undefined) return undefined;
    return atlasError(429, {
      detail: `Resource ${request.path} is limited to ${this.#perMinute} requests every 1 minutes.`,
      errorCode: 'RATE_LIMITED',
      parameters: [request.path, this.#perMinute, 1],
      retryAfter: this.#options.retryAfter === false ? undefined : Math.ceil(wait / 1000),
    });
  }
}
