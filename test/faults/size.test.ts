import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { AtlasApiError, AtlasInvalidResponseError } from '../../src/index.js';
import { defaults } from '../support/defaults.js';
import { get, openFaultClient } from '../support/fault-client.js';
import { expectNoUnhandledRejection } from '../support/fault-rejections.js';
import { startFaultServer } from '../support/fault-server.js';
import {
  answer,
  chunked,
  drip,
  end,
  good,
  head,
  pause,
  type Script,
  send,
  snapshotJson,
} from '../support/fault-steps.js';
import { rejection } from '../support/rejection.js';

expectNoUnhandledRejection();

const limit = 1000;
/** A snapshot with this many bytes. */
const sized = (size: number) => snapshotJson.padEnd(size);

describe('maxResponseSize', () => {
  it.each<[name: string, script: (body: string) => Script]>([
    ['a declared body', (body) => [answer(200, body)]],
    ['a chunked body', (body) => [chunked(200, [body.slice(0, 600), body.slice(600)])]],
    ['a body in packets', (body) => [send(head(200, `content-length: ${body.length}`)), ...packets(body)]],
    ['a body that ends with the connection', (body) => [send(head(200)), send(body), end]],
  ])('allows %s of that size, and none that is larger', async (_name, script) => {
    const server = await startFaultServer([script(sized(limit)), script(sized(limit + 1)), good]);
    const client = openFaultClient(server, { maxResponseSize: limit });
    await expect(get(client)).resolves.toMatchObject({ status: 'COMPLETED' });
    const error = await rejection(get(client), AtlasInvalidResponseError);
    expect(error.message).toContain('1000 bytes (maxResponseSize)');
    expect(error.issues).toEqual([{ path: '', message: expect.stringContaining('1000 bytes (maxResponseSize)') }]);
    await expect(get(client)).resolves.toMatchObject({ status: 'COMPLETED' });
  });

  it('ends an endless body as it arrives', async () => {
    const server = await startFaultServer([
      send(head(200, 'transfer-encoding: chunked')),
      drip(`64\r\n${' '.repeat(100)}\r\n`, 0),
    ]);
    const client = openFaultClient(server, { maxResponseSize: limit });
    await rejection(get(client), AtlasInvalidResponseError);
    await expect.poll(() => server.closed, { interval: 1 }).toBe(1);
  });

  it('ends a body at once if its Content-Length is too large', async () => {
    const server = await startFaultServer([send(head(200, 'content-length: 1000000000')), drip(' '.repeat(100), 0)]);
    const client = openFaultClient(server, { maxResponseSize: limit });
    await rejection(get(client), AtlasInvalidResponseError);
    await expect.poll(() => server.closed, { interval: 1 }).toBe(1);
  });

  it('has a default', async () => {
    const server = await startFaultServer([
      [answer(200, sized(defaults.maxResponseSize))],
      [answer(200, sized(defaults.maxResponseSize + 1))],
    ]);
    const client = openFaultClient(server);
    await expect(get(client)).resolves.toMatchObject({ status: 'COMPLETED' });
    const error = await rejection(get(client), AtlasInvalidResponseError);
    expect(error.message).toContain(String(defaults.maxResponseSize));
  });

  it.each([400, 503])('ends the body of a %i, whose status is reported', async (status) => {
    const server = await startFaultServer([send(head(status, 'content-length: 1000000000')), drip('x'.repeat(100), 0)]);
    const client = openFaultClient(server, { maxResponseSize: limit });
    const error = await rejection(get(client), AtlasApiError);
    expect(error.status).toBe(status);
    expect(error.body.length).toBeLessThanOrEqual(limit);
    await expect.poll(() => server.closed, { interval: 1 }).toBe(1);
  });

  it('keeps the body of an error up to that size, even if it arrives in one packet', async () => {
    const server = await startFaultServer([answer(503, 'x'.repeat(2 * limit))]);
    const error = await rejection(
      get(openFaultClient(server, { maxResponseSize: limit, maxRetries: 0 })),
      AtlasApiError,
    );
    expect(error.body).toMatch(/^x{900,1000}$/);
  });

  it('cuts the body of an error at 16 KiB, between two characters', async () => {
    const server = await startFaultServer([answer(400, `x${'\u00e9'.repeat(20_000)}`)]);
    const error = await rejection(get(openFaultClient(server)), AtlasApiError);
    expect(error.body).toBe(`x${'\u00e9'.repeat(8191)}`);
  });
});

function packets(body: string): Script {
  return [send(body.slice(0, 500)), pause(), send(body.slice(500, 999)), pause(), send(body.slice(999))];
}

describe('an unrequested content coding', () => {
  const snapshot = { id: '5cc310ace5dc7ce369814bc8', status: 'COMPLETED' };

  it.each<[coding: string, encode: (text: string) => Uint8Array]>([
    ['gzip', gzipSync],
    ['x-gzip', gzipSync],
    ['GZIP', gzipSync],
    ['identity', (text) => Buffer.from(text)],
    ['Identity', (text) => Buffer.from(text)],
  ])('is decoded within maxResponseSize: %s', async (coding, encode) => {
    const field = `content-encoding: ${coding}`;
    const whole = answer(200, encode(sized(limit)), field);
    const inPieces = chunked(
      200,
      [...encode(snapshotJson)].map((octet) => Buffer.from([octet])),
      field,
    );
    const server = await startFaultServer([[whole], [inPieces], [answer(200, encode(sized(limit + 1)), field)]]);
    const client = openFaultClient(server, { maxResponseSize: limit });
    await expect(get(client)).resolves.toEqual(snapshot);
    await expect(get(client)).resolves.toEqual(snapshot);
    const error = await rejection(get(client), AtlasInvalidResponseError);
    expect(error.message).toContain('maxResponseSize');
  });

  it('is not decoded beyond the limit, as it may be a decompression bomb', async () => {
    const bomb = gzipSync('a'.repeat(50_000_000));
    expect(bomb.length).toBeLessThan(1_000_000);
    const server = await startFaultServer([answer(200, bomb, 'content-encoding: gzip')]);
    const before = process.memoryUsage().arrayBuffers;
    const error = await rejection(get(openFaultClient(server)), AtlasInvalidResponseError);
    expect(error.message).toContain(`${defaults.maxResponseSize} bytes (maxResponseSize)`);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(20_000_000);
  });

  it.each<[name: string, coding: string, body: Uint8Array | string, named: string]>([
    ['invalid', 'gzip', snapshotJson, 'gzip'],
    ['truncated', 'gzip', gzipSync(snapshotJson).subarray(0, 30), 'gzip'],
    ['unknown', 'zstd-ng', snapshotJson, 'zstd-ng'],
    ['applied twice', 'gzip, gzip', gzipSync(gzipSync(snapshotJson)), 'gzip, gzip'],
    ['unknown, with a long name', 'x'.repeat(500), snapshotJson, 'x'.repeat(40)],
  ])('leads to an AtlasInvalidResponseError if it is %s', async (_name, coding, body, named) => {
    const server = await startFaultServer([answer(200, body, `content-encoding: ${coding}`)]);
    const error = await rejection(get(openFaultClient(server)), AtlasInvalidResponseError);
    expect(error.issues).toEqual([{ path: '', message: expect.stringContaining(named) }]);
    expect(error.message.length).toBeLessThan(300);
  });

  it('is decoded in an error', async () => {
    const body = gzipSync('{"error":400,"errorCode":"SOME_CODE","detail":"It says."}');
    const server = await startFaultServer([answer(400, body, 'content-encoding: gzip')]);
    const error = await rejection(get(openFaultClient(server)), AtlasApiError);
    expect(error).toMatchObject({ status: 400, errorCode: 'SOME_CODE', detail: 'It says.' });
  });

  it('that is unknown leads to an error without a body', async () => {
    const server = await startFaultServer([answer(404, 'x', 'content-encoding: magic')]);
    const error = await rejection(get(openFaultClient(server)), AtlasApiError);
    expect(error).toMatchObject({ status: 404, body: '' });
  });

  it('is not requested', async () => {
    const server = await startFaultServer(good);
    await get(openFaultClient(server));
    expect(server.requests[0]?.head).not.toMatch(/accept-encoding/i);
  });
});
