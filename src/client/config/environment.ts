import * as z from 'zod';
import { type AccessTokenCredentials, type AtlasCredentials, maxCredentialLength } from '../auth/authenticator.js';
import { bearerTokenForm, isBearerToken } from '../auth/bearer.js';
import { inputIssues, listIssues } from '../errors/call-errors.js';
import { AtlasConfigurationError } from '../errors/errors.js';

/** A login that the environment may have. */
export interface Login {
  readonly name: 'access token' | 'service account' | 'API key';
  /** The variable of each field of the credentials. */
  readonly variables: Readonly<Record<string, string>>;
}

/**
 * The logins, in the order in which the client looks for them. For an API key, the Go SDK and Terraform read the first pair, and
 * the Atlas CLI the second.
 */
export const logins: readonly Login[] = [
  { name: 'access token', variables: { accessToken: 'MONGODB_ATLAS_ACCESS_TOKEN' } },
  {
    name: 'service account',
    variables: { clientId: 'MONGODB_ATLAS_CLIENT_ID', clientSecret: 'MONGODB_ATLAS_CLIENT_SECRET' },
  },
  { name: 'API key', variables: { publicKey: 'MONGODB_ATLAS_PUBLIC_KEY', privateKey: 'MONGODB_ATLAS_PRIVATE_KEY' } },
  {
    name: 'API key',
    variables: { publicKey: 'MONGODB_ATLAS_PUBLIC_API_KEY', privateKey: 'MONGODB_ATLAS_PRIVATE_API_KEY' },
  },
];

/** Returns the logins of which all variables are set. A client without the option `credentials` uses the first. */
export function readLogins(): Login[] {
  return logins.filter((login) => valuesOf(login).every((value) => value !== ''));
}

/** Returns the values of a login. Those that are not set are empty. */
export function valuesOf({ variables }: Login): string[] {
  return Object.values(variables).map((name) => process.env[name] ?? '');
}

export const baseUrlVariable = 'MONGODB_ATLAS_BASE_URL';

/** The server of Atlas. */
export const atlasUrl = 'https://cloud.mongodb.com';

/** Returns the base URL of a client without the option `baseUrl`. It may be invalid. */
export function readBaseUrl(): string {
  return process.env[baseUrlVariable] || atlasUrl;
}

/**
 * Returns the URL of the proxy for https.
 *
 * @throws {@link AtlasConfigurationError} if it is invalid.
 */
export function readProxy(): string | undefined {
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

const text = z
  .string()
  .min(1)
  .max(maxCredentialLength)
  // Control characters could start another header, and half a surrogate pair cannot be sent at all.
  .regex(/^[^\p{Cc}\p{Cs}]*$/u, 'must not contain control characters');

const clientId = text.regex(/^[^:]*$/, 'must not contain a colon');
const accessToken = z.custom<AccessTokenCredentials['accessToken']>(
  (value) => typeof value === 'function' || isBearerToken(value),
  `must be a bearer token without the word Bearer (${bearerTokenForm}), or a function that returns one`,
);

const kinds = [
  z.strictObject({ publicKey: text, privateKey: text }),
  z.strictObject({ clientId, clientSecret: text }),
  z.strictObject({ accessToken }),
];

/**
 * Returns the credentials of the option, or else the first complete ones of the environment: an access token, a service
 * account, or an API key. An empty variable counts as missing.
 *
 * @throws {@link AtlasConfigurationError} if they are invalid, if there are none, or if the first login with a variable set
 * has only one of its two: the name of the other may be misspelt, and the next login may be outdated.
 */
export function resolveCredentials(option: object | undefined): AtlasCredentials {
  if (option !== undefined) return checkCredentials(option, {});
  const login = logins.find(({ variables }) => Object.values(variables).some((name) => process.env[name]));
  if (login === undefined) {
    // One pair of names for an API key is enough, so the last one is left out.
    const choices = logins.slice(0, -1).map(({ variables }) => Object.values(variables).join(' and '));
    const what = `There are no credentials. The environment needs ${choices.join(', or ')}.`;
    const advice = 'Set the variables of one login, or pass the option credentials.';
    throw new AtlasConfigurationError(what, { advice });
  }
  const names = Object.values(login.variables);
  const set = names.find((name) => process.env[name]);
  const missing = names.find((name) => !process.env[name]);
  if (missing !== undefined) {
    const advice = `Set both, or unset ${set}.`;
    throw new AtlasConfigurationError(`${set} is set, but ${missing} is not.`, { advice });
  }
  const fields = Object.entries(login.variables).map(([field, name]) => [field, process.env[name]]);
  return checkCredentials(Object.fromEntries(fields), login.variables);
}

/** @param variables - the environment variable of each field; empty for the option. */
function checkCredentials(value: object, variables: Readonly<Record<string, string>>): AtlasCredentials {
  const given = Object.fromEntries(Object.entries(value).filter(([, field]) => field !== undefined));
  const [kind, second] = kinds.filter(({ shape }) => Object.keys(given).some((name) => Object.hasOwn(shape, name)));
  if (kind === undefined || second !== undefined) {
    const choices = 'publicKey and privateKey, clientId and clientSecret, or accessToken';
    throw new AtlasConfigurationError(
      `Invalid credentials: credentials: must have the values of exactly one of these: ${choices}.`,
    );
  }
  const parsed = kind.safeParse(given);
  if (parsed.success) return parsed.data;
  const nameOf = (field: string) => variables[field] ?? ['credentials', field].filter(Boolean).join('.');
  const issues = inputIssues(parsed.error).map(({ path, message }) => ({ path: nameOf(path), message }));
  throw new AtlasConfigurationError(`Invalid credentials: ${listIssues(issues)}.`);
}
