import { afterEach, expect, it } from 'vitest';
import { TenantSnapshotsClient } from '../../src/index.js';
import { forgetSunset } from '../../src/testing/forget-sunset.js';
import { startAtlasEmulator } from '../../src/testing/index.js';

const memory = Symbol.for('atlas-tenant-snapshots.sunset');

afterEach(() => {
  Reflect.deleteProperty(globalThis, memory);
});

it.each(['127.0.0.1', 'localhost'])(
  'a client with the host %s calls the tenant endpoint again after the end of a sunset',
  async (host) => {
    await using emulator = await startAtlasEmulator();
    await using client = new TenantSnapshotsClient({
      baseUrl: emulator.url.replace('127.0.0.1', host),
      credentials: emulator.credentials.accessToken,
    });
    const callEndpoint = async () => {
      const call = client.getTenantSnapshot(emulator.groupId, emulator.clusterName, emulator.snapshotId);
      return (await call.withResponse()).response.endpoint;
    };
    emulator.sunset();
    expect(await callEndpoint()).toBe('flex');
    emulator.sunset(false);
    expect(await callEndpoint()).toBe('tenant');
  },
);

it('an emulator on the port of a closed one starts without its sunset', async () => {
  const first = await startAtlasEmulator();
  const port = Number(new URL(first.url).port);
  const flexOnly = new Set([first.url, `http://localhost:${port} a/b`, 'https://cloud.mongodb.com']);
  Reflect.set(globalThis, memory, { flexOnly, warned: new Set() });
  await first.close();
  await using second = await startAtlasEmulator({ port });
  expect(second.url).toBe(first.url);
  expect(Reflect.get(globalThis, memory)).toEqual({
    flexOnly: new Set(['https://cloud.mongodb.com']),
    warned: new Set(),
  });
});

it.each([undefined, null, 1, {}, { flexOnly: 1 }])('another value under the symbol is left unchanged: %j', (value) => {
  Reflect.set(globalThis, memory, value);
  forgetSunset('http://127.0.0.1:1');
  expect(Reflect.get(globalThis, memory)).toEqual(value);
});
