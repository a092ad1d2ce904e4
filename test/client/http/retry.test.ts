import { expect, it, onTestFinished, vi } from 'vitest';
import {
  isOutageStatus,
  isRateLimitStatus,
  isTemporaryStatus,
  parseRetryAfter,
  retryDelay,
} from '../../../src/client/http/retry.js';

const forever = Number.POSITIVE_INFINITY;

// The delay without jitter, and with all of it; or none.
it.each<[retries: number, retryAfterMs: number | undefined, remaining: number, delays?: [number, number]]>([
  [0, undefined, forever, [500, 750]],
  [1, undefined, forever, [1_000, 1_500]],
  [4, undefined, forever, [8_000, 12_000]],
  // The larger of the two.
  [0, 499, forever, [500, 750]],
  [0, 501, forever, [501, 751.5]],
  // The deadline: without the jitter, if that alone would pass it.
  [0, 0, 751, [500, 750]],
  [0, 0, 750, [500, 500]],
  [0, 501, 501],
])(
  'after %i retries, with Retry-After %s and %d ms left, the delay is %j',
  (retries, retryAfterMs, remaining, delays) => {
    const random = vi.spyOn(Math, 'random');
    const delayWith = (jitter: number) => {
      random.mockReturnValue(jitter);
      return retryDelay(retryAfterMs, retries, remaining);
    };
    expect([0, 1].map(delayWith)).toEqual(delays ?? [undefined, undefined]);
  },
);

it.each([
  [{ isTemporary: true, isRateLimit: true, isOutage: false }, [429]],
  [{ isTemporary: true, isRateLimit: false, isOutage: true }, [408, 500, 501, 502, 503, 504, 599]],
  [
    { isTemporary: false, isRateLimit: false, isOutage: false },
    [200, 301, 400, 401, 403, 404, 407, 409, 410, 428, 430, 499],
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

it.each<[value: string, date: string | undefined, ms?: number]>([
  ['0', undefined, 0],
  ['120', undefined, 120_000],
  ['\t3\t', undefined, 3_000],
  // A date is compared with that of the response, or else with the local clock.
  [asText(date), asText(date - 2_000), 2_000],
  [asText(date), asText(date + 1_000), 0],
  [asText(date), undefined, 1_500],
  ...['soon', '', '-5', '2.5', '1s', '1, 2'].map((value): [string, undefined] => [value, undefined]),
])('Retry-After %j, with the Date %j, is %s ms', (value, responseDate, ms) => {
  vi.useFakeTimers({ now: date - 1_500 });
  onTestFinished(() => void vi.useRealTimers());
  expect(parseRetryAfter({ 'retry-after': value, ...(responseDate && { date: responseDate }) })).toBe(ms);
});
