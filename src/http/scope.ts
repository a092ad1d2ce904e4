import { startTimer } from './timer.js';

/**
 * What may end a call early. A call waits for one thing at a time: a response, a login, a schema or a timer. Ending the scope
 * ends the wait in progress, and every later one.
 */
export class Scope {
  /** What the call is doing. */
  phase = 'starting';
  #ended: { readonly reason: unknown } | undefined;
  #endWait: (reason: unknown) => void = () => {};

  /** Ends the scope. Only the first reason counts. */
  end(reason: unknown): void {
    this.#ended ??= { reason };
    this.#endWait(this.#ended.reason);
  }

  /** @throws the reason if the scope has ended. */
  throwIfEnded(): void {
    if (this.#ended !== undefined) throw this.#ended.reason;
  }

  /**
   * Registers the function that ends the current wait. It replaces that of the previous wait.
   *
   * @param endWait - called at once if the scope has already ended. May be called after the wait, and must then do nothing.
   */
  onEnd(endWait: (reason: unknown) => void): void {
    this.#endWait = endWait;
    if (this.#ended !== undefined) endWait(this.#ended.reason);
  }

  /** Waits for a promise, unless the scope ends first. */
  waitFor<T>(phase: string, promise: Promise<T>): Promise<T> {
    this.phase = phase;
    return new Promise((resolve, reject) => {
      promise.then(resolve, reject);
      this.onEnd(reject);
    });
  }

  /** Waits for some ms, unless the scope ends first. */
  sleep(delay: number): Promise<void> {
    return new Promise((resolve, reject) => {
      const stopTimer = startTimer(delay, resolve);
      this.onEnd((reason) => {
        stopTimer();
        reject(reason);
      });
    });
  }

  /**
   * Runs a part of a call within a limit of its own. After it, the call goes on.
   *
   * @param limit - ms.
   * @param reason - of this limit alone.
   * @throws the reason if the limit expires.
   */
  async runWithin<T>(limit: number, reason: unknown, run: () => Promise<T>): Promise<T> {
    const stopTimer = startTimer(limit, () => this.end(reason));
    try {
      return await run();
    } finally {
      stopTimer();
      if (this.#ended?.reason === reason) this.#ended = undefined;
    }
  }
}

/** The scopes that a signal ends. They share one listener: Node warns about more than ten. */
const abortListeners = new WeakMap<AbortSignal, ReturnType<typeof listenTo>>();

/** Ends a scope when a signal aborts. Returns a function that stops listening. */
export function endOnAbort(scope: Scope, signal: AbortSignal): () => void {
  const listener = abortListeners.get(signal) ?? listenTo(signal);
  listener.scopes.add(scope);
  return () => {
    listener.scopes.delete(scope);
    if (listener.scopes.size > 0) return;
    abortListeners.delete(signal);
    try {
      signal.removeEventListener('abort', listener.onAbort);
    } catch {
      // A signal that is not Node's own may throw. The result of the call counts.
    }
  };
}

function listenTo(signal: AbortSignal) {
  const scopes = new Set<Scope>();
  const onAbort = () => {
    for (const scope of scopes) scope.end(signal.reason);
  };
  signal.addEventListener('abort', onAbort);
  const listener = { scopes, onAbort };
  abortListeners.set(signal, listener);
  return listener;
}
