import { setImmediate as turn } from 'node:timers/promises';
import { afterEach, beforeEach, vi } from 'vitest';

/** How far the clock advances per turn of the event loop, in ms. */
const tick = 50;

/** Stops the clock in each test of the file or block. Only {@link passTime} and {@link skipTime} advance it. */
export function fakeClock(): void {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
  });
  afterEach(() => {
    vi.useRealTimers();
  });
}

/** Advances the clock step by step, so that sockets are served in between. */
export async function passTime(duration: number): Promise<void> {
  for (let left = duration; left > 0; left -= tick) {
    await vi.advanceTimersByTimeAsync(Math.min(left, tick));
    await turn();
  }
}

/** Advances the clock until the promise is settled, and returns the promise. */
export async function skipTime<T>(promise: Promise<T>): Promise<T> {
  let settled = false;
  const settle = () => {
    settled = true;
  };
  promise.then(settle, settle);
  while (!settled) await passTime(tick);
  return promise;
}

/** Serves sockets without advancing the clock. */
export async function standStill(turns = 50): Promise<void> {
  for (let count = 0; count < turns; count += 1) await turn();
}
