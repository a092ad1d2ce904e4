import { z } from 'zod';
import { DIGEST_ALGORITHMS, type DigestOptions } from './digest/options.js';
import type { TokenOptions } from './oauth/options.js';
import type { AtlasEmulatorOptions, EmulatorCredentialOptions, PagingOptions } from './options.js';
import type { RateLimitOptions } from './rate-limit.js';
import type { ScriptedAnswer } from './script.js';
import type { ClusterSeed } from './snapshots.js';
import { type DeprecationDates, SUNSET_FORMS } from './sunset.js';

/** A schema for each member of a type, so that none is forgotten. */
type Members<T> = Readonly<Record<keyof T, z.ZodType>>;

const text = z.string().optional();
const flag = z.boolean().optional();
// zod's own number takes no Infinity, which is how a limit is lifted.
const isAmount = (value: unknown) => typeof value === 'number' && value >= 0;
const amount = z.custom(isAmount, 'must be a number, 0 or more').optional();
// A header has to tell it.
const rate = z.number().nonnegative().optional();
const date = z.date().optional();
const isBody = (value: unknown) => typeof value === 'string' || (typeof value === 'object' && value !== null);

const digest = {
  algorithms: z.array(z.enum(DIGEST_ALGORITHMS)).optional(),
  nonceLifetime: amount,
} satisfies Members<DigestOptions>;

const credentials = {
  apiKey: z.strictObject({ publicKey: z.string(), privateKey: z.string() }).partial().optional(),
  serviceAccount: z.strictObject({ clientId: z.string(), clientSecret: z.string() }).partial().optional(),
  accessToken: text,
} satisfies Members<EmulatorCredentialOptions>;

const tokens = {
  lifetime: amount,
  perMinute: amount,
  window: amount,
  live: amount,
  retryAfter: flag,
} satisfies Members<TokenOptions>;

const rateLimit = { capacity: rate, refillPerMinute: rate, enforce: flag } satisfies Members<RateLimitOptions>;
const paging = { itemsPerPage: amount, maxItemsPerPage: amount, totalCount: flag } satisfies Members<PagingOptions>;

const options = {
  port: amount,
  credentials: z.strictObject(credentials).optional(),
  digest: z.strictObject(digest).optional(),
  tokens: z.strictObject(tokens).optional(),
  rateLimit: z.strictObject(rateLimit).optional(),
  paging: z.strictObject(paging).optional(),
  envelopeKey: z.enum(['content', 'envelope']).optional(),
  // Each cluster of it is checked when it is seeded.
  seed: z.unknown().optional(),
  recordRequests: flag,
  now: z.custom((value) => typeof value === 'function', 'must be a function').optional(),
} satisfies Members<AtlasEmulatorOptions>;

const cluster = {
  groupId: text,
  clusterName: text,
  snapshots: z.array(z.looseObject({ id: z.string() })),
} satisfies Members<ClusterSeed>;

const answer = {
  for: z.enum(['api', 'tenant', 'flex', 'token', 'revoke', 'any']).optional(),
  times: amount,
  status: amount,
  errorCode: text,
  detail: text,
  parameters: z.array(z.unknown()).optional(),
  retryAfter: z.union([z.number(), z.string()]).optional(),
  headers: z.record(z.string(), z.string()).optional(),
  body: z.custom(isBody, 'must be an object or text').optional(),
  delay: amount,
  reset: z.literal([true, false, 'body']).optional(),
  hang: z.literal([true, false, 'body']).optional(),
} satisfies Members<ScriptedAnswer>;

const schemas = {
  options: z.strictObject(options),
  cluster: z.strictObject(cluster),
  answer: z.strictObject(answer),
  dates: z.strictObject({ deprecation: date, sunset: date } satisfies Members<DeprecationDates>),
  sunset: z.literal([...SUNSET_FORMS, false]),
};

/**
 * Refuses what a test in JavaScript may hand over unseen: a name that is misspelt, a value of another kind.
 *
 * @throws TypeError
 */
export function check(what: keyof typeof schemas, value: unknown): void {
  const { error } = schemas[what].safeParse(value);
  if (error === undefined) return;
  const issues = error.issues.map(({ path, message }) =>
    path.length === 0 ? message : `${path.join('.')}: ${message}`,
  );
  throw new TypeError(`The emulator cannot take this as ${what}: ${issues.join('; ')}.`);
}
