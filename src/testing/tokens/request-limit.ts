/** Limits the requests within a sliding window. */
export class RequestLimit {
  readonly max: number;
  readonly #window: number;
  readonly #now: () => number;
  #times: number[] = [];

  /** Allows `max` requests within `window` ms. */
  constructor(max: number, window: number, now: () => number) {
    this.max = max;
    this.#window = window;
    this.#now = now;
  }

  /** Counts a request and returns undefined. Past the limit, returns the ms to wait and does not count the request. */
  take(): number | undefined {
    const now = this.#now();
    this.#times = this.#times.filter((time) => time > now - this.#window);
    const [oldest = now] = this.#times;
    if (this.#times.length >= this.max) return oldest + this.#window - now;
    this.#times.push(now);
    return undefined;
  }
}
