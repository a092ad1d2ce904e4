import { describe, expect, it } from 'vitest';
import {
  AtlasAuthenticationError,
  AtlasConnectionError,
  AtlasError,
  type TenantSnapshotsClientOptions,
} from '../../src/client/index.js';
import { get, openBareClient, openClient } from '../support/open-client.js';
import { type RawRequest, startRawServer } from '../support/raw-server.js';
import { answer, head, pause, reset, type Script, send, sendChallenge, sendToken } from '../support/raw-steps.js';
import { rejection } from '../support/rejection.js';
import { scriptedDispatcher } from '../support/scripted-dispatcher.js';
import { shown } from '../support/shown.js';

// With characters that JSON, HTML and URLs escape.
const privateKey = '0a1b2c3d"4e5f6a7b\\<8c9d0e1f> é/2a3b4c5d';
const clientSecret = 'mdb_sa_sk_0a1b2c3d4e~~~~?5f6a7b8c9d"&<>\\';
const basic = Buffer.from(`mdb_sa_id_1:${clientSecret}`).toString('base64');
const issuedToken = 'issued-token-0123456789';
const callerToken = 'caller-token-0123456789';

type Credentials = NonNullable<TenantSnapshotsClientOptions['credentials']>;

const logins: { name: string; credentials: Credentials; secrets: string[] }[] = [
  { name: 'an API key', credentials: { publicKey: 'publickey', privateKey }, secrets: [privateKey] },
  {
    name: 'a service account',
    credentials: { clientId: 'mdb_sa_id_1', clientSecret },
    secrets: [clientSecret, basic, issuedToken],
  },
  { name: 'a token', credentials: { accessToken: callerToken }, secrets: [callerToken] },
  { name: 'a function', credentials: { accessToken: () => callerToken }, secrets: [callerToken] },
];

/** Fails if something that a log may show of the value has one of the secrets, or a long part of one. */
function expectNoSecret(value: unknown, secrets: readonly string[]): void {
  const text = shown(value);
  const parts = secrets.join(' ').match(/[A-Za-z0-9]{16,}/g) ?? [];
  for (const part of [...secrets, ...parts]) expect(text).not.toContain(part);
}

/** A server that accepts any login, and responds to the calls of a client with a script. */
async function open(
  credentials: Credentials,
  echo: (request: RawRequest) => Script,
  options?: TenantSnapshotsClientOptions,
) {
  const server = await startRawServer((request) => {
    if (request.target.endsWith('/oauth/token')) return sendToken(issuedToken);
    if (request.target.endsWith('/oauth/revoke')) return [answer(200, '')];
    return request.authorization === undefined ? sendChallenge() : echo(request);
  });
  return {
    client: openBareClient(server, { credentials, ...options }),
    lastLogin: () => server.requests.at(-1)?.authorization ?? 'none',
  };
}

/** What a response may repeat: the request, its login, and the secrets behind it. */
interface Said {
  readonly request: string;
  readonly login: string;
  readonly all: readonly string[];
  /** Without what no header can hold. */
  readonly inHeaders: string;
}

// As a debug page, a broken proxy or a server of another protocol may.
const echoes: [where: string, echo: (said: Said) => Script, isShown: boolean][] = [
  ['the request after a status line', ({ request }) => [send(`HTTP/1.1 200 OK\r\n${request}`)], false],
  ['an invalid header line', ({ login }) => [send(`HTTP/1.1 200 OK\r\n${login}\r\n\r\n`)], false],
  ['a status line', ({ login }) => [send(`HTTP/1.1 ${login}\r\n\r\n`)], false],
  ['a chunk', ({ login }) => [send(`${head(200, 'transfer-encoding: chunked')}${login}\r\n`)], false],
  ['text, then a reset', ({ all }) => [send(`${head(200, 'content-length: 9999')}${all}`), pause(), reset], false],
  ['a body that is not JSON', ({ request }) => [answer(200, request)], false],
  ['a field of a body', ({ all }) => [answer(200, { id: all.join() })], false],
  ['a key of a body', ({ all }) => [answer(200, { id: 5, links: [{ [all.join()]: all }] })], false],
  ['an error in plain text', ({ request, all }) => [answer(400, request + all)], true],
  [
    'an error in JSON',
    ({ all }) => [
      answer(400, { errorCode: all.join(), detail: `You sent ${all}.`, parameters: all, [all.join()]: all }),
    ],
    true,
  ],
  [
    'the headers of an error',
    ({ inHeaders }) => [answer(302, '{}', `x: ${inHeaders}`, `x: ${inHeaders}`, `location: /?${inHeaders}`)],
    true,
  ],
  ['the name of a header', ({ all }) => [answer(400, '{}', `${all.join().replace(/[^A-Za-z0-9]/g, '-')}: 1`)], true],
];

describe.each(logins)('with $name', ({ credentials, secrets }) => {
  it.each(echoes)('an error shows no secret that the server echoes in %s', async (_where, echo, isShown) => {
    const { client, lastLogin } = await open(credentials, ({ head: request, authorization: login = '' }) => {
      const all = [...secrets, login];
      return echo({ request, login, all, inHeaders: all.filter((text) => /^[ -~]*$/.test(text)).join() });
    });
    const error = await rejection(get(client), AtlasError);
    expectNoSecret(error, [...secrets, /response="(\w+)"/.exec(lastLogin())?.[1] ?? lastLogin()]);
    if (isShown) expect(shown(error)).toContain('[masked]');
  });

  it('the client, its promises and its responses show no secret', async () => {
    const { client } = await open(credentials, () => [answer(200, '{"status":"COMPLETED"}')]);
    const promise = get(client);
    for (const value of [client, promise]) expectNoSecret(value, secrets);
    const { response } = await promise.withResponse();
    for (const value of [client, promise, response]) expectNoSecret(value, secrets);
    expect(Object.keys(client)).toEqual([]);
    expect(Object.keys(promise)).toEqual(['withResponse']);
    expect(JSON.stringify(client)).toBe('{}');
  });

  it('the cause of an error shows no secret if the error of a dispatcher holds the request', async () => {
    const dispatcher = scriptedDispatcher((request) => {
      const { headers, method } = request.options;
      if (method === 'GET' && request.headers['authorization'] === undefined) {
        request.reply({ status: 401, headers: { 'www-authenticate': 'Digest realm="r", nonce="n", qop="auth"' } });
        return;
      }
      // The message is that of undici's MockAgent, the properties are those of its responseError interceptor.
      const inner = new Error(`Mock dispatch not matched for headers '${JSON.stringify(headers)}'`);
      const texts = { message: inner.message, name: inner.message, code: inner.message };
      throw Object.assign(new Error('', { cause: inner }), { ...texts, body: headers, headers, data: headers });
    });
    const client = openClient({ credentials, dispatcher, endpoint: 'tenant', maxRetries: 0 });
    const { cause } = await rejection(get(client), AtlasConnectionError);
    expectNoSecret(cause, secrets);
    expect(shown(cause)).toMatch(/Mock dispatch not matched.*\[masked\]/);
  });
});

it('the error for a challenge masks a public key that its scheme echoes', async () => {
  const challenge = { status: 401, headers: { 'www-authenticate': 'publickey realm="r"' } };
  const client = openClient({
    credentials: { publicKey: 'publickey', privateKey },
    dispatcher: scriptedDispatcher(challenge),
  });
  expect((await rejection(get(client), AtlasAuthenticationError)).message).toContain('It offered: [masked]');
});

it.each([
  ['an OAuth error', 401, { error: `invalid ${clientSecret}`, error_description: `You sent Basic ${basic}` }],
  ['an invalid token', 200, { access_token: `${clientSecret} ${issuedToken}` }],
])('the error of a token request shows no secret that the response echoes as %s', async (_what, status, body) => {
  const dispatcher = scriptedDispatcher({ status, body });
  const client = openClient({ credentials: { clientId: 'mdb_sa_id_1', clientSecret }, dispatcher, maxRetries: 0 });
  const error = await rejection(get(client), AtlasAuthenticationError);
  expectNoSecret(error, [clientSecret, issuedToken, basic]);
});
