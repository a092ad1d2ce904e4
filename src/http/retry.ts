const firstDelay = 500;
const maxDelay = 8_000;
// A longer `Retry-After` is reported to the caller.
const maxRetryAfter = 60_000;

/** What decides whether to retry, and how long to wait before that. */
export interface RetryHints {
  /** Whether another attempt may succeed. */
  readonly isRetryable: boolean;
  /** What the server asked for, in ms. */
  readonly retryAfterMs?: number | undefined;
  /** From 0 to 1; spreads the retries of many callers. Default: random. */
  readonly jitter?: number | undefined;
}

/**
 * How long to wait before the next attempt, in ms: 500 ms, doubled with each retry up to 8 s, or `Retry-After` if that is
 * longer; plus up to half of that at random. Returns `undefined` if there is no next attempt: it would fail too, no retry is
 * left, `Retry-After` is longer than a minute, or the deadline comes first.
 *
 * @param retries - how many retries this request has had.
 * @param remaining - ms until the deadline.
 */
export function retryDelay(
  { isRetryable, retryAfterMs = 0, jitter = Math.random() }: RetryHints,
  { retries, maxRetries }: { readonly retries: number; readonly maxRetries: number },
  remaining: number,
): number | undefined {
  if (!isRetryable || retries === maxRetries || retryAfterMs > maxRetryAfter) return undefined;
  const delay = Math.max(retryAfterMs, Math.min(firstDelay * 2 ** retries, maxDelay));
  // The jitter is left out if it alone would pass the deadline.
  return [delay + (delay / 2) * jitter, delay].find((ms) => ms < remaining);
}

/** Whether a request that got this status may succeed later. */
export function isRetryableStatus(status: number): boolean {
  return status === 408 || status === 429 || status >= 500;
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
