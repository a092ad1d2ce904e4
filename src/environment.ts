import { AtlasConfigurationError } from './errors.js';

/** The variables that Atlas's own tools read, a row for each kind of credentials: Go SDK and Terraform, then the Atlas CLI. */
const kinds: readonly Readonly<Record<string, string>>[] = [
  { accessToken: 'MONGODB_ATLAS_ACCESS_TOKEN' },
  { clientId: 'MONGODB_ATLAS_CLIENT_ID', clientSecret: 'MONGODB_ATLAS_CLIENT_SECRET' },
  { publicKey: 'MONGODB_ATLAS_PUBLIC_KEY', privateKey: 'MONGODB_ATLAS_PRIVATE_KEY' },
  { publicKey: 'MONGODB_ATLAS_PUBLIC_API_KEY', privateKey: 'MONGODB_ATLAS_PRIVATE_API_KEY' },
];

type Environment = Readonly<Record<string, string | undefined>>;

/** The variable that Atlas's tools read their base URL from. */
export const baseUrlVariable = 'MONGODB_ATLAS_BASE_URL';

/** The base URL; an empty value counts as none. */
export function baseUrlFromEnvironment(environment: Environment): string | undefined {
  return environment[baseUrlVariable] || undefined;
}

/** Credentials, not checked yet, and the variable that each part of them is from. */
export interface EnvironmentCredentials {
  readonly credentials: object;
  readonly variables: Readonly<Record<string, string>>;
}

/**
 * The first complete credentials of the environment: access token, service account, API key. Empty values count as none.
 *
 * @throws {AtlasConfigurationError} where there are none.
 */
export function credentialsFromEnvironment(environment: Environment): EnvironmentCredentials {
  for (const variables of kinds) {
    const parts = Object.entries(variables).map(([part, variable]) => [part, environment[variable]] as const);
    if (parts.every(([, value]) => value)) return { credentials: Object.fromEntries(parts), variables };
  }
  throw new AtlasConfigurationError(`No credentials: ${explain(environment)}`);
}

function explain(environment: Environment): string {
  const rows = kinds.map((variables) => Object.values(variables));
  for (const row of rows) {
    const set = row.find((variable) => environment[variable]);
    const missing = row.find((variable) => !environment[variable]);
    if (set !== undefined) return `${set} is set, and ${missing} is not`;
  }
  // Without the last, the CLI's: one pair of names for an API key is enough.
  const choices = rows.slice(0, -1).map((row) => row.join(' and '));
  return `pass the option credentials, or set ${choices.join(', or ')}`;
}
