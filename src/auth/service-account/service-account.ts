import { AsyncLocalStorage } from 'node:async_hooks';
import type { ApiResponse } from '../../atlas/response.js';
import { waitAtMost } from '../../http/timer.js';
import type { Authenticator, Login, LoginRequest } from '../authenticator.js';
import { bearerLogin, isTokenRefused } from '../bearer.js';
import type { SharedToken } from './access-token.js';
import { type AccessToken, renewalTime } from './access-token.js';
import type { TokenEndpoint } from './token-endpoint.js';

/** The token in use. */
interface CurrentToken extends AccessToken {
  /** ms since 1970. */
  renewAt: number;
  /** Whether this client fetched it, rather than another process that shares the store. */
  readonly isFetched: boolean;
}

/** How long a call waits for a renewal while the old token is valid, in ms. */
const renewalPatience = 500;
/** How long {@link ServiceAccount.close} takes at most, in ms. */
const closeTimeout = 2_000;

/**
 * Logs in as a service account. All calls use one token and, with a store, all processes do. It is fetched once however
 * many calls wait for it, and used until shortly before it expires.
 *
 * @see https://www.rfc-editor.org/rfc/rfc6749#section-4.4
 */
export class ServiceAccount implements Authenticator {
  readonly #endpoint: TokenEndpoint;
  readonly #shared: SharedToken | undefined;
  // A token is fetched for all calls, so it must not run in the async context of the one that needed it first.
  readonly #inOwnContext = AsyncLocalStorage.snapshot();
  #token: CurrentToken | undefined;
  /** The new token that calls wait for. */
  #obtaining: Promise<CurrentToken> | undefined;
  /** The token that Atlas refused last. Absent once another one has worked. */
  #refused: string | undefined;

  constructor(endpoint: TokenEndpoint, shared: SharedToken | undefined) {
    this.#endpoint = endpoint;
    this.#shared = shared;
  }

  authorize({ isFallback }: LoginRequest): Login | Promise<Login> {
    const logIn = (token: CurrentToken) => (isFallback ? bearerLogin(token.accessToken) : this.#logIn(token, 0));
    const token = this.#token;
    return token !== undefined && Date.now() < token.renewAt ? logIn(token) : this.#renew().then(logIn);
  }

  secrets(): string[] {
    return this.#endpoint.secrets;
  }

  async close(): Promise<void> {
    await waitAtMost(closeTimeout, this.#revokeToken(), false);
  }

  async #revokeToken(): Promise<void> {
    await this.#obtaining?.catch(() => undefined);
    const token = this.#token;
    this.#token = undefined;
    if (token !== undefined && this.#shared === undefined && Date.now() < token.expiresAt) {
      await this.#endpoint.revoke(token.accessToken);
    }
  }

  /** @param refusals - how many tokens Atlas has refused in this attempt. */
  #logIn(token: CurrentToken, refusals: number): Login {
    return bearerLogin(token.accessToken, (response) =>
      isTokenRefused(response) ? this.#replace(token, refusals + 1) : this.#accept(token, response),
    );
  }

  #accept(token: CurrentToken, { status, isFromAtlas }: ApiResponse): undefined {
    if (token !== this.#token) return;
    // A gateway's 502 or 503 says nothing about the token.
    if (isFromAtlas) this.#refused = undefined;
    // A role is missing, and may have been granted since an old token was issued.
    if (status === 401 && isOld(token)) this.#token = undefined;
  }

  #replace(token: CurrentToken, refusals: number): Promise<Login> | undefined {
    // A token that another process stored may be as dead as the one that it replaces. One that Atlas has just issued is not.
    if (refusals > (token.isFetched ? 1 : 2)) return undefined;
    if (token === this.#token) {
      // The first token that replaces a refused one must work before another one is fetched. Atlas limits live tokens.
      if (token.isFetched && this.#refused !== undefined && !isOld(token)) return undefined;
      this.#refused = token.accessToken;
      this.#token = undefined;
    }
    // After two refused tokens from the store, a third one is not worth a try.
    const next = this.#token === undefined ? this.#obtainOnce(refusals > 1) : Promise.resolve(this.#token);
    return next.then((replacement) => this.#logIn(replacement, refusals));
  }

  /** Returns a new token. If the renewal fails or is slow, returns the old one while it is valid. */
  async #renew(): Promise<CurrentToken> {
    const old = this.#token;
    const obtaining = this.#obtainOnce();
    if (old === undefined) return obtaining;
    await waitAtMost(renewalPatience, obtaining, true);
    const now = Date.now();
    if (old !== this.#token || now >= old.expiresAt) return obtaining;
    // Later calls use the old token at once, instead of waiting for this renewal too.
    old.renewAt = now + (old.expiresAt - now) / 2;
    return old;
  }

  #obtainOnce(skipsStore = false): Promise<CurrentToken> {
    this.#obtaining ??= this.#inOwnContext(() => this.#obtain(skipsStore)).finally(() => {
      this.#obtaining = undefined;
    });
    return this.#obtaining;
  }

  async #obtain(skipsStore: boolean): Promise<CurrentToken> {
    const stored = skipsStore ? undefined : await this.#readStore();
    const token = stored ?? (await this.#endpoint.requestToken(this.#shared !== undefined));
    if (stored === undefined) await this.#shared?.write(token);
    this.#token = { ...token, renewAt: renewalTime(token), isFetched: stored === undefined };
    return this.#token;
  }

  /** Returns the stored token if it is usable. */
  async #readStore(): Promise<AccessToken | undefined> {
    const token = await this.#shared?.read();
    const isUsable = token !== undefined && token.accessToken !== this.#refused && Date.now() < renewalTime(token);
    return isUsable ? token : undefined;
  }
}

/** Whether a token is past half its life. */
function isOld({ expiresAt, lifetime }: AccessToken): boolean {
  return expiresAt - Date.now() < lifetime / 2;
}
