/** The defaults of the client options, which the client and the README have to match. */
export const defaults = {
  baseUrl: 'https://cloud.mongodb.com',
  endpoint: 'auto',
  timeout: 60_000,
  attemptTimeout: 15_000,
  maxRetries: 3,
  maxResponseSize: 8_388_608,
} as const;
