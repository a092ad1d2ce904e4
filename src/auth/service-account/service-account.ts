import { AsyncLocalStorage } from 'node:async_hooks';
import { type ApiResponse, isMissingRole } from '../../atlas/response.js';
import { waitAtMost } from '../../http/timer.js';
import { type Authenticator, type Login, NoLogin } from '../authenticator.js';
import { bearerLogin } from '../bearer.js';
import { type AccessToken, renewalTime } from './access-token.js';
import type { TokenEndpoint } from './token-endpoint.js';
import type { SharedToken } from './token-store.js';

/** The token in use. */
interface CurrentToken extends AccessToken {
  readonly login: Login;
  /** ms since 1970. */
  renewAt: number;
  /** Whether this client fetched it, rather than the store. */
  readonly isFetched: boolean;
  /**
   * Until this time, in ms since 1970, a 401 does not lead to another replacement, because this token has just replaced a
   * refused one. 0 once the token has worked.
   */
  keptUntil: number;
}

// After a failed token request, the pauses in ms before further reads of the store: another process may be about to write
// its token.
const storePauses = [0, 250];
// At a token limit another process must have a token, so it pays to wait longer.
const storePausesAtLimit = [0, 250, 500, 1_000, 2_000];
/** How long a call waits for a renewal while the old token is valid, in ms. */
const renewalPatience = 500;
// If a replacement is refused too, another one does not help, and Atlas limits token requests and live tokens.
const replacementPause = 60_000;
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
  #obtaining: Promise<CurrentToken> | undefined;
  /** The tokens that were refused since the last good one. */
  readonly #refused = new Set<string>();

  constructor(endpoint: TokenEndpoint, shared: SharedToken | undefined) {
    this.#endpoint = endpoint;
    this.#shared = shared;
  }

  authorize(): Login | Promise<Login> {
    if (this.#token !== undefined && Date.now() < this.#token.renewAt) return this.#token.login;
    return this.#renew().then(({ login }) => login);
  }

  secrets(): string[] {
    return this.#endpoint.secrets;
  }

  async close(): Promise<void> {
    await waitAtMost(
      closeTimeout,
      this.#inOwnContext(() => this.#revokeOwn()),
      false,
    );
  }

  async #revokeOwn(): Promise<void> {
    await this.#obtaining?.catch(() => undefined);
    const token = this.#token;
    this.#token = undefined;
    if (token?.isFetched && this.#shared === undefined && Date.now() < token.expiresAt) {
      await this.#endpoint.revoke(token.accessToken);
    }
  }

  /** @param isReplacement - whether the token replaces a refused one and was fetched from Atlas, not read from the store. */
  #review(accessToken: string, isReplacement: boolean, response: ApiResponse): Promise<Login> | undefined {
    const { status, error } = response;
    const token = this.#token?.accessToken === accessToken ? this.#token : undefined;
    if (status !== 401) {
      // A gateway's 502 or 503 says nothing about the token.
      if (token !== undefined && response.isFromAtlas) this.#approve(token);
      return undefined;
    }
    if (isMissingRole(status, error)) {
      // The role may have been granted since an old token was issued.
      if (token !== undefined && token.expiresAt - Date.now() < token.lifetime / 2) this.#drop(token);
      return undefined;
    }
    if (isReplacement || (token !== undefined && Date.now() < token.keptUntil)) return undefined;
    if (token !== undefined) this.#drop(token);
    return this.#authorizeAgain();
  }

  #approve(token: CurrentToken): void {
    token.keptUntil = 0;
    this.#refused.clear();
  }

  #drop(token: CurrentToken): void {
    this.#token = undefined;
    this.#refused.add(token.accessToken);
  }

  async #authorizeAgain(): Promise<Login> {
    const { accessToken, isFetched } = this.#token ?? (await this.#renew());
    // A token from the store may be a dead one too, so it gets another review.
    return this.#login(accessToken, isFetched);
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

  #obtainOnce(): Promise<CurrentToken> {
    this.#obtaining ??= this.#inOwnContext(() => this.#obtain()).finally(() => {
      this.#obtaining = undefined;
    });
    return this.#obtaining;
  }

  async #obtain(): Promise<CurrentToken> {
    // After two dead tokens in a row from the store, Atlas is asked first.
    const isSkipped = this.#refused.size > 1;
    const stored = isSkipped ? undefined : await this.#readShared();
    if (stored !== undefined) return this.#adopt(stored, false);
    // A store that failed or hung would only delay the call.
    const mayReadAgain = isSkipped || this.#shared?.hasFailed === false;
    try {
      const fetched = await this.#endpoint.requestToken();
      await this.#shared?.write(fetched);
      return this.#adopt(fetched, true);
    } catch (failure) {
      const late = mayReadAgain ? await this.#readSharedAgain(failure) : undefined;
      if (late === undefined) throw failure;
      return this.#adopt(late, false);
    }
  }

  /** Returns the stored token if it is usable. */
  async #readShared(): Promise<AccessToken | undefined> {
    const token = await this.#shared?.read();
    const isUsable = token !== undefined && !this.#refused.has(token.accessToken) && Date.now() < renewalTime(token);
    return isUsable ? token : undefined;
  }

  async #readSharedAgain(failure: unknown): Promise<AccessToken | undefined> {
    if (this.#shared === undefined || !(failure instanceof NoLogin)) return undefined;
    const { status, retryAfter = Number.POSITIVE_INFINITY } = failure.details;
    const isOverLimit = status === 429 || status === 403;
    let waited = 0;
    for (const pause of isOverLimit ? storePausesAtLimit : storePauses) {
      waited += pause;
      // By then the call may retry the token request.
      if (waited > retryAfter) return undefined;
      await new Promise((resolve) => setTimeout(resolve, pause).unref());
      const token = await this.#readShared();
      if (token !== undefined || this.#shared.hasFailed) return token;
    }
    return undefined;
  }

  #adopt(token: AccessToken, isFetched: boolean): CurrentToken {
    this.#token = {
      ...token,
      login: this.#login(token.accessToken, false),
      renewAt: renewalTime(token),
      isFetched,
      keptUntil: isFetched && this.#refused.size > 0 ? Date.now() + replacementPause : 0,
    };
    if (isFetched) this.#refused.clear();
    return this.#token;
  }

  #login(accessToken: string, isReplacement: boolean): Login {
    return bearerLogin(accessToken, (response) => this.#review(accessToken, isReplacement, response));
  }
}
