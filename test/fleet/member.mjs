// One process of a fleet. Its parent sends what to open and when to call, and gets the results of the calls.
import { TenantSnapshotsClient } from '../../node_modules/.cache/fleet/index.js';
import { openRedisTokenStore } from './redis-token-store.mjs';

let client;
let path;

function open({ baseUrl, account, redisUrl, path: values }) {
  const { store } = openRedisTokenStore(redisUrl);
  client = new TenantSnapshotsClient({ baseUrl, credentials: account, tokenStore: store });
  path = values;
}

async function call(count) {
  const calls = Array.from({ length: count }, () => client.getTenantSnapshot(...path));
  const results = await Promise.allSettled(calls);
  const errors = results.flatMap(({ reason }) => (reason === undefined ? [] : [String(reason)]));
  return { answered: count - errors.length, errors };
}

process.on('message', async (message) => {
  if (message.open !== undefined) open(message.open);
  process.send(message.call === undefined ? { opened: true } : await call(message.call));
});
process.on('disconnect', () => process.exit());
