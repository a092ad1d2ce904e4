// One process of a fleet. Its parent sends what to open and when to call, and gets the errors of the calls.
import { TenantSnapshotsClient } from 'atlas-tenant-snapshots';
import { createTokenStore } from '../../../examples/keyv-redis.mjs';

let client;
let path;

async function open({ baseUrl, account, redisUrl, path: values }) {
  const tokenStore = createTokenStore(redisUrl, () => {});
  // Connects to Redis first: on a busy machine, the first calls would not wait that long.
  await tokenStore.get('');
  client = new TenantSnapshotsClient({ baseUrl, credentials: account, tokenStore });
  path = values;
}

async function call(count) {
  const results = await Promise.allSettled(Array.from({ length: count }, () => client.getTenantSnapshot(...path)));
  return results.flatMap(({ reason }) => (reason === undefined ? [] : [String(reason)]));
}

process.on('message', async (message) => {
  if (message.open !== undefined) await open(message.open);
  process.send(message.call === undefined ? [] : await call(message.call));
});
process.on('disconnect', () => process.exit());
