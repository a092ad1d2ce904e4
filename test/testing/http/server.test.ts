import { request } from 'node:http';
import { describe, expect, it } from 'vitest';
import { type RecordedRequest, startAtlasEmulator } from '../../../src/testing/index.js';
import { snapshotId } from '../../support/snapshot-routes.js';
import { flexApiPath, openApi, tenantApiPath } from '../support/open-api.js';

/** Sends a request that fetch() would not send, and returns its status. */
const send = (url: string, path: string, method = 'GET', headers: Record<string, string> = {}, body = '') =>
  new Promise<number | undefined>((resolve, reject) => {
    request(url, { path, method, headers }, (response) => resolve(response.resume().statusCode))
      .on('error', reject)
      .end(body);
  });

it('an absolute URL in the request line is accepted, as proxies send it', async () => {
  const { emulator, login } = await openApi();
  expect(await send(emulator.url, emulator.url + tenantApiPath(), 'GET', login)).toBe(200);
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
  await expect(get(tenantApiPath())).rejects.toThrow();
});

it('a scripted status that HTTP does not have leads to a 500 with the reason', async () => {
  const { emulator, get } = await openApi();
  emulator.respond({ status: 42 });
  expect(await get(tenantApiPath())).toMatchObject({ status: 500, text: expect.stringMatching(/RangeError/) });
});

it('a record says whether the client aborted the request', async () => {
  const { emulator, get } = await openApi();
  emulator.respond({ hang: true }, { hang: 'body' }, { reset: true }, { reset: 'body' }, {}, { hang: true });
  const start = async (signal: AbortSignal | null = null) => {
    const count = emulator.requests.length;
    const ended = get(flexApiPath(), { signal }).catch(() => undefined);
    await expect.poll(() => emulator.requests.length).toBe(count + 1);
    return { ended };
  };
  for (const aborter of [new AbortController(), new AbortController()]) {
    const { ended } = await start(aborter.signal);
    aborter.abort();
    await ended;
  }
  for (let n = 0; n < 3; n += 1) await (await start()).ended;
  const { ended } = await start();
  await emulator.close();
  await ended;
  const seen = emulator.requests.map(({ status = 'none', aborted }) => `${status} ${aborted}`);
  expect(seen).toEqual(['none true', '200 true', 'none false', '200 false', '200 false', 'none false']);
});

it('recordRequests: false records no requests', async () => {
  const { emulator, get } = await openApi({ recordRequests: false });
  expect((await get(flexApiPath())).status).toBe(200);
  expect(emulator.requests).toEqual([]);
});

it('onResponse() is called with each request and its status, recorded or not', async () => {
  const seen: string[] = [];
  const onResponse = ({ method, path, status }: RecordedRequest) => seen.push(`${method} ${path} ${status}`);
  const { emulator, statusOf } = await openApi({ onResponse, recordRequests: false });
  emulator.respond({ reset: true, for: 'any' });
  await expect(statusOf('/reset')).rejects.toThrow();
  await statusOf(flexApiPath('?pageNum=1'));
  await statusOf('/', { method: 'PUT', body: 'x'.repeat(65_537) });
  expect(seen).toEqual([`GET ${flexApiPath('?pageNum=1')} 200`, 'PUT / 413']);
});

describe('a body over 64 kB', () => {
  it.each(['GET', 'POST'])('is a 413 before login, and %s requests with it are not recorded', async (method) => {
    const { emulator } = await openApi();
    const statusOf = (size: number) =>
      send(emulator.url, '/', method, { 'content-length': String(size) }, 'x'.repeat(size));
    expect([await statusOf(65_537), await statusOf(20_000_000)]).toEqual([413, 413]);
    expect(emulator.requests).toEqual([]);
    expect(await statusOf(65_536)).not.toBe(413);
    expect(emulator.requests[0]?.body).toHaveLength(65_536);
  });

  it('is a 413 before it has arrived completely, and without a socket too', async () => {
    const { emulator } = await openApi();
    const endless = new ReadableStream({ start: (controller) => controller.enqueue(new Uint8Array(65_537)) });
    const upload = { method: 'POST', body: endless, duplex: 'half' } as const;
    expect((await fetch(emulator.url, upload)).status).toBe(413);
    const whole = new Request(emulator.url, { method: 'POST', body: 'x'.repeat(65_537) });
    expect((await emulator.fetch(whole)).status).toBe(413);
    expect(emulator.requests).toEqual([]);
  });
});

it('fetch() sends the same response without a socket', async () => {
  const { emulator, login, get } = await openApi();
  const response = await emulator.fetch(new Request(emulator.url + tenantApiPath(), { headers: login }));
  expect(await response.text()).toBe((await get(tenantApiPath())).text);
});

it('pretty=true indents the body', async () => {
  const { get } = await openApi();
  const { text, json } = await get(tenantApiPath(`/${snapshotId}?pretty=true`));
  expect(text).toBe(JSON.stringify(json, null, 2));
});

it('the key of an envelope is that of the options, and the token endpoint knows no envelope', async () => {
  const { get } = await openApi({ envelopeKey: 'envelope' });
  const { json } = await get(tenantApiPath(`/${snapshotId}?envelope=true`));
  expect(json).toEqual({ status: 200, envelope: expect.objectContaining({ id: snapshotId }) });
  expect((await get(tenantApiPath('?envelope=false'))).json).not.toHaveProperty('status');
  expect((await get('/api/oauth/token?envelope=true', { method: 'POST' })).status).toBe(401);
});
