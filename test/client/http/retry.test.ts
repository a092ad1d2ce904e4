import { describe, expect, it, onTestFinished, vi } from 'vitest';
import {
  decideRetry,
  isOutageStatus,
  isRateLimitStatus,
  isTemporaryStatus,
  parseRetryAfter,
} from '../../../src/client/http/retry.js';

describe('a retry', () => {
  const forever = Number.POSITIVE_INFINITY;
  const tooLate = { notRetried: 'Not retried: the wait of 500 ms would pass the deadline.' };
  const maxRetryAfter = 60_000;
  const tooLong = {
    notRetried: 'Not retried: the wait of 60001 ms is longer than maxRetryAfter (60000 ms).',
  };

  // The delay without jitter, and with all of it; or why there is no retry.
  it.each<[retries: number, retryAfterMs: number | undefined, remaining: number, decided: [number, number] | object]>([
    [0, undefined, forever, [500, 750]],
    [1, undefined, forever, [1_000, 1_500]],
    [4, undefined, forever, [8_000, 12_000]],
    // The larger of the two.
    [0, 499, forever, [500, 750]],
    [0, 501, forever, [501, 751.5]],
    [4, 500, forever, [8_000, 12_000]],
    [0, 60_000, forever, [60_000, 90_000]],
    [0, 60_001, forever, tooLong],
    [0, 60_001, 500, tooLong],
    // The deadline: without the jitter, if that alone would pass it.
    [0, 0, 751, [500, 750]],
    [0, 0, 750, [500, 500]],
    [0, 0, 500, tooLate],
    [0, 500, -1, tooLate],
    // The number of retries.
    [9_999, undefined, forever, [8_000, 12_000]],
    [10_000, 60_001, 0, {}],
  ])('after %i retries, with Retry-After %s and %d ms left, is %j', (retries, retryAfterMs, remaining, decided) => {
    const limits = { maxRetries: 10_000, maxRetryAfter };
    const decide = (jitter: number) =>
      decideRetry({ isRetryable: true, retryAfterMs }, jitter, { retries, remaining }, limits);
    const expected = Array.isArray(decided) ? decided.map((delay) => ({ delay })) : [decided, decided];
    expect([0, 1].map(decide)).toEqual(expected);
    expect(decideRetry({ isRetryable: false, retryAfterMs }, 0, { retries, remaining }, limits)).toEqual({});
  });

  it('is not made after any Retry-After if maxRetryAfter is 0, but after a failure without one', () => {
    const decide = (retryAfterMs?: number) =>
      decideRetry(
        { isRetryable: true, retryAfterMs },
        0,
        { retries: 2, remaining: forever },
        { maxRetries: 3, maxRetryAfter: 0 },
      );
    const notRetried = 'Not retried: the wait of 1000 ms is longer than maxRetryAfter (0 ms).';
    expect([undefined, 0, 1_000].map(decide)).toEqual([{ delay: 2_000 }, { delay: 2_000 }, { notRetried }]);
  });
});

it.each([
  [{ isTemporary: true, isRateLimit: true, isOutage: false }, [429]],
  [{ isTemporary: true, isRateLimit: false, isOutage: true }, [408, 500, 501, 502, 503, 504, 599]],
  [
    { isTemporary: false, isRateLimit: false, isOutage: false },
    [200, 204, 301, 400, 401, 402, 403, 404, 405, 407, 409, 410, 428, 430, 499, Number.NaN],
  ],
])('%j is what is known of %j', (expected, statuses) => {
  for (const status of statuses) {
    const found = {
      isTemporary: isTemporaryStatus(status),
      isRateLimit: isRateLimitStatus(status),
      isOutage: isOutageStatus(status),
    };
    expect([status, found]).toEqual([status, expected]);
  }
});

const date = Date.UTC(1994, 10, 6, 8, 49, 37);
const asText = (time: number) => new Date(time).toUTCString();

it.each<[value: string, date: string | undefined, ms: number | undefined]>([
  ['0', undefined, 0],
  ['120', undefined, 120_000],
  ['\t3\t', undefined, 3_000],
  // A date is compared with that of the response, or else with the local clock.
  [asText(date), asText(date - 2_000), 2_000],
  [asText(date), asText(date), 0],
  [asText(date), asText(date + 1_000), 0],
  [asText(date), undefined, 1_500],
  ...['soon', '', '-5', '2.5', '1s', '1, 2'].map((value): [string, undefined, undefined] => [
    value,
    undefined,
    undefined,
  ]),
])('Retry-After %j, with the Date %j, is %s ms', (value, responseDate, ms) => {
  vi.useFakeTimers({ now: date - 1_500 });
  onTestFinished(() => void vi.useRealTimers());
  expect(parseRetryAfter({ 'retry-after': value, ...(responseDate && { date: responseDate }) })).toBe(ms);
});
