import type { AtlasErrorContext } from '../errors.js';
import { exchangeError } from '../exchange-errors.js';
import { type Body, readBody } from '../http/decode.js';
import { type Answer, type ExchangeFailure, type ExchangeLimits, mostDeadConnections } from '../http/exchange.js';
import { Mask } from '../http/mask.js';
import { isRetryableStatus, parseRetryAfter } from '../http/retry.js';
import type { Transport } from '../http/transport.js';
import { isObject } from '../is-object.js';
import { type AccessToken, tokenAnswerSchema } from './access-token.js';
import { LoginFailure, refusedLogin } from './authenticator.js';

const operation = 'the request for an access token';
const longestDescription = 500;

/** Asks Atlas's token endpoint for tokens. */
export class TokenRequest {
  readonly #transport: Transport;
  readonly #limits: ExchangeLimits;
  readonly #path: string;
  readonly #headers: string[];
  readonly #basic: string;
  readonly #clientSecret: string;

  /** @param prefix - the path of baseUrl. */
  constructor(
    transport: Transport,
    limits: ExchangeLimits,
    { prefix, userAgent }: { prefix: string; userAgent: string },
    { clientId, clientSecret }: { clientId: string; clientSecret: string },
  ) {
    this.#transport = transport;
    this.#limits = limits;
    this.#path = `${prefix}/api/oauth/token`;
    this.#clientSecret = clientSecret;
    // As they are: RFC 6749 would have them form-encoded first, which Atlas does not take.
    this.#basic = Buffer.from(`${clientId}:${clientSecret}`).toString('base64');
    this.#headers = [
      ...['accept', 'application/json', 'user-agent', userAgent],
      ...['content-type', 'application/x-www-form-urlencoded', 'authorization', `Basic ${this.#basic}`],
    ];
  }

  /** What no error may show. */
  get secrets(): string[] {
    return [this.#clientSecret, this.#basic];
  }

  /** Sends one request; rejects with a {@link LoginFailure}. */
  async send(): Promise<AccessToken> {
    const startedAt = Date.now();
    const answer = await this.#exchange();
    const body = readBody(answer, this.#limits.maxResponseSize);
    if (answer.status !== 200) throw this.#refusal(answer, body);
    const parsed = tokenAnswerSchema.safeParse(body.json);
    if (!parsed.success) throw refusedLogin(noToken(body.problem), { status: 200 });
    const lifetime = parsed.data.expires_in * 1000;
    return { accessToken: parsed.data.access_token, lifetime, expiresAt: startedAt + lifetime };
  }

  #exchange(deadConnections = 0): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const onFailure = (failure: ExchangeFailure) => {
        const isFree = failure.onDeadConnection && deadConnections < mostDeadConnections;
        if (isFree) resolve(this.#exchange(deadConnections + 1));
        else reject(this.#noAnswer(failure));
      };
      const request = {
        method: 'POST',
        path: this.#path,
        headers: this.#headers,
        body: 'grant_type=client_credentials',
      } as const;
      this.#transport.send(request, this.#limits, { onAnswer: resolve, onFailure });
    });
  }

  #noAnswer(failure: ExchangeFailure): LoginFailure {
    const mask = new Mask(this.secrets);
    const toError = (context: AtlasErrorContext) => exchangeError(failure, operation, this.#limits, mask, context);
    return new LoginFailure(toError, { retryable: true });
  }

  #refusal({ status, headers }: Answer, body: Body): LoginFailure {
    const { error, errorDescription } = readOAuthError(new Mask(this.secrets).json(body.json));
    const said = [error, errorDescription].filter(Boolean).join(': ');
    const message = `${operation} was answered with ${status}${said && ` ${said}`} (${advise(status)})`;
    const retryAfter = parseRetryAfter(headers['retry-after'], Date.now());
    return refusedLogin(
      message,
      { status, error, errorDescription },
      { retryable: isRetryableStatus(status), retryAfter, isOverLimit: status === 429 || status === 403 },
    );
  }
}

// An OAuth error, but over the rate limit an Atlas one. @see https://www.rfc-editor.org/rfc/rfc6749#section-5.2
function readOAuthError(json: unknown): { error: string | undefined; errorDescription: string | undefined } {
  const told: Record<string, unknown> = isObject(json) ? json : {};
  return {
    error: shorten(told['error']) ?? shorten(told['errorCode']),
    errorDescription: shorten(told['error_description']) ?? shorten(told['detail']),
  };
}

function noToken(problem: string | undefined): string {
  const why = problem === undefined ? '' : ` (${problem})`;
  return `${operation} was answered with 200 and no bearer token${why}: check baseUrl and any proxy between`;
}

function shorten(value: unknown): string | undefined {
  return typeof value === 'string' ? value.slice(0, longestDescription) : undefined;
}

function advise(status: number): string {
  if (status === 429) return 'over the limit of 10 token requests a minute: share one token through tokenStore';
  if (status === 403) return 'share one token through tokenStore, or check the IP access list of the service account';
  if (isRetryableStatus(status)) return 'Atlas or a gateway has trouble: try again later';
  if (status === 400 || status === 401) return 'check clientId and clientSecret, and that the secret has not expired';
  return 'check baseUrl and any proxy between';
}
