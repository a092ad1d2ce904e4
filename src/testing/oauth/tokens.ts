import { newAccessToken } from '../credentials.js';

/** The bearer tokens that are alive, and when each dies. */
export class TokenTable {
  readonly #now: () => number;
  readonly #expiryByToken = new Map<string, number>();
  readonly #timeless: Set<string>;

  /** `timeless` is the token that lives from the start, and until it is revoked. */
  constructor(now: () => number, timeless: string) {
    this.#now = now;
    this.#timeless = new Set([timeless]);
  }

  /** A new token that lives for so many ms. */
  issue(lifetime: number): string {
    const token = newAccessToken();
    this.#expiryByToken.set(token, this.#now() + lifetime);
    return token;
  }

  /** A new token that lives until it is revoked, and counts towards no limit. */
  issueTimeless(): string {
    const token = newAccessToken();
    this.#timeless.add(token);
    return token;
  }

  isLive(token: string): boolean {
    return this.#timeless.has(token) || (this.#expiryByToken.get(token) ?? 0) > this.#now();
  }

  countLive(): number {
    for (const [token, expiry] of this.#expiryByToken) {
      if (expiry <= this.#now()) this.#expiryByToken.delete(token);
    }
    return this.#expiryByToken.size;
  }

  revoke(token: string): void {
    this.#timeless.delete(token);
    this.#expiryByToken.delete(token);
  }

  revokeAll(): void {
    this.#timeless.clear();
    this.#expiryByToken.clear();
  }
}
