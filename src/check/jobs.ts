import { type AtlasError, AtlasTimeoutError, isAtlasError } from '../index.js';

// Captured at import, so that it works under fake timers too.
const { setImmediate } = globalThis;
// ms. Timers may fire early, so the last 20 ms count as over. Few calls would end in that time.
const margin = 20;

/** A part of a check. Returns a finding, or `undefined` if it only reveals further jobs. */
export type Job<T> = () => Promise<T | undefined>;

/** The options that limit a call. */
export interface CallLimits {
  readonly signal: AbortSignal;
  /** ms. */
  readonly timeout: number;
}

/**
 * Runs the jobs of a check: at most `concurrency` at a time, and all within one timeout. Jobs start only while a finding is
 * asked for, and a finding that waits takes up a place of `concurrency`. So a slow reader holds the jobs up.
 */
export class Jobs<T> {
  readonly #timeout: number;
  readonly #concurrency: number;
  readonly #nextJob: () => Job<T> | undefined;
  readonly #deadline: number;
  readonly #timer: NodeJS.Timeout;
  readonly #calls = new AbortController();
  /** Ends each running call, even if the client ignores its signal and timeout. */
  readonly #abandon = new Set<(reason: unknown) => void>();
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
    this.#timer = setTimeout(() => this.#expire(), timeout).unref();
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

  /** Aborts the calls, and makes `next()` throw. */
  stop(reason?: unknown): void {
    this.#failure ??= { reason };
    clearTimeout(this.#timer);
    this.#calls.abort();
    this.#onChange();
  }

  /** Runs a call within the time that is left. */
  async call<R>(start: (limits: CallLimits) => Promise<R>): Promise<R> {
    if (this.#isOver) throw this.#timeoutError();
    const { signal } = this.#calls;
    let abandon = (_reason: unknown) => {};
    const abandoned = new Promise<never>((_, reject) => {
      abandon = reject;
    });
    this.#abandon.add(abandon);
    try {
      const timeout = Math.floor(this.#deadline - performance.now());
      return await Promise.race([start({ signal, timeout }), abandoned]);
    } catch (error) {
      // Names the timeout of the check, and not what was left of it for the call.
      const isLate = this.#isOver && !signal.aborted;
      throw isLate && isAtlasError(error, 'TIMEOUT') ? this.#timeoutError(error) : error;
    } finally {
      this.#abandon.delete(abandon);
    }
  }

  async #expire(): Promise<void> {
    // First, responses that have arrived are read, and calls time out by themselves, with errors that say more.
    for (let turn = 0; turn < 4; turn += 1) await new Promise((resolve) => setImmediate(resolve));
    const error = this.#timeoutError();
    this.#calls.abort(error);
    for (const abandon of this.#abandon) abandon(error);
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

  get #isOver(): boolean {
    return this.#calls.signal.aborted || this.#deadline - performance.now() < margin;
  }

  #timeoutError(cause?: AtlasError): AtlasTimeoutError {
    const message = `The check timed out after ${this.#timeout} ms (timeout). Raise it if the check needs longer.`;
    return new AtlasTimeoutError(message, { operation: 'checkBackups', cause });
  }
}
