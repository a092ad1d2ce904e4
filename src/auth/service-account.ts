import { type AccessToken, renewalTime } from './access-token.js';
import {
  type AuthenticatedAnswer,
  type Authenticator,
  type Authorization,
  type AuthorizedRequest,
  LoginFailure,
} from './authenticator.js';
import { patiently } from './patiently.js';
import type { TokenCache } from './token-store.js';

/** A token in use. */
interface LiveToken extends AccessToken {
  readonly authorization: TokenAuthorization;
  /** ms since 1970. */
  renewAt: number;
  /** Whether this process has fetched it; else it is from the store. */
  readonly isFetched: boolean;
  /** Until when a refusal does not drop it, in ms since 1970: it is new in place of a refused one, and not proved yet; else 0. */
  keptUntil: number;
}

interface TokenAuthorization extends Authorization {
  readonly accessToken: string;
  /** Whether it is the one more try, with a token that was fetched after another had been refused. */
  readonly isSecond: boolean;
}

// ms between looks into the store after a failed request: another process may be about to write a token. Over the limit,
// one surely has a token: look longer.
const looks = [0, 250];
const looksOverLimit = [0, 250, 500, 1_000, 2_000];
// If a new token is refused too, a newer one will not help. Atlas gives 10 a minute, and has 100 alive.
const replacementPause = 60_000;

/**
 * Logs in as a service account: one token for all calls and, through a store, for all processes. It is fetched once
 * however many wait for it, and used until shortly before it dies.
 *
 * @see https://www.rfc-editor.org/rfc/rfc6749#section-4.4
 */
export class ServiceAccount implements Authenticator {
  readonly #fetch: () => Promise<AccessToken>;
  readonly #cache: TokenCache | undefined;
  readonly #credentials: string[];
  #token: LiveToken | undefined;
  #obtaining: Promise<LiveToken> | undefined;
  /** The tokens that were refused since the last good one. */
  readonly #refusedTokens = new Set<string>();

  /**
   * @param fetch - asks for a token once; rejects with a LoginFailure.
   * @param credentials - what no error may show.
   */
  constructor(fetch: () => Promise<AccessToken>, cache: TokenCache | undefined, credentials: string[]) {
    this.#fetch = fetch;
    this.#cache = cache;
    this.#credentials = credentials;
  }

  authorize(): TokenAuthorization | Promise<TokenAuthorization> {
    if (this.#token !== undefined && Date.now() < this.#token.renewAt) return this.#token.authorization;
    return this.#renew();
  }

  review(
    authorization: Authorization,
    _request: AuthorizedRequest,
    { status }: AuthenticatedAnswer,
  ): Promise<Authorization> | undefined {
    // Made by this class.
    const { accessToken, isSecond } = authorization as TokenAuthorization;
    const token = this.#token;
    const isCurrent = token?.accessToken === accessToken;
    if (status !== 401) {
      if (isCurrent) this.#approve(token);
      return undefined;
    }
    if (isSecond || (isCurrent && Date.now() < token.keptUntil)) return undefined;
    // Of all calls that saw it refused, the first drops it.
    if (isCurrent) {
      this.#token = undefined;
      this.#refusedTokens.add(accessToken);
    }
    return this.#authorizeAgain();
  }

  secrets(sent: Authorization | undefined): string[] {
    // Made by this class.
    return sent === undefined ? this.#credentials : [...this.#credentials, (sent as TokenAuthorization).accessToken];
  }

  #approve(token: LiveToken): void {
    token.keptUntil = 0;
    this.#refusedTokens.clear();
  }

  async #authorizeAgain(): Promise<TokenAuthorization> {
    const authorization = await this.authorize();
    return { ...authorization, isSecond: this.#token?.isFetched ?? true };
  }

  /** A token to go on with: a new one or, where none is to be had yet or soon, the old one while it lives. */
  async #renew(): Promise<TokenAuthorization> {
    const old = this.#token;
    const obtaining = this.#obtainOnce();
    if (old === undefined) return (await obtaining).authorization;
    const fresh = await patiently(obtaining);
    if (fresh !== undefined) return fresh.authorization;
    const now = Date.now();
    if (old !== this.#token || now >= old.expiresAt) return (await obtaining).authorization;
    old.renewAt = now + (old.expiresAt - now) / 2;
    return old.authorization;
  }

  #obtainOnce(): Promise<LiveToken> {
    this.#obtaining ??= this.#obtain().finally(() => {
      this.#obtaining = undefined;
    });
    return this.#obtaining;
  }

  async #obtain(): Promise<LiveToken> {
    // A store that gave two dead ones, one after the other, holds rubbish.
    const stored = this.#refusedTokens.size > 1 ? undefined : await this.#readCache();
    if (stored !== undefined) return this.#adopt(stored, false);
    try {
      const fetched = await this.#fetch();
      await this.#cache?.write(fetched);
      return this.#adopt(fetched, true);
    } catch (failure) {
      const late = await this.#readCacheAgain(failure);
      if (late === undefined) throw failure;
      return this.#adopt(late, false);
    }
  }

  async #readCache(): Promise<AccessToken | undefined> {
    const token = await this.#cache?.read();
    const isOfUse =
      token !== undefined && !this.#refusedTokens.has(token.accessToken) && Date.now() < renewalTime(token);
    return isOfUse ? token : undefined;
  }

  async #readCacheAgain(failure: unknown): Promise<AccessToken | undefined> {
    if (this.#cache === undefined || !(failure instanceof LoginFailure)) return undefined;
    const { isOverLimit, retryAfter = Number.POSITIVE_INFINITY } = failure.retry;
    let waited = 0;
    for (const pause of isOverLimit ? looksOverLimit : looks) {
      waited += pause;
      // By then the server may be asked again.
      if (waited > retryAfter) return undefined;
      await new Promise((resolve) => setTimeout(resolve, pause).unref());
      const token = await this.#readCache();
      if (token !== undefined) return token;
    }
    return undefined;
  }

  #adopt(token: AccessToken, isFetched: boolean): LiveToken {
    const { accessToken } = token;
    this.#token = {
      ...token,
      authorization: { header: `Bearer ${accessToken}`, accessToken, isSecond: false },
      renewAt: renewalTime(token),
      isFetched,
      keptUntil: isFetched && this.#refusedTokens.size > 0 ? Date.now() + replacementPause : 0,
    };
    if (isFetched) this.#refusedTokens.clear();
    return this.#token;
  }
}
