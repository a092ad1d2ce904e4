import type { AtlasApiKey, AtlasServiceAccount } from './credentials.js';
import type { DigestOptions } from './digest/options.js';
import type { TokenOptions } from './oauth/options.js';
import type { RateLimitOptions } from './rate-limit.js';
import type { ClusterSeed } from './snapshots.js';

/**
 * What `startAtlasEmulator` takes. Everything may be left out; the emulator then behaves like Atlas.
 */
export interface AtlasEmulatorOptions {
  /** Port to listen on, on 127.0.0.1. Default 0: any free one. */
  port?: number | undefined;
  /** Credentials to accept; those left out are made up anew for each emulator. */
  credentials?: EmulatorCredentialOptions | undefined;
  /** How HTTP Digest (RFC 7616) is offered and checked. */
  digest?: DigestOptions | undefined;
  /** Lifetime and limits of service account tokens. */
  tokens?: TokenOptions | undefined;
  /** The token bucket behind `RateLimit-Limit` and `RateLimit-Remaining`. */
  rateLimit?: RateLimitOptions | undefined;
  /** How the Flex list is paged. */
  paging?: PagingOptions | undefined;
  /** Name of the key that holds the body of an enveloped answer. Default `content`. */
  envelopeKey?: 'content' | 'envelope' | undefined;
  /** Snapshots to serve beside those of the default cluster. */
  seed?: ClusterSeed | readonly ClusterSeed[] | undefined;
  /** Whether `requests` keeps every request. False for runs of so many that they would fill the memory. Default true. */
  recordRequests?: boolean | undefined;
  /** The emulator's clock, in ms since the epoch. Default `Date.now`. Delays of scripted answers do not follow it. */
  now?: (() => number) | undefined;
}

/** Credentials that the emulator is to accept. */
export interface EmulatorCredentialOptions {
  /** Accepted by Digest. */
  apiKey?: Partial<AtlasApiKey> | undefined;
  /** Accepted by the token endpoint. */
  serviceAccount?: Partial<AtlasServiceAccount> | undefined;
  /** Accepted as a bearer token from the start. */
  accessToken?: string | undefined;
}

/** How the Flex list is paged. */
export interface PagingOptions {
  /** Items a page when the request names no `itemsPerPage`. Default 100. */
  itemsPerPage?: number | undefined;
  /** The most items a page that a request may ask for. Default 500. */
  maxItemsPerPage?: number | undefined;
  /** Whether lists tell `totalCount`, where the request did not ask for `includeCount=false`. Default true. */
  totalCount?: boolean | undefined;
}
