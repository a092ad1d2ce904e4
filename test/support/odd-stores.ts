import type { TokenStore } from '../../src/client/index.js';

/** A store in memory that records its calls. */
export class RecordingStore implements TokenStore {
  readonly values = new Map<string, unknown>();
  readonly gets: string[] = [];
  readonly sets: { key: string; value: string; ttlMs: number }[] = [];

  async get(key: string): Promise<unknown> {
    this.gets.push(key);
    return this.values.get(key);
  }

  async set(key: string, value: string, ttlMs: number): Promise<void> {
    this.sets.push({ key, value, ttlMs });
    this.values.set(key, value);
  }
}

/** A store that has the same value under every key, and ignores writes. */
export function storeOf(value: unknown): TokenStore {
  return { get: async () => value, set: async () => true };
}

const fail = () => {
  throw new Error('the store is broken');
};
const reject = () => Promise.reject(new Error('the store is broken'));
const hang = () => new Promise<never>(() => undefined);
const empty = async () => undefined;

/** Stores that fail in different ways, and what fails first. */
export const brokenStores: readonly { does: string; store: TokenStore; failure: string }[] = [
  { does: 'throws', store: { get: fail, set: fail }, failure: 'get() failed: it threw Error' },
  { does: 'rejects', store: { get: reject, set: reject }, failure: 'get() failed: it threw Error' },
  { does: 'hangs', store: { get: hang, set: hang }, failure: 'get() failed: it took more than 500 ms' },
  { does: 'throws on a write', store: { get: empty, set: fail }, failure: 'set() failed: it threw Error' },
  { does: 'rejects on a write', store: { get: empty, set: reject }, failure: 'set() failed: it threw Error' },
  { does: 'hangs on a write', store: { get: empty, set: hang }, failure: 'set() failed: it took more than 500 ms' },
  // As Keyv does if its adapter throws.
  {
    does: 'returns false on a write',
    store: { get: empty, set: async () => false },
    failure: 'set() failed: it returned false',
  },
];
