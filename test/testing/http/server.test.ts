import { request } from 'node:http';
import { expect, it } from 'vitest';
import type { RecordedRequest } from '../../../src/testing/http/request-log.js';
import { flexSnapshotsPath, openApi } from '../support/open-api.js';

/** Sends a request that fetch() would not send, and returns its status. */
const send = (url: string, path: string, method = 'GET', headers: Record<string, string> = {}, body = '') =>
  new Promise<number | undefined>((resolve, reject) => {
    request(url, { path, method, headers }, (response) => resolve(response.resume().statusCode))
      .on('error', reject)
      .end(body);
  });

it('onResponse() is called with each request and its status, also if requests are not recorded', async () => {
  const seen: string[] = [];
  const onResponse = ({ method, path, status }: RecordedRequest) => seen.push(`${method} ${path} ${status}`);
  const { emulator, statusOf } = await openApi({ onResponse, recordRequests: false });
  emulator.respond({ reset: true, for: 'any' });
  await expect(statusOf('/reset')).rejects.toThrow();
  await statusOf(flexSnapshotsPath('?pageNum=1'));
  await statusOf('/', { method: 'PUT', body: 'x'.repeat(65_537) });
  expect(seen).toEqual([`GET ${flexSnapshotsPath('?pageNum=1')} 200`, 'PUT / 413']);
  expect(emulator.requests).toEqual([]);
});

it('a body over 64 kB is a 413 before login and before it has arrived completely, and is not recorded', async () => {
  const { emulator } = await openApi();
  const statusOf = (size: number) =>
    send(emulator.url, '/', 'GET', { 'content-length': String(size) }, 'x'.repeat(size));
  expect([await statusOf(65_537), await statusOf(20_000_000)]).toEqual([413, 413]);
  const endless = new ReadableStream({ start: (controller) => controller.enqueue(new Uint8Array(65_537)) });
  const upload = { method: 'POST', body: endless, duplex: 'half' } as const;
  expect((await fetch(emulator.url, upload)).status).toBe(413);
  const whole = new Request(emulator.url, { method: 'POST', body: 'x'.repeat(65_537) });
  expect((await emulator.fetch(whole)).status).toBe(413);
  expect(emulator.requests).toEqual([]);
  expect(await statusOf(65_536)).not.toBe(413);
  expect(emulator.requests[0]?.body).toHaveLength(65_536);
});

it('fetch() sends the same response without a socket', async () => {
  const { emulator, login, get } = await openApi();
  const response = await emulator.fetch(new Request(emulator.url + flexSnapshotsPath(), { headers: login }));
  expect(await response.text()).toBe((await get(flexSnapshotsPath())).text);
});
