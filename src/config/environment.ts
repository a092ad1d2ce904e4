import { AtlasConfigurationError } from '../errors/errors.js';

/** The variables of each login. For an API key, the Go SDK and Terraform read the first pair, and the Atlas CLI the second. */
const kinds: readonly Readonly<Record<string, string>>[] = [
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
 * @throws {@link AtlasConfigurationError} if there are none.
 */
export function credentialsFromEnvironment(environment: Environment): EnvironmentCredentials {
  for (const variables of kinds) {
    const fields = Object.entries(variables).map(([field, variable]) => [field, environment[variable]] as const);
    if (fields.every(([, value]) => value)) return { credentials: Object.fromEntries(fields), variables };
  }
  throw new AtlasConfigurationError(`There are no credentials. ${advise(environment)}`);
}

function advise(environment: Environment): string {
  const names = kinds.map((variables) => Object.values(variables));
  for (const pair of names) {
    const set = pair.find((variable) => environment[variable]);
    const missing = pair.find((variable) => !environment[variable]);
    if (set !== undefined) return `Set ${missing} too, because ${set} is set.`;
  }
  // One pair of names for an API key is enough, so the last one is left out.
  const choices = names.slice(0, -1).map((pair) => pair.join(' and '));
  return `Pass the option credentials, or set ${choices.join(', or ')}.`;
}
