import { AsyncLocalStorage } from 'node:async_hooks';
import type { ApiResponse } from '../../atlas/response.js';
import { Mask } from '../../errors/mask.js';
import { toError } from '../../http/no-response.js';
import { waitAtMost } from '../../http/timer.js';
import type { Authenticator, ExchangeWith, LoginRequest } from '../authenticator.js';
import { isTokenRefused } from '../bearer.js';
import { type AccessToken, debug, renewalTime, type SharedToken } from './access-token.js';
import type { TokenEndpoint } from './token-endpoint.js';

/** How long {@link ServiceAccount.close} takes at most, in ms. */
const closeTimeout = 2_000;

const maxReasonLength = 500;

/**
 * Logs in as a service account. All calls use one token, and with a store, processes converge on one. It is fetched once
 * however many calls wait for it, and used until shortly before it expires.
 *
 * @see https://www.rfc-editor.org/rfc/rfc6749#section-4.4
 */
export class ServiceAccount implements Authenticator {
  readonly #endpoint: TokenEndpoint;
  readonly #shared: SharedToken | undefined;
  // A token request serves all calls, so it must not run in the async context of the call that caused it.
  readonly #inOwnContext = AsyncLocalStorage.snapshot();
  #token: AccessToken | undefined;
  /** ms since 1970. */
  #renewAt = 0;
  /** The new token that calls wait for. */
  #obtaining: Promise<AccessToken> | undefined;
  /** The token that Atlas refused last. Absent once another one has worked. */
  #refused: string | undefined;
  /** Whether the process has been warned of a store that fails. */
  #hasWarned = false;

  constructor(endpoint: TokenEndpoint, shared: SharedToken | undefined) {
    this.#endpoint = endpoint;
    this.#shared = shared;
  }

  async authenticate({ mayReplaceToken, scope }: LoginRequest, exchangeWith: ExchangeWith): Promise<ApiResponse> {
    const current = this.#token;
    const isUsable = current !== undefined && Date.now() < this.#renewAt;
    let token = isUsable ? current : await scope.waitFor('logging in', this.#renew(current));
    for (let isRenewed = false; ; isRenewed = true) {
      const response = await exchangeWith(`Bearer ${token.accessToken}`);
      if (!mayReplaceToken) return response;
      if (!isTokenRefused(response)) {
        this.#accept(token, response);
        return response;
      }
      if (!this.#mayReplace(token, isRenewed)) return response;
      // After two refused tokens, one from the store is not worth a try.
      token = this.#token ?? (await scope.waitFor('logging in', this.#obtainOnce(isRenewed)));
    }
  }

  secrets(): string[] {
    return this.#endpoint.secrets();
  }

  async close(): Promise<void> {
    await waitAtMost(closeTimeout, this.#revokeToken(), false).catch(() => undefined);
  }

  async #revokeToken(): Promise<void> {
    await this.#obtaining?.catch(() => undefined);
    const token = this.#token;
    this.#token = undefined;
    if (token !== undefined && this.#shared === undefined && Date.now() < token.expiresAt) {
      await this.#endpoint.revoke(token.accessToken);
    }
  }

  #accept(token: AccessToken, { status }: ApiResponse): void {
    if (token !== this.#token) return;
    this.#refused = undefined;
    // A role is missing, and may have been granted since an old token was issued.
    if (status === 401 && isOld(token)) this.#drop(token);
  }

  /**
   * Whether to try another token after a refused one, which is then dropped.
   *
   * @param isRenewed - whether Atlas has refused another token in this attempt.
   */
  #mayReplace(token: AccessToken, isRenewed: boolean): boolean {
    // A token that another process stored may be as invalid as the one that it replaces. One that Atlas has just issued is not.
    if (isRenewed && token.isFetched) return false;
    // Another call has replaced it.
    if (token !== this.#token) return true;
    // The first token that replaces a refused one must work before another one is fetched. Atlas limits how many tokens are
    // valid at a time.
    if (token.isFetched && this.#refused !== undefined && !isOld(token)) return false;
    this.#drop(token);
    return true;
  }

  /** Forgets a token, even if it is still in the store. */
  #drop(token: AccessToken): void {
    this.#refused = token.accessToken;
    this.#token = undefined;
  }

  /** Returns a new token. If the renewal fails, returns the old one while it is valid. */
  async #renew(old: AccessToken | undefined): Promise<AccessToken> {
    try {
      return await this.#obtainOnce(false);
    } catch (reason) {
      const now = Date.now();
      if (old === undefined || old !== this.#token || now >= old.expiresAt) throw reason;
      // Later calls use the old token, and do not send a request each.
      this.#renewAt = now + (old.expiresAt - now) / 2;
      return old;
    }
  }

  #obtainOnce(skipsStore: boolean): Promise<AccessToken> {
    this.#obtaining ??= this.#inOwnContext(() => this.#obtain(skipsStore)).finally(() => {
      this.#obtaining = undefined;
    });
    return this.#obtaining;
  }

  /** Takes the stored token if it is usable. Otherwise fetches one, and stores it. */
  async #obtain(skipsStore: boolean): Promise<AccessToken> {
    let token = skipsStore ? undefined : await this.#shared?.read().catch((reason) => this.#storeFailed('get', reason));
    if (token === undefined || token.accessToken === this.#refused || Date.now() >= renewalTime(token)) {
      const fetched = await this.#endpoint.requestToken(this.#shared !== undefined);
      await this.#shared?.write(fetched).catch((reason) => this.#storeFailed('set', reason, fetched));
      token = fetched;
    }
    this.#token = token;
    this.#renewAt = renewalTime(token);
    return token;
  }

  /** Logs that the store failed, and warns the first time: without a store, a fleet runs into the limits of Atlas. */
  #storeFailed(method: 'get' | 'set', reason: unknown, token = this.#token): undefined {
    const mask = new Mask([...this.secrets(), token?.accessToken ?? '', this.#refused ?? '']);
    const why = mask.text(toError(reason).message, maxReasonLength).replace(/\s+/g, ' ');
    const failure = `tokenStore: ${method}() failed: ${why}`;
    debug('%s', failure);
    if (this.#hasWarned) return;
    this.#hasWarned = true;
    const advice = 'Check the store. Without it, every process fetches its own tokens, and Atlas limits them.';
    process.emitWarning(`${failure}. ${advice}`, 'AtlasTokenStoreWarning');
  }
}

/** Whether a token is past half its life. */
function isOld({ expiresAt, lifetime }: AccessToken): boolean {
  return expiresAt - Date.now() < lifetime / 2;
}
