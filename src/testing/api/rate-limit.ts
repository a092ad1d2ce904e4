import { atlasError } from '../http/atlas-error.js';
import type { ReceivedRequest, Route } from '../http/received-request.js';
import type { Reply } from '../http/reply.js';

/** The token buckets. Each project has one for each list and its items. */
export interface RateLimitOptions {
  /** Requests in a full bucket. Default: Atlas's, 1200 for Flex and 4000 for tenant snapshots. */
  capacity?: number | undefined;
  /** Requests that a bucket gains per minute. Default: Atlas's, 500 for Flex and 2000 for tenant snapshots. */
  refillPerMinute?: number | undefined;
  /** Whether an empty bucket refuses requests with 429. Default false: only the headers report it. */
  enforce?: boolean | undefined;
}

/** What the rate limit adds to a response. */
export interface Limit {
  /** They report the limit. Empty if Atlas does not report it. */
  readonly headers: Readonly<Record<string, string>>;
  /** A 429, if the bucket is empty and enforced. */
  readonly refusal?: Reply;
}

interface Bucket {
  level: number;
  filledAt: number;
}

/** The buckets of all projects. */
export class RateLimit {
  readonly #options: RateLimitOptions;
  readonly #now: () => number;
  readonly #buckets = new Map<string, Bucket>();

  constructor(options: RateLimitOptions = {}, now: () => number) {
    this.#options = options;
    this.#now = now;
  }

  /** Takes a request out of its bucket. */
  take(request: ReceivedRequest, route: Route): Limit {
    const atlas = request.bucket;
    const { capacity = atlas.capacity, refillPerMinute = atlas.refillPerMinute, enforce = false } = this.#options;
    // A list and its items share a bucket.
    const listPath = route.path.replace('/{snapshotId}', '');
    const bucket = this.#fill(`${listPath} ${request.groupId}`, capacity, refillPerMinute);
    const isEmpty = bucket.level < 1;
    if (!isEmpty) bucket.level -= 1;
    const report = { 'ratelimit-limit': String(capacity), 'ratelimit-remaining': String(Math.floor(bucket.level)) };
    // Only version 2 of the API reports its limits.
    const headers = request.path.startsWith('/api/atlas/v2/') ? report : {};
    if (!isEmpty || !enforce) return { headers };
    const wait = Math.ceil(((1 - bucket.level) / refillPerMinute) * 60);
    // A bucket that never refills has no time to name.
    const retryAfter = Number.isFinite(wait) ? wait : undefined;
    return { headers, refusal: atlasError({ ...request, bucket: { capacity, refillPerMinute } }, 429, { retryAfter }) };
  }

  #fill(key: string, capacity: number, refillPerMinute: number): Bucket {
    const now = this.#now();
    const bucket = this.#buckets.get(key) ?? { level: capacity, filledAt: now };
    bucket.level = Math.min(capacity, bucket.level + ((now - bucket.filledAt) / 60_000) * refillPerMinute);
    bucket.filledAt = now;
    this.#buckets.set(key, bucket);
    return bucket;
  }
}
