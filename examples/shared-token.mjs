/**
 * One access token for a fleet: all processes that run this share a service account's token through Redis. One process fetches it,
 * however many wait; the others find it in Redis. The request for the token honors HTTPS_PROXY and NO_PROXY, as the client does.
 *
 *   npm install keyv @keyv/redis undici@7 # in a project that has installed atlas-tenant-snapshots
 *   # The login, a service account, is in the environment (README.md).
 *   REDIS_URL=redis://localhost:6379 node node_modules/atlas-tenant-snapshots/examples/shared-token.mjs \
 *     32b6e34b3d91647abb20e7b8 Cluster0
 */
import { realpathSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import KeyvRedis from '@keyv/redis';
import { TenantSnapshotsClient } from 'atlas-tenant-snapshots';
import Keyv from 'keyv';
import { EnvHttpProxyAgent, request } from 'undici';

/** The shortest time between two token requests of the fleet, in ms. */
const lockTime = 10_000;
const dispatcher = new EnvHttpProxyAgent();

/**
 * Opens the token in Redis. `accessToken` is the function for `credentials: { accessToken }`.
 *
 * @param {string} url the URL of Redis.
 */
export function openSharedToken(url) {
  // Fails while Redis is down, instead of waiting without a limit: each call connects if there is no connection.
  const redis = new KeyvRedis({ url, socket: { reconnectStrategy: false } });
  /** @type {Keyv<string>} */
  const store = new Keyv(redis, { throwOnErrors: true });
  // Without a listener, an 'error' event would end the process.
  store.on('error', () => {});

  /** @param {{ refused?: string }} context */
  async function accessToken({ refused }) {
    for (;;) {
      const token = await store.get('atlas-token');
      if (token !== undefined && token !== refused) return token;
      const client = await redis.getClient();
      // Only the first process gets the lock. The others wait for its token.
      if (await client.set('atlas-token-lock', 'locked', { NX: true, PX: lockTime })) break;
      await sleep(50);
    }
    const { access_token, expires_in } = await fetchToken();
    // Redis forgets it when nine tenths of its life are over. Then the next call fetches another one.
    await store.set('atlas-token', access_token, expires_in * 900);
    return access_token;
  }

  return { accessToken, close: () => store.disconnect() };
}

async function fetchToken() {
  // Read anew for each token: a secret manager may have rotated the secret.
  const { MONGODB_ATLAS_BASE_URL, MONGODB_ATLAS_CLIENT_ID, MONGODB_ATLAS_CLIENT_SECRET } = process.env;
  const login = Buffer.from(`${MONGODB_ATLAS_CLIENT_ID}:${MONGODB_ATLAS_CLIENT_SECRET}`).toString('base64');
  const { statusCode, body } = await request(
    `${MONGODB_ATLAS_BASE_URL || 'https://cloud.mongodb.com'}/api/oauth/token`,
    {
      method: 'POST',
      headers: { authorization: `Basic ${login}`, 'content-type': 'application/x-www-form-urlencoded' },
      body: 'grant_type=client_credentials',
      dispatcher,
      signal: AbortSignal.timeout(lockTime / 2),
    },
  );
  const text = await body.text();
  // Without the body, which may quote a secret.
  if (statusCode !== 200) throw new Error(`The token request failed with status ${statusCode}.`);
  return /** @type {{ access_token: string, expires_in: number }} */ (JSON.parse(text));
}

// Compares real paths, because the file may be run through a symbolic link.
if (process.argv[1] && realpathSync(process.argv[1]) === realpathSync(import.meta.filename)) {
  const { accessToken, close } = openSharedToken(process.env.REDIS_URL ?? 'redis://localhost:6379');
  const client = new TenantSnapshotsClient({ credentials: { accessToken } });
  try {
    const [groupId = '', clusterName = ''] = process.argv.slice(2);
    for (const { id, status } of await client.listTenantSnapshots(groupId, clusterName)) console.log(id, status);
  } finally {
    await client.close();
    await close();
  }
}
