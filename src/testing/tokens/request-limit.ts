/** Limits the requests per key within a sliding window. */
export class RequestLimit {
  readonly max: number;
  readonly #window: number;
  readonly #now: () => number;
  readonly #times = new Map<string, number[]>();

  /** Allows `max` requests per key within `window` ms. */
  constructor(max: number, window: number, now: () => number) {
    this.max = max;
    this.#window = window;
    this.#now = now;
  }

  /** Counts a request and returns undefined. Past the limit, returns the ms to wait and does not count the request. */
  take(key: string): number | undefined {
    const now = this.#now();
    const recent = (this.#times.get(key) ?? []).filter((time) => time > now - this.#window);
    this.#times.set(key, recent);
    const [oldest = now] = recent;
    if (recent.length >= this.max) return oldest + this.#window - now;
    recent.push(now);
    return undefined;
  }
}
