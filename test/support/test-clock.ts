import { onTestFinished, vi } from 'vitest';

const realSetTimeout = setTimeout;

/** Stops timers, `Date` and `performance.now()` for the test, but not sockets. */
export function stopClock(): void {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date', 'performance'] });
  onTestFinished(() => {
    vi.useRealTimers();
  });
}

/** Advances the stopped clock until the promise has settled, by `step` per ms of real time, in which sockets are served. */
export async function runClock<T>(promise: Promise<T>, step = 25): Promise<T> {
  let settled = false;
  const settle = () => {
    settled = true;
  };
  promise.then(settle, settle);
  while (!settled) {
    await new Promise((resolve) => realSetTimeout(resolve, 1));
    await vi.advanceTimersByTimeAsync(step);
  }
  return promise;
}
