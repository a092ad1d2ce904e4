import KeyvRedis, { createClient } from '@keyv/redis';
import Keyv from 'keyv';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createTokenStore } from '../../examples/keyv-redis.mjs';
import type { TokenStore } from '../../src/index.js';
import type { AtlasEmulator, AtlasEmulatorOptions } from '../../src/testing/index.js';
import { runClock, stopClock } from '../support/clock.js';
import { freePort } from '../support/free-port.js';
import { openClient } from '../support/open-client.js';
import { openEmulator } from '../support/open-emulator.js';
import { openRedis } from './redis-server.mjs';

/** A client with its own connection to Redis, as another process would have. */
function openProcess(emulator: AtlasEmulator, url: string) {
  const store = createTokenStore(url, () => {});
  onTestFinished(() => store.disconnect());
  return openWithStore(emulator, store);
}

/** Functions that get the emulator's snapshot once or several times at once, logged in as its service account. */
function openWithStore(emulator: AtlasEmulator, tokenStore: TokenStore) {
  const { url, credentials, groupId, clusterName, snapshotId } = emulator;
  const client = openClient({ baseUrl: url, credentials: credentials.serviceAccount, tokenStore });
  const get = () => client.getTenantSnapshot(groupId, clusterName, snapshotId);
  return { get, getAll: (count: number) => Promise.all(Array.from({ length: count }, get)) };
}

const tokenRequests = (emulator: AtlasEmulator) => emulator.requests.filter(({ kind }) => kind === 'token');

/** An emulator, and a connection to a Redis in which a process has stored its token, under `key`. */
async function openWithToken(options?: AtlasEmulatorOptions) {
  const emulator = await openEmulator(options);
  const { url } = await openRedis(await freePort());
  await openProcess(emulator, url).get();
  const redis = createClient({ url });
  await redis.connect();
  onTestFinished(() => redis.destroy());
  const [key = '', ...others] = await redis.keys('*');
  expect([key, others]).toEqual([expect.stringContaining('atlas-tenant-snapshots:token:'), []]);
  return { emulator, url, redis, key };
}

describe('a token in Redis', () => {
  it('is stored for its lifetime', async () => {
    const { redis, key } = await openWithToken({ tokens: { lifetime: 900 } });
    const left = await redis.pTTL(key);
    expect(left).toBeLessThanOrEqual(900_000);
    expect(left).toBeGreaterThan(800_000);
  });

  it.each(['half of a token', 'a list'])('is replaced if its key holds %s', async (what) => {
    const { emulator, url, redis, key } = await openWithToken();
    await redis.del(key);
    if (what === 'a list') await redis.lPush(key, 'not a token');
    else await redis.set(key, '{"value":"{\\"accessToken\\":\\"a');
    await openProcess(emulator, url).get();
    await openProcess(emulator, url).get();
    expect(tokenRequests(emulator)).toHaveLength(2);
  });
});

describe('a Redis that', () => {
  it('crashes while calls run does not fail them', async () => {
    const emulator = await openEmulator();
    const redis = await openRedis(await freePort());
    const { get, getAll } = openProcess(emulator, redis.url);
    await get();
    emulator.respond({ delay: 20, times: 50 });
    const before = getAll(50);
    await redis.stop();
    emulator.revokeTokens();
    await Promise.all([before, getAll(50)]);
    expect(tokenRequests(emulator)).toHaveLength(2);
  });

  it.each(['is down', 'hangs'] as const)('%s leads to a token request and a bounded wait', async (trouble) => {
    const redis = await openRedis(await freePort());
    if (trouble === 'is down') await redis.stop();
    else redis.freeze();
    stopClock();
    const emulator = await openEmulator();
    const { getAll } = openProcess(emulator, redis.url);
    const before = performance.now();
    await runClock(getAll(20), 10);
    expect(performance.now() - before).toBeLessThan(3_000);
    expect(tokenRequests(emulator)).toHaveLength(1);
  });

  // Commands then wait until Redis is up again. The client stops waiting for the store each time, and no call fails.
  it('is down does not fail calls over a Keyv with default options', async () => {
    const redis = await openRedis(await freePort());
    const adapter = new KeyvRedis(redis.url);
    const tokenStore = new Keyv(adapter);
    tokenStore.on('error', () => {});
    onTestFinished(() => adapter.disconnect(true));
    stopClock();
    const emulator = await openEmulator();
    const { get, getAll } = openWithStore(emulator, tokenStore);
    await runClock(get(), 10);
    await redis.stop();
    emulator.revokeTokens();
    await runClock(getAll(20), 10);
    expect(tokenRequests(emulator)).toHaveLength(2);
  });
});
