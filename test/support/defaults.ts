/** The defaults of a client's options. Tests of the client show that it has them, tests of the README that it says so. */
export const defaults = {
  baseUrl: 'https://cloud.mongodb.com',
  endpoint: 'auto',
  timeout: 60_000,
  attemptTimeout: 15_000,
  maxRetries: 3,
  maxResponseSize: 1_048_576,
} as const;
