import { beforeEach, describe, expect, it, vi } from 'vitest';
import { startTimer, waitAtMost } from '../../src/http/timer.js';

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  return () => vi.useRealTimers();
});

const turn = () => new Promise((resolve) => setImmediate(resolve));

/** How many of the timers that a function starts keep the process alive. */
function countAlive(start: () => void): number {
  vi.useRealTimers();
  const count = () => process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length;
  const before = count();
  start();
  return count() - before;
}

describe('startTimer', () => {
  it('fires once after the delay, a turn of the event loop later', async () => {
    const onTimeout = vi.fn();
    startTimer(1_000, onTimeout);
    vi.advanceTimersByTime(999);
    await turn();
    vi.advanceTimersByTime(5_000);
    expect(onTimeout).not.toHaveBeenCalled();
    await turn();
    expect(onTimeout).toHaveBeenCalledOnce();
  });

  it('does not fire after it was stopped', () => {
    const onTimeout = vi.fn();
    startTimer(1_000, onTimeout)();
    expect(vi.getTimerCount()).toBe(0);
    vi.advanceTimersByTime(5_000);
    expect(onTimeout).not.toHaveBeenCalled();
  });

  it('does not fire if it was stopped in that turn', async () => {
    const onTimeout = vi.fn();
    const stop = startTimer(1_000, onTimeout);
    vi.advanceTimersByTime(1_000);
    stop();
    await turn();
    expect(onTimeout).not.toHaveBeenCalled();
  });

  it('keeps the process alive, except in the background', () => {
    expect(countAlive(() => startTimer(10, () => {}))).toBe(1);
    expect(countAlive(() => startTimer(10, () => {}, true))).toBe(0);
  });
});

describe('waitAtMost', () => {
  it('returns the value, and stops its timer', async () => {
    expect(await waitAtMost(1_000, Promise.resolve('value'), false)).toBe('value');
    await turn();
    expect(vi.getTimerCount()).toBe(0);
  });

  it('rejects with the promise, and stops its timer', async () => {
    await expect(waitAtMost(1_000, Promise.reject(new Error('no')), false)).rejects.toThrow('no');
    await turn();
    expect(vi.getTimerCount()).toBe(0);
  });

  it('rejects after the limit', async () => {
    const settled = waitAtMost(1_000, new Promise(() => undefined), false);
    vi.advanceTimersByTime(1_000);
    await expect(settled).rejects.toThrow('it took more than 1000 ms');
  });

  it('keeps the process alive, except in the background', () => {
    const never = new Promise(() => undefined);
    const wait = (isBackground: boolean) => void waitAtMost(10, never, isBackground).catch(() => undefined);
    expect(countAlive(() => wait(false))).toBe(1);
    expect(countAlive(() => wait(true))).toBe(0);
  });
});
