// The clock of the tests: it stops timers, `Date` and `performance.now()`, but not sockets, and advances only if a test
// says so. Times count from 0.

import { setImmediate as turn } from 'node:timers/promises';
import { onTestFinished, vi } from 'vitest';

// What a step starts settles within it: an exchange settles two turns late.
const turnsPerStep = 6;

/** Stops the clock until the end of the test. In `beforeEach(stopClock)`, for each test of the file or block. */
export function stopClock(): void {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date', 'performance'] });
  onTestFinished(() => {
    vi.useRealTimers();
  });
}

/** Advances the clock step by step (in ms), so that sockets are served in between. */
export async function passTime(duration: number, step = 50): Promise<void> {
  for (let left = duration; left > 0; left -= step) {
    await vi.advanceTimersByTimeAsync(Math.min(left, step));
    await standStill(turnsPerStep);
  }
}

/** Advances the clock step by step until the promise is settled, and returns the promise. */
export async function runClock<T>(promise: Promise<T>, step = 50): Promise<T> {
  let settled = false;
  const settle = () => {
    settled = true;
  };
  promise.then(settle, settle);
  await standStill();
  while (!settled) await passTime(step, step);
  return promise;
}

/** Serves sockets without advancing the clock. */
export async function standStill(turns = 50): Promise<void> {
  for (let count = 0; count < turns; count += 1) await turn();
}
