import { z } from 'zod';
import type { RouteBase } from '../atlas/route.js';
import { bearerTokenSyntax } from '../auth/bearer.js';
import type { TokenStore } from '../auth/service-account/token-store.js';
import { AtlasConfigurationError } from '../errors/errors.js';
import { type AtlasIssue, listIssues, toIssues } from '../errors/issues.js';
import type { DispatcherLike } from '../http/dispatcher.js';
import { endpoint, milliseconds, retries, withMethods } from './call-options.js';
import { baseUrlVariable, credentialsFromEnvironment } from './environment.js';
import type { AccessTokenCredentials, AtlasCredentials } from './options.js';

/** The package's version. A test compares it with package.json. */
const version = '0.1.0';

/** The options of a client, checked and with defaults. */
export type Settings = ReturnType<typeof resolveOptions>;

// Not instanceof: a URL may come from another realm.
function isUrl(value: unknown): boolean {
  return Object.prototype.toString.call(value) === '[object URL]';
}

const text = z.string('must be a string');
// Line breaks and other control characters must not reach a header, and half a surrogate pair cannot be sent at all.
const secret = text.min(1, 'must not be empty').regex(/^[^\p{Cc}\p{Cs}]*$/u, 'must not contain control characters');
const headerText = text.regex(/^[\x20-\x7e]*$/, 'must be printable ASCII');
const nonEmptyHeaderText = headerText.min(1, 'must not be empty');

const apiKey = z.strictObject({ publicKey: secret, privateKey: secret });
const serviceAccount = z.strictObject({
  clientId: nonEmptyHeaderText.regex(/^[^:]*$/, 'must not contain a colon'),
  clientSecret: nonEmptyHeaderText,
});
const accessToken = z.strictObject({
  accessToken: z.custom<AccessTokenCredentials['accessToken']>(
    (value) => typeof value === 'function' || (typeof value === 'string' && bearerTokenSyntax.test(value)),
    'must be a bearer token (letters, digits and -._~+/, with = only at the end) or a function that returns one',
  ),
});

const clientOptions = z.strictObject({
  credentials: z.unknown().optional(),
  tokenStore: withMethods<TokenStore>(['get', 'set'], 'a store with get and set, such as a Keyv instance').optional(),
  baseUrl: z.union([z.string(), z.custom<URL>(isUrl)], 'must be a URL').optional(),
  endpoint: endpoint.default('auto'),
  timeout: milliseconds.default(60_000),
  attemptTimeout: milliseconds.default(15_000),
  maxRetries: retries.default(3),
  maxResponseSize: z.number().int().positive().max(0x7fff_ffff).default(8_388_608),
  dispatcher: withMethods<DispatcherLike>(['dispatch'], 'an undici dispatcher').optional(),
  userAgent: headerText.optional(),
});

/**
 * Checks the options of a client and adds the defaults.
 *
 * @throws {@link AtlasConfigurationError}
 */
export function resolveOptions(options: unknown) {
  const parsed = clientOptions.safeParse(options ?? {});
  if (!parsed.success) throw configurationError(toIssues(parsed.error));
  const { credentials, tokenStore, dispatcher, baseUrl, userAgent, ...defaults } = parsed.data;
  const { origin, pathname } = resolveBaseUrl(baseUrl);
  const routeBase: RouteBase = { prefix: pathname.replace(/\/+$/, ''), userAgent: formatUserAgent(userAgent) };
  return {
    credentials: resolveCredentials(credentials),
    tokenStore,
    dispatcher,
    origin,
    proxy: dispatcher === undefined && origin.startsWith('https:') ? resolveProxy() : undefined,
    routeBase,
    /** The options that a call may override. */
    defaults,
  };
}

function formatUserAgent(first: string | undefined): string {
  const own = `atlas-tenant-snapshots/${version} node/${process.versions.node}`;
  return first ? `${first} ${own}` : own;
}

function resolveCredentials(option: unknown): AtlasCredentials {
  if (option !== undefined) return checkCredentials(option, {});
  const { credentials, variables } = credentialsFromEnvironment(process.env);
  return checkCredentials(credentials, variables);
}

/** @param variables - the environment variable of each field; empty for the option. */
function checkCredentials(value: unknown, variables: Readonly<Record<string, string>>): AtlasCredentials {
  if (typeof value !== 'object' || value === null) throw invalid('credentials', 'must be an object');
  const given = Object.fromEntries(Object.entries(value).filter(([, field]) => field !== undefined));
  const [kind, second] = [apiKey, serviceAccount, accessToken].filter(({ shape }) =>
    Object.keys(shape).some((name) => name in given),
  );
  if (kind === undefined || second !== undefined) {
    throw invalid(
      'credentials',
      'must have exactly one of these: publicKey and privateKey, clientId and clientSecret, or accessToken',
    );
  }
  const parsed = kind.safeParse(given);
  if (parsed.success) return parsed.data;
  throw configurationError(
    toIssues(parsed.error).map(({ path, message }) => ({
      path: variables[path] ?? ['credentials', path].filter(Boolean).join('.'),
      message,
    })),
  );
}

function resolveBaseUrl(option: string | URL | undefined): URL {
  const path = option === undefined ? baseUrlVariable : 'baseUrl';
  const value = String(option ?? (process.env[baseUrlVariable] || 'https://cloud.mongodb.com'));
  if (!URL.canParse(value)) throw invalid(path, 'must be a URL, such as https://cloud.mongodb.com');
  const url = new URL(value);
  const message = problemOf(url);
  if (message !== undefined) throw invalid(path, message);
  return url;
}

function resolveProxy(): string | undefined {
  const value = process.env['https_proxy'] || process.env['HTTPS_PROXY'];
  if (!value || isProxyUrl(value)) return value;
  // The message does not show the value, which may hold a password.
  throw new AtlasConfigurationError('HTTPS_PROXY must be an http or https URL, such as http://proxy.example:3128.');
}

function isProxyUrl(value: string): boolean {
  try {
    const { protocol, username, password } = new URL(value);
    // undici decodes both.
    decodeURIComponent(username + password);
    return /^https?:$/.test(protocol);
  } catch {
    return false;
  }
}

const loopback = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/;

function problemOf(url: URL): string | undefined {
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && loopback.test(url.hostname))) {
    return 'must use https (http is allowed only for a loopback host)';
  }
  if (url.username !== '' || url.password !== '')
    return 'must not contain a user name or password (use the credentials option)';
  if (url.search !== '' || url.hash !== '') return 'must not contain a query or fragment';
  // Other Atlas clients expect this path. Here every request would have it twice, and the 404s would look like a retired
  // endpoint.
  if (/\/api\/atlas(?:\/|$)/.test(url.pathname)) return 'must not contain /api/atlas (the client adds it)';
  return undefined;
}

function invalid(path: string, message: string): AtlasConfigurationError {
  return configurationError([{ path, message }]);
}

function configurationError(issues: AtlasIssue[]): AtlasConfigurationError {
  return new AtlasConfigurationError(`Invalid client options: ${listIssues(issues)}.`);
}
