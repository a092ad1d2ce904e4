import { describe, expect, it } from 'vitest';
import { AtlasApiError, AtlasInvalidResponseError } from '../../src/index.js';
import { get, openBareClient } from '../support/open-client.js';
import { startRawServer } from '../support/raw-server.js';
import { answer, chunked, drip, end, good, head, type Script, send, snapshotJson } from '../support/raw-steps.js';
import { rejection } from '../support/rejection.js';

const limit = 1000;
/** A snapshot with this many bytes. */
const sized = (size: number) => snapshotJson.padEnd(size);

describe('maxResponseSize', () => {
  it.each<[name: string, script: (body: string) => Script]>([
    ['a declared body', (body) => [answer(200, body)]],
    ['a chunked body', (body) => [chunked(200, [body.slice(0, 600), body.slice(600)])]],
    ['a body that ends with the connection', (body) => [send(head(200)), send(body), end]],
  ])('allows %s of that size, and none that is larger', async (_name, script) => {
    const server = await startRawServer([script(sized(limit)), script(sized(limit + 1)), good]);
    const client = openBareClient(server, { maxResponseSize: limit });
    await expect(get(client)).resolves.toMatchObject({ status: 'COMPLETED' });
    const error = await rejection(get(client), AtlasInvalidResponseError);
    expect(error.issues).toEqual([{ path: '', message: expect.stringContaining('1000 bytes (maxResponseSize)') }]);
    await expect(get(client)).resolves.toMatchObject({ status: 'COMPLETED' });
  });

  const hundred = ' '.repeat(100);

  it.each<[what: string, script: Script]>([
    [
      'an endless body, as it arrives',
      [send(head(200, 'transfer-encoding: chunked')), drip(`64\r\n${hundred}\r\n`, 0)],
    ],
    ['a body whose Content-Length is too large, at once', [send(head(200, 'content-length: 1001'))]],
  ])('ends %s', async (_what, script) => {
    const server = await startRawServer(script);
    await rejection(get(openBareClient(server, { maxResponseSize: limit })), AtlasInvalidResponseError);
    await expect.poll(() => server.closed, { interval: 1 }).toBe(1);
  });

  it.each([400, 503])('cuts the body of a %i, whose status is reported', async (status) => {
    const server = await startRawServer([send(head(status, 'content-length: 1000000000')), drip('x'.repeat(100), 0)]);
    const error = await rejection(get(openBareClient(server, { maxResponseSize: limit })), AtlasApiError);
    expect(error.status).toBe(status);
    // The end is dropped, as it may be part of a secret.
    expect(error.body).toMatch(/^x{900,1000}$/);
    await expect.poll(() => server.closed, { interval: 1 }).toBe(1);
  });
});
