import { debuglog } from 'node:util';
import * as z from 'zod';
import { Mask } from '../../atlas/mask.js';
import { toError } from '../../http/no-response.js';
import { waitAtMost } from '../../http/timer.js';
import { isBearerToken } from '../bearer.js';

/** Logs a line, if `NODE_DEBUG` asks for it. */
export const debug = debuglog('atlas-tenant-snapshots');

const maxMargin = 60_000;
// Once per process: in a fleet that shares a token, the process with the largest value renews it, and the others find the
// new one.
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

const maxReasonLength = 500;

/**
 * One service account's token in a store. A store that fails counts as empty, and the first failure is a process warning: without
 * its store, a fleet runs into the limits of Atlas.
 */
export class SharedToken {
  readonly #store: TokenStore;
  readonly #key: string;
  readonly #secrets: readonly string[];
  /** What was read or written last. An error of the store may quote it. */
  #lastToken = '';
  #hasWarned = false;

  /**
   * @param key - names the base URL and the client ID. It holds no secret.
   * @param secrets - those of the service account, which no warning may show.
   */
  constructor(store: TokenStore, key: string, secrets: readonly string[]) {
    this.#store = store;
    this.#key = key;
    this.#secrets = secrets;
  }

  /** Returns the stored token, or `undefined` if there is none. Never rejects. */
  async read(): Promise<AccessToken | undefined> {
    try {
      const value = await waitAtMost(storeTimeout, this.#store.get(this.#key), true);
      if (value == null) return undefined;
      const token = parseStored(value);
      this.#lastToken = token.accessToken;
      return token;
    } catch (reason) {
      this.#reportFailure('get', reason);
      return undefined;
    }
  }

  /** Stores a token. Never rejects. */
  async write(token: AccessToken): Promise<void> {
    this.#lastToken = token.accessToken;
    try {
      const ttl = Math.floor(token.expiresAt - Date.now());
      const result = await waitAtMost(storeTimeout, this.#store.set(this.#key, JSON.stringify(token), ttl), true);
      // Keyv returns false if its adapter fails.
      if (result === false) throw new Error('it returned false');
    } catch (reason) {
      this.#reportFailure('set', reason);
    }
  }

  #reportFailure(method: 'get' | 'set', reason: unknown): void {
    const mask = new Mask([...this.#secrets, this.#lastToken]);
    const why = mask.text(toError(reason).message, maxReasonLength).replace(/\s+/g, ' ');
    const failure = `tokenStore: ${method}() failed: ${why}`;
    debug('%s', failure);
    if (this.#hasWarned) return;
    this.#hasWarned = true;
    const advice = 'Check the store. Without it, every process fetches its own tokens, and Atlas limits them.';
    process.emitWarning(`${failure}. ${advice}`, 'AtlasTokenStoreWarning');
  }
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
