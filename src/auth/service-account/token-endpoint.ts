import { type Body, readBody } from '../../atlas/response.js';
import type { RouteBase } from '../../atlas/route.js';
import { isObject } from '../../atlas/schemas.js';
import { Mask } from '../../errors/mask.js';
import { type ExchangeLimits, exchange, type HttpResponse, NoResponse } from '../../http/exchange.js';
import { isRetryableStatus, parseRetryAfter } from '../../http/retry.js';
import type { Transport } from '../../http/transport.js';
import { NoLogin } from '../authenticator.js';
import { type AccessToken, tokenResponseSchema } from './access-token.js';

const maxDescriptionLength = 500;
const maxProblemLength = 100;

/** Requests and revokes access tokens. */
export class TokenEndpoint {
  readonly #transport: Transport;
  readonly #limits: ExchangeLimits;
  readonly #prefix: string;
  readonly #headers: string[];
  readonly #secrets: string[];

  constructor(
    transport: Transport,
    limits: ExchangeLimits,
    { prefix, userAgent }: RouteBase,
    { clientId, clientSecret }: { clientId: string; clientSecret: string },
  ) {
    this.#transport = transport;
    this.#limits = limits;
    this.#prefix = prefix;
    // RFC 6749 asks to form-encode both first, but Atlas does not decode them.
    const basic = Buffer.from(`${clientId}:${clientSecret}`).toString('base64');
    this.#secrets = [clientSecret, basic];
    this.#headers = Object.entries({
      accept: 'application/json',
      'user-agent': userAgent,
      'content-type': 'application/x-www-form-urlencoded',
      authorization: `Basic ${basic}`,
    }).flat();
  }

  /** The secrets that no error may show. */
  get secrets(): string[] {
    return this.#secrets;
  }

  /**
   * Requests a token once.
   *
   * @throws {@link NoLogin}
   */
  async requestToken(): Promise<AccessToken> {
    const startedAt = Date.now();
    const response = await this.#send('/api/oauth/token', 'grant_type=client_credentials');
    const body = readBody(response, this.#limits.maxResponseSize);
    if (response.status !== 200) throw this.#refusal(response, body);
    const parsed = tokenResponseSchema.safeParse(body.json);
    if (!parsed.success)
      throw noToken(body.problem && new Mask(this.secrets).text(body.problem).slice(0, maxProblemLength));
    const lifetime = parsed.data.expires_in * 1000;
    return { accessToken: parsed.data.access_token, lifetime, expiresAt: startedAt + lifetime };
  }

  /** Revokes a token. @see https://www.rfc-editor.org/rfc/rfc7009 */
  async revoke(accessToken: string): Promise<void> {
    const token = encodeURIComponent(accessToken);
    await this.#send('/api/oauth/revoke', `token=${token}&token_type_hint=access_token`);
  }

  async #send(path: string, body: string): Promise<HttpResponse> {
    const target = this.#prefix + path;
    const request = { method: 'POST', path: target, headers: this.#headers, body, isFollowed: true } as const;
    const send = () => exchange(this.#transport, request, this.#limits);
    try {
      return await send().catch((reason: unknown) => {
        if (reason instanceof NoResponse && reason.isDeadConnection) return send();
        throw reason;
      });
    } catch (reason) {
      // exchange() throws nothing else.
      throw new NoLogin({ noResponse: reason as NoResponse });
    }
  }

  #refusal({ status, headers }: HttpResponse, body: Body): NoLogin {
    const { error, errorDescription } = readOAuthError(new Mask(this.secrets).json(body.json));
    const said = [error, errorDescription].filter(Boolean).join(': ');
    const what = `The access token request failed with status ${status}${said && `, ${said}`}`;
    const message = `${what.replace(/\.$/, '')}. ${advise(status)}`;
    const isRetryable = isRetryableStatus(status);
    return new NoLogin({
      message,
      status,
      error,
      errorDescription,
      isRetryable,
      retryAfter: parseRetryAfter(headers),
    });
  }
}

// An OAuth error, except over the rate limit: there Atlas sends an error body of its own.
// https://www.rfc-editor.org/rfc/rfc6749#section-5.2
function readOAuthError(json: unknown): { error: string | undefined; errorDescription: string | undefined } {
  const body: Record<string, unknown> = isObject(json) ? json : {};
  return {
    error: shorten(body['error']) ?? shorten(body['errorCode']),
    errorDescription: shorten(body['error_description']) ?? shorten(body['detail']),
  };
}

function noToken(problem: string | undefined): NoLogin {
  const why = problem === undefined ? '' : `, because its body ${problem}`;
  const message = `The response to the access token request has status 200 but no bearer token${why}. Check baseUrl and any proxy on the way to Atlas.`;
  return new NoLogin({ message, status: 200 });
}

function shorten(value: unknown): string | undefined {
  return typeof value === 'string' ? value.slice(0, maxDescriptionLength) : undefined;
}

function advise(status: number): string {
  if (status === 429) return 'Share one token between processes with tokenStore.';
  if (status === 403)
    return 'At a token limit, share one token through tokenStore. Otherwise check the IP access list of the service account.';
  if (isRetryableStatus(status))
    return 'Atlas or a gateway in front of it is temporarily unavailable. Try again later.';
  if (status === 400 || status === 401) return 'Check clientId and clientSecret, and that the secret has not expired.';
  return 'Check baseUrl and any proxy on the way to Atlas.';
}
