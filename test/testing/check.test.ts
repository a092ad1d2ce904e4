import { expect, it } from 'vitest';
import { startAtlasEmulator } from '../../src/testing/index.js';
import { openEmulator } from '../support/open-emulator.js';

// A value as a test in JavaScript may pass it.
const untyped = (value: unknown) => JSON.parse(JSON.stringify(value));
const refusal = (what: string, problem: string) =>
  expect.objectContaining({
    name: 'TypeError',
    message: expect.stringContaining(`Invalid ${what} for the emulator: ${problem}`),
  });

it.each([
  [{ digset: {} }, 'options', 'Unrecognized key: "digset".'],
  [{ credentials: { apiKey: { key: 'x' } } }, 'options', 'credentials.apiKey: Unrecognized key: "key".'],
  [{ port: '80', now: 0 }, 'options', 'port: must be a number, 0 or more; now: must be a function.'],
  [{ tokens: { perMinute: -1 } }, 'options', 'tokens.perMinute: must be a number, 0 or more.'],
  [{ seed: { clusterNane: 'One', snapshots: [] } }, 'cluster', 'Unrecognized key: "clusterNane".'],
])('an emulator is not started with %j', async (options, what, problem) => {
  await expect(startAtlasEmulator(untyped(options))).rejects.toEqual(refusal(what, problem));
});

it.each([
  ['seed', { clusterName: 'One' }, 'project', 'clusterName: needs snapshots, if only an empty list.'],
  ['seed', { snapshots: [{ _id: 'x' }] }, 'cluster', 'snapshots.0.id: Invalid input: expected string'],
  ['respond', { for: 'tokn', status: 429 }, 'answer', 'for: Invalid option: expected one of "api"|'],
  ['remove', { cluster: 'One' }, 'target', 'Unrecognized key: "cluster".'],
  ['sunset', 'empty', 'sunset', 'Invalid input: expected boolean'],
  ['respond', { stauts: 503 }, 'answer', 'Unrecognized key: "stauts".'],
  ['respond', { path: '/api/atlas/v2/groups?pageNum=1' }, 'answer', 'path: must be a path without a query.'],
  ['respond', { body: 1 }, 'answer', 'body: must be an object or text.'],
] as const)('a method rejects %s(%j)', async (method, value, what, problem) => {
  const emulator = await openEmulator();
  expect(() => emulator[method](untyped(value))).toThrow(refusal(what, problem));
});
