import { setMaxListeners } from 'node:events';
import type { ExchangeOwner } from '../http/exchange.js';
import { startTimer } from '../http/timer.js';

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

/** What a scope is made of. */
export interface ScopeOptions {
  readonly lifetime: Lifetime;
  /** ms for the whole call. */
  readonly timeout: number;
  readonly signal: AbortSignal | null | undefined;
  /** Makes the error for an expired timeout. */
  readonly timeoutError: (phase: string) => Error;
  /** Makes the error for a call that `close()` ends. */
  readonly closedError: (phase: string) => Error;
}

/**
 * The span of one call, from its start to its result. Whatever the call waits for, it waits for here, so that its
 * deadline and its caller's signal can end it at any time.
 */
export class CallScope implements ExchangeOwner {
  phase = 'starting';
  readonly #options: ScopeOptions;
  readonly #expiresAt: number;
  readonly #stopTimer: () => void;
  #interruption: { reason: unknown } | undefined;
  #listener: (reason: unknown) => void = () => {};

  /** @throws the signal's reason if it is aborted, or the error for a closed client. */
  constructor(options: ScopeOptions) {
    const { lifetime, timeout, signal } = options;
    if (signal?.aborted) throw signal.reason;
    if (lifetime.isClosed) throw options.closedError(this.phase);
    this.#options = options;
    this.#expiresAt = performance.now() + timeout;
    this.#stopTimer = startTimer(timeout, () => this.#interrupt(options.timeoutError(this.phase)));
    if (signal) {
      // Many calls may share one signal, which Node would take for a leak.
      if (signal instanceof EventTarget) setMaxListeners(0, signal);
      signal.addEventListener('abort', this.#onAbort);
    }
    lifetime.begin();
  }

  /** ms until the deadline. */
  get remaining(): number {
    return this.#expiresAt - performance.now();
  }

  /** Must be called once, when the call has its result. */
  end(): void {
    this.#stopTimer();
    this.#options.signal?.removeEventListener('abort', this.#onAbort);
    this.#options.lifetime.end();
  }

  onInterrupt(listener: (reason: unknown) => void): void {
    this.#listener = listener;
    if (this.#interruption !== undefined) listener(this.#interruption.reason);
  }

  /**
   * Waits for a promise, unless the call ends first.
   *
   * @param discard - gets the value if it comes too late.
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
  sleep(ms: number, phase: string): Promise<void> {
    this.phase = phase;
    const { lifetime, closedError } = this.#options;
    let stop = () => {};
    let onClose = () => {};
    return new Promise<void>((resolve, reject) => {
      onClose = () => reject(closedError(phase));
      if (lifetime.isClosed) return onClose();
      lifetime.sleepers.add(onClose);
      this.onInterrupt(reject);
      stop = startTimer(Math.max(ms, 0), resolve);
    }).finally(() => {
      stop();
      lifetime.sleepers.delete(onClose);
    });
  }

  /** Waits for a promise until the client is closed, unless the call ends first. */
  waitUntilClosed(promise: Promise<unknown>, phase: string): Promise<void> {
    this.phase = phase;
    const { lifetime } = this.#options;
    let onClose = () => {};
    return new Promise<void>((resolve, reject) => {
      onClose = resolve;
      promise.then(() => resolve(), reject);
      if (lifetime.isClosed) return onClose();
      lifetime.sleepers.add(onClose);
      this.onInterrupt(reject);
    }).finally(() => lifetime.sleepers.delete(onClose));
  }

  readonly #onAbort = (): void => this.#interrupt(this.#options.signal?.reason);

  #interrupt(reason: unknown): void {
    this.#interruption ??= { reason };
    this.#listener(reason);
  }
}

/** Runs a call in a scope of its own. */
export async function withScope<T>(options: ScopeOptions, run: (scope: CallScope) => Promise<T>): Promise<T> {
  const scope = new CallScope(options);
  try {
    return await run(scope);
  } finally {
    scope.end();
  }
}
