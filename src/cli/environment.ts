import { createRequire } from 'node:module';

/** The server of Atlas. */
export const atlasUrl = 'https://cloud.mongodb.com';

/** The logins in the order in which the client looks for them, and the environment variables that have them. */
export const logins = [
  { name: 'access token', variables: ['MONGODB_ATLAS_ACCESS_TOKEN'] },
  { name: 'service account', variables: ['MONGODB_ATLAS_CLIENT_ID', 'MONGODB_ATLAS_CLIENT_SECRET'] },
  { name: 'API key', variables: ['MONGODB_ATLAS_PUBLIC_KEY', 'MONGODB_ATLAS_PRIVATE_KEY'] },
  { name: 'API key', variables: ['MONGODB_ATLAS_PUBLIC_API_KEY', 'MONGODB_ATLAS_PRIVATE_API_KEY'] },
] as const;

export type Login = (typeof logins)[number];

/** Returns the logins of which all variables are set. The client uses the first. */
export function readLogins(): Login[] {
  return logins.filter(({ variables }) => variables.every((variable) => process.env[variable]));
}

/** Returns the values of a login. */
export function valuesOf({ variables }: Login): string[] {
  return variables.map((variable) => process.env[variable] ?? '');
}

/** Says which login is used and which are not, if the environment has several with different values. */
export function describeLogins(used: Login): string[] {
  const ignored = readLogins().filter((login) => valuesOf(login).join('\n') !== valuesOf(used).join('\n'));
  if (ignored.length === 0) return [];
  const names = ignored.flatMap(({ variables }) => variables);
  return [`The environment has several logins. Used: ${used.variables.join(', ')}. Ignored: ${names.join(', ')}.`];
}

/** Returns the base URL that the client uses. It must be valid. */
export function readServer(): string {
  const { origin, pathname } = new URL(process.env['MONGODB_ATLAS_BASE_URL'] || atlasUrl);
  return origin + pathname.replace(/\/+$/, '');
}

/** Reads the version of this package. */
export function readVersion(): string {
  return createRequire(import.meta.url)('atlas-tenant-snapshots/package.json').version;
}
