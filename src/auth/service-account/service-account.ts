import { AsyncLocalStorage } from 'node:async_hooks';
import type { ApiResponse } from '../../atlas/response.js';
import { waitAtMost } from '../../http/timer.js';
import { type Authenticator, type ExchangeWith, isLoginRefused, type LoginRequest } from '../authenticator.js';
import { type AccessToken, renewalTime, type SharedToken } from './access-token.js';
import type { TokenEndpoint } from './token-endpoint.js';

/** How long {@link ServiceAccount.close} takes at most, in ms. */
const closeTimeout = 2_000;

/** The shortest time between two fetches that replace a refused token, in ms. Atlas limits how many tokens are valid at a time. */
const replacementInterval = 60_000;

/**
 * Logs in as a service account. All calls use one token. It is fetched once however many calls wait for it, and used until
 * shortly before it expires. If Atlas refuses it, the call is made again with the one in the store, or else with a new one, which
 * is fetched at most once a minute.
 *
 * @see https://www.rfc-editor.org/rfc/rfc6749#section-4.4
 */
export class ServiceAccount implements Authenticator {
  readonly secrets: readonly string[];
  readonly #endpoint: TokenEndpoint;
  readonly #shared: SharedToken | undefined;
  // A token request serves all calls, so it must not run in the async context of the call that caused it.
  readonly #inOwnContext = AsyncLocalStorage.snapshot();
  #token: AccessToken | undefined;
  /** The new token that calls wait for. */
  #obtaining: Promise<AccessToken> | undefined;
  /** The tokens that were refused. The store may still have one of them. */
  readonly #refused = new Set<string>();
  /** When to renew the token, in ms since 1970. */
  #renewAt = 0;
  /** When a refused token may be replaced again, in ms since 1970. */
  #replaceableAt = 0;

  constructor(endpoint: TokenEndpoint, shared: SharedToken | undefined) {
    this.#endpoint = endpoint;
    this.secrets = endpoint.secrets;
    this.#shared = shared;
  }

  async authenticate({ isFallback, scope }: LoginRequest, exchangeWith: ExchangeWith): Promise<ApiResponse> {
    for (;;) {
      const token = await scope.waitFor('logging in', this.#currentToken());
      const response = await exchangeWith(`Bearer ${token.accessToken}`);
      if (!isLoginRefused(response) || isFallback) return response;
      // Otherwise, another call has already replaced it.
      if (token === this.#token) {
        if (Date.now() < this.#replaceableAt) return response;
        this.#refused.add(token.accessToken);
        this.#token = undefined;
      }
    }
  }

  async close(): Promise<void> {
    await waitAtMost(closeTimeout, this.#revokeToken(), false).catch(() => undefined);
  }

  async #revokeToken(): Promise<void> {
    await this.#obtaining;
    const token = this.#token;
    this.#token = undefined;
    // With a store, other processes use it too.
    if (token === undefined || this.#shared !== undefined || Date.now() >= token.expiresAt) return;
    await this.#endpoint.revoke(token.accessToken);
  }

  async #currentToken(): Promise<AccessToken> {
    if (this.#token !== undefined && Date.now() < this.#renewAt) return this.#token;
    this.#obtaining ??= this.#inOwnContext(() => this.#obtain()).finally(() => {
      this.#obtaining = undefined;
    });
    return this.#obtaining;
  }

  /** Obtains a new token. If that fails, the old one serves while it is valid. */
  async #obtain(): Promise<AccessToken> {
    try {
      this.#token = await this.#readOrFetch();
      this.#renewAt = renewalTime(this.#token);
      return this.#token;
    } catch (failed) {
      const old = this.#token;
      const now = Date.now();
      if (old === undefined || now >= old.expiresAt) throw failed;
      // The next calls use the old token. Otherwise each would send a token request.
      this.#renewAt = now + (old.expiresAt - now) / 2;
      return old;
    }
  }

  /** Takes the stored token if it is usable. Otherwise fetches one, and stores it. */
  async #readOrFetch(): Promise<AccessToken> {
    const stored = await this.#shared?.read();
    const isUsable = stored !== undefined && !this.#refused.has(stored.accessToken) && Date.now() < renewalTime(stored);
    if (isUsable) return stored;
    // Only a fetch counts, because a token in the store may have been revoked together with the refused one.
    if (this.#token === undefined && this.#refused.size > 0) this.#replaceableAt = Date.now() + replacementInterval;
    const fetched = await this.#endpoint.requestToken(this.#shared !== undefined);
    await this.#shared?.write(fetched);
    return fetched;
  }
}
