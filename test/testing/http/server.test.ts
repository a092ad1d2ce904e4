import { request } from 'node:http';
import { expect, it } from 'vitest';
import { startAtlasEmulator } from '../../../src/testing/index.js';
import { openApi, tenantPath } from '../support/open-api.js';

/** Sends a request that fetch() would not send, and returns its status. */
const send = (url: string, path: string, method = 'GET', headers: Record<string, string> = {}) =>
  new Promise<number | undefined>((resolve, reject) => {
    request(url, { path, method, headers }, (response) => resolve(response.resume().statusCode))
      .on('error', reject)
      .end();
  });

it('an absolute URL in the request line is accepted, as proxies send it', async () => {
  const { emulator, login } = await openApi();
  expect(await send(emulator.url, emulator.url + tenantPath(), 'GET', login)).toBe(200);
});

it('an invalid request gets a 400', async () => {
  const { emulator } = await openApi();
  expect(await send(emulator.url, '/', 'TRACE')).toBe(400);
  expect(await send(emulator.url, '/', 'GET', { host: '[' })).toBe(400);
});

it('a port in use is an EADDRINUSE', async () => {
  const { emulator } = await openApi();
  await expect(startAtlasEmulator({ port: Number(new URL(emulator.url).port) })).rejects.toThrow('EADDRINUSE');
});

it('an emulator may be closed twice, and by `await using`', async () => {
  const { emulator, get } = await openApi();
  await Promise.all([emulator.close(), emulator[Symbol.asyncDispose]()]);
  await expect(get(tenantPath())).rejects.toThrow();
});

it('a scripted status that HTTP does not have leads to a 500 with the reason', async () => {
  const { emulator, get } = await openApi();
  emulator.respond({ status: 42 });
  expect(await get(tenantPath())).toMatchObject({ status: 500, text: expect.stringMatching(/RangeError/) });
});

it('recordRequests: false records no requests', async () => {
  const { emulator, get } = await openApi({ recordRequests: false });
  expect((await get(tenantPath())).status).toBe(200);
  expect(emulator.requests).toEqual([]);
});

it('fetch() sends the same response without a socket', async () => {
  const { emulator, login, get } = await openApi();
  const response = await emulator.fetch(new Request(emulator.url + tenantPath(), { headers: login }));
  expect(await response.text()).toBe((await get(tenantPath())).text);
});
