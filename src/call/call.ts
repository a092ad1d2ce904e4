import { getMaxListeners, setMaxListeners } from 'node:events';
import type { RequestOptions, Target } from '../atlas/target.js';
import type { Login } from '../auth/authenticator.js';
import { AtlasClosedError, type AtlasErrorContext, AtlasTimeoutError } from '../errors/errors.js';
import { Mask } from '../errors/mask.js';
import type { ExchangeLimits, ExchangeOwner } from '../http/exchange.js';
import { setImmediate, startTimer } from '../http/timer.js';
import type { ClientContext } from './context.js';
import { type CallState, errorOf, type Failure, type Problem } from './outcome.js';

/** The options of one call, with the client's defaults. */
export interface CallSettings extends ExchangeLimits, RequestOptions {
  /** ms. */
  readonly timeout: number;
  readonly maxRetries: number;
  readonly signal?: AbortSignal | null | undefined;
}

/**
 * One call, from its start to its result. It holds what outlives a single request. Every wait for a response, a login, a schema
 * or a timer registers here, so that the deadline, the caller's signal or `close()` can end it.
 */
export class Call implements ExchangeOwner, CallState {
  readonly operation: string;
  /** The subject of its messages: the method, and the path if the caller chose it. */
  readonly subject: string;
  readonly settings: CallSettings;
  readonly context: ClientContext;
  /** The target asked last. */
  target: Target;
  /** Attempts made so far. */
  attempts = 0;
  /** How the latest attempt failed; absent if one has succeeded since. A later error may name it as its cause. */
  lastFailure: Failure | undefined;
  /** Every login sent, to mask it: a server may echo any of them. */
  readonly logins: Login[] = [];
  #phase = 'starting';
  #expiresAt = 0;
  /** Returns the reason why the call must end. A function, so that the error has the state of the call when it is thrown. */
  #interruption: (() => unknown) | undefined;
  // Only the current wait needs a listener, and calling an outdated one has no effect.
  #listener: (reason: () => unknown) => void = () => {};

  /** @param target - the first one to ask. */
  constructor(operation: string, target: Target, settings: CallSettings, context: ClientContext) {
    this.operation = operation;
    this.subject = target.endpoint === undefined ? `${operation} ${target.apiPath}` : operation;
    this.settings = settings;
    this.target = target;
    this.context = context;
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
    const { signal, timeout } = this.settings;
    const { lifetime } = this.context;
    this.throwIfAborted();
    this.throwIfClosed();
    const stopListening = signal ? onAbort(signal, () => this.#interrupt(() => signal.reason)) : undefined;
    this.#expiresAt = performance.now() + timeout;
    const stopTimer = startTimer(timeout, () => this.#interrupt(() => this.#timeoutError()));
    lifetime.callStarted();
    try {
      return await run();
    } finally {
      stopTimer();
      stopListening?.();
      lifetime.callEnded();
    }
  }

  /**
   * Runs a part of the call within a limit of its own. Returns `undefined` if it takes longer.
   *
   * @param limit - ms.
   * @throws the reason if the call must end.
   */
  async runWithin<T>(limit: number, run: () => Promise<T>): Promise<T | undefined> {
    const expired = new AtlasTimeoutError(`The limit of ${limit} ms expired.`);
    const giveUp = () => expired;
    const stopTimer = startTimer(limit, () => this.#interrupt(giveUp));
    try {
      return await run();
    } catch (reason) {
      if (reason !== expired) throw reason;
      return undefined;
    } finally {
      stopTimer();
      if (this.#interruption === giveUp) this.#interruption = undefined;
    }
  }

  /**
   * Notes that an attempt begins.
   *
   * @throws the reason if the call must end.
   */
  startAttempt(target: Target): void {
    if (this.#interruption !== undefined) throw this.#interruption();
    this.attempts += 1;
    this.target = target;
  }

  /** Returns the failure of the latest attempt. */
  toFailure(problem: Problem): Failure {
    return { problem, target: this.target, attempts: this.attempts, call: this };
  }

  enter(phase: string): void {
    this.#phase = phase;
  }

  /** Returns a mask for the secrets of the call. */
  createMask(): Mask {
    const { authenticator } = this.context;
    return new Mask([authenticator, ...this.logins].flatMap((holder) => holder.secrets()));
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
      // Once the call has ended, a promise that has already settled still counts: it was in time.
      if (this.#interruption === undefined) this.#listener = listener;
      else setImmediate(listener, this.#interruption);
      promise.then((value) => {
        if (isWaiting) resolve(value);
        else discard?.(value);
      }, reject);
    });
  }

  /**
   * Waits before the next attempt.
   *
   * @throws AtlasClosedError if the client is closed meanwhile.
   */
  async waitToRetry(ms: number): Promise<void> {
    let stopTimer = () => {};
    const waited = new Promise<void>((resolve) => {
      stopTimer = startTimer(ms, resolve);
    });
    const noteEnd = this.context.lifetime.callWaits(() => this.#interrupt(() => this.#closedError()));
    try {
      await this.waitFor('waiting to retry', waited);
    } finally {
      stopTimer();
      noteEnd();
    }
  }

  /** @throws the signal's reason if it has aborted. */
  throwIfAborted(): void {
    const { signal } = this.settings;
    if (signal?.aborted) throw signal.reason;
  }

  /** @throws AtlasClosedError if the client is closed. */
  throwIfClosed(): void {
    if (this.context.lifetime.isClosed) throw this.#closedError();
  }

  #timeoutError(): AtlasTimeoutError {
    const { timeout } = this.settings;
    const what = `${this.subject} timed out after ${timeout} ms (timeout) while ${this.#phase} (attempts: ${this.attempts}).`;
    const hint = this.lastFailure === undefined ? '' : ' The cause says why the last attempt failed.';
    return new AtlasTimeoutError(`${what}${hint} Raise timeout if the call needs longer.`, this.#errorContext());
  }

  #closedError(): AtlasClosedError {
    const what =
      this.attempts === 0
        ? `${this.subject} was called after close().`
        : `close() ended ${this.subject} while it was ${this.#phase}.`;
    return new AtlasClosedError(`${what} Create a new client.`, this.#errorContext());
  }

  #errorContext(): AtlasErrorContext {
    const { endpoint, apiPath } = this.target;
    return {
      operation: this.operation,
      endpoint,
      path: this.attempts === 0 ? undefined : apiPath,
      attempts: this.attempts,
      cause: this.lastFailure && errorOf(this.lastFailure),
    };
  }

  #interrupt(reason: () => unknown): void {
    this.#interruption ??= reason;
    this.#listener(this.#interruption);
  }
}

/** Listens for an abort. Returns a function that stops listening. */
function onAbort(signal: AbortSignal, listener: () => void): () => void {
  // Many calls may share one signal, and Node would warn about a listener leak.
  raiseListenerLimit(signal, 1);
  signal.addEventListener('abort', listener);
  return () => {
    signal.removeEventListener('abort', listener);
    raiseListenerLimit(signal, -1);
  };
}

function raiseListenerLimit(signal: AbortSignal, by: number): void {
  try {
    const limit = getMaxListeners(signal);
    // 0 means no limit.
    if (limit > 0) setMaxListeners(limit + by, signal);
  } catch {
    // A signal that is not Node's own, such as that of jsdom, has no limit.
  }
}
