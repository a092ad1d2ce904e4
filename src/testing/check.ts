import * as z from 'zod';
import type { PagingOptions } from './api/pages.js';
import type { RateLimitOptions } from './api/rate-limit.js';
import type { ClusterSeed, ProjectSeed } from './api/seed.js';
import type {
  AccessTokenCredentials,
  ApiKeyCredentials,
  EmulatorCredentialOptions,
  ServiceAccountCredentials,
} from './credentials.js';
import { DIGEST_ALGORITHMS, type DigestOptions } from './digest/options.js';
import type { ScriptedAnswer } from './faults/script.js';
import type { AtlasEmulatorOptions } from './options.js';
import type { TokenOptions } from './tokens/service-account.js';

/** A schema for each member of a type. The compiler finds a forgotten one. */
type Members<T> = Readonly<Record<keyof T, z.ZodType>>;

const text = z.string().optional();
const flag = z.boolean().optional();
// zod's number refuses Infinity, which lifts a limit.
const isAmount = (value: unknown) => typeof value === 'number' && value >= 0;
const amount = z.custom(isAmount, 'must be a number, 0 or more').optional();
// Sent in a header, so it has to be finite.
const rate = z.number().nonnegative().optional();
const callback = z.custom((value) => typeof value === 'function', 'must be a function').optional();
const objects = z.array(z.looseObject({})).optional();
const isBody = (value: unknown) => typeof value === 'string' || (typeof value === 'object' && value !== null);

const optional = (members: Readonly<Record<string, z.ZodType>>) => z.strictObject(members).optional();

const options = {
  port: amount,
  credentials: optional({
    apiKey: optional({ publicKey: text, privateKey: text } satisfies Members<ApiKeyCredentials>),
    serviceAccount: optional({ clientId: text, clientSecret: text } satisfies Members<ServiceAccountCredentials>),
    accessToken: z
      .union([z.string(), z.strictObject({ accessToken: text } satisfies Members<AccessTokenCredentials>)])
      .optional(),
  } satisfies Members<EmulatorCredentialOptions>),
  digest: optional({
    algorithms: z.array(z.enum(DIGEST_ALGORITHMS)).optional(),
    nonceLifetime: amount,
  } satisfies Members<DigestOptions>),
  tokens: optional({
    lifetime: amount,
    perMinute: amount,
    window: amount,
    live: amount,
    retryAfter: flag,
  } satisfies Members<TokenOptions>),
  rateLimit: optional({ capacity: rate, refillPerMinute: rate, enforce: flag } satisfies Members<RateLimitOptions>),
  paging: optional({
    itemsPerPage: amount,
    maxItemsPerPage: amount,
    totalCount: flag,
  } satisfies Members<PagingOptions>),
  envelopeKey: z.enum(['content', 'envelope']).optional(),
  // Each seed is checked when it is added.
  seed: z.unknown().optional(),
  recordRequests: flag,
  onResponse: callback,
  now: callback,
} satisfies Members<AtlasEmulatorOptions>;

const project = {
  groupId: text,
  groupName: text,
  clusterName: z.undefined('needs snapshots, if only an empty list').optional(),
  snapshots: z.undefined().optional(),
} satisfies Members<ProjectSeed>;

const cluster = {
  groupId: text,
  groupName: text,
  clusterName: text,
  id: text,
  dedicated: flag,
  free: flag,
  backupEnabled: flag,
  paused: flag,
  pitEnabled: flag,
  clusterType: text,
  effectiveDatabaseEdition: text,
  policyItems: objects,
  createDate: z.union([z.date(), z.string(), z.null()]).optional(),
  stateName: text,
  snapshots: z.array(z.looseObject({ id: z.string() })).optional(),
  restoreJobs: objects,
} satisfies Members<ClusterSeed>;

const answer = {
  for: z.enum(['api', 'tenant', 'flex', 'token', 'revoke', 'any']).optional(),
  path: z.stringFormat('path', /^\/[^?]*$/, 'must be a path without a query').optional(),
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
  project: z.strictObject(project),
  cluster: z.strictObject(cluster),
  answer: z.strictObject(answer),
  target: z.strictObject({ groupId: text, clusterName: text }),
  sunset: z.boolean(),
};

/**
 * Checks a value from a test, which may be JavaScript without types.
 *
 * @throws TypeError if a name is unknown or a value has the wrong type.
 */
export function check(what: keyof typeof schemas, value: unknown): void {
  const { error } = schemas[what].safeParse(value);
  if (error === undefined) return;
  const issues = error.issues.map(({ path, message }) =>
    path.length === 0 ? message : `${path.join('.')}: ${message}`,
  );
  throw new TypeError(`Invalid ${what} for the emulator: ${issues.join('; ')}.`);
}
