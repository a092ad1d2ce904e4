import { fieldLines, type HeaderFields, headerValue, parseHttpDate } from './headers.js';

const firstDelay = 500;
const maxDelay = 8_000;

/** The longest `Retry-After` that a call waits for, in ms. A longer one is reported to the caller. */
export const maxRetryAfter = 60_000;

/**
 * How long to wait before the next attempt, in ms.
 *
 * @param retry - 0 for the first retry of a call.
 * @param retryAfter - what the server asked for, in ms; 0 for nothing.
 * @param random - from 0 to 1; spreads the retries of many callers.
 */
export function retryDelay(retry: number, retryAfter: number, random: number): number {
  const delay = Math.max(retryAfter, Math.min(firstDelay * 2 ** retry, maxDelay));
  return delay + (delay / 2) * random;
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
export function parseRetryAfter(headers: HeaderFields): number | undefined {
  // A proxy may have added its own value. The longest satisfies all of them.
  const waits = fieldLines(headers['retry-after']).flatMap((value) => {
    if (/^\s*\d+\s*$/.test(value)) return Number(value) * 1000;
    const date = parseHttpDate(value);
    return date === undefined ? [] : Math.max(date - serverTime(headers), 0);
  });
  return waits.length === 0 ? undefined : Math.max(...waits);
}

function serverTime(headers: HeaderFields): number {
  return parseHttpDate(headerValue(headers, 'date') ?? '') ?? Date.now();
}
