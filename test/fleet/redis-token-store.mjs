import { createClient, createKeyv } from '@keyv/redis';

/**
 * A token store over Redis, set up as a service should: while Redis is away it fails at once, and ends no process.
 *
 * @param {string} url
 */
export function openRedisTokenStore(url) {
  const redis = createClient({
    url,
    // Otherwise a command waits until Redis is up again, and every token fetch waits half a second for the store.
    disableOfflineQueue: true,
    socket: { connectTimeout: 500, reconnectStrategy: (attempts) => Math.min(50 * 2 ** attempts, 2_000) },
  });
  // Without a listener, an 'error' event is thrown and ends the process.
  redis.on('error', () => {});
  const store = createKeyv(redis, { throwOnConnectError: false });
  store.on('error', () => {});
  return { store, redis };
}
