import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  isRetryableStatus,
  longestRetryAfter,
  parseHttpDate,
  parseRetryAfter,
  retryDelay,
} from '../../src/http/retry.js';

describe('retryDelay', () => {
  it.each([
    [0, 500],
    [1, 1000],
    [2, 2000],
    [3, 4000],
    [4, 8000],
    [5, 8000],
    [99, 8000],
    [5000, 8000],
  ])('of retry %i is %i ms, and up to half of it more by chance', (retry, delay) => {
    expect(retryDelay(retry, 0, 0)).toBe(delay);
    expect(retryDelay(retry, 0, 0.5)).toBe(delay * 1.25);
    expect(retryDelay(retry, 0, 1)).toBe(delay * 1.5);
  });

  it.each([
    [0, 499, 500],
    [0, 501, 501],
    [0, 0, 500],
    [4, 500, 8000],
    [0, 60_000, 60_000],
  ])('is the larger of the schedule and Retry-After: retry %i, %i ms, %i ms', (retry, retryAfter, delay) => {
    expect(retryDelay(retry, retryAfter, 0)).toBe(delay);
    expect(retryDelay(retry, retryAfter, 1)).toBe(delay * 1.5);
  });

  it('stays in its bounds', () => {
    const retryAfters = fc.integer({ min: 0, max: longestRetryAfter });
    const random = fc.double({ min: 0, max: 1, noNaN: true });
    fc.assert(
      fc.property(fc.nat(1000), retryAfters, random, (retry, retryAfter, chance) => {
        const delay = retryDelay(retry, retryAfter, chance);
        expect(delay).toBeGreaterThanOrEqual(Math.max(500, retryAfter));
        expect(delay).toBeLessThanOrEqual(1.5 * Math.max(8000, retryAfter));
        expect(retryDelay(retry + 1, retryAfter, chance)).toBeGreaterThanOrEqual(delay);
      }),
    );
  });
});

describe('isRetryableStatus', () => {
  it.each([408, 429, 500, 501, 502, 503, 504, 599])('%i', (status) => {
    expect(isRetryableStatus(status)).toBe(true);
  });

  it.each([200, 204, 301, 400, 401, 402, 403, 404, 405, 407, 409, 410, 428, 430, 499])('not %i', (status) => {
    expect(isRetryableStatus(status)).toBe(false);
  });
});

// The example of RFC 9110 5.6.7, in its three forms.
const date = Date.UTC(1994, 10, 6, 8, 49, 37);
const forms = ['Sun, 06 Nov 1994 08:49:37 GMT', 'Sunday, 06-Nov-94 08:49:37 GMT', 'Sun Nov  6 08:49:37 1994'];
const noDates = [
  '',
  'soon',
  '5',
  '2.5',
  '-5',
  '1994',
  '1994-11-06T08:49:37Z',
  '06 Nov 1994 08:49:37 GMT',
  'x Sun, 06 Nov 1994 08:49:37 GMT',
  'Sun, 99 Nov 1994 08:49:37 GMT',
  'Sun, 06 Foo 1994 08:49:37 GMT',
  'Sunshine',
  'Mon',
  'Mon x',
  'Mon 5',
  'Sun, 06 Nov 1994 08:49:37 GMT, or later',
  'Sun Nov  6 08:49:37 1994 or later',
  'On Sun Nov  6 08:49:37 1994',
  'Mon, 5',
];

describe('parseHttpDate', () => {
  it.each(forms)('reads %s', (value) => {
    expect(parseHttpDate(value)).toBe(date);
  });

  it.each(['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'])('reads a %s', (day) => {
    expect(parseHttpDate(`${day}, 06 Nov 1994 08:49:37 GMT`)).toBe(date);
    expect(parseHttpDate(`${day} Nov  6 08:49:37 1994`)).toBe(date);
  });

  it('reads asctime with a day of two digits', () => {
    expect(parseHttpDate('Wed Nov 16 08:49:37 1994')).toBe(date + 10 * 86_400_000);
  });

  it.each(noDates)('reads no date in %j', (value) => {
    expect(parseHttpDate(value)).toBeUndefined();
  });

  it('reads every date that toUTCString prints', () => {
    const dates = fc.date({ min: new Date(0), max: new Date(Date.UTC(9999, 11, 31)), noInvalidDate: true });
    fc.assert(
      fc.property(dates, (value) => {
        expect(parseHttpDate(value.toUTCString())).toBe(Math.floor(value.getTime() / 1000) * 1000);
      }),
    );
  });
});

describe('parseRetryAfter', () => {
  it.each([
    ['0', 0],
    ['1', 1000],
    ['120', 120_000],
    ['007', 7000],
    [' 3', 3000],
    ['3 ', 3000],
    ['\t3\t', 3000],
  ])('reads %j as %i ms', (value, ms) => {
    expect(parseRetryAfter(value, date)).toBe(ms);
  });

  it.each([
    [['1'], 1000],
    [['2', '3', '1'], 3000],
    [['soon', '2'], 2000],
  ])('reads the longest of the lines %j', (lines, ms) => {
    expect(parseRetryAfter(lines, date)).toBe(ms);
  });

  it.each(forms)('reads %s as the time from now', (value) => {
    expect(parseRetryAfter(value, date - 1500)).toBe(1500);
    expect(parseRetryAfter(value, date)).toBe(0);
    expect(parseRetryAfter(value, date + 1)).toBe(0);
  });

  it.each([
    undefined,
    [],
    ['soon'],
    '1,2',
    '1s',
    '0x10',
    '1e3',
    '+1',
    ...noDates.filter((value) => !/^\d+$/.test(value)),
  ])('reads nothing in %j', (value) => {
    expect(parseRetryAfter(value, date)).toBeUndefined();
  });

  it('is never negative and never NaN', () => {
    const days = fc.constantFrom('Mon', 'Sunday', 'Wed,');
    const values = fc.oneof(
      fc.string(),
      fc.stringMatching(/^\d{1,400}$/),
      fc.tuple(days, fc.string()).map((parts) => parts.join(' ')),
      fc.tuple(days, fc.stringMatching(/^[A-Z][a-z]{2} [ \d:]{1,20}$/)).map((parts) => parts.join(' ')),
    );
    fc.assert(
      fc.property(values, fc.nat(), (value, now) => {
        const retryAfter = parseRetryAfter(value, now);
        if (retryAfter !== undefined) expect(retryAfter).toBeGreaterThanOrEqual(0);
      }),
    );
  });
});
