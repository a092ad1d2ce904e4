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
