import { expect, it } from 'vitest';
import { formatDuration } from '../../src/report/time.js';
import { hour } from './support/reports.js';

it.each([
  [0, '0 s'],
  [59_999, '59 s'],
  [60_000, '1 m'],
  [hour - 1, '59 m'],
  [hour, '1 h'],
  [hour + 300_000, '1 h 5 m'],
  [26 * hour + 59_000, '26 h'],
  [48 * hour - 1, '47 h 59 m'],
  [49 * hour - 1, '2 d'],
  [60 * hour, '2 d 12 h'],
  [2_423.9 * hour, '100 d 23 h'],
])('shows a duration of %i ms as %s', (ms, text) => {
  expect(formatDuration(ms)).toBe(text);
});
