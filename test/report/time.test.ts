import { expect, it } from 'vitest';
import { formatDuration } from '../../src/report/time.js';
import { hour } from './support/reports.js';

const second = 1000;
const minute = 60 * second;
const day = 24 * hour;

it.each([
  [0, '0 s'],
  [minute - 1, '59 s'],
  [minute, '1 m'],
  [hour - 1, '59 m'],
  [hour, '1 h'],
  [3 * hour + 5 * minute, '3 h 5 m'],
  [26 * hour + 59 * second, '26 h'],
  [2 * day - 1, '47 h 59 m'],
  [2 * day, '2 d'],
  [2 * day + 59 * minute, '2 d'],
  [60 * hour, '2 d 12 h'],
  [100 * day + 23.9 * hour, '100 d 23 h'],
])('shows a duration of %i ms as %s', (ms, text) => {
  expect(formatDuration(ms)).toBe(text);
});
