import { beforeEach, expect, it, vi } from 'vitest';
import { Deadlines } from '../../src/http/deadlines.js';
import { Pause } from '../../src/http/pause.js';
import { fakeClock } from '../support/fault-clock.js';

fakeClock();

let deadlines: Deadlines;
let told: string[];

beforeEach(() => {
  deadlines = new Deadlines();
  told = [];
});

const begin = (duration: number) =>
  new Pause(deadlines, performance.now() + duration, {
    onPauseOver: () => told.push('over'),
    onPauseStopped: () => told.push('stopped'),
  });

it('is over in its time, once', () => {
  begin(100);
  vi.advanceTimersByTime(99);
  expect(told).toEqual([]);
  vi.advanceTimersByTime(100);
  expect(told).toEqual(['over']);
});

it('that is cancelled tells nothing', async () => {
  begin(100).cancel();
  await deadlines.drain();
  vi.advanceTimersByTime(200);
  expect(told).toEqual([]);
});

it('is stopped when the client is closed, once', async () => {
  begin(100);
  await deadlines.drain();
  vi.advanceTimersByTime(200);
  expect(told).toEqual(['stopped']);
});

it('does not begin once the client is closed', async () => {
  await deadlines.drain();
  begin(100);
  expect(told).toEqual(['stopped']);
  vi.advanceTimersByTime(200);
  expect(told).toEqual(['stopped']);
});
