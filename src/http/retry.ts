import { parseHttpDate } from './http-date.js';

const firstDelay = 500;
const longestDelay = 8_000;

/** The longest `Retry-After` that is waited for, in ms; a longer one is the caller's to wait for. */
export const longestRetryAfter = 60_000;

/**
 * How long to wait before the next attempt, in ms.
 *
 * @param retry - 0 for the first retry of a call.
 * @param retryAfter - what the server asked for, in ms; 0 for nothing.
 * @param random - from 0 to 1: spreads the retries of many callers.
 */
export function retryDelay(retry: number, retryAfter: number, random: number): number {
  const delay = Math.max(retryAfter, Math.min(firstDelay * 2 ** retry, longestDelay));
  return delay + (delay / 2) * random;
}

/** Whether an answer of this status may be another one next time. */
export function isRetryableStatus(status: number): boolean {
  return status === 408 || status === 429 || status >= 500;
}

/**
 * Reads `Retry-After`, seconds or a date; `undefined` for what is neither.
 *
 * @param now - ms since 1970.
 * @returns ms from now, never negative.
 * @see https://www.rfc-editor.org/rfc/rfc9110#section-10.2.3
 */
export function parseRetryAfter(value: string | string[] | undefined, now: number): number | undefined {
  // A proxy may have added its own: the longest keeps to all.
  if (Array.isArray(value)) {
    const all = value.flatMap((one) => parseRetryAfter(one, now) ?? []);
    return all.length === 0 ? undefined : Math.max(...all);
  }
  if (value === undefined) return undefined;
  if (/^\s*\d+\s*$/.test(value)) return Number(value) * 1000;
  const date = parseHttpDate(value);
  return date === undefined ? undefined : Math.max(date - now, 0);
}
