import { expect, it } from 'vitest';
import type { AtlasEmulator } from '../../src/testing/index.js';
import { openEmulator } from '../support/open-emulator.js';
import { type Fleet, startFleet, sumReports } from './members.js';
import { startRedis } from './redis-server.mjs';
import { redisUrl } from './redis-url.js';

const perMinute = 10;

/** An emulator with a low limit of token requests. The test advances the minutes of its clock. */
async function openAtlas() {
  let passed = 0;
  const emulator = await openEmulator({ now: () => Date.now() + passed, tokens: { perMinute } });
  const passMinute = () => {
    passed += 60_001;
  };
  return { emulator, passMinute };
}

/** Lets each process of a fleet make a call. Returns the statuses of their token requests. */
async function wave(emulator: AtlasEmulator, fleet: Fleet, size: number, callsEach: number) {
  emulator.requests.length = 0;
  const { answered, errors } = sumReports(await fleet.call(callsEach));
  expect(errors).toEqual([]);
  expect(answered).toBe(size * callsEach);
  return emulator.requests.filter(({ kind }) => kind === 'token').map(({ status }) => status);
}

it('a cold fleet of 50 processes loses no call, converges on stored tokens, and again when they are revoked', async () => {
  const size = 50;
  const { emulator, passMinute } = await openAtlas();
  const fleet = await startFleet(size, emulator, redisUrl());

  const cold = await wave(emulator, fleet, size, 3);
  expect(cold.length).toBeLessThanOrEqual(size);
  // At most ten tokens are live: each of the first ten processes may have one.
  expect(cold.filter((status) => status === 200).length).toBeLessThanOrEqual(perMinute);
  expect(await wave(emulator, fleet, size, 2)).toEqual([]);

  emulator.revokeTokens();
  passMinute();
  const revoked = await wave(emulator, fleet, size, 3);
  expect(revoked.length).toBeLessThanOrEqual(size);
  expect(revoked.filter((status) => status === 200).length).toBeLessThanOrEqual(perMinute);
  expect(await wave(emulator, fleet, size, 2)).toEqual([]);

  // A process that joins uses the stored token, although the ten requests of the minute may be used up.
  await fleet.grow(4);
  expect(await wave(emulator, fleet, size + 4, 2)).toEqual([]);
  expect(fleet.lost).toBe(0);
});

it('a fleet whose Redis crashes loses no call and no process, and shares again when Redis is back', async () => {
  const size = 4;
  const { emulator, passMinute } = await openAtlas();
  const redis = await startRedis();
  try {
    const fleet = await startFleet(size, emulator, redis.url);
    await wave(emulator, fleet, size, 2);

    await redis.stop();
    expect(await wave(emulator, fleet, size, 2)).toEqual([]);
    emulator.revokeTokens();
    passMinute();
    // Each process, once.
    expect(await wave(emulator, fleet, size, 5)).toEqual([200, 200, 200, 200]);

    // Processes that start while Redis is down.
    passMinute();
    await fleet.grow(2);
    expect(await wave(emulator, fleet, size + 2, 2)).toEqual([200, 200]);
    expect(fleet.lost).toBe(0);
  } finally {
    await redis.stop();
  }
});
