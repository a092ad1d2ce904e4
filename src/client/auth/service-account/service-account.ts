import { AsyncLocalStorage } from 'node:async_hooks';
import { type ApiResponse, isLoginRefused } from '../../atlas/response.js';
import { waitAtMost } from '../../http/timer.js';
import type { Authenticator, ExchangeWith, LoginRequest } from '../authenticator.js';
import { type AccessToken, renewalTime, type SharedToken } from './access-token.js';
import type { TokenEndpoint } from './token-endpoint.js';

/** How long {@link ServiceAccount.close} takes at most, in ms. */
const closeTimeout = 2_000;

/** The shortest time between two fetches for refused tokens, in ms. Atlas limits how many tokens are valid at a time. */
const replacementInterval = 60_000;

/** How many tokens a call may try. */
const maxTokens = 3;

/** How many refused tokens are remembered. */
const maxRefused = 10;

/**
 * The token in use. It is renewed at `renewAt`, and used until it expires if that fails. If the clock was wrong when the token was
 * obtained, both times are wrong. That does no harm, because a token that Atlas refuses is replaced at any time.
 */
interface TokenInUse extends AccessToken {
  /** In ms since 1970, not after `expiresAt`. */
  readonly renewAt: number;
}

/**
 * Logs in as a service account. All calls use one token:
 *
 * - It is fetched once, however many calls wait for it. Before each fetch, the store is read: another process may have stored one.
 * - It is renewed shortly before it expires. If that fails, it is used until it expires.
 * - If Atlas refuses it, the call is made again with the token in the store, unless that was refused too, or else with a new one.
 *   A token is fetched for a refused one at most once a minute, and a call tries at most three tokens.
 *
 * @see https://www.rfc-editor.org/rfc/rfc6749#section-4.4
 */
export class ServiceAccount implements Authenticator {
  readonly secrets: readonly string[];
  readonly #endpoint: TokenEndpoint;
  readonly #shared: SharedToken | undefined;
  // A token request serves all calls, so it must not run in the async context of the call that caused it.
  readonly #inOwnContext = AsyncLocalStorage.snapshot();
  /** Absent until the first one is obtained, and after it was refused. */
  #token: TokenInUse | undefined;
  /** The new token that calls wait for. */
  #obtaining: Promise<TokenInUse> | undefined;
  /** The tokens that were refused last. The store may still have one of them. */
  #refused: readonly string[] = [];
  /** When a token may be fetched again for a refused one, by `performance.now()`, a clock that nobody can set. */
  #replaceableAt = 0;

  constructor(endpoint: TokenEndpoint, shared: SharedToken | undefined) {
    this.#endpoint = endpoint;
    this.secrets = endpoint.secrets;
    this.#shared = shared;
  }

  async authenticate({ isFallback, scope }: LoginRequest, exchangeWith: ExchangeWith): Promise<ApiResponse> {
    let token = await scope.waitFor('logging in', this.#currentToken());
    for (let tokens = 1; ; tokens += 1) {
      const response = await exchangeWith(`Bearer ${token}`);
      if (!isLoginRefused(response) || isFallback || tokens === maxTokens) return response;
      // A call that has ended needs no other token.
      scope.throwIfEnded();
      const next = await scope.waitFor('logging in', this.#tokenAfter(token));
      if (next === undefined) return response;
      token = next;
    }
  }

  async close(): Promise<void> {
    await waitAtMost(closeTimeout, this.#revokeToken(), false).catch(() => undefined);
  }

  async #revokeToken(): Promise<void> {
    await this.#obtaining;
    const token = this.#token;
    // With a store, other processes use it too.
    if (token === undefined || this.#shared !== undefined || Date.now() >= token.expiresAt) return;
    await this.#endpoint.revoke(token.accessToken);
  }

  /** Returns the token in use, or obtains one, once for all calls that wait for it. */
  async #currentToken(): Promise<string> {
    if (this.#token !== undefined && Date.now() < this.#token.renewAt) return this.#token.accessToken;
    this.#obtaining ??= this.#inOwnContext(() => this.#obtain()).finally(() => {
      this.#obtaining = undefined;
    });
    return (await this.#obtaining).accessToken;
  }

  /**
   * Returns the token to try after a refused one: that of the store, or else a new one. Undefined if the store has none, and it is
   * too soon to fetch one. Then the refused one stays in use.
   */
  async #tokenAfter(refused: string): Promise<string | undefined> {
    const isInUse = () => refused === this.#token?.accessToken;
    // Another call has replaced it.
    if (!isInUse()) return this.#currentToken();
    if (!this.#refused.includes(refused)) this.#refused = [refused, ...this.#refused].slice(0, maxRefused);
    if (performance.now() >= this.#replaceableAt) {
      this.#token = undefined;
      return this.#currentToken();
    }
    const stored = await this.#readStore();
    // Another call may have replaced it while this one read the store.
    if (stored !== undefined && isInUse()) this.#token = stored;
    return isInUse() ? undefined : this.#currentToken();
  }

  /** Obtains a new token. If that fails, the old one serves while it is valid. */
  async #obtain(): Promise<TokenInUse> {
    try {
      this.#token = await this.#readOrFetch();
    } catch (failed) {
      const old = this.#token;
      const now = Date.now();
      if (old === undefined || now >= old.expiresAt) throw failed;
      // The next calls use the old token. Otherwise each would send a token request.
      this.#token = { ...old, renewAt: now + (old.expiresAt - now) / 2 };
    }
    return this.#token;
  }

  /** Takes the token of the store. If that is not usable, fetches one, and stores it. */
  async #readOrFetch(): Promise<TokenInUse> {
    const stored = await this.#readStore();
    if (stored !== undefined) return stored;
    // A token from the store does not start the interval: it may be refused too, and then a fetch must still be allowed.
    if (this.#token === undefined && this.#refused.length > 0) {
      this.#replaceableAt = performance.now() + replacementInterval;
    }
    const fetched = await this.#endpoint.requestToken(this.#shared !== undefined);
    await this.#shared?.write(fetched);
    return { ...fetched, renewAt: renewalTime(fetched) };
  }

  /** Returns the token in the store, if it is usable. */
  async #readStore(): Promise<TokenInUse | undefined> {
    const stored = await this.#shared?.read();
    if (stored === undefined || this.#refused.includes(stored.accessToken)) return undefined;
    const renewAt = renewalTime(stored);
    return Date.now() < renewAt ? { ...stored, renewAt } : undefined;
  }
}
