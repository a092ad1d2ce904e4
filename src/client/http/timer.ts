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
