import { beforeEach, describe, expect, it, vi } from 'vitest';
import { startTimer, waitAtMost } from '../../../src/client/http/timer.js';
import { stopClock } from '../../support/clock.js';

beforeEach(stopClock);

async function passTurns(turns: number): Promise<void> {
  for (let turn = 0; turn < turns; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}

describe('startTimer', () => {
  it('fires once after the delay, three turns of the event loop later', async () => {
    const onTimeout = vi.fn();
    startTimer(1_000, onTimeout);
    vi.advanceTimersByTime(999);
    await passTurns(5);
    vi.advanceTimersByTime(5_000);
    await passTurns(2);
    expect(onTimeout).not.toHaveBeenCalled();
    await passTurns(3);
    expect(onTimeout).toHaveBeenCalledOnce();
  });

  it.each([
    ['before the delay is over', 0],
    ['in these turns', 1_000],
  ])('does not fire if it is stopped %s', async (_when, passed) => {
    const onTimeout = vi.fn();
    const stop = startTimer(1_000, onTimeout);
    vi.advanceTimersByTime(passed);
    stop();
    expect(vi.getTimerCount()).toBe(0);
    await passTurns(5);
    expect(onTimeout).not.toHaveBeenCalled();
  });
});

describe('waitAtMost', () => {
  it.each([
    ['returns the value', async () => 'value', 'value'],
    ['rejects with the promise', () => Promise.reject(new Error('no')), new Error('no')],
  ])('%s, and stops its timer', async (_what, start, expected) => {
    const settled = await waitAtMost<unknown>(1_000, start(), false).catch((error: unknown) => error);
    expect(settled).toEqual(expected);
    await passTurns(1);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('rejects after the limit', async () => {
    const settled = waitAtMost(1_000, new Promise(() => undefined), false);
    vi.advanceTimersByTime(1_000);
    await expect(settled).rejects.toThrow('it took more than 1000 ms');
  });
});

it.each<[what: string, start: (isBackground: boolean) => unknown]>([
  ['startTimer', (isBackground) => startTimer(10, () => {}, isBackground)],
  ['waitAtMost', (isBackground) => waitAtMost(10, new Promise(() => {}), isBackground).catch(() => undefined)],
])('%s keeps the process alive, except in the background', (_what, start) => {
  vi.useRealTimers();
  const countAlive = () => process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length;
  const before = countAlive();
  start(true);
  expect(countAlive()).toBe(before);
  start(false);
  expect(countAlive()).toBe(before + 1);
});
