import type { TokenStore } from '../../src/index.js';

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

/** Stores that fail in different ways. */
export const brokenStores: readonly { does: string; store: TokenStore }[] = [
  { does: 'throws', store: { get: fail, set: fail } },
  { does: 'rejects', store: { get: reject, set: reject } },
  { does: 'hangs', store: { get: hang, set: hang } },
  { does: 'throws on a write', store: { get: empty, set: fail } },
  { does: 'rejects on a write', store: { get: empty, set: reject } },
  { does: 'hangs on a write', store: { get: empty, set: hang } },
  // As a store without types may do.
  { does: 'returns no promise', store: { get: () => undefined, set: () => true } as unknown as TokenStore },
];
