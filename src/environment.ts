import { AtlasConfigurationError } from './errors.js';
import type { AtlasCredentials } from './options.js';

/** The names that Atlas's own tools read: Go SDK and Terraform, then the Atlas CLI. */
const names = {
  accessToken: 'MONGODB_ATLAS_ACCESS_TOKEN',
  serviceAccount: ['MONGODB_ATLAS_CLIENT_ID', 'MONGODB_ATLAS_CLIENT_SECRET'],
  apiKey: ['MONGODB_ATLAS_PUBLIC_KEY', 'MONGODB_ATLAS_PRIVATE_KEY'],
  cliApiKey: ['MONGODB_ATLAS_PUBLIC_API_KEY', 'MONGODB_ATLAS_PRIVATE_API_KEY'],
} as const;

type Environment = Readonly<Record<string, string | undefined>>;

/** The variable that Atlas's tools read their base URL from. */
export const baseUrlVariable = 'MONGODB_ATLAS_BASE_URL';

/** The base URL; an empty value counts as none. */
export function baseUrlFromEnvironment(environment: Environment): string | undefined {
  return environment[baseUrlVariable] || undefined;
}

/** Credentials, and the variable that each part of them is from. */
export interface EnvironmentCredentials {
  readonly credentials: AtlasCredentials;
  readonly variables: Readonly<Record<string, string>>;
}

/**
 * The first complete credentials of the environment: access token, service account, API key. Empty values count as none.
 *
 * @throws {AtlasConfigurationError} where there are none.
 */
export function credentialsFromEnvironment(environment: Environment): EnvironmentCredentials {
  const accessToken = environment[names.accessToken];
  if (accessToken) return { credentials: { accessToken }, variables: { accessToken: names.accessToken } };
  const account = pair(environment, names.serviceAccount);
  if (account) {
    const [clientId, clientSecret] = names.serviceAccount;
    return { credentials: { clientId: account[0], clientSecret: account[1] }, variables: { clientId, clientSecret } };
  }
  for (const both of [names.apiKey, names.cliApiKey]) {
    const key = pair(environment, both);
    const [publicKey, privateKey] = both;
    if (key) return { credentials: { publicKey: key[0], privateKey: key[1] }, variables: { publicKey, privateKey } };
  }
  throw new AtlasConfigurationError(`No credentials: ${explain(environment)}`);
}

function pair(environment: Environment, [first, second]: readonly [string, string]): [string, string] | undefined {
  const one = environment[first];
  const other = environment[second];
  return one && other ? [one, other] : undefined;
}

function explain(environment: Environment): string {
  for (const [first, second] of [names.serviceAccount, names.apiKey, names.cliApiKey]) {
    if (environment[first]) return `${first} is set, and ${second} is not`;
    if (environment[second]) return `${second} is set, and ${first} is not`;
  }
  const pairs = [names.serviceAccount, names.apiKey].map((both) => both.join(' and '));
  return `pass the option credentials, or set ${names.accessToken}, ${pairs.join(', or ')}`;
}
