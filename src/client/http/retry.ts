const firstDelay = 500;
const maxDelay = 8_000;

/**
 * Returns how long to wait before a retry, in ms: 500 ms, doubled with each retry up to 8 s, or `Retry-After` if that is longer. Up
 * to half of it is added at random, which spreads the retries of many callers.
 *
 * @param retries - how many retries this request has had.
 * @param remaining - ms until the deadline.
 * @returns `undefined` if the deadline leaves no time for the wait.
 */
export function retryDelay(retryAfterMs: number | undefined, retries: number, remaining: number): number | undefined {
  const shortest = Math.max(retryAfterMs ?? 0, Math.min(firstDelay * 2 ** retries, maxDelay));
  if (shortest >= remaining) return undefined;
  const delay = shortest * (1 + Math.random() / 2);
  return delay < remaining ? delay : shortest;
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
