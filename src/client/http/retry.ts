const firstDelay = 500;
const maxDelay = 8_000;

/** What a failure says about another attempt. */
export interface RetryHints {
  /** Whether another attempt may succeed. */
  readonly isRetryable: boolean;
  /** What the server asked for, in ms. */
  readonly retryAfterMs?: number | undefined;
}

/** The options that limit retries. */
export interface RetryLimits {
  readonly maxRetries: number;
  /** ms. A longer `Retry-After` ends the call. */
  readonly maxRetryAfter: number;
}

/** Whether a retry follows. */
export interface RetryDecision {
  /** How long to wait before the retry, in ms; absent if there is no retry. */
  readonly delay?: number;
  /** Why there is no retry, if only the length of the wait prevents it. */
  readonly notRetried?: string;
}

/**
 * Decides whether to retry, and when. The delay is 500 ms, doubled with each retry up to 8 s, or `Retry-After` if that is longer.
 * Up to half of the delay is added at random.
 *
 * @param jitter - from 0 to 1; spreads the retries of many callers.
 * @param retries - how many retries this request has had.
 * @param remaining - ms until the deadline.
 */
export function decideRetry(
  { isRetryable, retryAfterMs = 0 }: RetryHints,
  jitter: number,
  { retries, remaining }: { retries: number; remaining: number },
  { maxRetries, maxRetryAfter }: RetryLimits,
): RetryDecision {
  if (!isRetryable || retries === maxRetries) return {};
  const shortest = Math.max(retryAfterMs, Math.min(firstDelay * 2 ** retries, maxDelay));
  const notRetried = (wait: number, why: string) => ({ notRetried: `Not retried: the wait of ${wait} ms ${why}.` });
  if (retryAfterMs > maxRetryAfter) {
    return notRetried(retryAfterMs, `is longer than maxRetryAfter (${maxRetryAfter} ms)`);
  }
  if (shortest >= remaining) return notRetried(shortest, 'would pass the deadline');
  const delay = shortest + (shortest / 2) * jitter;
  // Leaves out the jitter if the delay ends before the deadline only without it.
  return { delay: delay < remaining ? delay : shortest };
}

/** Whether a request that got this status may succeed later: over a rate limit, or during an outage. */
export function isTemporaryStatus(status: number): boolean {
  return isRateLimitStatus(status) || isOutageStatus(status);
}

/** Whether the server limits the rate of requests. */
export function isRateLimitStatus(status: number): boolean {
  return status === 429;
}

/** Whether the server, or a gateway in front of it, is down or too slow for now. */
export function isOutageStatus(status: number): boolean {
  return status === 408 || status >= 500;
}

/**
 * Reads `Retry-After`: seconds, or a date that is compared with the server's own `Date`.
 *
 * @returns ms to wait, never negative; `undefined` if there is no valid value.
 * @see https://www.rfc-editor.org/rfc/rfc9110#section-10.2.3
 */
export function parseRetryAfter(headers: Readonly<Record<string, string>>): number | undefined {
  const { 'retry-after': value = '', date: now = '' } = headers;
  if (/^\s*\d+\s*$/.test(value)) return Number(value) * 1000;
  // A date has letters. Date.parse would take 2.5 for the fifth of February.
  const date = /[a-z]/i.test(value) ? Date.parse(value) : Number.NaN;
  const serverTime = Date.parse(now) || Date.now();
  return Number.isNaN(date) ? undefined : Math.max(date - serverTime, 0);
}
