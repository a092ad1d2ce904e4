import { beforeEach, describe, expect, it, vi } from 'vitest';
import { AtlasApiError, type AtlasCredentials } from '../../src/index.js';
import { fakeClock } from '../support/fault-clock.js';
import { startFaultServer } from '../support/fault-server.js';
import { answer, good } from '../support/fault-steps.js';
import { RecordingStore } from '../support/odd-stores.js';
import { openClient } from '../support/open-client.js';
import { rejection } from '../support/rejection.js';
import { path } from '../support/snapshot-routes.js';

const codes = ['USER_UNAUTHORIZED', 'TENANT_SNAPSHOT_ACCESS_DENIED'];
const challenge = 'www-authenticate: Digest realm="MMS Public API", nonce="n1", algorithm=MD5, qop="auth", stale=false';
const lifetime = 3_600_000;

const refuse = (errorCode: string | undefined, ...fields: string[]) => [
  answer(401, JSON.stringify({ error: 401, errorCode, detail: 'Not authorized.' }), ...fields),
];

/** A server that accepts each login, but refuses the call with this code until `grant` is called. */
async function open(errorCode: string | undefined, credentials: AtlasCredentials) {
  let tokens = 0;
  let isGranted = false;
  const server = await startFaultServer(({ target, authorization }) => {
    if (target.endsWith('/revoke')) return [answer(200, '')];
    if (target.endsWith('/token')) {
      tokens += 1;
      return [answer(200, `{"access_token":"token-${tokens}","expires_in":3600}`)];
    }
    if (authorization === undefined) return [answer(401, '{}', challenge)];
    return isGranted ? good : refuse(errorCode, challenge);
  });
  const tokenStore = new RecordingStore();
  const client = openClient({ baseUrl: server.url, endpoint: 'tenant', credentials, tokenStore });
  return {
    server,
    get: () => client.getTenantSnapshot(...path),
    kinds: () => server.requests.map(({ target }) => (target.includes('/oauth/') ? 'token' : 'api')),
    grant: () => {
      isGranted = true;
    },
  };
}

const apiKey = { publicKey: 'public', privateKey: 'private-key' };
const serviceAccount = { clientId: 'id', clientSecret: 'client-secret' };

describe.each(codes)('401 %s', (errorCode) => {
  it.each<[name: string, accessToken: string | (() => string)]>([
    ['a bearer token', 'token'],
    ['an accessToken function', () => 'token'],
  ])('leads to one request with %s', async (_name, accessToken) => {
    const { get, kinds } = await open(errorCode, { accessToken });
    const error = await rejection(get(), AtlasApiError);
    expect(error).toMatchObject({ status: 401, errorCode, attempts: 1 });
    expect(error.message).toMatch(/login is valid.*role.*Project Read Only/);
    expect(kinds()).toEqual(['api']);
  });

  it('leads to one request with an open Digest session, which is kept', async () => {
    const { server, get, grant } = await open(errorCode, apiKey);
    await rejection(get(), AtlasApiError);
    expect(server.requests).toHaveLength(2);
    await rejection(get(), AtlasApiError);
    expect(server.requests).toHaveLength(3);
    grant();
    await get();
    expect(server.requests.map(({ authorization }) => /nc=(\w+)/.exec(authorization ?? '')?.[1])).toEqual([
      undefined,
      '00000001',
      '00000002',
      '00000003',
    ]);
  });

  it('leads to one request with a service account, whose token is kept', async () => {
    const { get, kinds } = await open(errorCode, serviceAccount);
    await rejection(get(), AtlasApiError);
    await rejection(get(), AtlasApiError);
    expect(kinds()).toEqual(['token', 'api', 'api']);
  });
});

describe('the token of a service account without a role', () => {
  fakeClock();
  let now = 0;
  beforeEach(() => {
    now = Date.now();
    vi.spyOn(Date, 'now').mockImplementation(() => now);
  });

  it('is kept in the first half of its lifetime', async () => {
    const { get, kinds } = await open('USER_UNAUTHORIZED', serviceAccount);
    await rejection(get(), AtlasApiError);
    now += lifetime / 2 - 1_000;
    await rejection(get(), AtlasApiError);
    await rejection(get(), AtlasApiError);
    expect(kinds()).toEqual(['token', 'api', 'api', 'api']);
  });

  it('is renewed by the next call in the second half, as a role may have been granted', async () => {
    const { server, get, kinds, grant } = await open('USER_UNAUTHORIZED', serviceAccount);
    await rejection(get(), AtlasApiError);
    now += lifetime / 2 + 1_000;
    await rejection(get(), AtlasApiError);
    expect(kinds()).toEqual(['token', 'api', 'api']);
    grant();
    await get();
    expect(kinds()).toEqual(['token', 'api', 'api', 'token', 'api']);
    expect(server.requests.at(-1)?.authorization).toBe('Bearer token-2');
  });

  it('is not renewed repeatedly if the role is still missing', async () => {
    const { get, kinds } = await open('USER_UNAUTHORIZED', serviceAccount);
    await rejection(get(), AtlasApiError);
    now += lifetime / 2 + 1_000;
    for (let call = 0; call < 5; call += 1) await rejection(get(), AtlasApiError);
    expect(kinds().filter((kind) => kind === 'token')).toHaveLength(2);
  });
});

describe('a 401 without an errorCode', () => {
  it('names the three usual causes', async () => {
    const { get } = await open(undefined, { accessToken: 'token' });
    const error = await rejection(get(), AtlasApiError);
    expect(error.message).toMatch(/key or token.*role.*IP access list/);
  });
});

describe('accessToken', () => {
  it('gets the token that was just refused, once', async () => {
    const server = await startFaultServer(({ authorization }) =>
      authorization === 'Bearer fresh' ? good : refuse(undefined),
    );
    const accessToken = vi.fn(({ refused }: { refused?: string }) => (refused === undefined ? 'stale' : 'fresh'));
    const client = openClient({ baseUrl: server.url, endpoint: 'tenant', credentials: { accessToken } });
    await client.getTenantSnapshot(...path);
    expect(accessToken.mock.calls).toEqual([[{}], [{ refused: 'stale' }]]);
  });

  it('gets the refused token of its own call, not that of another', async () => {
    let count = 0;
    const server = await startFaultServer(({ authorization = '' }) =>
      authorization.startsWith('Bearer stale') ? refuse(undefined) : good,
    );
    const accessToken = vi.fn(async ({ refused }: { refused?: string }) => {
      count += 1;
      return refused === undefined ? `stale-${count}` : refused.replace('stale', 'fresh');
    });
    const client = openClient({ baseUrl: server.url, endpoint: 'tenant', credentials: { accessToken } });
    await Promise.all([1, 2, 3].map(() => client.getTenantSnapshot(...path)));
    const refused = accessToken.mock.calls.flatMap(([context]) => context.refused ?? []);
    expect(refused.sort()).toEqual(['stale-1', 'stale-2', 'stale-3']);
  });

  it('does not get a token that lacks a role', async () => {
    const server = await startFaultServer(refuse('USER_UNAUTHORIZED'));
    const accessToken = vi.fn((_context: { refused?: string }) => 'token');
    const client = openClient({ baseUrl: server.url, endpoint: 'tenant', credentials: { accessToken } });
    await rejection(client.getTenantSnapshot(...path), AtlasApiError);
    expect(accessToken.mock.calls).toEqual([[{}]]);
  });
});
