import { describe, expect, it } from 'vitest';
import { AtlasConnectionError } from '../../src/index.js';
import { freePort } from '../support/free-port.js';
import { get, openBareClient } from '../support/open-client.js';
import { startRawServer } from '../support/raw-server.js';
import { answer, end, good, head, pause, reset, type Script, send, snapshotJson } from '../support/raw-steps.js';
import { rejection } from '../support/rejection.js';

const length = `content-length: ${snapshotJson.length}`;
const half = snapshotJson.slice(0, 20);
const okHead = (...fields: string[]) => send(head(200, ...fields));
const inChunks = (text: string) => [okHead('transfer-encoding: chunked'), send(text)];
const lost = /ECONNRESET|other side closed/;

describe('an AtlasConnectionError with its cause, and then a good call, follow', () => {
  it.each<[what: string, script: Script, cause: RegExp]>([
    ['a reset in the status line', [send('HTTP/1.1 2'), pause(), reset], lost],
    ['a close in the head', [send('HTTP/1.1 200 OK\r\ncontent-le'), end], lost],
    ['a reset after the head', [okHead(length), pause(), reset], lost],
    ['a close in the body', [okHead(length), send(half), end], lost],
    ['a reset in the body of a 503', [send(head(503, length)), send(half), pause(), reset], lost],
    ['a close before the last chunk', [...inChunks(`36\r\n${snapshotJson}\r\n`), end], lost],
    ['two different lengths', [okHead(length, 'content-length: 20'), send(snapshotJson)], /content-length/i],
    ['a response that is not HTTP', [send('SSH-2.0-OpenSSH_9.6\r\n')], /Expected HTTP/i],
    ['a NUL in a header', [send('HTTP/1.1 200 OK\r\nx: a\0b\r\n\r\n')], /header/i],
    ['an unrequested upgrade', [send(head(101, 'connection: upgrade', 'upgrade: websocket'))], /upgrade/i],
  ])('%s', async (_what, script, cause) => {
    let isBroken = true;
    const server = await startRawServer(() => (isBroken ? script : good));
    const client = openBareClient(server);
    const error = await rejection(get(client), AtlasConnectionError);
    expect(error).toMatchObject({ operation: 'getTenantSnapshot', endpoint: 'tenant', attempts: 1 });
    expect(String(error.cause)).toMatch(cause);
    expect(error.message).not.toContain('undefined');
    isBroken = false;
    await expect(get(client)).resolves.toMatchObject({ status: 'COMPLETED' });
  });
});

it('each of many refused connections leads to an error of its own, with its code', async () => {
  // undici rejects a fraction.
  const client = openBareClient({ url: `http://127.0.0.1:${await freePort()}` }, { attemptTimeout: 1_500.5 });
  const errors = await Promise.all(Array.from({ length: 200 }, () => rejection(get(client), AtlasConnectionError)));
  expect(new Set(errors).size).toBe(200);
  expect(errors[0]?.message).toContain('ECONNREFUSED');
  expect(errors[0]).toMatchObject({ attempts: 1, cause: { code: 'ECONNREFUSED' } });
});

describe('an unusual but valid response is accepted:', () => {
  it.each<[what: string, script: Script]>([
    ['a 103 first', [send(head(103, 'link: </x>; rel=preload')), ...good]],
    ['a 103 with a length over the limit', [send(head(103, 'content-length: 999999999')), ...good]],
    ['a body that ends with the connection', [okHead(), send(snapshotJson), end]],
    ['Connection: close', [answer(200, snapshotJson, 'connection: close'), end]],
    ['headers with names from the object prototype', [answer(200, snapshotJson, '__proto__: x', 'constructor: y')]],
    ['a non-ASCII header', [answer(200, snapshotJson, 'x-name: Jos\u00e9')]],
  ])('%s', async (_what, script) => {
    const server = await startRawServer(script);
    await expect(get(openBareClient(server))).resolves.toMatchObject({ status: 'COMPLETED' });
    expect(server.requests).toHaveLength(1);
  });
});
