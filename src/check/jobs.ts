import { type AtlasError, AtlasTimeoutError, isAtlasError } from '../errors/errors.js';

/** A part of a check. Returns a finding, or `undefined` if it only reveals further jobs. */
export type Job<T> = () => Promise<T | undefined>;

/**
 * Runs the jobs of a check: at most `concurrency` at a time, and all within one timeout. Jobs start only while a finding is
 * asked for, and a finding that waits takes up a place of `concurrency`. So a slow reader holds the jobs up.
 */
export class Jobs<T> {
  readonly #timeout: number;
  readonly #concurrency: number;
  readonly #nextJob: () => Job<T> | undefined;
  readonly #deadline: number;
  readonly #calls = new AbortController();
  readonly #findings: T[] = [];
  #running = 0;
  #failure: { readonly reason: unknown } | undefined;
  #onChange = () => {};

  /**
   * @param timeout - ms.
   * @param nextJob - returns a job that can start now.
   */
  constructor(timeout: number, concurrency: number, nextJob: () => Job<T> | undefined) {
    this.#timeout = timeout;
    this.#concurrency = concurrency;
    this.#nextJob = nextJob;
    this.#deadline = performance.now() + timeout;
  }

  /** Returns the next finding, or `undefined` if there are no more. */
  async next(): Promise<T | undefined> {
    for (;;) {
      if (this.#failure !== undefined) throw this.#failure.reason;
      this.#startJobs();
      const finding = this.#findings.shift();
      if (finding !== undefined || this.#running === 0) return finding;
      await new Promise<void>((resolve) => {
        this.#onChange = resolve;
      });
    }
  }

  /** Aborts the calls, and makes the next finding throw. */
  stop(reason?: unknown): void {
    this.#failure ??= { reason };
    this.#calls.abort();
    this.#onChange();
  }

  /** Runs a call within the time that is left. */
  async call<R>(start: (limits: { signal: AbortSignal; timeout: number }) => Promise<R>): Promise<R> {
    if (this.#isOver) throw this.#timeoutError();
    const timeout = Math.ceil(this.#deadline - performance.now());
    let timer: NodeJS.Timeout | undefined;
    try {
      const call = start({ signal: this.#calls.signal, timeout });
      // For a client that ignores the timeout. It comes after the timer of one that does not, whose error says more.
      const expiry = new Promise<never>((_, reject) => {
        const error = new AtlasTimeoutError(`The client did not end the call after ${timeout} ms (timeout).`);
        timer = setTimeout(() => setImmediate(reject, error), timeout).unref();
      });
      return await Promise.race([call, expiry]);
    } catch (error) {
      // Names the timeout of the check, and not what was left of it for the call.
      throw isAtlasError(error, 'TIMEOUT') && this.#isOver ? this.#timeoutError(error) : error;
    } finally {
      clearTimeout(timer);
    }
  }

  #startJobs(): void {
    while (this.#running + this.#findings.length < this.#concurrency) {
      const job = this.#nextJob();
      if (job === undefined) return;
      this.#running += 1;
      job().then(
        (finding) => {
          this.#running -= 1;
          if (finding !== undefined) this.#findings.push(finding);
          this.#onChange();
        },
        (reason) => this.stop(reason),
      );
    }
  }

  // Timers may fire up to a millisecond early.
  get #isOver(): boolean {
    return this.#deadline - performance.now() < 1;
  }

  #timeoutError(cause?: AtlasError): AtlasTimeoutError {
    const message = `checkBackups timed out after ${this.#timeout} ms (timeout). Raise timeout if the check needs longer.`;
    return new AtlasTimeoutError(message, { operation: 'checkBackups', cause });
  }
}
