import { setMaxListeners } from 'node:events';
import type { Route } from '../atlas/route.js';
import type { Authenticator, Login } from '../auth/authenticator.js';
import { AtlasClosedError, type AtlasErrorContext, AtlasTimeoutError } from '../errors/errors.js';
import { Mask } from '../errors/mask.js';
import type { ExchangeOwner } from '../http/exchange.js';
import { setImmediate, startTimer } from '../http/timer.js';
import type { CallState, Failure } from './failure.js';

/** What `close()` needs to know about the calls of a client. */
export class Lifetime {
  #isClosed = false;
  // A count: a set of all calls in flight nearly doubles the CPU of a call.
  #inFlight = 0;
  readonly #sleeping = new Set<() => void>();
  #onIdle = () => {};

  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** Notes that a call is in flight. */
  callStarted(): void {
    this.#inFlight += 1;
  }

  /** Notes that a call is no longer in flight. */
  callEnded(): void {
    this.#inFlight -= 1;
    if (this.#inFlight === 0) this.#onIdle();
  }

  /** Notes that a call waits between attempts or polls. Returns a function that notes the end of the wait. */
  callSleeps(wake: () => void): () => void {
    this.#sleeping.add(wake);
    return () => this.#sleeping.delete(wake);
  }

  /** Wakes the calls that wait between attempts or polls. Resolves when no call is in flight. */
  async close(): Promise<void> {
    this.#isClosed = true;
    for (const wake of this.#sleeping) wake();
    if (this.#inFlight === 0) return;
    await new Promise<void>((resolve) => {
      this.#onIdle = resolve;
    });
  }
}

/** What limits a call. */
export interface CallBounds {
  /** ms. */
  readonly timeout: number;
  readonly signal: AbortSignal | null | undefined;
}

/**
 * One call, from its start to its result. It holds what outlives a single request. The call awaits everything through this
 * object, so that the deadline or the caller's signal can interrupt it at any point.
 */
export class Call implements ExchangeOwner, CallState {
  readonly operation: string;
  readonly #bounds: CallBounds;
  readonly #lifetime: Lifetime;
  readonly #authenticator: Authenticator;
  #route: Route;
  #attempts = 0;
  #lastFailure: Failure | undefined;
  #lastStatus: string | undefined;
  #phase = 'starting';
  #expiresAt = 0;
  /** Returns the reason why the call must end. A function, so that the error has the state of the call when it is thrown. */
  #interruption: (() => unknown) | undefined;
  // Only the current wait needs a listener, and calling an outdated one has no effect.
  #listener: (reason: () => unknown) => void = () => {};

  /** @param route - the first request. */
  constructor(operation: string, route: Route, bounds: CallBounds, lifetime: Lifetime, authenticator: Authenticator) {
    this.operation = operation;
    this.#route = route;
    this.#bounds = bounds;
    this.#lifetime = lifetime;
    this.#authenticator = authenticator;
  }

  /** The latest request. */
  get route(): Route {
    return this.#route;
  }

  /** Attempts made so far. */
  get attempts(): number {
    return this.#attempts;
  }

  /** ms until the deadline. */
  get remaining(): number {
    return this.#expiresAt - performance.now();
  }

  /**
   * Runs the call within its deadline, and until its signal aborts.
   *
   * @throws the signal's reason, an AtlasTimeoutError, or an AtlasClosedError.
   */
  async run<T>(run: () => Promise<T>): Promise<T> {
    const { signal, timeout } = this.#bounds;
    this.throwIfAborted();
    this.throwIfClosed();
    const onAbort = () => this.#interrupt(() => signal?.reason);
    if (signal) listenForAbort(signal, onAbort);
    this.#expiresAt = performance.now() + timeout;
    const stopTimer = startTimer(timeout, () => this.#interrupt(() => this.#timeoutError(timeout)));
    this.#lifetime.callStarted();
    try {
      return await run();
    } finally {
      stopTimer();
      signal?.removeEventListener('abort', onAbort);
      this.#lifetime.callEnded();
    }
  }

  /**
   * Notes that an attempt begins.
   *
   * @throws the reason if the call must end.
   */
  startAttempt(route: Route): void {
    if (this.#interruption !== undefined) throw this.#interruption();
    this.#attempts += 1;
    this.#route = route;
  }

  /** Notes how the latest attempt failed. */
  noteFailure(failure: Failure): void {
    this.#lastFailure = failure;
  }

  /** Notes that an attempt has succeeded, so that no later error names an earlier failure. */
  noteSuccess(): void {
    this.#lastFailure = undefined;
  }

  /** Notes the status of the snapshot at the latest poll. */
  noteStatus(status: string | undefined): void {
    this.#lastStatus = status;
  }

  enter(phase: string): void {
    this.#phase = phase;
  }

  /** Returns a mask for the secrets of the call. @param login - the login of the request that it is about. */
  createMask(login?: Login): Mask {
    return new Mask([...this.#authenticator.secrets(), ...(login?.secrets() ?? [])]);
  }

  onInterrupt(listener: (reason: () => unknown) => void): void {
    this.#listener = listener;
    if (this.#interruption !== undefined) listener(this.#interruption);
  }

  /**
   * Waits for a promise, unless the call ends first.
   *
   * @param discard - called with the value if it arrives after the call has ended.
   */
  waitFor<T>(phase: string, promise: Promise<T>, discard?: (value: T) => void): Promise<T> {
    this.#phase = phase;
    return new Promise((resolve, reject) => {
      let isWaiting = true;
      const listener = (reason: () => unknown) => {
        isWaiting = false;
        reject(reason());
      };
      // The call has ended, but a promise that is already settled still counts: its response arrived in time.
      if (this.#interruption === undefined) this.#listener = listener;
      else setImmediate(listener, this.#interruption);
      promise.then((value) => {
        if (isWaiting) resolve(value);
        else discard?.(value);
      }, reject);
    });
  }

  /**
   * Waits before the next attempt or poll.
   *
   * @throws AtlasClosedError if the client is closed meanwhile.
   */
  async sleep(phase: string, ms: number): Promise<void> {
    this.#phase = phase;
    this.throwIfClosed();
    let stopTimer = () => {};
    let noteEnd = () => {};
    const slept = new Promise<void>((resolve) => {
      stopTimer = startTimer(Math.max(ms, 0), resolve);
      noteEnd = this.#lifetime.callSleeps(resolve);
    });
    try {
      await this.waitFor(phase, slept);
    } finally {
      stopTimer();
      noteEnd();
    }
    this.throwIfClosed();
  }

  /** Waits for a function of the caller's. `close()` does not wait for it, because the function may await `close()`. */
  async waitForCaller(phase: string, run: () => Promise<void>): Promise<void> {
    this.#lifetime.callEnded();
    try {
      await this.waitFor(phase, run());
    } finally {
      this.#lifetime.callStarted();
      // The function may have aborted the call before it threw or returned.
      this.throwIfAborted();
    }
  }

  /** @throws the signal's reason if it has aborted. */
  throwIfAborted(): void {
    const { signal } = this.#bounds;
    if (signal?.aborted) throw signal.reason;
  }

  /** @throws AtlasClosedError if the client is closed. */
  throwIfClosed(): void {
    if (this.#lifetime.isClosed) throw this.#closedError();
  }

  #timeoutError(timeout: number): AtlasTimeoutError {
    const what = `${this.operation} timed out after ${timeout} ms (timeout) while ${this.#phase} (attempts: ${this.#attempts}).`;
    const seen = this.#lastStatus === undefined ? '' : ` The snapshot was ${this.#lastStatus} at the last poll.`;
    const hint = this.#lastFailure === undefined ? '' : ' The cause says why the last attempt failed.';
    return new AtlasTimeoutError(`${what}${seen}${hint} Raise timeout if the call needs longer.`, this.#errorContext());
  }

  #closedError(): AtlasClosedError {
    const what =
      this.#attempts === 0
        ? `${this.operation} was called after close().`
        : `close() ended ${this.operation} while it was ${this.#phase}.`;
    return new AtlasClosedError(`${what} Create a new client.`, this.#errorContext());
  }

  #errorContext(): AtlasErrorContext {
    const { endpoint } = this.#route;
    return { operation: this.operation, endpoint, attempts: this.#attempts, cause: this.#lastFailure?.error };
  }

  #interrupt(reason: () => unknown): void {
    this.#interruption ??= reason;
    this.#listener(this.#interruption);
  }
}

function listenForAbort(signal: AbortSignal, onAbort: () => void): void {
  try {
    // Many calls may share one signal, and Node would warn about a listener leak.
    setMaxListeners(0, signal);
  } catch {
    // A signal that is not Node's own, such as that of jsdom, has no such limit.
  }
  signal.addEventListener('abort', onAbort);
}
