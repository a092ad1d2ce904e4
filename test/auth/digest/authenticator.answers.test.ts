import { describe, expect, it } from 'vitest';
import { startDigestServer, type WholeAnswer } from '../../support/digest-server.js';
import { authorizations, countsByNonce } from './support/counts.js';
import { challenged, nonceSite, snapshot } from './support/nonce-site.js';
import { openClient, openEmulator } from './support/open-client.js';
import { paramsOf } from './support/verify.js';

const key = { publicKey: 'abcdefgh', privateKey: '0123-secret-4567' };

/** A server that sends the `Authentication-Info` that `info` makes of the request's nonce. */
async function serve(info: (nonce: string) => string | string[]) {
  const server = await startDigestServer(({ authorization }): WholeAnswer => {
    if (authorization === undefined) return challenged('Digest realm="r", nonce="n", qop="auth"');
    return { ...snapshot, headers: { 'authentication-info': info(paramsOf(authorization)['nonce'] ?? '') } };
  });
  return { server, get: openClient(server.url, key) };
}

describe('Authentication-Info', () => {
  it.each([
    ['a wrong rspauth', 'rspauth="0"'],
    ['an rspauth of another request', 'qop=auth-int, rspauth="0", cnonce="x", nc=00000009'],
    ['unreadable parameters', '@@@'],
  ])('with %s does no harm', async (_, info) => {
    const { server, get } = await serve(() => info);
    await get();
    await get();
    expect([...countsByNonce(server.requests)]).toEqual([['n', [1, 2]]]);
  });

  it('is ignored if the request had no login', async () => {
    const headers = { 'authentication-info': 'nextnonce="m"' };
    const server = await startDigestServer(() => ({ ...snapshot, headers }));
    const get = openClient(server.url, key);
    await get();
    await get();
    expect(authorizations(server.requests)).toEqual([]);
  });
});

describe('a next nonce', () => {
  it('is used, with an nc from 1', async () => {
    const { server, get } = await serve((nonce) =>
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
});
