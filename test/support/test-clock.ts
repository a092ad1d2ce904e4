import { onTestFinished, vi } from 'vitest';

const realSetTimeout = setTimeout;

/** Stops timers, `Date` and `performance.now()` for the test; sockets go on. */
export function stopClock(): void {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date', 'performance'] });
  onTestFinished(() => {
    vi.useRealTimers();
  });
}

/** Lets the stopped clock run until the promise has settled: `step` ms of it for a ms in which sockets are served. */
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
