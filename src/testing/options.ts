import type { PagingOptions } from './api/pages.js';
import type { RateLimitOptions } from './api/rate-limit.js';
import type { ClusterSeed, ProjectSeed } from './api/seed.js';
import type { EmulatorCredentialOptions } from './credentials.js';
import type { DigestOptions } from './digest/options.js';
import type { RecordedRequest } from './http/request-log.js';
import type { TokenOptions } from './tokens/service-account.js';

/** Options of `startAtlasEmulator`. The defaults answer as Atlas does. */
export interface AtlasEmulatorOptions {
  /** Port on 127.0.0.1. Default 0: any free port. */
  port?: number | undefined;
  /** Credentials to accept. Default: random ones for each emulator. */
  credentials?: EmulatorCredentialOptions | undefined;
  /** How HTTP Digest (RFC 7616) is offered. */
  digest?: DigestOptions | undefined;
  /** Lifetime and limits of a service account's tokens. */
  tokens?: TokenOptions | undefined;
  /** The token buckets behind `Ratelimit-Limit` and `Ratelimit-Remaining`. */
  rateLimit?: RateLimitOptions | undefined;
  /** How the lists of version 2 are paged. */
  paging?: PagingOptions | undefined;
  /** The key that holds the body of an enveloped response. Default `content`. */
  envelopeKey?: 'content' | 'envelope' | undefined;
  /** Clusters and projects to serve beside the default ones. */
  seed?: ClusterSeed | ProjectSeed | readonly (ClusterSeed | ProjectSeed)[] | undefined;
  /** Whether `requests` keeps every request. Set to false for long runs, to save memory. Default true. */
  recordRequests?: boolean | undefined;
  /**
   * Called with each request and its `status`, just before the response is sent. Also called for requests that are not
   * recorded. Not called if the connection is reset before the response.
   */
  onResponse?: ((request: RecordedRequest) => void) | undefined;
  /** The emulator's clock, in ms since the epoch. Default `Date.now`. Scripted delays do not follow it. */
  now?: (() => number) | undefined;
}
