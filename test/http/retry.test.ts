import fc from 'fast-check';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { isRetryableStatus, maxRetryAfter, parseRetryAfter, retryDelay } from '../../src/http/retry.js';
import { date, forms, noDates } from '../support/http-dates.js';

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
  ])('of retry %i is %i ms, plus up to half of it at random', (retry, delay) => {
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
  ])('of retry %i with Retry-After: %i ms is %i ms', (retry, retryAfter, delay) => {
    expect(retryDelay(retry, retryAfter, 0)).toBe(delay);
    expect(retryDelay(retry, retryAfter, 1)).toBe(delay * 1.5);
  });

  it('stays within its bounds', () => {
    const retryAfters = fc.integer({ min: 0, max: maxRetryAfter });
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
  it.each([408, 429, 500, 501, 502, 503, 504, 599])('is true for %i', (status) => {
    expect(isRetryableStatus(status)).toBe(true);
  });

  it.each([200, 204, 301, 400, 401, 402, 403, 404, 405, 407, 409, 410, 428, 430, 499])('is false for %i', (status) => {
    expect(isRetryableStatus(status)).toBe(false);
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
  ])('parses %j as %i ms', (value, ms) => {
    expect(parseRetryAfter({ 'retry-after': value })).toBe(ms);
  });

  it.each([
    [['1'], 1000],
    [['2', '3', '1'], 3000],
    [['soon', '2'], 2000],
  ])('returns the longest of several lines: %j', (lines, ms) => {
    expect(parseRetryAfter({ 'retry-after': lines })).toBe(ms);
  });

  it.each(forms)("measures %s against the server's Date", (value) => {
    const wait = (now: number) => parseRetryAfter({ 'retry-after': value, date: new Date(now).toUTCString() });
    expect(wait(date - 2000)).toBe(2000);
    expect(wait(date)).toBe(0);
    expect(wait(date + 1000)).toBe(0);
  });

  it('measures a date against the local clock if the response has no Date', () => {
    vi.useFakeTimers({ now: date - 1500 });
    onTestFinished(() => void vi.useRealTimers());
    expect(parseRetryAfter({ 'retry-after': new Date(date).toUTCString() })).toBe(1500);
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
  ])('rejects %j', (value) => {
    expect(parseRetryAfter({ 'retry-after': value })).toBeUndefined();
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
        const retryAfter = parseRetryAfter({ 'retry-after': value, date: new Date(now).toUTCString() });
        if (retryAfter !== undefined) expect(retryAfter).toBeGreaterThanOrEqual(0);
      }),
    );
  });
});
