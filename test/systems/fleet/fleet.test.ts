import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { createClient } from '@keyv/redis';
import { expect, it, onTestFinished } from 'vitest';
import { createTokenStore } from '../../../examples/keyv-redis.mjs';
import type { AtlasEmulator, AtlasEmulatorOptions } from '../../../src/testing/index.js';
import { openClient } from '../../support/open-client.js';
import { openEmulator } from '../../support/open-emulator.js';
import { freePort } from '../../support/processes.js';
import { openRedis } from './redis-server.js';

/** An emulator with limits of tokens. The test advances the minutes of its clock. */
async function openAtlas(tokens: AtlasEmulatorOptions['tokens']) {
  let passed = 0;
  const emulator = await openEmulator({ now: () => Date.now() + passed, tokens });
  const passMinute = () => {
    passed += 60_001;
  };
  return { emulator, passMinute };
}

/** Processes with one client each, which share a token in Redis. None at first. All end with the test. */
function openFleet(emulator: AtlasEmulator, redisUrl: string) {
  const members: ChildProcess[] = [];
  onTestFinished(() => {
    for (const member of members) member.kill();
  });
  const start = async () => {
    const member = fork(new URL('./member.mjs', import.meta.url));
    members.push(member);
    const { url: baseUrl, credentials, groupId, clusterName, snapshotId } = emulator;
    const path = [groupId, clusterName, snapshotId];
    await ask(member, { open: { baseUrl, account: credentials.serviceAccount, redisUrl, path } });
  };
  return {
    /** Starts more processes, four at a time. More would not be faster. */
    async grow(by: number) {
      for (let left = by; left > 0; left -= 4) await Promise.all(Array.from({ length: Math.min(4, left) }, start));
    },
    /** Makes that many concurrent calls in every process at once. Returns the statuses of their token requests. */
    async wave(callsEach: number) {
      emulator.requests.length = 0;
      const errors = await Promise.all(members.map((member) => ask(member, { call: callsEach })));
      expect(errors.flat()).toEqual([]);
      const read = emulator.requests.filter(({ kind, status }) => kind === 'flex' && status === 200);
      expect(read).toHaveLength(members.length * callsEach);
      return emulator.requests.filter(({ kind }) => kind === 'token').map(({ status }) => status);
    },
  };
}

/** Returns the errors of the calls of a process. */
async function ask(member: ChildProcess, message: object): Promise<string[]> {
  const answered = once(member, 'message');
  const ended = once(member, 'exit').then(() => {
    throw new Error('A process of the fleet has exited');
  });
  // It may exit after the race is over.
  ended.catch(() => undefined);
  member.send(message);
  const [errors] = await Promise.race([answered, ended]);
  return errors;
}

it.each([
  [25, { perMinute: 10 }, 10],
  [12, { live: 1 }, 1],
])(
  '%i processes lose no call at a limit of %j, cold or after a revocation, and end up sharing a token',
  async (size, tokens, limit) => {
    const { emulator, passMinute } = await openAtlas(tokens);
    const redis = await openRedis(await freePort());
    const fleet = openFleet(emulator, redis.url);
    await fleet.grow(size);

    const cold = await fleet.wave(3);
    expect(cold.length).toBeLessThanOrEqual(size);
    expect(cold.filter((status) => status === 200).length).toBeLessThanOrEqual(limit);
    expect(await fleet.wave(2)).toEqual([]);

    emulator.revokeTokens();
    passMinute();
    const revoked = await fleet.wave(3);
    expect(revoked.length).toBeLessThanOrEqual(size);
    expect(revoked.filter((status) => status === 200).length).toBeLessThanOrEqual(limit);
    expect(await fleet.wave(2)).toEqual([]);

    // A process that joins uses the stored token, although the limit may be reached.
    await fleet.grow(4);
    expect(await fleet.wave(2)).toEqual([]);
  },
);

/** A function that gets the snapshot of an emulator, logged in with a token that is stored in Redis. */
function openWithRedis({ url, credentials, groupId, clusterName, snapshotId }: AtlasEmulator, redisUrl: string) {
  const tokenStore = createTokenStore(redisUrl, () => {});
  onTestFinished(() => tokenStore.disconnect());
  const client = openClient({ baseUrl: url, credentials: credentials.serviceAccount, tokenStore });
  return () => client.getTenantSnapshot(groupId, clusterName, snapshotId);
}

it('a token is stored in Redis for its lifetime', async () => {
  const { url } = await openRedis(await freePort());
  await openWithRedis(await openEmulator({ tokens: { lifetime: 900 } }), url)();
  const redis = createClient({ url });
  await redis.connect();
  onTestFinished(() => redis.destroy());
  const keys = await redis.keys('*');
  expect(keys).toEqual([expect.stringContaining('atlas-tenant-snapshots:token:')]);
  const left = await redis.pTTL(keys[0] ?? '');
  expect(left).toBeLessThanOrEqual(900_000);
  expect(left).toBeGreaterThan(800_000);
});
