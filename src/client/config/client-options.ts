import * as z from 'zod';
import type { EndpointChoice } from '../atlas/target.js';
import type { AtlasCredentials } from '../auth/authenticator.js';
import { AtlasConfigurationError } from '../errors/errors.js';
import { inputIssues, listIssues } from '../errors/issues.js';
import type { ExchangeLimits } from '../http/exchange.js';
import { type FetchLike, fetchDispatcher } from '../http/fetch.js';
import type { DispatcherLike, TransportOptions } from '../http/transport.js';
import { resolveCredentials } from './credentials.js';
import { baseUrlVariable, readBaseUrl } from './environment.js';
import { milliseconds, optionsError, withMethods } from './option-schemas.js';

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

/** The options of a client that a call may override, with defaults. */
export interface CallDefaults extends ExchangeLimits {
  readonly maxRetries: number;
  readonly endpoint: EndpointChoice;
  /** ms. */
  readonly timeout: number;
}

/** The options of a client, checked and with defaults. */
export interface ClientSettings extends CallDefaults, TransportOptions {
  readonly credentials: AtlasCredentials;
  /** The path of `baseUrl`, without a slash at its end. */
  readonly prefix: string;
  readonly userAgent: string;
}

// 512 MiB, because no string of Node is longer.
const largestSize = 0x2000_0000;
const sizeError = 'must be a whole number of bytes above 0';
const bytes = z.int(sizeError).positive(sizeError).max(largestSize, `must be at most ${largestSize} bytes`);

const retriesError = 'must be a whole number from 0 to 100';
export const retries = z.int(retriesError).min(0, retriesError).max(100, retriesError);

export const endpoint = z.enum(['auto', 'tenant', 'flex'], 'must be auto, tenant or flex');

const printableText = z.string('must be a string').regex(/^[\x20-\x7e]*$/, 'must be printable ASCII');

const loopback = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/;

const baseUrl = z
  .custom<string | URL>(isUrl, 'must be a URL, such as https://cloud.mongodb.com')
  .transform((value) => new URL(value))
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

function isUrl(value: unknown): boolean {
  // Not instanceof: a URL may come from another realm.
  const isTextOrUrl = typeof value === 'string' || Object.prototype.toString.call(value) === '[object URL]';
  return isTextOrUrl && URL.canParse(String(value));
}

const clientFields = {
  credentials: z.looseObject({}, 'must be an object').optional(),
  baseUrl: baseUrl.optional(),
  endpoint: endpoint.default('auto'),
  timeout: milliseconds.default(60_000),
  attemptTimeout: milliseconds.default(15_000),
  maxRetries: retries.default(3),
  maxResponseSize: bytes.default(8_388_608),
  dispatcher: withMethods<DispatcherLike>(['dispatch'], 'an undici dispatcher').optional(),
  fetch: z.custom<FetchLike>((value) => typeof value === 'function', 'must be a function').optional(),
  userAgent: printableText.optional(),
} satisfies Record<keyof TenantSnapshotsClientOptions, z.ZodType>;

const clientOptions = z
  .strictObject(clientFields, { error: optionsError })
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
  const { baseUrl: url, credentials, fetch, userAgent, ...others } = check(clientOptions, options);
  const { dispatcher = fetch && fetchDispatcher(fetch) } = others;
  const { origin, pathname } = url ?? check(baseUrl, readBaseUrl(), baseUrlVariable);
  return {
    ...others,
    credentials: resolveCredentials(credentials),
    dispatcher,
    origin,
    proxy: dispatcher === undefined && origin.startsWith('https:') ? proxyFromEnvironment() : undefined,
    prefix: pathname.replace(/\/+$/, ''),
    userAgent: [userAgent, ownUserAgent].filter(Boolean).join(' '),
  };
}

function proxyFromEnvironment(): string | undefined {
  const value = process.env['https_proxy'] || process.env['HTTPS_PROXY'];
  if (!value) return undefined;
  try {
    const { protocol, username, password, pathname, search, hash } = new URL(value);
    // undici decodes both.
    decodeURIComponent(username + password);
    if (/^https?:$/.test(protocol) && pathname + search + hash === '/') return value;
  } catch {
    // The error below does not show the value, which may hold a password.
  }
  throw new AtlasConfigurationError(
    'HTTPS_PROXY must be an http or https URL without a path, such as http://proxy.example:3128.',
  );
}

/** @param variable - the environment variable that holds the value. */
function check<T>(schema: z.ZodType<T>, value: unknown, variable?: string): T {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const issues = inputIssues(parsed.error).map(({ path, message }) => ({ path: variable ?? path, message }));
  throw new AtlasConfigurationError(`Invalid client options: ${listIssues(issues)}.`);
}
