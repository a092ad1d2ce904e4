import { AsyncLocalStorage } from 'node:async_hooks';
import { debuglog } from 'node:util';
import * as z from 'zod';
import { fieldsOf } from '../atlas/json.js';
import { Mask } from '../atlas/mask.js';
import { readBody } from '../atlas/response.js';
import { advice } from '../errors/advice.js';
import { noResponseError, type RequestFacts } from '../errors/call-errors.js';
import { AtlasAuthenticationError } from '../errors/errors.js';
import { acceptedCoding, type HttpResponse } from '../http/response.js';
import { isRateLimitStatus, isTemporaryStatus, parseRetryAfter } from '../http/retry.js';
import { Scope } from '../http/scope.js';
import type { ServerSettings, Transport } from '../http/transport.js';
import type { ServiceAccountCredentials } from './authenticator.js';
import { isBearerToken, type TokenSource } from './bearer.js';

const debug = debuglog('atlas-tenant-snapshots');

const tokenPath = '/api/oauth/token';

/** What the error of a token request says about it: nothing about a call, because many calls may wait for the token. */
const tokenRequest: RequestFacts = { subject: 'The access token request', line: `POST ${tokenPath}`, fields: {} };

/** How long {@link ServiceAccount.close} takes at most, in ms. */
const closeTimeout = 2_000;

/** The shortest time between two replacements of a refused token, in ms. Atlas limits how many tokens are valid at a time. */
const replacementInterval = 60_000;

// What Atlas uses, in seconds. RFC 6749 allows a server to leave it out.
const usualLifetime = 3600;

/** @see https://www.rfc-editor.org/rfc/rfc6749#section-5.1 */
const tokenResponseSchema = z.object({
  access_token: z.custom<string>(isBearerToken),
  expires_in: z.number().nonnegative().nullish(),
});

/** An access token. Times are in ms since 1970; if the clock was wrong, Atlas refuses the token, and another one replaces it. */
interface AccessToken {
  readonly value: string;
  readonly renewAt: number;
  readonly expiresAt: number;
}

/**
 * The source of a service account's tokens. All calls use one token, which is fetched once, however many calls wait for it, and
 * renewed when nine tenths of its life are over. If Atlas refuses it, a new one replaces it for all calls, at most once a minute.
 *
 * @see https://www.rfc-editor.org/rfc/rfc6749#section-4.4
 */
export class ServiceAccount implements TokenSource {
  readonly secrets: readonly string[];
  /** ms. */
  readonly #attemptTimeout: number;
  readonly #post: (path: string, body: string) => Promise<HttpResponse>;
  // A token request serves all calls, so it must not run in the async context of the call that caused it.
  readonly #inOwnContext = AsyncLocalStorage.snapshot();
  /** Absent until the first one arrives, and after a refused one is discarded. */
  #token: AccessToken | undefined;
  /** The only token request. Another one beside it could overwrite a newer token. */
  #fetching: Promise<string> | undefined;
  /** When a refused token may be replaced, by `performance.now()`, a clock that nobody can set. */
  #replaceableAt = 0;

  constructor(
    { clientId, clientSecret }: ServiceAccountCredentials,
    transport: Transport,
    { prefix, userAgent, attemptTimeout, maxResponseSize }: ServerSettings,
  ) {
    // RFC 6749 requires both to be form-encoded first, but Atlas does not decode them.
    const basic = Buffer.from(`${clientId}:${clientSecret}`).toString('base64');
    const headers = {
      accept: 'application/json',
      'accept-encoding': acceptedCoding,
      'user-agent': userAgent,
      'content-type': 'application/x-www-form-urlencoded',
      authorization: `Basic ${basic}`,
    };
    this.#post = (path, body) =>
      transport.exchange({ method: 'POST', path: prefix + path, headers, body, attemptTimeout, maxResponseSize });
    this.#attemptTimeout = attemptTimeout;
    this.secrets = [clientSecret, basic];
  }

  /** Returns the token in use, or a new one if there is none or it is due for renewal. */
  async getToken(callNumber: number): Promise<string> {
    if (this.#token !== undefined && Date.now() < this.#token.renewAt) return this.#token.value;
    this.#fetching ??= this.#inOwnContext(() => this.#renew(callNumber)).finally(() => {
      this.#fetching = undefined;
    });
    return this.#fetching;
  }

  async replaceToken(refused: string, callNumber: number): Promise<string | undefined> {
    if (refused === this.#token?.value) {
      const now = performance.now();
      if (now < this.#replaceableAt) return undefined;
      this.#replaceableAt = now + replacementInterval;
      this.#token = undefined;
    }
    // If another call has discarded the refused token already, this is the new one.
    return this.getToken(callNumber);
  }

  async close(): Promise<void> {
    const scope = new Scope();
    const timer = setTimeout(() => scope.end(new Error('close() takes no longer')), closeTimeout);
    await scope
      .waitFor('waiting for the response', this.#revokeToken())
      .catch(() => undefined)
      .finally(() => clearTimeout(timer));
  }

  /** @see https://www.rfc-editor.org/rfc/rfc7009 */
  async #revokeToken(): Promise<void> {
    await this.#fetching;
    const token = this.#token;
    if (token === undefined || Date.now() >= token.expiresAt) return;
    await this.#post('/api/oauth/revoke', `token=${encodeURIComponent(token.value)}&token_type_hint=access_token`);
  }

  /** Fetches a new token. If that fails, the old one serves while it is valid. */
  async #renew(callNumber: number): Promise<string> {
    try {
      this.#token = await this.#fetchToken(callNumber);
    } catch (failed) {
      const old = this.#token;
      const now = Date.now();
      if (old === undefined || now >= old.expiresAt) throw failed;
      // Otherwise, each of the next calls would send a token request.
      this.#token = { ...old, renewAt: now + (old.expiresAt - now) / 2 };
    }
    return this.#token.value;
  }

  async #fetchToken(callNumber: number): Promise<AccessToken> {
    const startedAt = Date.now();
    const log = (end: unknown) =>
      debug('call %d: %s ended with %s after %d ms', callNumber, tokenRequest.line, end, Date.now() - startedAt);
    // An exchange without a scope rejects only if it gets no response.
    const response = await this.#post(tokenPath, 'grant_type=client_credentials').catch((reason) => {
      const error = noResponseError(reason, this.#attemptTimeout, new Mask(this.secrets), tokenRequest);
      log(error.code);
      throw error;
    });
    log(response.status);
    const { json, problem } = readBody(response);
    if (response.status !== 200) throw refusedRequest(response, json);
    const parsed = tokenResponseSchema.safeParse(json);
    if (!parsed.success) {
      const why = problem === undefined ? '' : `, because its body ${problem}`;
      const what = `The response to the access token request has status 200 but no bearer token${why}.`;
      throw new AtlasAuthenticationError(what, { status: 200, advice: advice.baseUrl });
    }
    const { access_token: value, expires_in } = parsed.data;
    const lifetime = (expires_in ?? usualLifetime) * 1000;
    return { value, renewAt: startedAt + 0.9 * lifetime, expiresAt: startedAt + lifetime };
  }
}

/** Builds the error of a token request that Atlas refuses. */
function refusedRequest({ status, headers, decodingProblem }: HttpResponse, json: unknown): AtlasAuthenticationError {
  // An OAuth error, except over the rate limit: there Atlas sends an error body of its own.
  // https://www.rfc-editor.org/rfc/rfc6749#section-5.2
  const fields = fieldsOf(json);
  const error = textOf(fields['error']) ?? textOf(fields['errorCode']);
  const errorDescription = textOf(fields['error_description']) ?? textOf(fields['detail']);
  const bodyProblem = decodingProblem && `its body ${decodingProblem}`;
  const said = [error, errorDescription, bodyProblem].filter(Boolean).join(': ').replace(/\.$/, '');
  const what = `The access token request failed with status ${status}${said && `, ${said}`}.`;
  const retryAfterMs = parseRetryAfter(headers);
  const details = { status, error, errorDescription, retryAfterMs };
  return new AtlasAuthenticationError(what, { ...details, advice: adviseOnRefusal(status, errorDescription) });
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

function adviseOnRefusal(status: number, errorDescription = ''): string {
  if (isRateLimitStatus(status) || (status === 403 && /limit/i.test(errorDescription))) return advice.tokenLimit;
  if (status === 400 || status === 401) return advice.tokenRefused;
  return isTemporaryStatus(status) ? advice.unavailable : advice.baseUrl;
}
