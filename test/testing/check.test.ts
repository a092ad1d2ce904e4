import { describe, expect, it } from 'vitest';
import { startAtlasEmulator } from '../../src/testing/index.js';
import { openEmulator } from '../support/open-emulator.js';

// A value as a test in JavaScript may pass it.
const untyped = (value: unknown) => JSON.parse(JSON.stringify(value));
const refusal = (what: string, problem: string) =>
  expect.objectContaining({
    name: 'TypeError',
    message: expect.stringContaining(`Invalid ${what} for the emulator: ${problem}`),
  });

describe('an emulator', () => {
  it.each([
    [{ digset: {} }, 'Unrecognized key: "digset".'],
    [{ digest: { algorithm: ['MD5'] } }, 'digest: Unrecognized key: "algorithm".'],
    [{ digest: { algorithms: ['MD4'] } }, 'digest.algorithms.0: Invalid option: expected one of "MD5"|'],
    [{ credentials: { apiKey: { key: 'x' } } }, 'credentials.apiKey: Unrecognized key: "key".'],
    [{ port: '80', now: 0 }, 'port: must be a number, 0 or more; now: must be a function.'],
    [{ rateLimit: { capacity: -1 } }, 'rateLimit.capacity: Too small: expected number to be >=0.'],
    [{ tokens: { perMinute: -1 } }, 'tokens.perMinute: must be a number, 0 or more.'],
    [null, 'Invalid input: expected object, received null.'],
  ])('is not started with %j', async (options, problem) => {
    await expect(startAtlasEmulator(untyped(options))).rejects.toEqual(refusal('options', problem));
  });

  it('is not started with an invalid cluster', async () => {
    const seed = untyped([{ clusterNane: 'One', snapshots: [] }]);
    await expect(startAtlasEmulator({ seed })).rejects.toEqual(refusal('cluster', 'Unrecognized key: "clusterNane".'));
  });

  it('accepts an infinite limit', async () => {
    const none = Number.POSITIVE_INFINITY;
    const { groupId } = await openEmulator({
      tokens: { perMinute: none, live: none },
      digest: { nonceLifetime: none },
    });
    expect(groupId).toHaveLength(24);
  });
});

describe('a method rejects', () => {
  it.each([
    ['seed', { clusterName: 'One' }, 'project', 'clusterName: needs snapshots, if only an empty list.'],
    ['seed', { createDate: 5, snapshots: [] }, 'cluster', 'createDate: Invalid input.'],
    ['seed', { dedicated: true, policyItems: 'daily' }, 'cluster', 'policyItems: Invalid input: expected array'],
    ['seed', { snapshots: [{ _id: 'x' }] }, 'cluster', 'snapshots.0.id: Invalid input: expected string'],
    ['sunset', 'empty', 'sunset', 'Invalid input: expected boolean'],
    ['respond', { stauts: 503 }, 'answer', 'Unrecognized key: "stauts".'],
    ['respond', { for: 'tokn', status: 429 }, 'answer', 'for: Invalid option: expected one of "api"|'],
    ['respond', { path: '/api/atlas/v2/groups?pageNum=1' }, 'answer', 'path: must be a path without a query.'],
    ['respond', { body: 1 }, 'answer', 'body: must be an object or text.'],
  ] as const)('%s(%j)', async (method, value, what, problem) => {
    const emulator = await openEmulator();
    expect(() => emulator[method](untyped(value))).toThrow(refusal(what, problem));
  });

  it('all scripted responses if one is invalid', async () => {
    const emulator = await openEmulator();
    expect(() => emulator.respond({ status: 503, for: 'any' }, untyped({ times: 'two' }))).toThrow(TypeError);
    expect((await fetch(emulator.url)).status).toBe(401);
  });
});
