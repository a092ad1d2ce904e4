import { newAccessToken } from '../credentials.js';

/** The access tokens, and when each expires. */
export class TokenTable {
  readonly #now: () => number;
  readonly #expiryByToken: Map<string, number>;

  /** Takes a token that never expires. */
  constructor(now: () => number, lasting: string) {
    this.#now = now;
    this.#expiryByToken = new Map([[lasting, Number.POSITIVE_INFINITY]]);
  }

  /** Issues a token that expires after `lifetime` ms, by default never. */
  issue(lifetime = Number.POSITIVE_INFINITY): string {
    const token = newAccessToken();
    this.#expiryByToken.set(token, this.#now() + lifetime);
    return token;
  }

  isLive(token: string): boolean {
    return (this.#expiryByToken.get(token) ?? 0) > this.#now();
  }

  /** Counts the live tokens that expire at some time. */
  countExpiring(): number {
    const now = this.#now();
    return [...this.#expiryByToken.values()].filter((expiry) => expiry > now && Number.isFinite(expiry)).length;
  }

  revoke(token: string): void {
    this.#expiryByToken.delete(token);
  }

  revokeAll(): void {
    this.#expiryByToken.clear();
  }
}
