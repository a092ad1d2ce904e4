import type { Route } from './routes.js';

/** Returns how many requests Atlas's token bucket for an endpoint holds, and how many it gains per minute. */
export function bucketOf({ resource }: Route): { capacity: number; refillPerMinute: number } {
  if (resource === 'tenantSnapshots') return { capacity: 4000, refillPerMinute: 2000 };
  // Only the capacity has been recorded.
  if (resource === 'clusters') return { capacity: 10_000, refillPerMinute: 5000 };
  return { capacity: 1200, refillPerMinute: 500 };
}
