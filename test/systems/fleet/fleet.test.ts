import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { expect, it, onTestFinished, vi } from 'vitest';
import type { AtlasEmulator } from '../../../src/testing/index.js';
import { openEmulator } from '../../support/open-emulator.js';
import { freePort, runProcess, startProcess } from '../../support/processes.js';

/** A Redis that writes nothing to disk. It ends with the test. */
async function openRedis() {
  const port = String(await freePort());
  const { output, ended } = startProcess('redis-server', ['--port', port, '--bind', '127.0.0.1', '--save', '']);
  const isReady = () => output.stdout.includes('Ready to accept connections');
  await Promise.race([vi.waitUntil(isReady, { timeout: 10_000 }), ended]);
  /** Runs a command of Redis. Returns its result. */
  const run = async (...command: string[]) => (await runProcess('redis-cli', ['-p', port, ...command])).stdout.trim();
  return { url: `redis://127.0.0.1:${port}`, run };
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
    /** Makes that many concurrent calls in every process at once, which all succeed. Returns the number of token requests. */
    async callFromAll(callsEach: number) {
      emulator.requests.length = 0;
      const errors = await Promise.all(members.map((member) => ask(member, { call: callsEach })));
      expect(errors.flat()).toEqual([]);
      const read = emulator.requests.filter(({ kind, status }) => kind === 'flex' && status === 200);
      expect(read).toHaveLength(members.length * callsEach);
      return emulator.requests.filter(({ kind }) => kind === 'token').length;
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

it('12 processes share a token, and no call fails, at the start and after a revocation', async () => {
  const emulator = await openEmulator();
  const redis = await openRedis();
  const fleet = openFleet(emulator, redis.url);
  await fleet.grow(12);

  expect(await fleet.callFromAll(3)).toBeGreaterThan(0);
  expect(await fleet.callFromAll(2)).toBe(0);

  const key = await redis.run('keys', '*');
  expect(key).toMatch(/^\S*atlas-tenant-snapshots:token:\S+$/);
  const left = Number(await redis.run('pttl', key));
  expect(left).toBeLessThanOrEqual(3_600_000);
  expect(left).toBeGreaterThan(3_000_000);

  emulator.revokeTokens();
  expect(await fleet.callFromAll(3)).toBeGreaterThan(0);
  expect(await fleet.callFromAll(2)).toBe(0);

  // A process that joins uses the stored token, also after a revocation.
  await fleet.grow(4);
  expect(await fleet.callFromAll(2)).toBe(0);
});
