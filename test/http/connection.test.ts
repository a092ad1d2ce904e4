import { describe, expect, it } from 'vitest';
import { AtlasConnectionError } from '../../src/index.js';
import { standStill } from '../support/clock.js';
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
  /** Breaks a call on a kept connection. Returns how often it was sent. */
  async function breakCall(script: Script, cause: RegExp): Promise<number> {
    let isBroken = false;
    const server = await startRawServer(() => (isBroken ? script : good));
    const client = openBareClient(server);
    await get(client);
    await standStill(2);
    isBroken = true;
    const error = await rejection(get(client), AtlasConnectionError);
    expect(error).toMatchObject({ operation: 'getTenantSnapshot', endpoint: 'tenant', attempts: 1 });
    expect(String(error.cause)).toMatch(cause);
    expect(error.message).not.toContain('undefined');
    const sent = server.requests.length - 1;
    isBroken = false;
    await expect(get(client)).resolves.toMatchObject({ status: 'COMPLETED' });
    return sent;
  }

  it.each<[what: string, script: Script, cause: RegExp]>([
    ['a reset in the status line', [send('HTTP/1.1 2'), pause(), reset], lost],
    ['a close in the head', [send('HTTP/1.1 200 OK\r\ncontent-le'), end], lost],
    ['an unrequested upgrade', [send(head(101, 'connection: upgrade', 'upgrade: websocket'))], /upgrade/i],
  ])('%s', async (_what, script, cause) => {
    await breakCall(script, cause);
  });

  it.each<[what: string, script: Script, cause: RegExp]>([
    ['a reset after an interim response', [send(head(103, 'link: </x>')), pause(), reset], lost],
    ['a close in the body', [okHead(length), send(half), end], lost],
    ['a close before the last chunk', [...inChunks(`36\r\n${snapshotJson}\r\n`), end], lost],
    ['a response that is not HTTP', [send('SSH-2.0-OpenSSH_9.6\r\n')], /Expected HTTP/i],
    ['a NUL in a header', [send('HTTP/1.1 200 OK\r\nx: a\0b\r\n\r\n')], /header/i],
  ])('%s, after which the request is not sent again', async (_what, script, cause) => {
    expect(await breakCall(script, cause)).toBe(1);
  });
});

describe('an unusual but valid response is accepted:', () => {
  it.each<[what: string, script: Script]>([
    ['a 103 first', [send(head(103, 'link: </x>; rel=preload')), ...good]],
    ['a 103 with a length over the limit', [send(head(103, 'content-length: 999999999')), ...good]],
    ['Connection: close', [answer(200, snapshotJson, 'connection: close'), end]],
    ['headers with names from the object prototype', [answer(200, snapshotJson, '__proto__: x', 'constructor: y')]],
    ['a non-ASCII header', [answer(200, snapshotJson, 'x-name: Jos\u00e9')]],
  ])('%s', async (_what, script) => {
    const server = await startRawServer(script);
    await expect(get(openBareClient(server))).resolves.toMatchObject({ status: 'COMPLETED' });
    expect(server.requests).toHaveLength(1);
  });
});
