import * as z from 'zod';
import { isStandardSchema, type StandardSchema } from '../atlas/standard-schema.js';
import type { EndpointChoice, QueryValue, QuestionSettings } from '../atlas/target.js';
import type { AtlasCredentials } from '../auth/authenticator.js';
import { inputIssues, listIssues } from '../errors/call-errors.js';
import { AtlasConfigurationError } from '../errors/errors.js';
import { type FetchLike, fetchDispatcher } from '../http/fetch.js';
import type { DispatcherLike, ServerSettings } from '../http/transport.js';
import { baseUrlVariable, readBaseUrl, readProxy, resolveCredentials } from './environment.js';

/** The package's version. A test compares it with package.json. */
const version = '0.1.0';
const ownUserAgent = `atlas-tenant-snapshots/${version} node/${process.versions.node}`;

/** Options of a client. */
export interface TenantSnapshotsClientOptions {
  /**
   * One of three logins. Default: the first of these that the environment has:
   *
   * - an access token: `MONGODB_ATLAS_ACCESS_TOKEN`
   * - a service account: `MONGODB_ATLAS_CLIENT_ID` and `MONGODB_ATLAS_CLIENT_SECRET`
   * - an API key: `MONGODB_ATLAS_PUBLIC_KEY` and `MONGODB_ATLAS_PRIVATE_KEY`, or `MONGODB_ATLAS_PUBLIC_API_KEY` and
   *   `MONGODB_ATLAS_PRIVATE_API_KEY`
   */
  credentials?: AtlasCredentials | undefined;
  /**
   * The URL of Atlas: https, or http to a loopback host. A path is kept as a prefix.
   * Default: `MONGODB_ATLAS_BASE_URL`, then `https://cloud.mongodb.com`.
   */
  baseUrl?: string | URL | undefined;
  /**
   * The endpoint for snapshots. `auto` asks Flex, and the tenant endpoint only if Flex does not have them. If the tenant
   * endpoint returns none either, or `timeout` expires meanwhile, the call ends with the error of Flex. Default: `auto`.
   */
  endpoint?: EndpointChoice | undefined;
  /** Limits a whole call, in ms: login, queueing, retries and waits included. Default: 60,000. */
  timeout?: number | undefined;
  /** Limits one HTTP exchange, in ms, from when the request is sent. Also limits connecting, if below 10 s. Default: 15,000. */
  attemptTimeout?: number | undefined;
  /** The maximum number of retries of a call, or of each page of a list. Default: 3. */
  maxRetries?: number | undefined;
  /** Limits the body of a response, as sent and as decoded, in bytes: at most 512 MiB. Default: 8 MiB. */
  maxResponseSize?: number | undefined;
  /**
   * An undici 7 or 8 dispatcher, for a proxy, mutual TLS or tests. The client does not close it.
   * Default: at most 64 pooled connections, through `HTTPS_PROXY` unless `NO_PROXY` names the host.
   */
  dispatcher?: DispatcherLike | undefined;
  /**
   * Sends every request with this function, such as `globalThis.fetch` or a mock, not with undici. Connections and
   * proxies are then those of the function. Not together with `dispatcher`.
   */
  fetch?: FetchLike | undefined;
  /** Prepended to the package's own `User-Agent`. */
  userAgent?: string | undefined;
}

/** Options of one call. They override those of the client. */
export interface CallOptions {
  /** Ends the call at once. The call then rejects with the signal's reason. */
  signal?: AbortSignal | null | undefined;
  /** Limits the whole call, in ms. */
  timeout?: number | undefined;
  /** Limits one HTTP exchange, in ms. */
  attemptTimeout?: number | undefined;
  /** The maximum number of retries. */
  maxRetries?: number | undefined;
  /** Asks Atlas to always return status 200, with the real status in the body. The result is the same. */
  envelope?: boolean | undefined;
  /** Asks Atlas to indent the body. The result is the same. */
  pretty?: boolean | undefined;
  /** Chooses the endpoint of this call. If `timeout` expires while `auto` asks the tenant endpoint, the error is that of Flex. */
  endpoint?: 'auto' | 'tenant' | 'flex' | undefined;
}

/** Options of `get()` and `getAll()`. */
export interface GetOptions extends Omit<CallOptions, 'endpoint'> {
  /** Not an option of these methods: the path says which endpoint it is. */
  endpoint?: undefined;
  /** The query. Parameters that are undefined are left out, and an array repeats its parameter. */
  query?: Record<string, QueryValue | readonly QueryValue[] | undefined> | undefined;
  /** The version of the v2 API, as `YYYY-MM-DD`. Default: `2025-03-12`. */
  apiVersion?: string | undefined;
  /** Checks the body and types the result: a schema of zod, `zod/mini`, valibot, arktype or another Standard Schema. */
  schema?: StandardSchema<unknown> | undefined;
}

/** The options of a client, checked and with defaults. */
export interface ClientSettings extends ServerSettings {
  readonly credentials: AtlasCredentials;
  // The defaults of each call, beside those limits of an exchange.
  readonly endpoint: EndpointChoice;
  /** ms. */
  readonly timeout: number;
  readonly maxRetries: number;
}

/** The options of a call, checked and with the defaults of its client. */
export interface CallSettings extends QuestionSettings {
  readonly signal: AbortSignal | null | undefined;
  /** ms. */
  readonly timeout: number;
  /** ms. */
  readonly attemptTimeout: number;
  readonly maxRetries: number;
  /** bytes. */
  readonly maxResponseSize: number;
}

/** The newest version in MongoDB's specification. Atlas uses the latest version of a resource that is not after this date. */
export const defaultApiVersion = '2025-03-12';

/** Checks a time limit. The highest is the longest delay of setTimeout, almost 25 days. */
export const milliseconds = z.number().positive().max(0x7fff_ffff);

/** Checks the signal that ends a call. */
export const abortSignal = withMethods<AbortSignal>(['addEventListener', 'removeEventListener'], 'an AbortSignal');

/** Checks an object for its methods: instanceof fails between realms and between copies of a package. */
function withMethods<T>(names: string[], what: string): z.ZodType<T> {
  return z.custom<T>((value) => names.every((name) => typeof Object(value)[name] === 'function'), `must be ${what}`);
}

const maxRetries = z.int().min(0).max(100);
const endpoint = z.enum(['auto', 'tenant', 'flex']);
const notAnOption = z.undefined('is not an option of this method').optional();

/** Words the error of unknown options: names them, and lists those that exist. */
export const optionsError: z.core.$ZodErrorMap = (issue) => {
  if (issue.code !== 'unrecognized_keys' || !(issue.inst instanceof z.ZodObject)) return undefined;
  const { shape } = issue.inst;
  const names = Object.keys(shape).filter((name) => shape[name] !== notAnOption);
  return `there is no option ${issue.keys.join(' or ')} (options: ${names.join(', ')})`;
};

const loopback = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/;

const baseUrl = z.coerce
  .string()
  .refine((text) => URL.canParse(text), 'must be a URL, such as https://cloud.mongodb.com')
  .transform((text) => new URL(text))
  .refine(
    ({ protocol, hostname }) => protocol === 'https:' || (protocol === 'http:' && loopback.test(hostname)),
    'must use https (http is allowed only for a loopback host)',
  )
  .refine(
    ({ username, password, search, hash }) => username + password + search + hash === '',
    'must not contain a user name, a password, a query or a fragment',
  )
  // Other Atlas clients expect this path. Here every request would have it twice, and the 404s would look like a retired
  // endpoint.
  .refine(({ pathname }) => !/\/api\/atlas(?:\/|$)/.test(pathname), 'must not contain /api/atlas (the client adds it)');

const clientOptions = z
  .strictObject(
    {
      credentials: z.looseObject({}).optional(),
      baseUrl: baseUrl.optional(),
      endpoint: endpoint.default('auto'),
      timeout: milliseconds.default(60_000),
      attemptTimeout: milliseconds.default(15_000),
      maxRetries: maxRetries.default(3),
      // At most 512 MiB, because no string of Node is longer.
      maxResponseSize: z.int().positive().max(0x2000_0000).default(8_388_608),
      dispatcher: withMethods<DispatcherLike>(['dispatch'], 'an undici dispatcher').optional(),
      fetch: z.custom<FetchLike>((value) => typeof value === 'function', 'must be a function').optional(),
      userAgent: z
        .string()
        .regex(/^[\x20-\x7e]*$/, 'must be printable ASCII')
        .optional(),
    } satisfies Record<keyof TenantSnapshotsClientOptions, z.ZodType>,
    { error: optionsError },
  )
  .refine(({ dispatcher, fetch }) => dispatcher === undefined || fetch === undefined, {
    path: ['fetch'],
    message: 'must not be set together with dispatcher',
  });

/**
 * Checks the options of a client and adds the defaults.
 *
 * @throws {@link AtlasConfigurationError}
 */
export function resolveOptions(options: TenantSnapshotsClientOptions = {}): ClientSettings {
  const { baseUrl: url, credentials, dispatcher, fetch, userAgent, ...defaults } = check(clientOptions, options);
  const { origin, pathname } = url ?? check(baseUrl, readBaseUrl(), baseUrlVariable);
  const sender = fetch === undefined ? dispatcher : fetchDispatcher(fetch);
  const usesProxy = sender === undefined && origin.startsWith('https:');
  return {
    ...defaults,
    credentials: resolveCredentials(credentials),
    origin,
    prefix: pathname.replace(/\/+$/, ''),
    userAgent: userAgent ? `${userAgent} ${ownUserAgent}` : ownUserAgent,
    dispatcher: sender,
    proxy: usesProxy ? readProxy() : undefined,
  };
}

/** @param variable - the environment variable that holds the value. */
function check<T>(schema: z.ZodType<T>, value: unknown, variable?: string): T {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const issues = inputIssues(parsed.error).map(({ path, message }) => ({ path: variable ?? path, message }));
  throw new AtlasConfigurationError(`Invalid client options: ${listIssues(issues)}.`);
}

const callFields = {
  signal: abortSignal.nullable(),
  timeout: milliseconds,
  attemptTimeout: milliseconds,
  maxRetries,
  envelope: z.boolean(),
  pretty: z.boolean(),
  endpoint,
} satisfies Record<keyof CallOptions, z.ZodType>;
/** Checks the options of a call for snapshots. */
export const callOptions = z.strictObject(callFields, { error: optionsError }).partial();

const queryValue = z.union([z.string(), z.number(), z.boolean()]);
const parameter = z.union(
  [queryValue, z.array(queryValue)],
  'must be a string, number or boolean, or an array of these',
);
const query = z.record(z.string(), parameter.optional());

/** Checks the options of `get()`. */
export const getOptions = callOptions.extend({
  endpoint: notAnOption,
  query: query.optional(),
  apiVersion: z.iso.date().optional(),
  schema: z
    .custom<StandardSchema<unknown>>(isStandardSchema, 'must be a Standard Schema, as zod has since 3.24')
    .optional(),
} satisfies Record<'endpoint' | Exclude<keyof GetOptions, keyof CallOptions>, z.ZodType>);

const ownPages = { path: ['pageNum'], message: 'must not be set (getAll reads every page)' };

/** Checks the options of `getAll()`. */
export const getAllOptions = getOptions.extend({
  query: query.refine(({ pageNum }) => pageNum === undefined, ownPages).optional(),
});
