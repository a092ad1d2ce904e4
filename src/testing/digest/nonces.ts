import { randomBytes } from 'node:crypto';
import type { DigestAlgorithm } from './options.js';

/** A nonce of a challenge, and what clients have sent with it. */
export interface IssuedNonce {
  readonly algorithm: DigestAlgorithm;
  readonly issuedAt: number;
  /** Every `nc` so far. */
  readonly counts: Set<string>;
}

/** The nonces that are still valid. */
export class NonceTable {
  readonly #lifetime: number;
  readonly #now: () => number;
  readonly #issued = new Map<string, IssuedNonce>();

  /** Takes the lifetime of a nonce in ms. */
  constructor(lifetime: number, now: () => number) {
    this.#lifetime = lifetime;
    this.#now = now;
  }

  issue(algorithm: DigestAlgorithm): string {
    this.#dropExpired();
    // 24 bytes become 32 characters, as long as a nonce from Atlas.
    const value = randomBytes(24).toString('base64');
    this.#issued.set(value, { algorithm, issuedAt: this.#now(), counts: new Set() });
    return value;
  }

  /** Returns undefined if the nonce is unknown or has expired. */
  find(value: string): IssuedNonce | undefined {
    this.#dropExpired();
    return this.#issued.get(value);
  }

  clear(): void {
    this.#issued.clear();
  }

  #dropExpired(): void {
    const deadline = this.#now() - this.#lifetime;
    // A Map iterates in the order of insertion: the oldest nonce comes first.
    for (const [value, { issuedAt }] of this.#issued) {
      if (issuedAt > deadline) return;
      this.#issued.delete(value);
    }
  }
}
