import { type AccessToken, storedTokenSchema } from './access-token.js';

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

/** ms that a store is waited for. */
const patience = 500;

/** One service account's place in a store. */
export class TokenShelf {
  readonly #store: TokenStore;
  readonly #key: string;

  /** @param key - names the base URL and the client, and holds no secret. */
  constructor(store: TokenStore, key: string) {
    this.#store = store;
    this.#key = key;
  }

  /** The token that lies there; `undefined` where there is none of use. */
  read(): Promise<AccessToken | undefined> {
    return patiently(async () => {
      const value = await this.#store.get(this.#key);
      // A store of the caller's may parse what looks like JSON.
      return storedTokenSchema.parse(typeof value === 'string' ? JSON.parse(value) : value);
    });
  }

  async write({ accessToken, expiresAt, lifetime }: AccessToken): Promise<void> {
    const ttl = Math.floor(expiresAt - Date.now());
    if (ttl <= 0) return;
    await patiently(async () => this.#store.set(this.#key, JSON.stringify({ accessToken, expiresAt, lifetime }), ttl));
  }
}

/** What a use of the store gives; `undefined` where it fails or takes too long. */
function patiently<T>(use: () => Promise<T>): Promise<T | undefined> {
  // A call that waits for it keeps the process alive.
  const late = new Promise<undefined>((resolve) => setTimeout(resolve, patience, undefined).unref());
  return Promise.race([use().catch(() => undefined), late]);
}
