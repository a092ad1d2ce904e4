import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { isRetryableStatus, parseRetryAfter, retryDelay } from '../../src/http/retry.js';

describe('retryDelay', () => {
  const forever = Number.POSITIVE_INFINITY;
  const isRetryable = true;
  const maxRetries = 10_000;

  it.each([
    [0, 500],
    [1, 1000],
    [2, 2000],
    [3, 4000],
    [4, 8000],
    [5, 8000],
    [5000, 8000],
  ])('of retry %i is %i ms, plus up to half of it at random', (retries, delay) => {
    const delayWith = (jitter: number) => retryDelay({ isRetryable, jitter }, { retries, maxRetries }, forever);
    expect([0, 0.5, 1].map(delayWith)).toEqual([delay, delay * 1.25, delay * 1.5]);
  });

  it.each([
    [0, 499, 500],
    [0, 501, 501],
    [0, 0, 500],
    [4, 500, 8000],
    [0, 60_000, 60_000],
  ])('of retry %i with Retry-After: %i ms is %i ms', (retries, retryAfterMs, delay) => {
    const delayWith = (jitter: number) =>
      retryDelay({ isRetryable, retryAfterMs, jitter }, { retries, maxRetries }, forever);
    expect([0, 1].map(delayWith)).toEqual([delay, delay * 1.5]);
  });

  it.each([
    ['keeps its jitter if the deadline allows it', 0, 751, 750],
    ['drops its jitter if that alone would pass the deadline', 0, 750, 500],
    ['leaves time for the attempt', 0, 501, 500],
    ['does not exist if the deadline comes first', 0, 500, undefined],
    ['does not exist if the deadline comes before Retry-After', 5_000, 5_000, undefined],
    ['does not exist if Retry-After is more than a minute', 60_001, forever, undefined],
  ])('%s', (_name, retryAfterMs, remaining, delay) => {
    expect(retryDelay({ isRetryable, retryAfterMs, jitter: 1 }, { retries: 0, maxRetries }, remaining)).toBe(delay);
  });

  it.each([
    ['exists for the last retry', true, 2, 500 * 2 ** 2],
    ['does not exist if no retry is left', true, 3, undefined],
    ['does not exist if another attempt would fail too', false, 0, undefined],
  ])('%s', (_name, isRetryable, retries, delay) => {
    expect(retryDelay({ isRetryable, jitter: 0 }, { retries, maxRetries: 3 }, forever)).toBe(delay);
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
    ['\t3\t', 3000],
  ])('parses %j as %i ms', (value, ms) => {
    expect(parseRetryAfter({ 'retry-after': value })).toBe(ms);
  });

  const date = Date.UTC(1994, 10, 6, 8, 49, 37);
  const value = new Date(date).toUTCString();

  it.each([
    [2_000, 2_000],
    [0, 0],
    [-1_000, 0],
  ])("measures a date %i ms after the response's own Date as %i ms", (later, ms) => {
    const headers = { 'retry-after': value, date: new Date(date - later).toUTCString() };
    expect(parseRetryAfter(headers)).toBe(ms);
  });

  it('measures a date against the local clock if the response has no Date', () => {
    vi.useFakeTimers({ now: date - 1500 });
    onTestFinished(() => void vi.useRealTimers());
    expect(parseRetryAfter({ 'retry-after': value })).toBe(1500);
  });

  it.each(['soon', '', '-5', '2.5', '1s', '1, 2'])('rejects %j', (value) => {
    expect(parseRetryAfter({ 'retry-after': value })).toBeUndefined();
  });
});
