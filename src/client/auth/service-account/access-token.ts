import { debuglog } from 'node:util';
import * as z from 'zod';
import { toError } from '../../http/no-response.js';
import { waitAtMost } from '../../http/timer.js';
import { isBearerToken } from '../bearer.js';

/** Logs a line, if `NODE_DEBUG` asks for it. */
export const debug = debuglog('atlas-tenant-snapshots');

const maxMargin = 60_000;
// One value per process: the process with the largest value renews a shared token first, and the others find the new token in
// the store.
const jitter = Math.random();

export const bearerTokenSchema = z.custom<string>(isBearerToken);

/** Checks a token from a store. */
const storedTokenSchema = z.object({
  accessToken: bearerTokenSchema,
  /** ms since 1970, so that processes can compare it. */
  expiresAt: z.number(),
  /** ms from issue to expiry. */
  lifetime: z.number().nonnegative(),
});

/** An access token of a service account. */
export type AccessToken = Readonly<z.output<typeof storedTokenSchema>>;

/**
 * When to renew a token, in ms since 1970: at random, 1 to 2 margins before it expires. The margin is a tenth of the lifetime, at
 * most a minute.
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

/**
 * One service account's token in a store. A store that fails counts as empty, and the first failure is a process warning: without
 * its store, a fleet runs into the limits of Atlas.
 */
export class SharedToken {
  readonly #store: TokenStore;
  readonly #key: string;
  #hasWarned = false;

  /** @param key - names the base URL and the client ID. It holds no secret. */
  constructor(store: TokenStore, key: string) {
    this.#store = store;
    this.#key = key;
  }

  /** Returns the stored token, or `undefined` if there is none. Never rejects. */
  async read(): Promise<AccessToken | undefined> {
    try {
      const value = await waitForStore(() => this.#store.get(this.#key));
      return value == null ? undefined : parseStored(value);
    } catch (failure) {
      this.#report('get', failure);
      return undefined;
    }
  }

  /** Stores a token. Never rejects. */
  async write(token: AccessToken): Promise<void> {
    const ttl = Math.floor(token.expiresAt - Date.now());
    try {
      const result = await waitForStore(() => this.#store.set(this.#key, JSON.stringify(token), ttl));
      // Keyv returns false if its adapter fails.
      if (result === false) throw new Error('it returned false');
    } catch (failure) {
      this.#report('set', failure);
    }
  }

  #report(method: 'get' | 'set', failure: unknown): void {
    const what = `tokenStore: ${method}() failed: ${toError(failure).message}`;
    debug('%s', what);
    if (this.#hasWarned) return;
    this.#hasWarned = true;
    const advice = 'Check the store. Without it, every process fetches its own tokens, and Atlas limits them.';
    process.emitWarning(`${what}. ${advice}`, 'AtlasTokenStoreWarning');
  }
}

/**
 * Calls a store, and waits for it for a limited time.
 *
 * @throws an error that quotes nothing of the store's.
 */
function waitForStore(call: () => Promise<unknown>): Promise<unknown> {
  // An async function, because the store may throw too.
  const result = (async () => call())().catch((reason: unknown) => {
    throw new Error(`it threw ${describe(reason)}`);
  });
  return waitAtMost(storeTimeout, result, true);
}

/** Describes what a store threw by its name, its code and a first word such as `NOAUTH`. The rest may quote a token. */
function describe(reason: unknown): string {
  const { name, code, message } = toError(reason);
  const [, firstWord] = /^([A-Z]+)\s/.exec(message) ?? [];
  const words = [name, code, firstWord].filter((word) => word !== undefined && /^\w{1,40}$/.test(word));
  return words.join(' ') || 'an error';
}

function parseStored(value: unknown): AccessToken {
  try {
    // Some stores parse what looks like JSON.
    return storedTokenSchema.parse(typeof value === 'string' ? JSON.parse(value) : value);
  } catch {
    // Not the reason, which may quote a token.
    throw new Error('it returned something other than a token that this package has stored');
  }
}
