import { waitAtMost } from '../../http/timer.js';
import { type AccessToken, storedTokenSchema } from './access-token.js';

/**
 * Shares the token of a service account between processes. Any Keyv instance fits. If the store fails or returns invalid
 * data, the client fetches its own token.
 *
 * @see https://keyv.org
 */
export interface TokenStore {
  /** Returns the value that was set for the key, or `undefined`. */
  get(key: string): Promise<unknown>;
  /**
   * Stores a value.
   *
   * @param ttlMs - how long the value is valid, in ms.
   */
  set(key: string, value: string, ttlMs: number): Promise<unknown>;
}

/** How long a call waits for a store, in ms. */
const storePatience = 500;

/** One service account's token in a store. */
export class SharedToken {
  readonly #store: TokenStore;
  readonly #key: string;
  #hasFailed = false;

  /** @param key - names the base URL and the client ID. It holds no secret. */
  constructor(store: TokenStore, key: string) {
    this.#store = store;
    this.#key = key;
  }

  /** Whether the store failed or hung when it was last read. */
  get hasFailed(): boolean {
    return this.#hasFailed;
  }

  /** Returns the stored token, or `undefined` if there is no valid one. */
  async read(): Promise<AccessToken | undefined> {
    const stored = await waitAtMost(storePatience, this.#get(), true);
    this.#hasFailed = stored === undefined;
    return stored && parseToken(stored.value);
  }

  async write({ accessToken, expiresAt, lifetime }: AccessToken): Promise<void> {
    const ttl = Math.floor(expiresAt - Date.now());
    if (ttl <= 0) return;
    const value = JSON.stringify({ accessToken, expiresAt, lifetime });
    await waitAtMost(storePatience, this.#set(value, ttl), true);
  }

  // #get and #set are async, so that a store that throws causes a rejection.
  async #get(): Promise<{ value: unknown }> {
    return { value: await this.#store.get(this.#key) };
  }

  async #set(value: string, ttl: number): Promise<void> {
    await this.#store.set(this.#key, value, ttl);
  }
}

function parseToken(value: unknown): AccessToken | undefined {
  try {
    // Some stores parse what looks like JSON.
    return storedTokenSchema.parse(typeof value === 'string' ? JSON.parse(value) : value);
  } catch {
    return undefined;
  }
}
