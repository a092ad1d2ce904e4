import { describe, expect, it } from 'vitest';
import { AtlasAuthenticationError, AtlasError, type TenantSnapshotsClientOptions } from '../../src/client/index.js';
import { get, openBareClient, openClient } from '../support/open-client.js';
import { type RawRequest, startRawServer } from '../support/raw-server.js';
import { answer, type Script, send, sendChallenge, sendToken } from '../support/raw-steps.js';
import { rejection } from '../support/rejection.js';
import { scriptedDispatcher } from '../support/scripted-dispatcher.js';
import { shown } from '../support/shown.js';

const privateKey = '0a1b2c3d-4e5f-6a7b-8c9d-0e1f2a3b4c5d';
const clientSecret = 'mdb_sa_sk_0a1b2c3d4e5f6a7b8c9d';
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
}

// As a debug page, a broken proxy or a server of another protocol may.
const echoes: [where: string, echo: (said: Said) => Script, isShown?: boolean][] = [
  ['the request after a status line', ({ request }) => [send(`HTTP/1.1 200 OK\r\n${request}`)]],
  ['a body that is not JSON', ({ request }) => [answer(200, request)]],
  ['the fields and keys of a body', ({ all }) => [answer(200, { id: all.join(), links: [{ [all.join()]: all }] })]],
  ['an error in plain text', ({ request, all }) => [answer(400, request + all)], true],
  [
    'an error in JSON',
    ({ all }) => [
      answer(400, {
        errorCode: all.join(),
        detail: `You sent ${all}.`,
        parameters: [...all, Object.fromEntries(all.map((secret) => [secret, { [secret]: [secret] }]))],
      }),
    ],
    true,
  ],
  ['the headers of an error', ({ all }) => [answer(302, '{}', `x: ${all}`, `x: ${all}`, `location: /?${all}`)], true],
  ['the name of a header', ({ all }) => [answer(400, '{}', `${all.join().replace(/[^A-Za-z0-9_-]/g, '-')}: 1`)], true],
];

describe.each(logins)('with $name', ({ credentials, secrets }) => {
  it.each(echoes)('an error shows no secret that the server echoes in %s', async (_where, echo, isShown) => {
    const { client, lastLogin } = await open(credentials, ({ head: request, authorization: login = '' }) => {
      return echo({ request, login, all: [...secrets, login] });
    });
    const error = await rejection(get(client), AtlasError);
    expectNoSecret(error, [...secrets, /response="(\w+)"/.exec(lastLogin())?.[1] ?? lastLogin()]);
    if (isShown) expect(shown(error)).toContain('[masked]');
  });

  it('the client, its promises and its responses show no secret', async () => {
    const { client } = await open(credentials, () => [answer(200, '{"status":"COMPLETED"}')]);
    const promise = get(client);
    expectNoSecret([client, promise], secrets);
    const { response } = await promise.withResponse();
    expectNoSecret([client, promise, response], secrets);
    expect([Object.keys(client), Object.keys(promise)]).toEqual([[], ['withResponse']]);
  });
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
