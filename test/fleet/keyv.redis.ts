import KeyvRedis from '@keyv/redis';
import Keyv from 'keyv';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import type { TokenStore } from '../../src/index.js';
import type { AtlasEmulator, AtlasEmulatorOptions } from '../../src/testing/index.js';
import { runClock, stopClock } from '../support/clock.js';
import { openClient } from '../support/open-client.js';
import { openEmulator } from '../support/open-emulator.js';
import { startRedis } from './redis-server.mjs';
import { openRedisTokenStore } from './redis-token-store.mjs';
import { redisUrl } from './redis-url.js';

/** A client with its own connection to Redis, as another process would have. */
function openProcess(emulator: AtlasEmulator, url = redisUrl()) {
  const { store, redis } = openRedisTokenStore(url);
  onTestFinished(() => redis.destroy());
  const get = openWithStore(emulator, store);
  return { get, redis, getAll: (count: number) => Promise.allSettled(Array.from({ length: count }, get)) };
}

/** A function that gets the emulator's snapshot, logged in as its service account. */
function openWithStore(emulator: AtlasEmulator, tokenStore: TokenStore) {
  const { url, credentials, groupId, clusterName, snapshotId } = emulator;
  const client = openClient({ baseUrl: url, credentials: credentials.serviceAccount, tokenStore });
  return () => client.getTenantSnapshot(groupId, clusterName, snapshotId);
}

const countAnswered = (results: readonly PromiseSettledResult<unknown>[]) =>
  results.filter(({ status }) => status === 'fulfilled').length;

async function openRedis() {
  const redis = await startRedis();
  onTestFinished(() => redis.stop());
  return redis;
}

const tokenRequests = (emulator: AtlasEmulator) => emulator.requests.filter(({ kind }) => kind === 'token');
const keyOf = ({ url, credentials }: AtlasEmulator) =>
  `atlas-tenant-snapshots:token:${url}:${credentials.serviceAccount.clientId}`;

/** An emulator, and a connection to a Redis in which a process has stored its token. */
async function openWithToken(options?: AtlasEmulatorOptions) {
  const emulator = await openEmulator(options);
  const { get, redis } = openProcess(emulator);
  await get();
  expect(await redis.exists(keyOf(emulator))).toBe(1);
  return { emulator, redis };
}

describe('a token in Redis', () => {
  it('is shared by all clients of the account', async () => {
    const emulator = await openEmulator();
    for (let process = 0; process < 5; process += 1) await openProcess(emulator).get();
    expect(tokenRequests(emulator)).toHaveLength(1);
  });

  it('is stored for its lifetime, under a key without a secret', async () => {
    const { emulator, redis } = await openWithToken({ tokens: { lifetime: 900 } });
    const { clientSecret } = emulator.credentials.serviceAccount;
    const key = keyOf(emulator);
    expect(key).not.toContain(clientSecret);
    expect(await redis.get(key)).not.toContain(clientSecret);
    const left = await redis.pTTL(key);
    expect(left).toBeLessThanOrEqual(900_000);
    expect(left).toBeGreaterThan(800_000);
  });

  it.each([
    { what: 'text that is no token', value: 'not a token' },
    { what: 'half of a token', value: '{"value":"{\\"accessToken\\":\\"a' },
    { what: 'another value of Keyv', value: '{"value":{"a":1}}' },
  ])('that is $what is fetched anew, and put in its place', async ({ value }) => {
    const { emulator, redis } = await openWithToken();
    await redis.set(keyOf(emulator), value);
    await openProcess(emulator).get();
    expect(tokenRequests(emulator)).toHaveLength(2);
    await openProcess(emulator).get();
    expect(tokenRequests(emulator)).toHaveLength(2);
  });

  it('is fetched again if its key holds a list', async () => {
    const { emulator, redis } = await openWithToken();
    await redis.del(keyOf(emulator));
    await redis.lPush(keyOf(emulator), 'not a token');
    await openProcess(emulator).get();
    expect(tokenRequests(emulator)).toHaveLength(2);
  });

  it('is renewed once after it was revoked, and the next process uses the new one', async () => {
    const emulator = await openEmulator();
    const [first, second] = [openProcess(emulator), openProcess(emulator)];
    await first.get();
    await second.get();
    emulator.revokeTokens();
    await first.get();
    await second.get();
    await openProcess(emulator).get();
    expect(tokenRequests(emulator)).toHaveLength(2);
  });
});

describe('a Redis that', () => {
  it('crashes while calls run does not fail them', async () => {
    const emulator = await openEmulator();
    const redis = await openRedis();
    const { get, getAll } = openProcess(emulator, redis.url);
    await get();
    emulator.respond({ delay: 20, times: 50 });
    const before = getAll(50);
    await redis.stop();
    emulator.revokeTokens();
    const after = getAll(50);
    expect(countAnswered(await before)).toBe(50);
    expect(countAnswered(await after)).toBe(50);
    expect(tokenRequests(emulator)).toHaveLength(2);
  });

  it('is up again shares tokens again', async () => {
    const emulator = await openEmulator();
    const redis = await openRedis();
    const first = openProcess(emulator, redis.url);
    await first.get();
    await redis.stop();
    const again = await startRedis(redis.port);
    onTestFinished(() => again.stop());
    await vi.waitFor(() => expect(first.redis.isReady).toBe(true), { timeout: 5_000 });
    emulator.revokeTokens();
    await first.get();
    await openProcess(emulator, again.url).get();
    expect(tokenRequests(emulator)).toHaveLength(2);
  });

  it('is down from the start leads to a token request and a bounded wait', async () => {
    const redis = await openRedis();
    await redis.stop();
    stopClock();
    const emulator = await openEmulator();
    const { getAll } = openProcess(emulator, redis.url);
    const before = performance.now();
    expect(countAnswered(await runClock(getAll(20), 10))).toBe(20);
    expect(performance.now() - before).toBeLessThan(3_000);
    expect(tokenRequests(emulator)).toHaveLength(1);
  });

  it('hangs leads to a token request and a bounded wait', async () => {
    const redis = await openRedis();
    stopClock();
    const emulator = await openEmulator();
    const { get, getAll } = openProcess(emulator, redis.url);
    await runClock(get(), 10);
    redis.freeze();
    emulator.revokeTokens();
    const before = performance.now();
    expect(countAnswered(await runClock(getAll(20), 10))).toBe(20);
    expect(performance.now() - before).toBeLessThan(3_000);
    expect(tokenRequests(emulator)).toHaveLength(2);
    redis.thaw();
  });

  // Commands then wait until Redis is up again. The client stops waiting for the store each time, and no call fails.
  it('is down does not fail calls over a Keyv with default options', async () => {
    const redis = await openRedis();
    const adapter = new KeyvRedis(redis.url);
    const tokenStore = new Keyv(adapter);
    tokenStore.on('error', () => {});
    onTestFinished(() => adapter.disconnect(true));
    stopClock();
    const emulator = await openEmulator();
    const get = openWithStore(emulator, tokenStore);
    await runClock(get(), 10);
    await redis.stop();
    emulator.revokeTokens();
    const calls = Promise.allSettled(Array.from({ length: 20 }, get));
    expect(countAnswered(await runClock(calls, 10))).toBe(20);
    expect(tokenRequests(emulator)).toHaveLength(2);
  });
});
