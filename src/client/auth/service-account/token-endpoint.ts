import * as z from 'zod';
import { fieldsOf } from '../../atlas/json.js';
import { readBody } from '../../atlas/response.js';
import { type Failure, loginFailure, noResponseFailure } from '../../errors/failure.js';
import { acceptedCoding } from '../../http/codings.js';
import type { ExchangeLimits, HttpResponse } from '../../http/exchange.js';
import type { NoResponse } from '../../http/no-response.js';
import { isRateLimitStatus, isTemporaryStatus, parseRetryAfter } from '../../http/retry.js';
import type { Transport } from '../../http/transport.js';
import type { ServiceAccountCredentials } from '../authenticator.js';
import { type AccessToken, bearerTokenSchema, debug } from './access-token.js';

/** The longest wait, in ms, before the next attempt reads the store again for the token of another process. */
const maxWaitForStore = 2_000;

// What Atlas uses, in seconds. RFC 6749 allows a server to leave it out.
const usualLifetime = 3600;

/** @see https://www.rfc-editor.org/rfc/rfc6749#section-5.1 */
const tokenResponseSchema = z.object({
  access_token: bearerTokenSchema,
  expires_in: z.number().nonnegative().nullish(),
});

/** Requests and revokes access tokens. */
export class TokenEndpoint {
  readonly #post: (path: string, body: string) => Promise<HttpResponse>;
  /** What no error may show. */
  readonly secrets: string[];

  constructor(
    transport: Transport,
    { prefix, userAgent, ...limits }: ExchangeLimits & { prefix: string; userAgent: string },
    { clientId, clientSecret }: ServiceAccountCredentials,
  ) {
    // RFC 6749 requires both to be form-encoded first, but Atlas does not decode them.
    const basic = Buffer.from(`${clientId}:${clientSecret}`).toString('base64');
    const headers = Object.entries({
      accept: 'application/json',
      'accept-encoding': acceptedCoding,
      'user-agent': userAgent,
      'content-type': 'application/x-www-form-urlencoded',
      authorization: `Basic ${basic}`,
    }).flat();
    this.#post = (path, body) => transport.exchange({ method: 'POST', path: prefix + path, headers, body }, limits);
    this.secrets = [clientSecret, basic];
  }

  /**
   * Requests a token.
   *
   * @param isShared - whether another process may store a token for this one.
   * @throws {@link Failure}
   */
  async requestToken(isShared: boolean): Promise<AccessToken> {
    const startedAt = Date.now();
    const response = await this.#send('/api/oauth/token', 'grant_type=client_credentials');
    debug('token request ended with %d after %d ms', response.status, Date.now() - startedAt);
    const body = readBody(response);
    if (response.status !== 200) throw this.#refusal(response, body.json, isShared);
    const parsed = tokenResponseSchema.safeParse(body.json);
    if (!parsed.success) {
      const why = body.problem === undefined ? '' : `, because its body ${body.problem}`;
      const what = `The response to the access token request has status 200 but no bearer token${why}.`;
      throw loginFailure(what, { status: 200 });
    }
    const { access_token: accessToken, expires_in } = parsed.data;
    const lifetime = (expires_in ?? usualLifetime) * 1000;
    return { accessToken, lifetime, expiresAt: startedAt + lifetime };
  }

  /** Revokes a token. @see https://www.rfc-editor.org/rfc/rfc7009 */
  async revoke(accessToken: string): Promise<void> {
    const token = encodeURIComponent(accessToken);
    await this.#send('/api/oauth/revoke', `token=${token}&token_type_hint=access_token`);
  }

  /** Sends a request, and resends it once if the connection died. */
  #send(path: string, body: string): Promise<HttpResponse> {
    // Without a scope, an exchange rejects with nothing but a NoResponse.
    return this.#post(path, body)
      .catch((reason: NoResponse) => {
        if (reason.isDeadConnection) return this.#post(path, body);
        throw reason;
      })
      .catch((reason: NoResponse) => {
        debug('token request to %s got no response', path);
        throw noResponseFailure(reason, true);
      });
  }

  #refusal({ status, headers, decodingProblem }: HttpResponse, json: unknown, isShared: boolean): Failure {
    // An OAuth error, except over the rate limit: there Atlas sends an error body of its own.
    // https://www.rfc-editor.org/rfc/rfc6749#section-5.2
    // Not masked here. Each waiting call masks these texts, because each has sent other tokens.
    const fields = fieldsOf(json);
    const error = textOf(fields['error']) ?? textOf(fields['errorCode']);
    const errorDescription = textOf(fields['error_description']) ?? textOf(fields['detail']);
    const bodyProblem = decodingProblem && `its body ${decodingProblem}`;
    const said = [error, errorDescription, bodyProblem].filter(Boolean).join(': ').replace(/\.$/, '');
    const what = `The access token request failed with status ${status}${said && `, ${said}`}.`;
    const isOverLimit = isRateLimitStatus(status) || (status === 403 && /limit/i.test(errorDescription ?? ''));
    const retryAfterMs = parseRetryAfter(headers);
    const advice = adviseOnRefusal(status, isOverLimit, isShared);
    // The next attempt reads the store first, and may find a token that another process has stored.
    const retry =
      isOverLimit && isShared
        ? { isRetryable: true, retryAfterMs: Math.min(retryAfterMs ?? 0, maxWaitForStore) }
        : { isRetryable: isTemporaryStatus(status), retryAfterMs };
    return loginFailure(what, { advice, status, error, errorDescription, retryAfterMs }, retry);
  }
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

function adviseOnRefusal(status: number, isOverLimit: boolean, isShared: boolean): string | undefined {
  if (isOverLimit && isShared)
    return 'A tokenStore is set. Check that it works, and that all processes use the same store.';
  if (isOverLimit) return 'Share one token between all processes with tokenStore.';
  if (status !== 400 && status !== 401) return undefined;
  return 'Check clientId and clientSecret, and that the secret has not expired.';
}
