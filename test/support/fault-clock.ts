import { setImmediate as turn } from 'node:timers/promises';
import { afterEach, beforeEach, vi } from 'vitest';

/** ms that pass in one turn of the event loop, which is when sockets get to work. */
const tick = 50;

/** Stops the clock for each test of the block: time goes on only by {@link passTime} and {@link skipTime}. */
export function fakeClock(): void {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
  });
  afterEach(() => {
    vi.useRealTimers();
  });
}

/** Lets that many ms pass, while sockets go on to work. */
export async function passTime(duration: number): Promise<void> {
  for (let left = duration; left > 0; left -= tick) {
    await vi.advanceTimersByTimeAsync(Math.min(left, tick));
    await turn();
  }
}

/** Lets time pass until the promise is settled, and gives it back. */
export async function skipTime<T>(promise: Promise<T>): Promise<T> {
  let settled = false;
  const settle = () => {
    settled = true;
  };
  promise.then(settle, settle);
  while (!settled) await passTime(tick);
  return promise;
}

/** Lets sockets work for a while, but no time pass. */
export async function standStill(turns = 50): Promise<void> {
  for (let count = 0; count < turns; count += 1) await turn();
}
