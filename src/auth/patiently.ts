/** ms that a call waits for what it can do without. */
const patience = 500;

/** What is promised; `undefined` where it is rejected, or takes too long. */
export function patiently<T>(promise: Promise<T>): Promise<T | undefined> {
  return new Promise((resolve) => {
    // Unref'd: the deadline of the waiting call keeps the process alive.
    const timer = setTimeout(resolve, patience, undefined).unref();
    const giveUp = () => resolve(undefined);
    promise.then(resolve, giveUp).finally(() => clearTimeout(timer));
  });
}
