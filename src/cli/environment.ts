import { createRequire } from 'node:module';

/** The server of Atlas. */
export const atlasUrl = 'https://cloud.mongodb.com';

/** The logins in the order in which the client looks for them, with their variables. */
const logins = [
  ['access token', 'MONGODB_ATLAS_ACCESS_TOKEN'],
  ['service account', 'MONGODB_ATLAS_CLIENT_ID', 'MONGODB_ATLAS_CLIENT_SECRET'],
  ['API key', 'MONGODB_ATLAS_PUBLIC_KEY', 'MONGODB_ATLAS_PRIVATE_KEY'],
  ['API key', 'MONGODB_ATLAS_PUBLIC_API_KEY', 'MONGODB_ATLAS_PRIVATE_API_KEY'],
] as const;

/** Returns the logins of which all variables are set. The client uses the first. */
export function readLogins() {
  const read = logins.map(([name, ...variables]) => {
    return { name, variables, values: variables.map((variable) => process.env[variable] ?? '') };
  });
  return read.filter(({ values }) => !values.includes(''));
}

/** Says which login is used and which are not, if the environment has several with different values. */
export function describeLogins([used, ...others]: ReturnType<typeof readLogins>): string | undefined {
  const ignored = others.filter(({ values }) => values.join('\n') !== used?.values.join('\n'));
  if (used === undefined || ignored.length === 0) return undefined;
  const names = ignored.flatMap(({ variables }) => variables);
  return `The environment has several logins. Used: ${used.variables.join(', ')}. Ignored: ${names.join(', ')}.`;
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
