import * as z from 'zod';
import { type AccessTokenCredentials, type AtlasCredentials, maxCredentialLength } from '../auth/authenticator.js';
import { bearerTokenForm, isBearerToken } from '../auth/bearer.js';
import { AtlasConfigurationError } from '../errors/errors.js';
import { inputIssues, listIssues } from '../errors/issues.js';
import { logins } from './environment.js';
import { optionsError } from './option-schemas.js';

const text = z
  .string({ error: ({ input }) => (input === undefined ? 'is missing' : 'must be a string') })
  .min(1, 'must not be empty')
  .max(maxCredentialLength, `must have at most ${maxCredentialLength} characters`)
  // Control characters could start another header, and half a surrogate pair cannot be sent at all.
  .regex(/^[^\p{Cc}\p{Cs}]*$/u, 'must not contain control characters');

const clientId = text.regex(/^[^:]*$/, 'must not contain a colon');
const accessToken = z.custom<AccessTokenCredentials['accessToken']>(
  (value) => typeof value === 'function' || isBearerToken(value),
  `must be a bearer token without the word Bearer (${bearerTokenForm}), or a function that returns one`,
);

const kinds = [
  z.strictObject({ publicKey: text, privateKey: text }, { error: optionsError }),
  z.strictObject({ clientId, clientSecret: text }, { error: optionsError }),
  z.strictObject({ accessToken }, { error: optionsError }),
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
  // If all fields are undefined, because a variable is not set, the names of the fields show which kind is meant.
  const names = Object.keys(Object.keys(given).length > 0 ? given : value);
  const [kind, second] = kinds.filter(({ shape }) => names.some((name) => Object.hasOwn(shape, name)));
  if (kind === undefined || second !== undefined) {
    const choices = 'publicKey and privateKey, clientId and clientSecret, or accessToken';
    throw new AtlasConfigurationError(`Invalid credentials: credentials: must have exactly one of these: ${choices}.`);
  }
  const parsed = kind.safeParse(given);
  if (parsed.success) return parsed.data;
  const nameOf = (field: string) => variables[field] ?? ['credentials', field].filter(Boolean).join('.');
  const issues = inputIssues(parsed.error).map(({ path, message }) => ({ path: nameOf(path), message }));
  throw new AtlasConfigurationError(`Invalid credentials: ${listIssues(issues)}.`);
}
