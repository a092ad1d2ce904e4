import { atlasError } from './atlas-error.js';
import type { Reply } from './reply.js';

/** The token bucket that each project has. The defaults are Atlas's for tenant snapshots. */
export interface RateLimitOptions {
  /** Requests that a full bucket holds. Default 4000. */
  capacity?: number | undefined;
  /** Requests that flow back into it in a minute. Default 2000. */
  refillPerMinute?: number | undefined;
  /** Whether an empty bucket refuses with 429. Default false: the headers tell it, and no request is refused. */
  enforce?: boolean | undefined;
}

interface Bucket {
  level: number;
  filledAt: number;
}

/** The buckets of all projects. */
export class RateLimit {
  readonly #capacity: number;
  readonly #refillPerMs: number;
  readonly #enforce: boolean;
  readonly #now: () => number;
  readonly #buckets = new Map<string, Bucket>();

  constructor(options: RateLimitOptions = {}, now: () => number) {
    this.#capacity = options.capacity ?? 4000;
    this.#refillPerMs = (options.refillPerMinute ?? 2000) / 60_000;
    this.#enforce = options.enforce ?? false;
    this.#now = now;
  }

  /** Takes one request out of the project's bucket; gives the headers that tell of it, or a refusal as well. */
  take(groupId: string): { readonly headers: Record<string, string>; readonly refusal?: Reply } {
    const bucket = this.#filled(groupId);
    const isEmpty = bucket.level < 1;
    bucket.level = isEmpty ? bucket.level : bucket.level - 1;
    const headers = {
      'ratelimit-limit': String(this.#capacity),
      'ratelimit-remaining': String(Math.floor(bucket.level)),
    };
    if (!isEmpty || !this.#enforce) return { headers };
    const wait = Math.ceil((1 - bucket.level) / this.#refillPerMs / 1000);
    // A bucket that nothing flows back into has no time to tell.
    const retryAfter = Number.isFinite(wait) ? wait : undefined;
    const detail = `The rate limit of project ${groupId} is used up.`;
    const errorCode = 'RATE_LIMITED_TOKEN_BUCKET';
    return { headers, refusal: atlasError(429, { errorCode, detail, parameters: [groupId], retryAfter }) };
  }

  #filled(groupId: string): Bucket {
    const now = this.#now();
    const bucket = this.#buckets.get(groupId) ?? { level: this.#capacity, filledAt: now };
    bucket.level = Math.min(this.#capacity, bucket.level + (now - bucket.filledAt) * this.#refillPerMs);
    bucket.filledAt = now;
    this.#buckets.set(groupId, bucket);
    return bucket;
  }
}
