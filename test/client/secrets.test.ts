import { createServer } from 'node:http';
import { type AddressInfo, createServer as createSocketServer, type Server } from 'node:net';
import { HttpResponse, http } from 'msw';
import { describe, expect, it, onTestFinished } from 'vitest';
import {
  AtlasApiError,
  AtlasAuthenticationError,
  AtlasClosedError,
  AtlasConnectionError,
  type AtlasCredentials,
  AtlasError,
  AtlasInvalidResponseError,
  AtlasSnapshotFailedError,
  AtlasTimeoutError,
  type DispatcherLike,
} from '../../src/index.js';
import { startMswServer } from '../support/msw-server.js';
import { openClient } from '../support/open-client.js';
import { openEmulator } from '../support/open-emulator.js';
import { rejection } from '../support/rejection.js';
import { shown } from '../support/shown.js';
import { path, tenantRoute } from '../support/snapshot-routes.js';

// With characters that JSON and URLs escape.
const privateKey = 'pr1v&te "k\\y" <of> mine/é';
const clientSecret = 'mdb_sa_sk_s3cr3t"&<>\\';
const issuedToken = 'issued-token-0123456789';
const callerToken = 'caller-token-0123456789';

interface Login {
  readonly name: string;
  readonly credentials: AtlasCredentials;
  readonly secrets: readonly string[];
}

const logins: Login[] = [
  { name: 'an API key', credentials: { publicKey: 'publickey', privateKey }, secrets: [privateKey] },
  {
    name: 'a service account',
    credentials: { clientId: 'mdb_sa_id_1', clientSecret },
    secrets: [clientSecret, issuedToken, Buffer.from(`mdb_sa_id_1:${clientSecret}`).toString('base64')],
  },
  { name: 'a token', credentials: { accessToken: callerToken }, secrets: [callerToken] },
  { name: 'a function', credentials: { accessToken: () => callerToken }, secrets: [callerToken] },
];

/** The forms in which a body may contain a secret. */
function formsOf(secret: string): string[] {
  return [secret, JSON.stringify(secret).slice(1, -1), encodeURIComponent(secret)];
}

function expectNoSecret(value: unknown, secrets: readonly string[]): void {
  const text = shown(value);
  for (const form of secrets.flatMap(formsOf)) {
    expect(text).not.toContain(form);
    // `inspect` escapes quotes and backslashes.
    expect(text.replaceAll('\\\\', '\\').replaceAll("\\'", "'")).not.toContain(form);
  }
}

type Echo = (secrets: readonly string[]) => { body?: string; headers?: Record<string, string>; status?: number };

/** A server that accepts any login, and responds with what `echo` makes of the secrets and the Authorization value. */
function startEcho(secrets: readonly string[], echo: Echo) {
  const challenge = { 'www-authenticate': 'Digest realm="r", nonce="n0nce", qop="auth", algorithm=SHA-256' };
  const seen: string[] = [];
  const server = startMswServer(
    http.post('*/api/oauth/token', () => HttpResponse.json({ access_token: issuedToken, expires_in: 3600 })),
    http.get(tenantRoute, ({ request }) => {
      const authorization = request.headers.get('authorization');
      if (authorization === null) return new HttpResponse(null, { status: 401, headers: challenge });
      seen.push(authorization);
      const { body = '', headers = {}, status = 403 } = echo([...secrets, authorization]);
      return new HttpResponse(body, { status, headers });
    }),
  );
  return { server, seen };
}

const inJson =
  (make: (secrets: readonly string[]) => object): Echo =>
  (secrets) => ({ body: JSON.stringify(make(secrets)), headers: { 'content-type': 'application/json' } });

// undici accepts only header values with one byte per character.
const headerSafe = (secret: string) => /^[\x20-\x7e]*$/.test(secret);

const badRequest = (field: string | undefined, description: string) => ({
  badRequestDetail: { fields: [{ field, description }] },
});

const echoes: [name: string, echo: Echo][] = [
  ['raw', (secrets) => ({ body: `You sent ${secrets.join(' and ')}.` })],
  ['in a URL', (secrets) => ({ body: secrets.map(encodeURIComponent).join('&') })],
  ['in JSON: detail', inJson((secrets) => ({ detail: secrets.join() }))],
  ['in JSON: reason', inJson((secrets) => ({ reason: secrets.join() }))],
  ['in JSON: errorCode', inJson((secrets) => ({ errorCode: secrets.join() }))],
  ['in JSON: parameters', inJson((secrets) => ({ parameters: [{ deep: secrets }] }))],
  ['in JSON: a key', inJson((secrets) => ({ parameters: [{ [secrets.join()]: 1 }] }))],
  ['in JSON: badRequestDetail', inJson(([field, ...others]) => badRequest(field, others.join()))],
  ['in header fields', (secrets) => ({ headers: { 'x-echo': secrets.filter(headerSafe).join() } })],
  ['in a redirect', (secrets) => ({ status: 302, headers: { location: `/?${secrets.filter(headerSafe).join()}` } })],
];

describe.each(logins)('with $name', ({ credentials, secrets }) => {
  it('the cause of an error shows no secret if the error of a dispatcher holds the request', async () => {
    const sent: string[] = [];
    const dispatcher: DispatcherLike = {
      dispatch({ headers, method }, handler) {
        const isChallenged = method === 'GET' && !headers.includes('authorization');
        if (isChallenged) {
          handler.onRequestStart({ abort() {} }, {});
          handler.onResponseStart({ abort() {} }, 401, {
            'www-authenticate': 'Digest realm="r", nonce="n", qop="auth"',
          });
          handler.onResponseEnd({ abort() {} }, {});
          return true;
        }
        sent.push(JSON.stringify(headers));
        // The message is that of undici's MockAgent, the properties are those of its responseError interceptor.
        const inner = new Error(`Mock dispatch not matched for headers '${JSON.stringify(headers)}'`);
        throw Object.assign(new Error(inner.message, { cause: inner }), { body: headers, headers, data: headers });
      },
    };
    const baseUrl = 'https://cloud.mongodb.com';
    const client = openClient({ baseUrl, credentials, dispatcher, endpoint: 'tenant', maxRetries: 0 });
    const error = await rejection(client.getTenantSnapshot(...path), AtlasConnectionError);
    expect(sent).toHaveLength(1);
    expectNoSecret(error, secrets);
    expect(shown(error.cause)).toContain('[masked]');
    expect(shown(error.cause)).toContain('Mock dispatch not matched');
  });

  it.each(echoes)('an error body that echoes the secrets %s is masked', async (_name, echo) => {
    const { server, seen } = startEcho(secrets, echo);
    const client = openClient({ baseUrl: (await server).url, credentials, endpoint: 'tenant', maxRetries: 0 });
    const error = await rejection(client.getTenantSnapshot(...path), AtlasApiError);
    expect(seen).toHaveLength(1);
    expectNoSecret(error, [...secrets, ...seen]);
    expect(shown(error)).toContain('[masked]');
  });

  it('a body that is cut inside a secret shows no part of the secret', async () => {
    const secret = secrets[0] ?? '';
    const { server } = startEcho(secrets, () => ({ body: 'x'.repeat(16_384 - 8) + secret }));
    const client = openClient({ baseUrl: (await server).url, credentials, endpoint: 'tenant', maxRetries: 0 });
    const error = await rejection(client.getTenantSnapshot(...path), AtlasApiError);
    expect(error.body).not.toContain(secret.slice(0, 6));
  });

  it('the client shows no secret, before and after a call', async () => {
    const { server } = startEcho(secrets, () => ({ status: 200, body: '{}' }));
    const client = openClient({ baseUrl: (await server).url, credentials });
    expectNoSecret(client, secrets);
    const promise = client.getTenantSnapshot(...path);
    expectNoSecret(promise, secrets);
    const { response } = await promise.withResponse();
    for (const value of [client, promise, response]) expectNoSecret(value, secrets);
    expect(Object.keys(client)).toEqual([]);
    expect(Object.keys(promise)).toEqual(['withResponse']);
    expect(JSON.stringify(client)).toBe('{}');
  });

  it('AtlasInvalidResponseError and AtlasClosedError show no secret', async () => {
    const { server } = startEcho(secrets, (all) => ({
      status: 200,
      body: JSON.stringify({ status: all, id: all.join() }),
    }));
    const client = openClient({ baseUrl: (await server).url, credentials, maxRetries: 0 });
    const invalid = await rejection(client.getTenantSnapshot(...path), AtlasInvalidResponseError);
    await client.close();
    const closed = await rejection(client.getTenantSnapshot(...path), AtlasClosedError);
    for (const error of [invalid, closed]) expectNoSecret(error, secrets);
  });

  it('an error of a wait masks a snapshot that echoes the secrets', async () => {
    let status = 'FAILED';
    const { server } = startEcho(secrets, (all) => ({
      status: 200,
      body: JSON.stringify({ status, finishTime: '2025-05-04T09:42:00Z', echo: all }),
    }));
    const client = openClient({ baseUrl: (await server).url, credentials, maxRetries: 0 });
    const failed = await rejection(client.waitForTenantSnapshot(...path), AtlasSnapshotFailedError);
    expect(failed.snapshot).toMatchObject({ status: 'FAILED', finishTime: new Date('2025-05-04T09:42:00Z') });
    expect(shown(failed)).toContain('[masked]');
    expectNoSecret(failed, secrets);

    status = `RUNNING ${secrets.join(' ')}`;
    const wait = client.waitForTenantSnapshot(...path, { timeout: 300 });
    const late = await rejection(wait, AtlasTimeoutError);
    expect(late.message).toContain('The snapshot was RUNNING [masked]');
    expectNoSecret(late, secrets);
  });

  it('AtlasTimeoutError shows no secret', async () => {
    const emulator = await openEmulator({
      credentials: {
        apiKey: { publicKey: 'publickey', privateKey },
        serviceAccount: { clientId: 'mdb_sa_id_1', clientSecret },
        accessToken: callerToken,
      },
    });
    emulator.respond({ hang: true });
    const client = openClient({ baseUrl: emulator.url, credentials, attemptTimeout: 100, maxRetries: 0 });
    const error = await rejection(client.getTenantSnapshot(...path), AtlasTimeoutError);
    expectNoSecret(error, secrets);
  });

  it('a response that is not HTTP and echoes the request shows no secret', async () => {
    const url = await listen(
      createSocketServer((socket) => {
        socket.on('error', () => undefined);
        socket.on('data', (bytes) => socket.end(`No HTTP: ${bytes}`));
      }),
    );
    const client = openClient({ baseUrl: url, credentials, maxRetries: 0 });
    const error = await rejection(client.getTenantSnapshot(...path), AtlasConnectionError);
    expect(error.cause).toBeInstanceOf(Error);
    expectNoSecret(error, secrets);
    expect(shown(error)).not.toMatch(/Bearer|Basic/);
  });
});

describe('with an API key', () => {
  it('an error shows no part of the Digest response', async () => {
    const { server, seen } = startEcho([], ([authorization = '']) => ({
      body: JSON.stringify({ detail: /response="(\w+)"/.exec(authorization)?.[1] }),
    }));
    const credentials = { publicKey: 'publickey', privateKey };
    const client = openClient({ baseUrl: (await server).url, credentials, maxRetries: 0 });
    const error = await rejection(client.getTenantSnapshot(...path), AtlasApiError);
    expect(error.detail).toBe('[masked]');
    expect(shown(error)).not.toContain(/response="(\w+)"/.exec(seen[0] ?? '')?.[1]);
  });

  it.each([
    ['a scheme other than Digest', 'Basic realm="r"'],
    ['a challenge with an unknown algorithm', 'Digest realm="r", nonce="n", algorithm=SHA-1024'],
  ])('the error for %s shows no secret', async (_name, challenge) => {
    const server = await startMswServer(
      http.get('*', () => new HttpResponse(privateKey, { status: 401, headers: { 'www-authenticate': challenge } })),
    );
    const client = openClient({ baseUrl: server.url, credentials: { publicKey: 'publickey', privateKey } });
    expectNoSecret(await rejection(client.getTenantSnapshot(...path), AtlasAuthenticationError), [privateKey]);
  });

  it('an error masks a public key that the scheme of a challenge echoes', async () => {
    const challenge = { 'www-authenticate': 'publickey realm="r"' };
    const server = await startMswServer(
      http.get('*', () => new HttpResponse(null, { status: 401, headers: challenge })),
    );
    const client = openClient({ baseUrl: server.url, credentials: { publicKey: 'publickey', privateKey } });
    const error = await rejection(client.getTenantSnapshot(...path), AtlasAuthenticationError);
    expect(error.message).toContain('It offered: [masked]');
    expectNoSecret(error, ['publickey']);
  });

  it('the error for a wrong key names the usual causes, but not the key', async () => {
    const emulator = await openEmulator();
    const credentials = { publicKey: emulator.credentials.apiKey.publicKey, privateKey };
    const client = openClient({ baseUrl: emulator.url, credentials });
    const error = await rejection(client.getTenantSnapshot(...path), AtlasApiError);
    expect(error).toMatchObject({ status: 401, message: expect.stringMatching(/key.*role.*IP access list/) });
    expectNoSecret(error, [privateKey]);
  });
});

describe('with a service account', () => {
  const credentials = { clientId: 'mdb_sa_id_1', clientSecret };
  const basic = Buffer.from(`mdb_sa_id_1:${clientSecret}`).toString('base64');

  it('the error of a token request masks a secret that the response echoes', async () => {
    const body = {
      error: `invalid_client ${clientSecret}`,
      error_description: `You sent Basic ${basic} ${clientSecret}`,
    };
    const server = await startMswServer(http.post('*/api/oauth/token', () => HttpResponse.json(body, { status: 401 })));
    const client = openClient({ baseUrl: server.url, credentials });
    const error = await rejection(client.getTenantSnapshot(...path), AtlasAuthenticationError);
    expect(error).toMatchObject({ status: 401, error: 'invalid_client [masked]' });
    expect(error.errorDescription).toContain('[masked]');
    expectNoSecret(error, [clientSecret, basic]);
  });

  it('the error for a token response masks a secret that its content coding echoes', async () => {
    const headers = { 'content-encoding': basic };
    const server = await startMswServer(http.post('*/api/oauth/token', () => new HttpResponse('{}', { headers })));
    const client = openClient({ baseUrl: server.url, credentials });
    const error = await rejection(client.getTenantSnapshot(...path), AtlasAuthenticationError);
    expect(error.message).toContain('content coding [masked]');
    expectNoSecret(error, [basic, basic.slice(0, 40), basic.toLowerCase()]);
  });

  it('the error for an invalid token response shows no secret', async () => {
    const server = await startMswServer(
      http.post('*/api/oauth/token', () => HttpResponse.json({ access_token: `${clientSecret} ${issuedToken}` })),
    );
    const client = openClient({ baseUrl: server.url, credentials });
    const error = await rejection(client.getTenantSnapshot(...path), AtlasAuthenticationError);
    expectNoSecret(error, [clientSecret, issuedToken]);
  });
});

describe('a content coding', () => {
  it('that echoes a token is masked, even if the token is long and in upper case', async () => {
    const accessToken = 'QWERTY'.repeat(20);
    const headers = { 'content-encoding': accessToken };
    const server = await startMswServer(http.get('*', () => new HttpResponse('{}', { headers })));
    const client = openClient({ baseUrl: server.url, credentials: { accessToken } });
    const error = await rejection(client.getTenantSnapshot(...path), AtlasInvalidResponseError);
    expect(error.message).toContain('content coding [masked]');
    expectNoSecret(error, ['QWERTY', 'qwerty']);
  });
});

describe('a body larger than maxResponseSize', () => {
  it('shows no part of a secret that it ends inside', async () => {
    const halves = [callerToken.slice(0, 15), callerToken.slice(15)];
    const url = await listen(
      createServer((_request, reply) => {
        reply.writeHead(403);
        reply.write(`You sent ${halves[0]}`);
        setTimeout(() => reply.end(halves[1] + 'x'.repeat(100)), 20);
      }),
    );
    const client = openClient({ baseUrl: url, credentials: { accessToken: callerToken }, maxResponseSize: 30 });
    const error = await rejection(client.getTenantSnapshot(...path), AtlasError);
    expect(error).toMatchObject({ code: 'API_ERROR', status: 403 });
    expectNoSecret(error, [halves[0] ?? '']);
  });
});

describe('an error body that is cut', () => {
  it.each([
    ['identity', /^You sent \[masked\]\.x*$/],
    ['gzip', /^$/],
  ])('is decoded before it is masked, with its charset and the content coding %s', async (coding, body) => {
    const credentials = { publicKey: 'publickey', privateKey: 'pässwörd-ünique' };
    const type = 'text/plain; charset=iso-8859-1';
    const challenge = { 'www-authenticate': 'Digest realm="r", nonce="n", qop="auth"' };
    const url = await listen(
      createServer(({ headers }, reply) => {
        if (headers.authorization === undefined) return reply.writeHead(401, challenge).end();
        reply.writeHead(400, { 'content-type': type, 'content-encoding': coding });
        return reply.end(`You sent ${credentials.privateKey}.${'x'.repeat(2_000)}`, 'latin1');
      }),
    );
    const client = openClient({ baseUrl: url, credentials, endpoint: 'tenant', maxResponseSize: 1_000 });
    const error = await rejection(client.getTenantSnapshot(...path), AtlasApiError);
    expect(error.body).toMatch(body);
  });
});

async function listen(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  // Not a pipe: it listens on a port.
  const { port } = server.address() as AddressInfo;
  return `http://127.0.0.1:${port}`;
}
