import type { DigestSession } from './credentials.js';

/** A nonce in use. */
export interface LiveNonce {
  readonly session: DigestSession;
  /** How often the nonce was sent; shared by all that have its value. */
  readonly count: { nc: number };
}

// A server that gives each nonce once makes one a call.
const remembered = 1_000;

/** Counts the uses of each nonce by its value: a server may hand one out twice, and refuse an `nc` that repeats. */
export class NonceCounts {
  readonly #counts = new Map<string, { nc: number }>();

  live(session: DigestSession): LiveNonce {
    const count = this.#counts.get(session.nonce) ?? { nc: 0 };
    // Put in again, it is the youngest.
    this.#counts.delete(session.nonce);
    this.#counts.set(session.nonce, count);
    if (this.#counts.size > remembered) this.#forgetOldest();
    return { session, count };
  }

  #forgetOldest(): void {
    for (const nonce of this.#counts.keys()) {
      this.#counts.delete(nonce);
      return;
    }
  }
}
