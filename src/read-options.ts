import { z } from 'zod';
import type { TokenStore } from './auth/token-store.js';
import { tokenSyntax } from './auth/token-syntax.js';
import { baseUrlFromEnvironment, baseUrlVariable, credentialsFromEnvironment } from './environment.js';
import { AtlasConfigurationError, type AtlasIssue } from './errors.js';
import type { DispatcherLike } from './http/dispatcher.js';
import { listIssues, toIssues } from './issues.js';
import type { AccessTokenCredentials, AtlasCredentials, EndpointChoice } from './options.js';
import type { TenantSnapshot } from './schemas.js';

/** Options of a client, checked and filled in. */
export interface Settings {
  readonly credentials: AtlasCredentials;
  readonly baseUrl: URL;
  readonly endpoint: EndpointChoice;
  readonly timeout: number;
  readonly attemptTimeout: number;
  readonly maxRetries: number;
  readonly maxResponseSize: number;
  readonly dispatcher: DispatcherLike | undefined;
  readonly userAgent: string | undefined;
}

// What setTimeout can count, almost 25 days.
const milliseconds = z.number().positive().max(0x7fff_ffff);
const retries = z.number().int().min(0).max(100);
const endpoint = z.enum(['auto', 'tenant', 'flex']);

// By its methods: what instanceof says differs between realms and between copies of a package.
function withMethods<T>(names: string[], what: string): z.ZodType<T> {
  return z.custom<T>(
    (value) =>
      typeof value === 'object' &&
      value !== null &&
      names.every((name) => typeof Reflect.get(value, name) === 'function'),
    `must be ${what}`,
  );
}

const text = z.string('must be a string');
// Neither line breaks nor other controls may reach a header; half a surrogate pair cannot be sent at all.
const secret = text.min(1, 'must not be empty').regex(/^[^\p{Cc}\p{Cs}]*$/u, 'must not hold control characters');
const headerText = text.regex(/^[\x20-\x7e]*$/, 'must be printable ASCII');
const nonEmptyHeaderText = headerText.min(1, 'must not be empty');

const apiKey = z.strictObject({ publicKey: secret, privateKey: secret });
const serviceAccount = z.strictObject({
  clientId: nonEmptyHeaderText.regex(/^[^:]*$/, 'must not hold a colon'),
  clientSecret: nonEmptyHeaderText,
  tokenStore: withMethods<TokenStore>(['get', 'set'], 'a store with get and set, such as a Keyv instance').optional(),
});
const accessToken = z.strictObject({
  accessToken: z.custom<AccessTokenCredentials['accessToken']>(
    (value) => typeof value === 'function' || (typeof value === 'string' && tokenSyntax.test(value)),
    'must be a bearer token (letters, digits and -._~+/ only), or a function that gives one',
  ),
});

const clientOptions = z.strictObject({
  credentials: z.unknown().optional(),
  baseUrl: z.union([z.string(), z.instanceof(URL)], 'must be a URL').optional(),
  endpoint: endpoint.default('auto'),
  timeout: milliseconds.default(60_000),
  attemptTimeout: milliseconds.default(15_000),
  maxRetries: retries.default(3),
  maxResponseSize: z.number().int().positive().max(0x7fff_ffff).default(1_048_576),
  dispatcher: withMethods<DispatcherLike>(['dispatch'], 'an undici dispatcher').optional(),
  userAgent: headerText.optional(),
});

/** A wait's default `pollInterval`, in ms. All defaults but this and the next are the client's, above. */
export const defaultPollInterval = 10_000;
/** A wait's default `timeout`, in ms. */
export const defaultWaitTimeout = 30 * 60_000;

/** Checks {@link CallOptions}. */
export const callOptionsSchema = z
  .strictObject({
    signal: withMethods<AbortSignal>(['addEventListener', 'removeEventListener'], 'an AbortSignal'),
    timeout: milliseconds,
    attemptTimeout: milliseconds,
    maxRetries: retries,
    envelope: z.boolean(),
    pretty: z.boolean(),
    endpoint,
  })
  .partial();

/** Checks {@link WaitOptions}. */
export const waitOptionsSchema = callOptionsSchema
  .extend({
    pollInterval: milliseconds,
    onPoll: z.custom<(snapshot: TenantSnapshot) => void>((value) => typeof value === 'function', 'must be a function'),
  })
  .partial();

/** Checks a client's options, and fills in the rest. @throws {AtlasConfigurationError} */
export function readOptions(options: unknown): Settings {
  const parsed = clientOptions.safeParse(options ?? {});
  if (!parsed.success) throw configurationError(toIssues(parsed.error));
  const { credentials, baseUrl, dispatcher, userAgent, ...rest } = parsed.data;
  return { ...rest, dispatcher, userAgent, credentials: readCredentials(credentials), baseUrl: readBaseUrl(baseUrl) };
}

function readCredentials(given: unknown): AtlasCredentials {
  if (given !== undefined) return checkCredentials(given, {});
  const { credentials, variables } = credentialsFromEnvironment(process.env);
  return checkCredentials(credentials, variables);
}

/** @param variables - the variable that each part is from; none for the option. */
function checkCredentials(value: unknown, variables: Readonly<Record<string, string>>): AtlasCredentials {
  if (typeof value !== 'object' || value === null) throw invalid('credentials', 'must be an object');
  const given = Object.fromEntries(Object.entries(value).filter(([, part]) => part !== undefined));
  const [kind, second] = [apiKey, serviceAccount, accessToken].filter(({ shape }) =>
    Object.keys(shape).some((name) => name in given),
  );
  if (kind === undefined || second !== undefined) {
    throw invalid(
      'credentials',
      'must be one of: publicKey and privateKey; clientId and clientSecret, with or without tokenStore; accessToken',
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

function readBaseUrl(given: string | URL | undefined): URL {
  const path = given === undefined ? baseUrlVariable : 'baseUrl';
  const value = String(given ?? baseUrlFromEnvironment(process.env) ?? 'https://cloud.mongodb.com');
  if (!URL.canParse(value)) throw invalid(path, 'must be a URL, such as https://cloud.mongodb.com');
  const url = new URL(value);
  const message = whatIsWrong(url);
  if (message !== undefined) throw invalid(path, message);
  return url;
}

const loopback = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/;

function whatIsWrong(url: URL): string | undefined {
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && loopback.test(url.hostname))) {
    return 'must be https; http is for a loopback host only';
  }
  if (url.username !== '' || url.password !== '') return 'must hold no user info: use credentials';
  if (url.search !== '' || url.hash !== '') return 'must hold no query and no fragment';
  return undefined;
}

function invalid(path: string, message: string): AtlasConfigurationError {
  return configurationError([{ path, message }]);
}

function configurationError(issues: AtlasIssue[]): AtlasConfigurationError {
  return new AtlasConfigurationError(`Invalid options: ${listIssues(issues)}`);
}
