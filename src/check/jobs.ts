import { type AtlasError, AtlasTimeoutError, type CallOptions, isAtlasError } from '../index.js';
import type { BackupFinding } from './finding.js';
import { allowListeners } from './listeners.js';

// Captured at import, so that it works under fake timers too.
const { setImmediate } = globalThis;
/** Waits for a turn of the event loop. */
const turn = () => new Promise((resolve) => setImmediate(resolve));
// ms. Timers may fire early, so the last 20 ms count as over. Few calls would end in that time.
const margin = 20;
// ms. Atlas may ask for a wait of 0 s, again and again.
const shortestWait = 1_000;
const defaultWait = 10_000;

/** A part of a check. Returns a finding, or `undefined` if it only reveals further jobs. */
export type Job = () => Promise<BackupFinding | undefined>;

/** A call of the client, with the options that limit it. */
type Call<T> = (limits: Pick<CallOptions, 'signal' | 'timeout'>) => Promise<T>;

/**
 * Runs the jobs of a check: at most `concurrency` at a time, and all within one timeout. Jobs start only while a finding is
 * asked for, and a finding that waits takes up a place of `concurrency`. So a slow reader holds the jobs up.
 */
export class Jobs {
  readonly #timeout: number;
  readonly #concurrency: number;
  readonly #nextJob: () => Job | undefined;
  readonly #deadline: number;
  readonly #timer: NodeJS.Timeout;
  readonly #calls = new AbortController();
  readonly #findings: BackupFinding[] = [];
  #running = 0;
  #asked = 0;
  #failure: { readonly reason: unknown } | undefined;
  #onChange = () => {};

  /**
   * @param timeout - ms.
   * @param nextJob - returns a job that can start now.
   */
  constructor(timeout: number, concurrency: number, nextJob: () => Job | undefined) {
    this.#timeout = timeout;
    this.#concurrency = concurrency;
    this.#nextJob = nextJob;
    this.#deadline = performance.now() + timeout;
    allowListeners(this.#calls.signal);
    // It keeps the process alive, even if the client does not.
    this.#timer = setTimeout(() => this.#expire(), timeout);
  }

  /** Returns the next finding, or `undefined` if there are no more. */
  async next(): Promise<BackupFinding | undefined> {
    this.#asked += 1;
    // Jobs that make no call need no turn of the event loop. Many of them would hold up timers and signals.
    if (this.#asked % 100 === 0) await turn();
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
    this.#calls.abort(reason);
    this.#onChange();
  }

  /** Runs a call within the time that is left. Makes it again after a rate limit, if there is time. */
  async call<T>(start: Call<T>): Promise<T> {
    const { signal } = this.#calls;
    for (;;) {
      if (this.#isOver) throw this.#timeoutError();
      try {
        return await this.#untilEnd(start({ signal, timeout: Math.floor(this.#deadline - performance.now()) }));
      } catch (error) {
        await this.#waitAfter(error);
      }
    }
  }

  /** Waits after a rate limit, if there is time. Throws any other error. */
  async #waitAfter(error: unknown): Promise<void> {
    // Names the timeout of the check, and not what was left of it for the call.
    const isLate = this.#isOver && !this.#calls.signal.aborted;
    if (isLate && isAtlasError(error, 'TIMEOUT')) throw this.#timeoutError(error);
    // A limit of Atlas, or of its token endpoint.
    if (!isAtlasError(error) || !('status' in error) || error.status !== 429) throw error;
    const delay = Math.max(error.retryAfterMs ?? defaultWait, shortestWait);
    if (this.#isOver || delay >= this.#timeLeft) throw error;
    let timer: NodeJS.Timeout | undefined;
    const waited = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, delay);
    });
    await this.#untilEnd(waited).finally(() => clearTimeout(timer));
  }

  /** Waits for a promise, but no longer than the check lasts: the client of a call may ignore its signal and timeout. */
  async #untilEnd<T>(promise: Promise<T>): Promise<T> {
    const { signal } = this.#calls;
    let onEnd = () => {};
    const ended = new Promise<never>((_, reject) => {
      onEnd = () => reject(signal.reason);
    });
    signal.addEventListener('abort', onEnd);
    try {
      return await Promise.race([promise, ended]);
    } finally {
      signal.removeEventListener('abort', onEnd);
    }
  }

  async #expire(): Promise<void> {
    // First, responses that have arrived are read, and calls time out by themselves, with errors that say more.
    for (let turns = 0; turns < 4; turns += 1) await turn();
    this.#calls.abort(this.#timeoutError());
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
    return this.#calls.signal.aborted || this.#timeLeft < 0;
  }

  /** ms in which a call may still be made. */
  get #timeLeft(): number {
    return this.#deadline - margin - performance.now();
  }

  #timeoutError(cause?: AtlasError): AtlasTimeoutError {
    const what = `The check timed out after ${this.#timeout} ms (timeout).`;
    const advice = 'Raise it if the check needs longer.';
    return new AtlasTimeoutError(what, { operation: 'checkBackups', advice, cause });
  }
}
