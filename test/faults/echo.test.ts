import { describe, expect, it } from 'vitest';
import type { TenantSnapshotsClientOptions } from '../../src/index.js';
import { AtlasError } from '../../src/index.js';
import { accessToken, get, openFaultClient } from '../support/fault-client.js';
import { expectNoUnhandledRejection } from '../support/fault-rejections.js';
import { type FaultRequest, startFaultServer } from '../support/fault-server.js';
import { answer, chunked, head, pause, reset, type Script, send } from '../support/fault-steps.js';
import { rejection } from '../support/rejection.js';
import { shown } from '../support/shown.js';

expectNoUnhandledRejection();

type Echo = (request: FaultRequest) => Script;

const credentialsOf = ({ authorization }: FaultRequest) => authorization ?? 'nothing';

// Each sends the request back, as a debug page, a broken proxy or a server of another protocol may.
const echoes: [name: string, echo: Echo][] = [
  ['the request itself', ({ head: text }) => [send(text)]],
  ['the request after a status line', ({ head: text }) => [send(`HTTP/1.1 200 OK\r\n${text}`)]],
  ['an invalid header line', (request) => [send(`HTTP/1.1 200 OK\r\n${credentialsOf(request)}\r\n\r\n`)]],
  ['a status line', (request) => [send(`HTTP/1.1 ${credentialsOf(request)}\r\n\r\n`)]],
  ['a reason phrase', (request) => [send(`HTTP/1.1 400 ${credentialsOf(request)}\r\ncontent-length: 0\r\n\r\n`)]],
  ['a Content-Length', (request) => [send(head(200, `content-length: ${credentialsOf(request)}`))]],
  ['a chunk', (request) => [send(`${head(200, 'transfer-encoding: chunked')}${credentialsOf(request)}\r\n`)]],
  ['a truncated chunk', (request) => [chunked(400, [credentialsOf(request)]), reset]],
  ['text, then a reset', ({ head: text }) => [send(`${head(200, 'content-length: 9999')}${text}`), pause(), reset]],
  ['a body that is not JSON', ({ head: text }) => [answer(200, text)]],
  ['a body that is not a snapshot', (request) => [answer(200, JSON.stringify({ id: credentialsOf(request) }))]],
  [
    'a key of a body',
    (request) => [answer(200, JSON.stringify({ id: 1, [credentialsOf(request)]: credentialsOf(request) }))],
  ],
  ['an error in plain text', ({ head: text }) => [answer(400, text)]],
  [
    'an error in HTML',
    (request) => [answer(502, `<b title="${credentialsOf(request).replaceAll('"', '&quot;')}">no</b>`)],
  ],
  [
    'each field of an error',
    (request) => {
      const text = `You sent ${credentialsOf(request)}.`;
      const fields = [{ description: text, field: text }];
      const parts = { errorCode: text, detail: text, reason: text, parameters: [text, { [text]: [text] }] };
      return [answer(400, JSON.stringify({ error: 400, ...parts, badRequestDetail: { fields } }))];
    },
  ],
  [
    'a header of an error',
    (request) => [answer(403, '{}', `x-echo: ${credentialsOf(request)}`, `location: /?${credentialsOf(request)}`)],
  ],
  [
    'a repeated header of an error',
    (request) => [answer(403, '{}', `x: ${credentialsOf(request)}`, `x: ${credentialsOf(request)}`)],
  ],
  ['a redirect', (request) => [answer(302, '', `location: /?a=${encodeURIComponent(credentialsOf(request))}`)]],
  ['a retryable error', ({ head: text }) => [answer(503, text, 'retry-after: 3600')]],
  ['a 410', ({ head: text, target }) => (target.includes('flexClusters') ? [reset] : [answer(410, text)])],
];

describe('an error shows no token, even if the server echoes it in', () => {
  it.each(echoes)('%s', async (_name, echo) => {
    const server = await startFaultServer(echo);
    const error = await rejection(get(openFaultClient(server, { endpoint: 'auto' })), AtlasError);
    expect(server.requests[0]?.authorization).toBe(`Bearer ${accessToken}`);
    expect(shown(error)).not.toContain(accessToken);
  });
});

describe('an error shows no part of a Digest login, even if the server echoes it in', () => {
  const privateKey = 'a"private\\key & more';
  const options: TenantSnapshotsClientOptions = {
    credentials: { publicKey: 'ABCDEFGH', privateKey },
    endpoint: 'auto',
  };
  const challenge = 'www-authenticate: Digest realm="MMS Public API", nonce="n", qop="auth", algorithm=MD5';

  it.each(echoes)('%s', async (_name, echo) => {
    const server = await startFaultServer((request) =>
      request.authorization === undefined ? [answer(401, '{}', challenge)] : echo(request),
    );
    const error = await rejection(get(openFaultClient(server, options)), AtlasError);
    const report = shown(error);
    const authorization = server.requests[1]?.authorization ?? 'none';
    const response = /response="(\w+)"/.exec(authorization)?.[1] ?? 'none';
    expect(response).toHaveLength(32);
    for (const secret of [authorization, response]) expect(report).not.toContain(secret);
    expect(report).not.toContain(privateKey);
  });
});

describe('a body that is cut inside a token', () => {
  it.each([1, 2, 8])('shows no part of it in the error if it lacks %i of its characters', async (missing) => {
    const body = `You sent ${accessToken}`;
    const first = body.slice(0, body.length - missing);
    // The second packet exceeds the limit, so the error keeps the first one.
    const packets = [send(head(400, 'content-length: 9999')), send(first), pause(), send(body.slice(-missing))];
    const server = await startFaultServer(packets);
    const error = await rejection(get(openFaultClient(server, { maxResponseSize: first.length })), AtlasError);
    expect(error.code).toBe('API_ERROR');
    expect(shown(error)).not.toContain(accessToken.slice(0, 8));
  });

  it('shows no part of it in the error if it is cut at 16 KiB', async () => {
    const body = `${'x'.repeat(16_384 - 10)}${accessToken}`;
    const server = await startFaultServer([answer(400, body)]);
    const error = await rejection(get(openFaultClient(server)), AtlasError);
    expect(shown(error)).not.toContain(accessToken.slice(0, 8));
  });
});
