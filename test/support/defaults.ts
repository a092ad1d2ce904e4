import { vi } from 'vitest';

/** The defaults of the client options, which the client and the documents have to match. */
export const defaults = {
  baseUrl: 'https://cloud.mongodb.com',
  endpoint: 'auto',
  timeout: 60_000,
  attemptTimeout: 15_000,
  maxRetries: 3,
  maxResponseSize: 8_388_608,
} as const;

/** The default version of the v2 API for `get()`. */
export const defaultApiVersion = '2025-03-12';

/** The environment variables of each login, in the order in which the client looks for them. */
export const loginVariables = [
  ['MONGODB_ATLAS_ACCESS_TOKEN'],
  ['MONGODB_ATLAS_CLIENT_ID', 'MONGODB_ATLAS_CLIENT_SECRET'],
  ['MONGODB_ATLAS_PUBLIC_KEY', 'MONGODB_ATLAS_PRIVATE_KEY'],
  ['MONGODB_ATLAS_PUBLIC_API_KEY', 'MONGODB_ATLAS_PRIVATE_API_KEY'],
] as const;

/** Sets these variables of the environment, and unsets the others that a client reads. */
export function setEnvironment(values: Readonly<Record<string, string>> = {}): void {
  const names = [...loginVariables.flat(), 'MONGODB_ATLAS_BASE_URL', 'https_proxy', 'HTTPS_PROXY'];
  for (const name of names) vi.stubEnv(name, values[name]);
}
