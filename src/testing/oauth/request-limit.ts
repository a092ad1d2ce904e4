/** Counts requests in a sliding window, a key each. */
export class RequestLimit {
  readonly #max: number;
  readonly #window: number;
  readonly #now: () => number;
  readonly #times = new Map<string, number[]>();

  /** At most `max` requests of a key within `window` ms. */
  constructor(max: number, window: number, now: () => number) {
    this.#max = max;
    this.#window = window;
    this.#now = now;
  }

  /** Counts a request, and gives undefined; or, past the limit, the ms until there is room. What is refused is not counted. */
  take(key: string): number | undefined {
    const now = this.#now();
    const recent = (this.#times.get(key) ?? []).filter((time) => time > now - this.#window);
    this.#times.set(key, recent);
    const [oldest = now] = recent;
    if (recent.length >= this.#max) return oldest + this.#window - now;
    recent.push(now);
    return undefined;
  }
}
