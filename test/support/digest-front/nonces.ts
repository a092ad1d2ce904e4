import { randomBytes } from 'node:crypto';
import type { DigestAlgorithm } from '../../../src/testing/index.js';
import type { DigestSession } from './hash.js';
import type { DigestSettings } from './options.js';

/** A nonce of a challenge, and its uses. */
export interface IssuedNonce {
  readonly value: string;
  readonly algorithm: DigestAlgorithm;
  readonly issuedAt: number;
  readonly counts: Set<number>;
  uses: number;
  /** The session that the `-sess` key is bound to after the first request. */
  session: DigestSession | undefined;
}

type NonceSettings = Pick<DigestSettings, 'nonceLifetime' | 'oneUseNonces' | 'sharedNonce' | 'checkNonceCount'>;

/** The nonces that are still valid. */
export class NonceTable {
  readonly #settings: NonceSettings;
  readonly #now: () => number;
  readonly #issued = new Map<string, IssuedNonce>();

  constructor(settings: NonceSettings, now: () => number) {
    this.#settings = settings;
    this.#now = now;
  }

  issue(algorithm: DigestAlgorithm, session?: DigestSession): IssuedNonce {
    this.#dropExpired();
    const shared = this.#settings.sharedNonce ? this.#newest(algorithm) : undefined;
    if (shared !== undefined) return shared;
    const value = randomBytes(16).toString('base64');
    const nonce = { value, algorithm, issuedAt: this.#now(), counts: new Set<number>(), uses: 0, session };
    this.#issued.set(value, nonce);
    return nonce;
  }

  /** Returns undefined if the nonce is unknown or has expired. */
  find(value: string): IssuedNonce | undefined {
    this.#dropExpired();
    return this.#issued.get(value);
  }

  /** Uses the nonce once. Returns false if it is used up, or was already used with this count. */
  spend(nonce: IssuedNonce, count: number | undefined): boolean {
    if (this.#settings.oneUseNonces && nonce.uses > 0) return false;
    if (count !== undefined && this.#settings.checkNonceCount && nonce.counts.has(count)) return false;
    if (count !== undefined) nonce.counts.add(count);
    nonce.uses += 1;
    return true;
  }

  clear(): void {
    this.#issued.clear();
  }

  #newest(algorithm: DigestAlgorithm): IssuedNonce | undefined {
    return [...this.#issued.values()].filter((nonce) => nonce.algorithm === algorithm).at(-1);
  }

  // A Map iterates in the order of insertion: the oldest nonce comes first.
  #dropExpired(): void {
    const deadline = this.#now() - this.#settings.nonceLifetime;
    for (const nonce of this.#issued.values()) {
      if (nonce.issuedAt > deadline) return;
      this.#issued.delete(nonce.value);
    }
  }
}
