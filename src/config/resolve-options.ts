import { z } from 'zod';
import type { RequestBase } from '../atlas/target.js';
import type { AccessTokenCredentials, AtlasCredentials } from '../auth/authenticator.js';
import { isBearerToken } from '../auth/bearer.js';
import type { TokenStore } from '../auth/service-account/access-token.js';
import { AtlasConfigurationError } from '../errors/errors.js';
import { type AtlasIssue, listIssues, toIssues } from '../errors/issues.js';
import { type FetchLike, fetchDispatcher } from '../http/fetch.js';
import type { DispatcherLike } from '../http/transport.js';
import { endpoint, milliseconds, retries, withMethods } from './call-options.js';
import { baseUrlVariable, credentialsFromEnvironment } from './environment.js';

/** The package's version. A test compares it with package.json. */
const version = '0.1.0';

/** The options of a client, checked and with defaults. */
export type Settings = ReturnType<typeof resolveOptions>;

// Not instanceof: a URL may come from another realm.
function isUrl(value: unknown): boolean {
  return Object.prototype.toString.call(value) === '[object URL]';
}

const text = z.string('must be a string');
const headerText = text.regex(/^[\x20-\x7e]*$/, 'must be printable ASCII');

// Servers limit headers, and every text in an error is searched for the credentials.
const maxCredentialLength = 8_192;
const tooLong = `must have at most ${maxCredentialLength} characters`;
// Line breaks and other control characters must not reach a header, and half a surrogate pair cannot be sent at all.
const keyText = text
  .min(1, 'must not be empty')
  .max(maxCredentialLength, tooLong)
  .regex(/^[^\p{Cc}\p{Cs}]*$/u, 'must not contain control characters');
const clientText = headerText.min(1, 'must not be empty').max(maxCredentialLength, tooLong);

const apiKey = z.strictObject({ publicKey: keyText, privateKey: keyText });
const serviceAccount = z.strictObject({
  clientId: clientText.regex(/^[^:]*$/, 'must not contain a colon'),
  clientSecret: clientText,
});
const accessToken = z.strictObject({
  accessToken: z.custom<AccessTokenCredentials['accessToken']>(
    (value) => typeof value === 'function' || isBearerToken(value),
    'must be a bearer token (letters, digits and -._~+/, with = only at the end, at most 8192 characters) or a function that returns one',
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
  fetch: z.custom<FetchLike>((value) => typeof value === 'function', 'must be a function').optional(),
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
  const { credentials, tokenStore, dispatcher, fetch, baseUrl, userAgent, ...defaults } = parsed.data;
  if (dispatcher !== undefined && fetch !== undefined) {
    throw invalid('fetch', 'must not be set together with dispatcher');
  }
  const { origin, pathname } = resolveBaseUrl(baseUrl);
  const base: RequestBase = { prefix: pathname.replace(/\/+$/, ''), userAgent: formatUserAgent(userAgent) };
  return {
    credentials: resolveCredentials(credentials),
    tokenStore,
    dispatcher: fetch === undefined ? dispatcher : fetchDispatcher(fetch),
    origin,
    proxy: dispatcher === undefined && fetch === undefined && origin.startsWith('https:') ? resolveProxy() : undefined,
    base,
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
