/**
 * One access token for many processes: all processes that run this share the service account's token through Redis.
 *
 *   npm install keyv @keyv/redis # in a project that has installed atlas-tenant-snapshots
 *   # The login, a service account, is in the environment (README.md).
 *   REDIS_URL=redis://localhost:6379 node node_modules/atlas-tenant-snapshots/examples/keyv-redis.mjs \
 *     32b6e34b3d91647abb20e7b8 Cluster0
 */
import { realpathSync } from 'node:fs';
import KeyvRedis from '@keyv/redis';
import { TenantSnapshotsClient } from 'atlas-tenant-snapshots';
import Keyv from 'keyv';

/**
 * Returns a store that fails fast while Redis is down. Each process then fetches a token of its own.
 *
 * @param {string} url
 * @param {(error: Error) => void} onError
 */
export function createTokenStore(url, onError) {
  // By default both Keyv and the Redis client wait for a connection without a limit.
  const store = new Keyv(new KeyvRedis({ url, disableOfflineQueue: true }, { connectionTimeout: 250 }));
  // Without a listener, an 'error' event ends the process.
  store.on('error', onError);
  return store;
}

// Compares real paths, because the file may be run through a symbolic link.
if (process.argv[1] && realpathSync(process.argv[1]) === realpathSync(import.meta.filename)) {
  const tokenStore = createTokenStore(process.env.REDIS_URL ?? 'redis://localhost:6379', (error) =>
    console.error(`Redis: ${error.message}`),
  );
  const client = new TenantSnapshotsClient({ tokenStore });
  try {
    const [groupId = '', clusterName = ''] = process.argv.slice(2);
    for (const { id, status } of await client.listTenantSnapshots(groupId, clusterName)) console.log(id, status);
  } finally {
    await client.close();
    await tokenStore.disconnect();
  }
}
