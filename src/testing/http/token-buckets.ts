import type { RequestKind } from './routes.js';

/** Returns how many requests Atlas's token bucket for an endpoint holds, and how many it gains per minute. */
export function bucketOf(kind: RequestKind): { capacity: number; refillPerMinute: number } {
  if (kind === 'tenant') return { capacity: 4000, refillPerMinute: 2000 };
  return { capacity: 1200, refillPerMinute: 500 };
}
