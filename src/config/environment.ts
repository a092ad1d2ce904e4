import { AtlasConfigurationError } from '../errors/errors.js';

/** The variables of each login. For an API key, the Go SDK and Terraform read the first pair, and the Atlas CLI the second. */
const logins: readonly Readonly<Record<string, string>>[] = [
  { accessToken: 'MONGODB_ATLAS_ACCESS_TOKEN' },
  { clientId: 'MONGODB_ATLAS_CLIENT_ID', clientSecret: 'MONGODB_ATLAS_CLIENT_SECRET' },
  { publicKey: 'MONGODB_ATLAS_PUBLIC_KEY', privateKey: 'MONGODB_ATLAS_PRIVATE_KEY' },
  { publicKey: 'MONGODB_ATLAS_PUBLIC_API_KEY', privateKey: 'MONGODB_ATLAS_PRIVATE_API_KEY' },
];

type Environment = Readonly<Record<string, string | undefined>>;

/** The variable that other Atlas tools read their base URL from. */
export const baseUrlVariable = 'MONGODB_ATLAS_BASE_URL';

/** Unchecked credentials, and the variable of each of their fields. */
export interface EnvironmentCredentials {
  readonly credentials: object;
  readonly variables: Readonly<Record<string, string>>;
}

/**
 * Returns the first complete credentials: an access token, a service account, or an API key. Empty variables count as
 * missing.
 *
 * @throws {@link AtlasConfigurationError} if there are none, or if half of a pair comes first: its other half may have a
 * misspelt name, and the next login could be an outdated one.
 */
export function credentialsFromEnvironment(environment: Environment): EnvironmentCredentials {
  for (const variables of logins) {
    const names = Object.values(variables);
    const present = names.find((name) => environment[name]);
    const missing = names.find((name) => !environment[name]);
    if (present === undefined) continue;
    if (missing !== undefined) {
      throw new AtlasConfigurationError(`${present} is set, but ${missing} is not. Set both, or unset ${present}.`);
    }
    const fields = Object.entries(variables).map(([field, name]) => [field, environment[name]]);
    return { credentials: Object.fromEntries(fields), variables };
  }
  // One pair of names for an API key is enough, so the last one is left out.
  const choices = logins.slice(0, -1).map((variables) => Object.values(variables).join(' and '));
  throw new AtlasConfigurationError(`There are no credentials. Set ${choices.join(', or ')}.`);
}
