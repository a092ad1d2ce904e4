import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { AtlasAuthenticationError } from '../../../src/index.js';
import { startDigestServer, type WholeAnswer } from '../../support/digest-server.js';
import { authorizations, countsByNonce } from './support/counts.js';
import { challenged, nonceSite, snapshot } from './support/nonce-site.js';
import { openClient, openEmulator } from './support/open-client.js';
import { referenceResponse } from './support/reference.js';
import { paramsOf } from './support/verify.js';

const key = { publicKey: 'abcdefgh', privateKey: '0123-secret-4567' };

/** A server that sends the `Authentication-Info` that `info` makes of the request's parameters and the right rspauth. */
async function serve(
  info: (params: Record<string, string>, rspauth: string) => string | string[],
  where: 'headers' | 'trailers' = 'headers',
) {
  const server = await startDigestServer(({ authorization, path }): WholeAnswer => {
    if (authorization === undefined) return challenged('Digest realm="r", nonce="n", qop="auth"');
    const params = paramsOf(authorization);
    const { nonce = '', nc = '', cnonce = '' } = params;
    const rspauth = referenceResponse({
      hash: 'md5',
      username: key.publicKey,
      password: key.privateKey,
      realm: 'r',
      nonce,
      method: '',
      uri: path,
      protection: { qop: 'auth', nc, cnonce },
    });
    const value = info(params, rspauth);
    if (where === 'trailers') return { ...snapshot, trailers: { 'authentication-info': [value].flat().join(', ') } };
    return { ...snapshot, headers: { 'authentication-info': value } };
  });
  return { server, get: openClient(server.url, key) };
}

const wrong = '0'.repeat(32);

describe('a genuine response', () => {
  it.each<[string, (params: Record<string, string>, rspauth: string) => string | string[]]>([
    ['with an rspauth', (_, rspauth) => `rspauth="${rspauth}"`],
    [
      'with qop, rspauth, cnonce and nc',
      ({ nc, cnonce }, rspauth) => `qop=auth, rspauth="${rspauth}", cnonce="${cnonce}", nc=${nc}`,
    ],
    [
      'with its parameters on several lines',
      ({ nc, cnonce }, rspauth) => [`qop=auth, rspauth="${rspauth}"`, `cnonce="${cnonce}", nc=${nc}`],
    ],
    ['with an rspauth in upper case', (_, rspauth) => `RSPAUTH="${rspauth.toUpperCase()}"`],
    ['without an rspauth', () => 'foo=bar'],
    ['with unreadable parameters', () => '@@@'],
  ])('%s is accepted', async (_, info) => {
    const { server, get } = await serve(info);
    await get();
    await get();
    expect(server.requests).toHaveLength(3);
  });

  it('with its parameters in a trailer is accepted', async () => {
    const { server, get } = await serve((_, rspauth) => `rspauth="${rspauth}", nextnonce="m"`, 'trailers');
    await get();
    await get();
    expect([...countsByNonce(server.requests)]).toEqual([
      ['n', [1]],
      ['m', [1]],
    ]);
  });

  it('with auth-int has an rspauth of the body', async () => {
    const { emulator, get } = await openEmulator({ qop: ['auth-int'], rspauth: true });
    for (let i = 0; i < 3; i += 1) await get();
    emulator.respond({ status: 403 });
    await expect(get()).rejects.toMatchObject({ code: 'API_ERROR', status: 403 });
    expect(emulator.requests).toHaveLength(5);
  });

  it('with auth-int and a body larger than maxResponseSize is too large, not forged', async () => {
    const { emulator } = await openEmulator({ qop: ['auth-int'], rspauth: true });
    const get = openClient(emulator.url, emulator.credentials.apiKey, { maxResponseSize: 100 });
    await expect(get()).rejects.toMatchObject({ code: 'INVALID_RESPONSE' });
  });
});

describe('a forged response', () => {
  it.each<[string, (params: Record<string, string>, rspauth: string) => string | string[]]>([
    ['a wrong rspauth', () => `rspauth="${wrong}"`],
    ['an empty rspauth', () => 'rspauth=""'],
    ['an rspauth of auth-int', (_, rspauth) => `rspauth="${rspauth}", qop=auth-int`],
    ['a wrong cnonce', (_, rspauth) => `rspauth="${rspauth}", cnonce="x"`],
    ['a wrong nc', (_, rspauth) => `rspauth="${rspauth}", nc=00000002`],
    ['a wrong cnonce, without an rspauth', () => 'cnonce="x", nextnonce="m"'],
    ['a wrong nc, without an rspauth', () => 'nc=00000009, nextnonce="m"'],
  ])('is an AtlasAuthenticationError without a retry: %s', async (_, info) => {
    const { server, get } = await serve(info);
    const error: unknown = await get().catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(AtlasAuthenticationError);
    expect(error).toMatchObject({ code: 'AUTHENTICATION', status: 200, attempts: 1, operation: 'getTenantSnapshot' });
    expect(server.requests).toHaveLength(2);

    const shown = inspect(error, { depth: 9, showHidden: true }) + JSON.stringify(error);
    expect(shown).not.toContain(key.privateKey);
    for (const header of authorizations(server.requests)) expect(shown).not.toContain(paramsOf(header)['response']);
  });

  it('is an AtlasAuthenticationError if the rspauth is in a trailer', async () => {
    const { get } = await serve(() => `rspauth="${wrong}"`, 'trailers');
    await expect(get()).rejects.toBeInstanceOf(AtlasAuthenticationError);
  });

  it('has its next nonce ignored', async () => {
    const { server, get } = await serve(() => `rspauth="${wrong}", nextnonce="m"`);
    for (let i = 0; i < 2; i += 1) await expect(get()).rejects.toBeInstanceOf(AtlasAuthenticationError);
    expect([...countsByNonce(server.requests).keys()]).toEqual(['n']);
  });

  it('is an AtlasAuthenticationError if its status is an error', async () => {
    const { emulator, get } = await openEmulator({ rspauth: 'wrong' });
    emulator.respond({ status: 503 });
    await expect(get()).rejects.toMatchObject({ code: 'AUTHENTICATION', status: 503, attempts: 1 });
  });

  it('is accepted if the request had no login', async () => {
    const server = await startDigestServer(() => ({
      ...snapshot,
      headers: { 'authentication-info': `rspauth="${wrong}", nextnonce="m"` },
    }));
    const get = openClient(server.url, key);
    await get();
    await get();
    expect(authorizations(server.requests)).toEqual([]);
  });
});

describe('a next nonce', () => {
  it('is used, with an nc from 1', async () => {
    const { server, get } = await serve(({ nonce }) =>
      `nextnonce="${nonce === 'n' ? 'a "b" \\\\' : 'c'}"`.replaceAll('"b"', '\\"b\\"'),
    );
    for (let i = 0; i < 4; i += 1) await get();
    expect([...countsByNonce(server.requests)]).toEqual([
      ['n', [1]],
      ['a "b" \\', [1]],
      ['c', [1, 2]],
    ]);
  });

  it('in UTF-8 is sent back unchanged', async () => {
    const { server, get } = await serve(() => `nextnonce="${Buffer.from('\u2713').toString('latin1')}"`);
    await get();
    await get();
    expect([...countsByNonce(server.requests).keys()]).toEqual(['n', Buffer.from('\u2713').toString('latin1')]);
  });

  it('that is refused without stale leads to one more request', async () => {
    const site = nonceSite(key, { nextNonce: true, sendsStale: false, refuses: ({ number }) => number === 3 });
    const server = await startDigestServer(site);
    const get = openClient(server.url, key);
    await get();
    await get();
    expect(server.requests).toHaveLength(4);
  });

  it('of an error response is used', async () => {
    const { emulator, get } = await openEmulator({ oneUseNonces: true, nextNonce: true });
    emulator.respond({ status: 403 });
    await expect(get()).rejects.toMatchObject({ status: 403 });
    await get();
    expect(emulator.requests).toHaveLength(3);
  });

  it('that is empty is ignored', async () => {
    const { server, get } = await serve(() => 'nextnonce=""');
    await get();
    await get();
    expect([...countsByNonce(server.requests)]).toEqual([['n', [1, 2]]]);
  });

  it('of a 401 is ignored in favor of its challenge', async () => {
    const site = nonceSite(key, { refuses: ({ number }) => number === 3 });
    const server = await startDigestServer(async (request) => {
      const response = await site(request);
      if (typeof response === 'string' || response.status !== 401) return response;
      return { ...response, headers: { ...response.headers, 'authentication-info': 'nextnonce="not-this"' } };
    });
    const get = openClient(server.url, key);
    for (let i = 0; i < 3; i += 1) await get();
    expect([...countsByNonce(server.requests)]).toEqual([
      ['nonce-1', [1, 2]],
      ['nonce-2', [1, 2]],
    ]);
  });

  it('in a header does not hide a forged rspauth in the trailer', async () => {
    const server = await startDigestServer(({ authorization }): WholeAnswer => {
      if (authorization === undefined) return challenged('Digest realm="r", nonce="n", qop="auth"');
      const headers = { 'authentication-info': 'nextnonce="m"' };
      return { ...snapshot, headers, trailers: { 'authentication-info': `rspauth="${wrong}"` } };
    });
    await expect(openClient(server.url, key)()).rejects.toMatchObject({ code: 'AUTHENTICATION' });
  });
});
