/** Captured at import, so that it works under fake timers too. */
export const { setImmediate } = globalThis;

/**
 * Starts a timer. Before it fires, responses that have already arrived are read: a busy process may not have read them in time.
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
  const timer = setTimeout(() => setImmediate(fire), delay);
  if (isBackground) timer.unref();
  return () => {
    isStopped = true;
    clearTimeout(timer);
  };
}

/**
 * Waits for a promise for a limited time. Returns `undefined` if it rejects or takes longer.
 *
 * @param limit - ms.
 * @param isBackground - whether the process may end meanwhile.
 */
export function waitAtMost<T>(limit: number, promise: Promise<T>, isBackground: boolean): Promise<T | undefined> {
  return new Promise((resolve) => {
    const giveUp = () => resolve(undefined);
    const stopTimer = startTimer(limit, giveUp, isBackground);
    promise.then(resolve, giveUp).finally(stopTimer);
  });
}
