import { type AccessToken, storedTokenSchema } from './access-token.js';
import { patiently } from './patiently.js';

/**
 * Where service-account tokens are shared between processes: any Keyv instance fits. A store that throws, hangs or
 * holds rubbish costs one token request and a bounded wait, never a call.
 *
 * @see https://keyv.org
 */
export interface TokenStore {
  /** Reads what was set for the key; `undefined` where there is nothing. */
  get(key: string): Promise<unknown>;
  /**
   * Keeps a value.
   *
   * @param ttlMs - how long the value is of use, in ms.
   */
  set(key: string, value: string, ttlMs: number): Promise<unknown>;
}

/** One service account's place in a store. */
export class TokenCache {
  readonly #store: TokenStore;
  readonly #key: string;

  /** @param key - names the base URL and the client, and holds no secret. */
  constructor(store: TokenStore, key: string) {
    this.#store = store;
    this.#key = key;
  }

  /** The token that lies there; `undefined` where there is none of use. */
  read(): Promise<AccessToken | undefined> {
    return patiently(this.#get());
  }

  async write({ accessToken, expiresAt, lifetime }: AccessToken): Promise<void> {
    const ttl = Math.floor(expiresAt - Date.now());
    if (ttl <= 0) return;
    await patiently(this.#set(JSON.stringify({ accessToken, expiresAt, lifetime }), ttl));
  }

  async #get(): Promise<AccessToken> {
    const value = await this.#store.get(this.#key);
    // A store of the caller's may parse what looks like JSON.
    return storedTokenSchema.parse(typeof value === 'string' ? JSON.parse(value) : value);
  }

  async #set(value: string, ttl: number): Promise<void> {
    await this.#store.set(this.#key, value, ttl);
  }
}
