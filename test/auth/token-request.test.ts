import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import {
  AtlasApiError,
  AtlasAuthenticationError,
  AtlasConnectionError,
  AtlasError,
  AtlasTimeoutError,
  type TenantSnapshotsClientOptions,
} from '../../src/index.js';
import type { ScriptedAnswer } from '../../src/testing/index.js';
import { defaults } from '../support/defaults.js';
import { startFaultServer } from '../support/fault-server.js';
import { answer, end, good, refusal, reset } from '../support/fault-steps.js';
import { openClient } from '../support/open-client.js';
import { rejection } from '../support/rejection.js';
import { openServiceAccount } from '../support/service-account.js';
import { path, tenantPath } from '../support/snapshot-routes.js';
import { runClock, stopClock } from '../support/test-clock.js';
import { startTokenServer } from '../support/token-server.js';

const credentials = { clientId: 'mdb_sa_id_65f1a2', clientSecret: 'mdb_sa_sk_x+y/z:%41_-~&=' };
const userAgent = /^atlas-tenant-snapshots\/\S+ node\/\S+$/;

async function callOnce(options: TenantSnapshotsClientOptions = {}, prefix = '') {
  const { url, requests } = await startTokenServer();
  await openClient({ credentials, ...options, baseUrl: url + prefix }).getTenantSnapshot(...path);
  const [token, api] = requests;
  if (token === undefined || api === undefined) throw new Error('Two requests are sent');
  return { token, api };
}

describe('a token request', () => {
  it('has the headers and body that Atlas expects', async () => {
    const { token, api } = await callOnce();
    expect(token).toEqual({
      line: 'POST /api/oauth/token HTTP/1.1',
      headers: {
        accept: 'application/json',
        'user-agent': expect.stringMatching(userAgent),
        'content-type': 'application/x-www-form-urlencoded',
        authorization: `Basic ${btoa(`${credentials.clientId}:${credentials.clientSecret}`)}`,
        'content-length': '29',
      },
      body: 'grant_type=client_credentials',
    });
    expect(api.line).toBe(`GET ${tenantPath} HTTP/1.1`);
    expect(api.headers['authorization']).toBe('Bearer the-token');
  });

  it.each(['/proxy', '/proxy/', '/a/b'])('has the path prefix %s of baseUrl', async (prefix) => {
    const { token, api } = await callOnce({}, prefix);
    const base = prefix.replace(/\/$/, '');
    expect(token.line).toBe(`POST ${base}/api/oauth/token HTTP/1.1`);
    expect(api.line).toBe(`GET ${base}${tenantPath} HTTP/1.1`);
  });

  it("starts its User-Agent with the caller's", async () => {
    const { token, api } = await callOnce({ userAgent: 'backup-check/2.1' });
    expect(token.headers['user-agent']).toMatch(/^backup-check\/2\.1 atlas-tenant-snapshots\//);
    expect(token.headers['user-agent']).toBe(api.headers['user-agent']);
  });

  it('is sent for credentials from the environment', async () => {
    const { url, requests } = await startTokenServer();
    const before = { ...process.env };
    Object.assign(process.env, { MONGODB_ATLAS_CLIENT_ID: 'id', MONGODB_ATLAS_CLIENT_SECRET: 'secret' });
    try {
      await openClient({ baseUrl: url, credentials: undefined }).getTenantSnapshot(...path);
    } finally {
      process.env = before;
    }
    expect(requests[0]?.headers['authorization']).toBe(`Basic ${btoa('id:secret')}`);
  });
});

describe('a refused token request', () => {
  it('leads to an AtlasAuthenticationError if the secret is wrong, and nothing is sent to the API', async () => {
    const { get, tokenRequests, apiRequests } = await openServiceAccount({ clientSecret: 'wrong' });
    const error = await rejection(get(), AtlasAuthenticationError);
    expect(error).toMatchObject({
      code: 'AUTHENTICATION',
      status: 401,
      error: 'invalid_client',
      errorDescription: 'Client authentication failed.',
      operation: 'getTenantSnapshot',
      endpoint: 'tenant',
      attempts: 1,
    });
    expect(error.message).toMatch(/401.*invalid_client.*Client authentication failed\..*clientId.*clientSecret/);
    expect(tokenRequests()).toHaveLength(1);
    expect(apiRequests()).toEqual([]);
  });

  it('is reported if there are too many valid tokens', async () => {
    const { emulator, get, apiRequests } = await openServiceAccount({}, { tokens: { live: 0 } });
    const error = await rejection(get(), AtlasAuthenticationError);
    expect(error).toMatchObject({ status: 403, error: 'access_denied', attempts: 1 });
    expect(error.errorDescription).toMatch(/^Access Token limit reached\./);
    expect(error.message).toMatch(/Access Token limit reached.*tokenStore/);
    expect(emulator.requests).toHaveLength(1);
    expect(apiRequests()).toEqual([]);
  });

  it('is reported if there were too many token requests in a minute', async () => {
    const { get, apiRequests } = await openServiceAccount({ maxRetries: 0 }, { tokens: { perMinute: 0 } });
    const error = await rejection(get(), AtlasAuthenticationError);
    expect(error).toMatchObject({ status: 429, error: 'RATE_LIMITED' });
    expect(error.errorDescription).toMatch(/^Resource \/api\/oauth\/token is limited to 0 requests/);
    expect(error.message).toMatch(/429.*tokenStore/);
    expect(apiRequests()).toEqual([]);
  });

  it.each<{ what: string; answer: ScriptedAnswer; status: number }>([
    { what: 'a redirect', answer: { status: 302, headers: { location: '/elsewhere' } }, status: 302 },
    { what: 'no content', answer: { status: 204 }, status: 204 },
    { what: 'HTML', answer: { status: 404, body: '<html>Not here</html>' }, status: 404 },
    {
      what: 'an invalid OAuth error',
      answer: { status: 400, body: { error: 17, error_description: ['x'] } },
      status: 400,
    },
    { what: 'null', answer: { status: 403, body: 'null' }, status: 403 },
    { what: 'a list', answer: { status: 403, body: '["access_denied"]' }, status: 403 },
  ])('with $what leads to an AtlasAuthenticationError', async ({ answer, status }) => {
    const { emulator, get } = await openServiceAccount();
    emulator.respond({ ...answer, for: 'token' });
    const error = await rejection(get(), AtlasAuthenticationError);
    expect(error).toMatchObject({ status, attempts: 1 });
    expect(error).not.toHaveProperty('error');
    expect(error).not.toHaveProperty('errorDescription');
    expect(emulator.requests).toHaveLength(1);
  });

  it('has a long content coding cut in the message, which still says what to do', async () => {
    const { emulator, get } = await openServiceAccount();
    emulator.respond({ for: 'token', status: 200, headers: { 'content-encoding': 'w'.repeat(3_000) } });
    const error = await rejection(get(), AtlasAuthenticationError);
    expect(error.message).toMatch(/w{20,80}\. Check baseUrl/);
  });

  it('has a long description cut in the message', async () => {
    const { emulator, get } = await openServiceAccount();
    emulator.respond({ for: 'token', status: 400, errorCode: 'invalid_request', detail: 'x'.repeat(100_000) });
    const error = await rejection(get(), AtlasAuthenticationError);
    expect(error.message.length).toBeLessThan(2_000);
  });
});

describe('a 200 without a valid token', () => {
  it.each<{ what: string; body: object | string }>([
    { what: 'an empty body', body: '' },
    { what: 'HTML', body: '<html>Sign in</html>' },
    { what: 'truncated JSON', body: '{"access_token": "abc' },
    { what: 'null', body: 'null' },
    { what: 'JSON without a token', body: { expires_in: 3600 } },
    { what: 'a token that is invalid in a header', body: { access_token: 'a\r\nx-injected: yes' } },
    { what: 'another type of token', body: { access_token: 'abc', token_type: 'mac' } },
    { what: 'a negative lifetime', body: { access_token: 'abc', expires_in: -5 } },
    // The message names maxResponseSize, as the user can raise it.
    { what: 'more than maxResponseSize', body: { access_token: 'abc', padding: 'x'.repeat(defaults.maxResponseSize) } },
  ])('leads to an AtlasAuthenticationError without a retry: $what', async ({ what, body }) => {
    const { emulator, get, apiRequests } = await openServiceAccount();
    emulator.respond({ for: 'token', status: 200, body });
    const error = await rejection(get(), AtlasAuthenticationError);
    expect(error).toMatchObject({ status: 200, attempts: 1 });
    expect(error.message).toMatch(/200.*baseUrl/);
    expect(error.message.includes(`${defaults.maxResponseSize} bytes (maxResponseSize)`)).toBe(
      what === 'more than maxResponseSize',
    );
    expect(emulator.requests).toHaveLength(1);
    expect(apiRequests()).toEqual([]);
  });
});

describe('a broken token exchange', () => {
  const faults: { what: string; answer: ScriptedAnswer; type: abstract new (...parameters: never[]) => AtlasError }[] =
    [
      { what: 'is reset in the body', answer: { reset: 'body' }, type: AtlasConnectionError },
      { what: 'hangs', answer: { hang: true }, type: AtlasTimeoutError },
      { what: 'hangs in the body', answer: { hang: 'body' }, type: AtlasTimeoutError },
    ];

  it.each(faults)('that $what is retried', async ({ answer }) => {
    stopClock();
    const { emulator, get, tokenRequests } = await openServiceAccount();
    emulator.respond({ ...answer, for: 'token' });
    const { response } = await runClock(get().withResponse(), 100);
    expect(response).toMatchObject({ status: 200, attempts: 2 });
    expect(tokenRequests()).toHaveLength(2);
  });

  it.each(faults)('that $what each time is the $type.name of the call', async ({ answer, type }) => {
    stopClock();
    const { emulator, get, tokenRequests, apiRequests } = await openServiceAccount({ maxRetries: 1 });
    emulator.respond({ ...answer, for: 'token', times: Number.POSITIVE_INFINITY });
    const error = await runClock(rejection(get(), type), 100);
    expect(error).toMatchObject({ operation: 'getTenantSnapshot', attempts: 2 });
    expect(error.message).toContain('access token');
    expect(tokenRequests()).toHaveLength(2);
    expect(apiRequests()).toEqual([]);
  });

  it.each([
    ['a FIN', end],
    ['a RST', reset],
  ])('with %s on a kept connection is sent again without counting as an attempt', async (_name, gone) => {
    let issued = 0;
    let dropped = 0;
    let calls = 0;
    const server = await startFaultServer(({ target, before }) => {
      // Refuses the second use of the first token.
      if (!target.endsWith('/token')) return ++calls === 2 ? refusal(401) : good;
      if (before > 0 && dropped === 0) {
        dropped += 1;
        return [gone];
      }
      issued += 1;
      return [answer(200, JSON.stringify({ access_token: `t${issued}`, token_type: 'Bearer' }))];
    });
    const client = openClient({ baseUrl: server.url, credentials, endpoint: 'tenant', maxRetries: 0 });
    await client.getTenantSnapshot(...path);
    const { response } = await client.getTenantSnapshot(...path).withResponse();
    expect(response).toMatchObject({ status: 200, attempts: 1 });
    expect({ issued, calls }).toEqual({ issued: 2, calls: 3 });
    expect(dropped).toBe(1);
  });

  it('is bounded by attemptTimeout', async () => {
    const { emulator, get } = await openServiceAccount({ attemptTimeout: 40, maxRetries: 0 });
    emulator.respond({ for: 'token', hang: true });
    const error = await rejection(get(), AtlasTimeoutError);
    expect(error.message).toMatch(/40 ms \(attemptTimeout\)/);
  });

  it('is bounded by the timeout of the call', async () => {
    const { emulator, get, apiRequests } = await openServiceAccount({ attemptTimeout: 200 });
    emulator.respond({ for: 'token', hang: true });
    const error = await rejection(get({ timeout: 40 }), AtlasTimeoutError);
    expect(error.message).toMatch(/40 ms \(timeout\)/);
    expect(apiRequests()).toEqual([]);
  });
});

describe('secrets', () => {
  const secrets = (options: { clientId: string; clientSecret: string }) => [
    options.clientSecret,
    btoa(`${options.clientId}:${options.clientSecret}`),
  ];
  const shown = (error: Error) =>
    inspect(error, { depth: null, showHidden: true }) + error.stack + JSON.stringify(error) + String(error.cause);

  it.each<{ what: string; answer: (echo: string) => ScriptedAnswer }>([
    { what: 'an OAuth error', answer: (echo) => ({ status: 401, errorCode: echo, detail: `You sent ${echo}` }) },
    { what: 'a rate limit', answer: (echo) => ({ status: 429, errorCode: echo, detail: echo }) },
    { what: 'HTML', answer: (echo) => ({ status: 400, body: `<p>${echo}</p>` }) },
    { what: 'a success without a token', answer: (echo) => ({ status: 200, body: { echo } }) },
    { what: 'headers', answer: (echo) => ({ status: 403, headers: { 'x-echo': echo } }) },
    { what: 'a reset', answer: () => ({ reset: 'body' }) },
  ])('are not in an error after $what', async ({ answer }) => {
    const { emulator, get } = await openServiceAccount({ maxRetries: 0 });
    const { serviceAccount } = emulator.credentials;
    const [secret = '', basic = ''] = secrets(serviceAccount);
    emulator.respond({ ...answer(`${secret} Basic ${basic}`), for: 'token' });
    const text = shown(await rejection(get(), AtlasError));
    expect(text).toContain('access token');
    expect(text).not.toContain(secret);
    expect(text).not.toContain(basic);
  });

  it('are masked in an error of the API that echoes them', async () => {
    const { emulator, get } = await openServiceAccount();
    await get();
    const token = emulator.requests[1]?.headers['authorization']?.slice('Bearer '.length) ?? '';
    const { clientSecret } = emulator.credentials.serviceAccount;
    const echo = `${token} ${clientSecret}`;
    emulator.respond({ status: 400, errorCode: echo, detail: echo, parameters: [echo], headers: { 'x-echo': echo } });
    const error = await rejection(get(), AtlasApiError);
    expect(error.detail).toBe('[masked] [masked]');
    expect(shown(error)).not.toContain(token);
    expect(shown(error)).not.toContain(clientSecret);
  });

  it('are not in the inspected or serialized client', async () => {
    const { client, emulator, get } = await openServiceAccount();
    await get();
    const [, api] = emulator.requests;
    const text = inspect(client, { depth: null, showHidden: true }) + JSON.stringify(client);
    for (const secret of secrets(emulator.credentials.serviceAccount)) expect(text).not.toContain(secret);
    expect(text).not.toContain(api?.headers['authorization']?.slice('Bearer '.length));
  });
});
