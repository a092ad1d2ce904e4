import { setMaxListeners } from 'node:events';
import type { ExchangeOwner } from '../http/exchange.js';
import { startTimer } from '../http/timer.js';
import { closedError, timeoutError } from './failure.js';
import type { CallProgress } from './promise.js';

/** What `close()` needs to know about the calls of a client. */
export class Lifetime {
  isClosed = false;
  /** Ends the retry and poll waits. */
  readonly sleepers = new Set<() => void>();
  #inFlight = 0;
  #onIdle = () => {};

  begin(): void {
    this.#inFlight += 1;
  }

  end(): void {
    this.#inFlight -= 1;
    if (this.#inFlight === 0) this.#onIdle();
  }

  /** Ends the waits, and resolves when no call is in flight. */
  async close(): Promise<void> {
    this.isClosed = true;
    for (const wake of [...this.sleepers]) wake();
    if (this.#inFlight > 0) {
      await new Promise<void>((resolve) => {
        this.#onIdle = resolve;
      });
    }
  }
}

/** The limits of a scope. */
export interface ScopeLimits {
  /** ms. */
  readonly timeout: number;
  readonly signal: AbortSignal | null | undefined;
}

/**
 * The span of one call, from its start to its result. The call awaits everything through its scope, so that the deadline
 * or the caller's signal can interrupt it at any point.
 */
export class CallScope implements ExchangeOwner {
  phase = 'starting';
  readonly progress: CallProgress;
  readonly #lifetime: Lifetime;
  readonly #signal: AbortSignal | null | undefined;
  readonly #expiresAt: number;
  readonly #stopTimer: () => void;
  #interruption: { reason: unknown } | undefined;
  #listener: (reason: unknown) => void = () => {};

  /** @throws the signal's reason if it is aborted, or an AtlasClosedError if the client is closed. */
  constructor(lifetime: Lifetime, { timeout, signal }: ScopeLimits, progress: CallProgress) {
    if (signal?.aborted) throw signal.reason;
    if (lifetime.isClosed) throw closedError(progress, this.phase);
    this.#lifetime = lifetime;
    this.#signal = signal;
    this.progress = progress;
    if (signal) {
      preventLeakWarning(signal);
      signal.addEventListener('abort', this.#onAbort);
    }
    this.#expiresAt = performance.now() + timeout;
    this.#stopTimer = startTimer(timeout, () => this.#interrupt(timeoutError(progress, timeout, this.phase)));
    lifetime.begin();
  }

  /** ms until the deadline. */
  get remaining(): number {
    return this.#expiresAt - performance.now();
  }

  /** Must be called once, when the call has its result. */
  end(): void {
    this.#stopTimer();
    this.#signal?.removeEventListener('abort', this.#onAbort);
    this.#lifetime.end();
  }

  /** Sets the listener. Only the current wait needs one, and calling an outdated one has no effect. */
  onInterrupt(listener: (reason: unknown) => void): void {
    this.#listener = listener;
    if (this.#interruption !== undefined) listener(this.#interruption.reason);
  }

  /**
   * Waits for a promise, unless the call ends first.
   *
   * @param discard - called with the value if it arrives after the call has ended.
   */
  waitFor<T>(promise: Promise<T>, discard?: (value: T) => void): Promise<T> {
    return new Promise((resolve, reject) => {
      let isWaiting = true;
      this.onInterrupt((reason) => {
        isWaiting = false;
        reject(reason);
      });
      promise.then((value) => {
        if (isWaiting) resolve(value);
        else discard?.(value);
      }, reject);
    });
  }

  /** Waits before the next attempt or poll, unless the call ends or the client is closed first. */
  async sleep(ms: number, phase: string): Promise<void> {
    this.throwIfClosed(phase);
    this.phase = phase;
    let stop = () => {};
    let wake = () => {};
    const slept = new Promise<void>((resolve) => {
      wake = resolve;
      stop = startTimer(Math.max(ms, 0), resolve);
    });
    this.#lifetime.sleepers.add(wake);
    await this.waitFor(slept).finally(() => {
      stop();
      this.#lifetime.sleepers.delete(wake);
    });
    this.throwIfClosed(phase);
  }

  /** @throws AtlasClosedError if the client is closed. */
  throwIfClosed(phase: string): void {
    if (this.#lifetime.isClosed) throw closedError(this.progress, phase);
  }

  /**
   * Waits for a function of the caller's. `close()` does not wait for it, because the function may await `close()`.
   */
  async waitForCaller(run: () => Promise<void>, phase: string): Promise<void> {
    this.phase = phase;
    this.#lifetime.end();
    try {
      await this.waitFor(run());
    } finally {
      this.#lifetime.begin();
    }
  }

  readonly #onAbort = (): void => this.#interrupt(this.#signal?.reason);

  #interrupt(reason: unknown): void {
    this.#interruption ??= { reason };
    this.#listener(reason);
  }
}

/** Many calls may share one signal, and Node would warn about a listener leak. */
function preventLeakWarning(signal: AbortSignal): void {
  try {
    setMaxListeners(0, signal);
  } catch {
    // A signal that is not Node's own, such as that of jsdom, has no such limit.
  }
}

/** Runs a call in a scope of its own. */
export async function withScope<T>(
  lifetime: Lifetime,
  limits: ScopeLimits,
  progress: CallProgress,
  run: (scope: CallScope) => Promise<T>,
): Promise<T> {
  const scope = new CallScope(lifetime, limits, progress);
  try {
    return await run(scope);
  } finally {
    scope.end();
  }
}
