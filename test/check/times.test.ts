import { expect, it } from 'vitest';
import { parseTime } from '../../src/check/times.js';

it.each([
  ['2026-08-10T12:00:00Z', '2026-08-10T12:00:00.000Z'],
  ['2026-08-10T12:00:00+02:00', '2026-08-10T10:00:00.000Z'],
  ['2026-08-10', undefined],
  ['2026-13-10T12:00:00Z', undefined],
  ['today', undefined],
  [null, undefined],
])('a time of %j is %s', (value, time) => {
  expect(parseTime(value)?.toISOString()).toBe(time);
});
