import { debuglog } from 'node:util';
import { z } from 'zod';
import { waitAtMost } from '../../http/timer.js';
import { isBearerToken } from '../bearer.js';

/** Logs a line, if `NODE_DEBUG` asks for it. */
export const debug = debuglog('atlas-tenant-snapshots');

/** An access token of a service account. */
export interface AccessToken {
  readonly accessToken: string;
  /** ms since 1970, so that processes can compare it. */
  readonly expiresAt: number;
  /** ms from issue to expiry. */
  readonly lifetime: number;
  /** Whether this client fetched it, rather than another process that shares the store. */
  readonly isFetched: boolean;
}

// What Atlas uses, in seconds; RFC 6749 allows a server to leave it out.
const usualLifetime = 3600;
const maxMargin = 60_000;
// Once per process: in a fleet that shares a token, the process with the largest value renews it, and the others find the
// new one.
const jitter = Math.random();

const bearerToken = z.custom<string>(isBearerToken);
const bearerType = z.string().regex(/^bearer$/i);
const seconds = z.coerce.number().nonnegative();

/** Checks the response of the token endpoint. @see https://www.rfc-editor.org/rfc/rfc6749#section-5.1 */
export const tokenResponseSchema = z.object({
  access_token: bearerToken,
  token_type: bearerType.nullish(),
  expires_in: seconds.nullish().transform((lifetime) => lifetime ?? usualLifetime),
});

/** Checks a token from a store. */
const storedTokenSchema = z.object({
  accessToken: bearerToken,
  expiresAt: z.number(),
  lifetime: z.number().nonnegative(),
});

/**
 * When to renew a token, in ms since 1970: one to two margins before it expires, at random. The margin is a tenth of the
 * lifetime, at most a minute.
 */
export function renewalTime({ expiresAt, lifetime }: AccessToken): number {
  return expiresAt - Math.min(lifetime / 10, maxMargin) * (1 + jitter);
}

/**
 * Shares the token of a service account between processes. Any Keyv instance fits. If the store fails or returns invalid
 * data, the client fetches its own token, and the first time emits a process warning named `AtlasTokenStoreWarning`.
 *
 * @see https://keyv.org
 */
export interface TokenStore {
  /** Returns the value that was set for the key, or `undefined`. */
  get(key: string): Promise<unknown>;
  /**
   * Stores a value. Returning `false` means that it failed, as with Keyv.
   *
   * @param ttlMs - how long the value is valid, in ms.
   */
  set(key: string, value: string, ttlMs: number): Promise<unknown>;
}

/** How long to wait for a store, in ms. */
const storeTimeout = 500;

/** One service account's token in a store. */
export class SharedToken {
  readonly #store: TokenStore;
  readonly #key: string;

  /** @param key - names the base URL and the client ID. It holds no secret. */
  constructor(store: TokenStore, key: string) {
    this.#store = store;
    this.#key = key;
  }

  /**
   * Returns the stored token, or `undefined` if there is none.
   *
   * @throws what the store throws, or an error that says how else it failed.
   */
  async read(): Promise<AccessToken | undefined> {
    // Async, so that a store that throws causes a rejection.
    const reading = async () => this.#store.get(this.#key);
    const value = await waitAtMost(storeTimeout, reading(), true);
    if (value == null) return undefined;
    try {
      // Some stores parse what looks like JSON.
      const token = storedTokenSchema.parse(typeof value === 'string' ? JSON.parse(value) : value);
      return { ...token, isFetched: false };
    } catch {
      // Not the reason, which may quote a token.
      throw new Error('it returned something other than a token that this package has stored');
    }
  }

  /** @throws what the store throws, or an error that says how else it failed. */
  async write({ accessToken, expiresAt, lifetime }: AccessToken): Promise<void> {
    const value = JSON.stringify({ accessToken, expiresAt, lifetime });
    const writing = async () => this.#store.set(this.#key, value, Math.floor(expiresAt - Date.now()));
    // Keyv returns false if its adapter fails.
    if ((await waitAtMost(storeTimeout, writing(), true)) === false) throw new Error('it returned false');
  }
}
