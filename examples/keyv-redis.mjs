/**
 * One token for a whole fleet: every process that runs this shares the service account's token through Redis.
 *
 *   npm install keyv @keyv/redis atlas-tenant-snapshots
 *   MONGODB_ATLAS_CLIENT_ID=… MONGODB_ATLAS_CLIENT_SECRET=… REDIS_URL=redis://localhost:6379 node keyv-redis.mjs \
 *     32b6e34b3d91647abb20e7b8 Cluster0
 */
import KeyvRedis from '@keyv/redis';
import { TenantSnapshotsClient } from 'atlas-tenant-snapshots';
import Keyv from 'keyv';

/**
 * A store that goes on without Redis while that is down: each process then fetches a token of its own.
 *
 * @param {string} url
 * @param {(error: Error) => void} onError
 */
export function createTokenStore(url, onError) {
  // By default both would wait for a connection without end: the first command, and those after a connection was lost.
  const store = new Keyv(new KeyvRedis({ url, disableOfflineQueue: true }, { connectionTimeout: 250 }));
  // Unheard, an 'error' event ends the process.
  store.on('error', onError);
  return store;
}

/**
 * @param {{ clientId: string, clientSecret: string }} serviceAccount
 * @param {import('atlas-tenant-snapshots').TokenStore} tokenStore
 * @param {import('atlas-tenant-snapshots').TenantSnapshotsClientOptions} [options]
 */
export function createClient(serviceAccount, tokenStore, options) {
  return new TenantSnapshotsClient({ ...options, credentials: serviceAccount, tokenStore });
}

if (process.argv[1] === import.meta.filename) {
  const { MONGODB_ATLAS_CLIENT_ID: clientId = '', MONGODB_ATLAS_CLIENT_SECRET: clientSecret = '' } = process.env;
  const tokenStore = createTokenStore(process.env.REDIS_URL ?? 'redis://localhost:6379', (error) =>
    console.error(`Redis: ${error.message}`),
  );
  const client = createClient({ clientId, clientSecret }, tokenStore);
  try {
    const [groupId = '', clusterName = ''] = process.argv.slice(2);
    for (const { id, status } of await client.listTenantSnapshots(groupId, clusterName)) console.log(id, status);
  } finally {
    await client.close();
    await tokenStore.disconnect();
  }
}
