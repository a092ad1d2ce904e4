import { setMaxListeners } from 'node:events';

/**
 * What may end a call early. A call waits for one thing at a time: a response, a login, a schema or a timer. Ending the scope
 * interrupts the wait in progress, and every later one.
 */
export class Scope {
  /** What the call is doing. */
  phase = 'starting';
  #ended: { readonly reason: unknown } | undefined;
  #interruptWait: (reason: unknown) => void = () => {};

  /** Ends the scope. Only the first reason counts. */
  end(reason: unknown): void {
    this.#ended ??= { reason };
    this.#interruptWait(this.#ended.reason);
  }

  /** @throws the reason if the scope has ended. */
  throwIfEnded(): void {
    if (this.#ended !== undefined) throw this.#ended.reason;
  }

  /**
   * Sets the function that interrupts the current wait, in place of the previous one.
   *
   * @param interruptWait - called when the scope ends, or at once if it has ended. Must do nothing if its wait is over by then.
   */
  onInterrupt(interruptWait: (reason: unknown) => void): void {
    this.#interruptWait = interruptWait;
    if (this.#ended !== undefined) interruptWait(this.#ended.reason);
  }

  /** Waits for a promise, unless the scope ends first. */
  waitFor<T>(phase: string, promise: Promise<T>): Promise<T> {
    this.phase = phase;
    return new Promise((resolve, reject) => {
      promise.then(resolve, reject);
      this.onInterrupt(reject);
    });
  }

  /** Waits for some ms, unless the scope ends first. */
  sleep(delay: number): Promise<void> {
    return new Promise((resolve, reject) => {
      const stopTimer = startTimer(delay, resolve);
      this.onInterrupt((reason) => {
        stopTimer();
        reject(reason);
      });
    });
  }
}

/** Ends a scope when a signal aborts. Returns a function that stops listening. */
export function endOnAbort(scope: Scope, signal: AbortSignal): () => void {
  try {
    // Many calls may share a signal. Node would warn about more than ten listeners.
    setMaxListeners(0, signal);
  } catch {
    // A signal that is not Node's own. Node does not count its listeners.
  }
  const onAbort = () => scope.end(signal.reason);
  signal.addEventListener('abort', onAbort);
  return () => signal.removeEventListener('abort', onAbort);
}

/** Captured at import, so that it works under fake timers too. */
export const { setImmediate } = globalThis;

/**
 * How long undici takes to free the connection of a response, in turns of the event loop. A request that follows sooner would
 * open another connection.
 */
export const turnsToFreeConnection = 2;

/** Calls a function after some turns of the event loop. */
export function afterTurns(turns: number, callback: () => void): void {
  if (turns === 0) callback();
  else setImmediate(afterTurns, turns - 1, callback);
}

/**
 * Starts a timer. Before it fires, the event loop gets time to read responses that have already arrived, in case the process was
 * too busy to read them.
 *
 * @param delay - ms.
 * @param isBackground - whether the process may end before the timer fires.
 * @returns a function that stops it.
 */
export function startTimer(delay: number, onTimeout: () => void, isBackground = false): () => void {
  let isStopped = false;
  const fire = () => {
    if (!isStopped) onTimeout();
  };
  // One turn for the response to be read, and then as many as its exchange takes to settle.
  const timer = setTimeout(() => afterTurns(1 + turnsToFreeConnection, fire), delay);
  if (isBackground) timer.unref();
  return () => {
    isStopped = true;
    clearTimeout(timer);
  };
}

/**
 * Waits for a promise for a limited time. Rejects if it takes longer.
 *
 * @param limit - ms.
 * @param isBackground - whether the process may end meanwhile.
 */
export function waitAtMost<T>(limit: number, promise: Promise<T>, isBackground: boolean): Promise<T> {
  return new Promise((resolve, reject) => {
    const onTimeout = () => reject(new Error(`it took more than ${limit} ms`));
    const stopTimer = startTimer(limit, onTimeout, isBackground);
    promise.then(resolve, reject).finally(stopTimer);
  });
}
