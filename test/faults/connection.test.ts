import { describe, expect, it } from 'vitest';
import { AtlasConnectionError } from '../../src/index.js';
import { get, openFaultClient } from '../support/fault-client.js';
import { expectNoUnhandledRejection } from '../support/fault-rejections.js';
import { type Scripts, startFaultServer } from '../support/fault-server.js';
import { answer, end, good, head, pause, reset, type Script, send, snapshotJson } from '../support/fault-steps.js';
import { freePort } from '../support/free-port.js';
import { rejection } from '../support/rejection.js';

expectNoUnhandledRejection();

const okHead = (...fields: string[]) => send(head(200, ...fields));
const length = `content-length: ${snapshotJson.length}`;
const half = snapshotJson.slice(0, 20);

const cuts: [name: string, script: Script, cause: RegExp][] = [
  ['reset before the head', [reset], /ECONNRESET|other side closed/],
  ['closed before the head', [end], /other side closed/],
  ['reset in the status line', [send('HTTP/1.1 2'), pause(), reset], /ECONNRESET|other side closed/],
  ['closed in the status line', [send('HTTP/1.1 2'), end], /other side closed/],
  ['reset in the head', [send('HTTP/1.1 200 OK\r\ncontent-le'), pause(), reset], /ECONNRESET|other side closed/],
  ['closed in the head', [send('HTTP/1.1 200 OK\r\ncontent-le'), end], /other side closed/],
  ['reset after the head', [okHead(length), pause(), reset], /ECONNRESET|other side closed/],
  ['reset in the body', [okHead(length), send(half), pause(), reset], /ECONNRESET|other side closed/],
  ['closed before the end of the body', [okHead(length), send(half), end], /other side closed/],
  [
    'closed in the length of a chunk',
    [okHead('transfer-encoding: chunked'), send(`14\r\n${half}\r\n1`), end],
    /other side closed/,
  ],
  ['closed in a chunk', [okHead('transfer-encoding: chunked'), send(`36\r\n${half}`), end], /other side closed/],
  [
    'closed before the last chunk',
    [okHead('transfer-encoding: chunked'), send(`36\r\n${snapshotJson}\r\n`), end],
    /other side closed/,
  ],
  [
    'reset before the last chunk',
    [okHead('transfer-encoding: chunked'), send(`36\r\n${snapshotJson}\r\n`), pause(), reset],
    /ECONNRESET|other side closed/,
  ],
  [
    'a chunk without a length',
    [okHead('transfer-encoding: chunked'), send(`zz\r\n${snapshotJson}\r\n0\r\n\r\n`)],
    /chunk size/i,
  ],
  ['two different lengths', [okHead(length, 'content-length: 20'), send(snapshotJson)], /content-length/i],
  ['two equal lengths', [okHead(length, length), send(snapshotJson)], /content-length/i],
  [
    'a length and chunks',
    [okHead(length, 'transfer-encoding: chunked'), send(`36\r\n${snapshotJson}\r\n0\r\n\r\n`)],
    /content-length|transfer-encoding/i,
  ],
  ['a length that is not a number', [okHead('content-length: many'), send(snapshotJson)], /content-length/i],
  ['a negative length', [okHead('content-length: -1'), send(snapshotJson)], /content-length/i],
  ['a response that is not HTTP', [send('SSH-2.0-OpenSSH_9.6\r\n')], /Expected HTTP/i],
  ['an unknown HTTP version', [send('HTTP/9.9 200 OK\r\n\r\n')], /version/i],
  ['a status that is not a number', [send('HTTP/1.1 abc OK\r\n\r\n')], /status/i],
  ['binary data', [send(Buffer.from([0x15, 3, 1, 0, 2, 2, 70]))], /Expected HTTP/i],
  ['a NUL in a header', [send('HTTP/1.1 200 OK\r\nx: a\0b\r\n\r\n')], /header/i],
  ['a header line without a colon', [send('HTTP/1.1 200 OK\r\nnonsense\r\n\r\n')], /header/i],
  ['one header over 16 KiB', [okHead(`x: ${'a'.repeat(20_000)}`)], /header/i],
  ['many headers over 16 KiB', [okHead(...Array.from({ length: 2000 }, (_, n) => `x-${n}: 0123456789`))], /header/i],
  ['an unrequested upgrade', [send(head(101, 'connection: upgrade', 'upgrade: websocket'))], /upgrade/i],
];

describe('a broken response leads to an AtlasConnectionError with its cause', () => {
  it.each(cuts)('%s', async (_name, script, cause) => {
    const server = await startFaultServer(script);
    const error = await rejection(get(openFaultClient(server)), AtlasConnectionError);
    expect(error).toMatchObject({
      code: 'CONNECTION',
      operation: 'getTenantSnapshot',
      endpoint: 'tenant',
      attempts: 1,
    });
    expect(String(error.cause)).toMatch(cause);
    expect(error.cause).toBeInstanceOf(Error);
    expect(error.message).not.toContain('undefined');
  });

  it.each<[name: string, script: Script]>([
    ['reset', [send(head(503, length)), send(half), pause(), reset]],
    ['closed', [send(head(404, length)), send(half), end]],
  ])('%s in the body of an error', async (_name, script) => {
    const server = await startFaultServer(script);
    const error = await rejection(get(openFaultClient(server)), AtlasConnectionError);
    expect(error.cause).toBeInstanceOf(Error);
  });
});

it('a refused connection leads to an AtlasConnectionError with its code', async () => {
  const url = `http://127.0.0.1:${await freePort()}`;
  const error = await rejection(get(openFaultClient({ url })), AtlasConnectionError);
  expect(error.message).toContain('ECONNREFUSED');
  expect(error.cause).toMatchObject({ code: 'ECONNREFUSED' });
  expect(error.attempts).toBe(1);
});

it('each of many refused connections leads to a separate error', async () => {
  const client = openFaultClient({ url: `http://127.0.0.1:${await freePort()}` });
  const errors = await Promise.all(Array.from({ length: 200 }, () => rejection(get(client), AtlasConnectionError)));
  expect(new Set(errors).size).toBe(200);
});

describe('the call after a broken response succeeds', () => {
  it.each(cuts)('%s', async (_name, script) => {
    let broken = true;
    const server = await startFaultServer(() => (broken ? script : good));
    const client = openFaultClient(server);
    await rejection(get(client), AtlasConnectionError);
    broken = false;
    await expect(get(client)).resolves.toMatchObject({ status: 'COMPLETED' });
  });
});

describe('an unusual but valid response is accepted', () => {
  const valid: [name: string, scripts: Scripts][] = [
    ['a 103 first', [send(head(103, 'link: </x>; rel=preload')), ...good]],
    ['many 103s first', [...Array.from({ length: 20 }, () => send(head(103))), ...good]],
    ['a 103 in a separate packet', [send(head(103)), pause(), ...good]],
    ['a body that ends with the connection', [okHead(), send(snapshotJson), end]],
    ['HTTP/1.0', [send(`HTTP/1.0 200 OK\r\n\r\n${snapshotJson}`), end]],
    ['no reason phrase', [send(`HTTP/1.1 200\r\n${length}\r\n\r\n${snapshotJson}`)]],
    ['one byte per packet', [...octets(`${head(200, length)}${snapshotJson}`)]],
    ['Connection: close', [answer(200, snapshotJson, 'connection: close'), end]],
    ['headers with names from the object prototype', [answer(200, snapshotJson, '__proto__: x', 'constructor: y')]],
    ['a non-ASCII header', [answer(200, snapshotJson, 'x-name: Jos\u00e9')]],
  ];

  it.each(valid)('%s', async (_name, scripts) => {
    const server = await startFaultServer(scripts);
    await expect(get(openFaultClient(server))).resolves.toMatchObject({ status: 'COMPLETED' });
    expect(server.requests).toHaveLength(1);
  });
});

function octets(text: string): Script {
  return [...text].flatMap((octet) => [send(octet), pause(0)]);
}

it('ignores a second response to one request', async () => {
  const forged = answer(200, '{"id":"000000000000000000000000"}');
  const server = await startFaultServer([[...good, forged], good]);
  const client = openFaultClient(server);
  await get(client);
  await expect(get(client)).resolves.toMatchObject({ id: '5cc310ace5dc7ce369814bc8' });
});
