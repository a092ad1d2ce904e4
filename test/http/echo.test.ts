import { describe, expect, it } from 'vitest';
import { AtlasError } from '../../src/index.js';
import { get, openBareClient } from '../support/open-client.js';
import { type RawRequest, startRawServer } from '../support/raw-server.js';
import { answer, challenge, chunked, head, pause, reset, type Script, send } from '../support/raw-steps.js';
import { rejection } from '../support/rejection.js';
import { shown } from '../support/shown.js';

const loginOf = ({ authorization }: RawRequest) => authorization ?? 'nothing';

// Each sends the request back, as a debug page, a broken proxy or a server of another protocol may.
const echoes: [where: string, echo: (request: RawRequest) => Script][] = [
  ['in place of a response', (request) => [send(request.head)]],
  ['after a status line', (request) => [send(`HTTP/1.1 200 OK\r\n${request.head}`)]],
  ['in an invalid header line', (request) => [send(`HTTP/1.1 200 OK\r\n${loginOf(request)}\r\n\r\n`)]],
  ['in a status line', (request) => [send(`HTTP/1.1 ${loginOf(request)}\r\n\r\n`)]],
  ['in a reason phrase', (request) => [send(`HTTP/1.1 400 ${loginOf(request)}\r\ncontent-length: 0\r\n\r\n`)]],
  ['in a Content-Length', (request) => [send(head(200, `content-length: ${loginOf(request)}`))]],
  ['in a repeated header', (request) => [answer(403, '{}', `x: ${loginOf(request)}`, `x: ${loginOf(request)}`)]],
  ['in the length of a chunk', (request) => [send(head(200, 'transfer-encoding: chunked')), send(loginOf(request))]],
  ['in a chunk before a reset', (request) => [chunked(400, [loginOf(request)]), reset]],
  ['in a body before a reset', (request) => [send(head(200, 'content-length: 9999') + request.head), pause(), reset]],
  [
    'in a 410 before a reset by Flex',
    (request) => (request.target.includes('flexClusters') ? [reset] : [answer(410, request.head)]),
  ],
];

describe.each(echoes)('an error shows no secret if the server echoes the request %s:', (_where, echo) => {
  it('no token', async () => {
    const server = await startRawServer(echo);
    const client = openBareClient(server, { endpoint: 'auto', attemptTimeout: 500 });
    const error = await rejection(get(client), AtlasError);
    expect(server.requests[0]?.authorization).toBe('Bearer token-of-the-test');
    expect(shown(error)).not.toContain('token-of-the-test');
  });

  it('no part of a Digest login', async () => {
    const credentials = { publicKey: 'ABCDEFGH', privateKey: 'a"private\\key & more' };
    const server = await startRawServer((request) => (request.authorization ? echo(request) : challenge()));
    const client = openBareClient(server, { credentials, endpoint: 'auto', attemptTimeout: 500 });
    const report = shown(await rejection(get(client), AtlasError));
    const authorization = server.requests[1]?.authorization ?? 'none';
    const response = /response="(\w{32})"/.exec(authorization)?.[1] ?? 'none';
    expect(response).not.toBe('none');
    for (const secret of [authorization, response, credentials.privateKey]) expect(report).not.toContain(secret);
  });
});
