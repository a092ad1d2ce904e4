import { z } from 'zod';
import type { TokenStore } from './auth/token-store.js';
import { tokenSyntax } from './auth/token-syntax.js';
import { baseUrlFromEnvironment, baseUrlVariable, credentialsFromEnvironment } from './environment.js';
import { AtlasConfigurationError, type AtlasIssue } from './errors.js';
import type { DispatcherLike } from './http/dispatcher.js';
import { listIssues, toIssues } from './issues.js';
import type { TenantSnapshot } from './schemas.js';

/** An API key: HTTP Digest. @see https://www.rfc-editor.org/rfc/rfc7616 */
export interface ApiKeyCredentials {
  /** The key's name; Atlas's have eight letters. */
  publicKey: string;
  /** The key's secret. It is never sent. */
  privateKey: string;
  clientId?: never;
  clientSecret?: never;
  tokenStore?: never;
  accessToken?: never;
}

/** A service account: OAuth 2.0 client credentials. @see https://www.rfc-editor.org/rfc/rfc6749#section-4.4 */
export interface ServiceAccountCredentials {
  /** The account's name, such as `mdb_sa_id_…`. */
  clientId: string;
  /** The account's secret, such as `mdb_sa_sk_…`. It is sent to the token endpoint only. */
  clientSecret: string;
  /** Where a fleet shares one token: any Keyv instance. Default: the memory of this client. */
  tokenStore?: TokenStore | undefined;
  publicKey?: never;
  privateKey?: never;
  accessToken?: never;
}

/** A bearer token of the caller's. @see https://www.rfc-editor.org/rfc/rfc6750 */
export interface AccessTokenCredentials {
  /** A token, or a function that gives one: asked before each attempt, and once more after a 401. */
  accessToken: string | (() => string | Promise<string>);
  publicKey?: never;
  privateKey?: never;
  clientId?: never;
  clientSecret?: never;
  tokenStore?: never;
}

/** One of the three ways to log in. */
export type AtlasCredentials = ApiKeyCredentials | ServiceAccountCredentials | AccessTokenCredentials;

/** Which endpoint to ask: `auto` asks the tenant endpoint until Atlas shows that it is gone, and Flex from then on. */
export type EndpointChoice = 'auto' | 'tenant' | 'flex';

/** Options of a client; each may be left out. */
export interface TenantSnapshotsClientOptions {
  /** Default: from the environment; an access token, then a service account, then an API key. */
  credentials?: AtlasCredentials | undefined;
  /**
   * Where Atlas is. https only, but for http to a loopback host; a path is kept as a prefix.
   * Default: `MONGODB_ATLAS_BASE_URL`, then `https://cloud.mongodb.com`.
   */
  baseUrl?: string | URL | undefined;
  /** Default: `auto`. */
  endpoint?: EndpointChoice | undefined;
  /** ms for a whole call: authentication, queueing, retries and waits included. Default: 60 000. */
  timeout?: number | undefined;
  /** ms for one HTTP exchange, from when it goes on the wire. Default: 15 000. */
  attemptTimeout?: number | undefined;
  /** Attempts after the first. Default: 3. */
  maxRetries?: number | undefined;
  /** bytes of one answer's body. Default: 1 MiB. */
  maxResponseSize?: number | undefined;
  /**
   * What sends the requests: an agent of undici 7 or 8, for a proxy, mutual TLS or tests. It is not closed with the client.
   * Default: at most 64 connections of the client's own, behind `HTTPS_PROXY` / `NO_PROXY` where they are set.
   */
  dispatcher?: DispatcherLike | undefined;
  /** Put before the package's own `User-Agent`. */
  userAgent?: string | undefined;
}

/** Options of one call; each may be left out, and stands before the client's. */
export interface CallOptions {
  /** Ends the call at once; it then rejects with the signal's reason. */
  signal?: AbortSignal | undefined;
  /** ms for the whole call. */
  timeout?: number | undefined;
  /** ms for one HTTP exchange. */
  attemptTimeout?: number | undefined;
  /** Attempts after the first. */
  maxRetries?: number | undefined;
  /** Asks Atlas to answer 200 always, with the real status in the body. The result is the same. */
  envelope?: boolean | undefined;
  /** Asks Atlas to indent the body. The result is the same. */
  pretty?: boolean | undefined;
  /** Pins one endpoint for this call. */
  endpoint?: EndpointChoice | undefined;
}

/** Options of a wait; `timeout` bounds all of it. Default: 30 minutes. */
export interface WaitOptions extends CallOptions {
  /** ms from the beginning of one poll to the beginning of the next. Default: 10 000. */
  pollInterval?: number | undefined;
  /** Is given the snapshot after each poll; a promise is waited for. What it throws ends the wait. */
  onPoll?: ((snapshot: TenantSnapshot) => void) | undefined;
}

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

// Neither line breaks nor other controls may reach a header; half a surrogate pair cannot be sent at all.
const secret = z
  .string('must be a string')
  .min(1, 'must not be empty')
  .regex(/^[^\p{Cc}\p{Cs}]*$/u, 'must not hold control characters');
const headerText = z.string().regex(/^[\x20-\x7e]*$/, 'must be printable ASCII');

const apiKey = z.strictObject({ publicKey: secret, privateKey: secret });
const serviceAccount = z.strictObject({
  clientId: headerText.min(1).regex(/^[^:]*$/, 'must not hold a colon'),
  clientSecret: headerText.min(1),
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
