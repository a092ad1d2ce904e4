import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { AtlasApiError, isAtlasApiError } from '../../../src/index.js';
import { startDigestServer } from '../../support/digest-server.js';
import { authorizations, countsByNonce, upTo } from './support/counts.js';
import { challenged, nonceSite, snapshot } from './support/nonce-site.js';
import { fulfilled, openClient, openEmulator, together } from './support/open-client.js';
import { paramsOf } from './support/verify.js';

const key = { publicKey: 'abcdefgh', privateKey: '0123-secret-4567' };
const wrongKey = { ...key, privateKey: 'not-the-key' };

describe('a wrong key', () => {
  it('leads to an AtlasApiError that names the usual causes, after two requests', async () => {
    const { emulator } = await openEmulator(undefined);
    const get = openClient(emulator.url, wrongKey);
    const error: unknown = await get().catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(AtlasApiError);
    expect(error).toMatchObject({ status: 401, errorCode: 'UNEXPECTED_ERROR', attempts: 1, endpoint: 'tenant' });
    expect(error).toHaveProperty('message', expect.stringMatching(/key.*role.*IP access list/));
    expect(emulator.requests.map(({ status }) => status)).toEqual([401, 401]);
  });

  it('leads to two requests per call, without retries', async () => {
    const { emulator } = await openEmulator(undefined);
    const get = openClient(emulator.url, wrongKey);
    for (let i = 0; i < 5; i += 1) await expect(get()).rejects.toMatchObject({ status: 401, attempts: 1 });
    expect(emulator.requests).toHaveLength(10);
  });

  it.each([
    ['reusable nonces', {}],
    ['nonces for one use', { oneUseNonces: true }],
    ['a shared nonce', { sharedNonce: true }],
    ['next nonces', { nextNonce: true }],
  ])('leads to an AtlasApiError of each of 50 concurrent calls, with %s', async (_, digest) => {
    const { emulator } = await openEmulator(digest);
    const get = openClient(emulator.url, wrongKey);
    const results = await together(50, () => get());
    for (const result of results) {
      expect(result.status === 'rejected' && isAtlasApiError(result.reason, { status: 401 })).toBe(true);
    }
    expect(emulator.requests.length).toBeLessThanOrEqual(101);
  });

  it('ends calls with a 401 until it is valid again', async () => {
    let valid = true;
    const site = nonceSite(key);
    const server = await startDigestServer((request) =>
      valid ? site(request) : challenged('Digest realm="r", nonce="other", qop="auth"'),
    );
    const get = openClient(server.url, key);
    await get();
    valid = false;
    for (let i = 0; i < 3; i += 1) await expect(get()).rejects.toMatchObject({ code: 'API_ERROR', status: 401 });
    expect(server.requests.length).toBeLessThanOrEqual(2 + 3 * 3);
    valid = true;
    expect(fulfilled(await together(10, () => get()))).toBe(10);
  });
});

describe('a server that responds with stale to every nonce', () => {
  const always = (stale: string) => {
    let challenges = 0;
    return () => {
      challenges += 1;
      return challenged(`Digest realm="r", nonce="${challenges}", qop="auth", stale=${stale}`);
    };
  };

  it.each(['true', 'TRUE', '"true"'])('gets three requests per call (stale=%s)', async (stale) => {
    const server = await startDigestServer(always(stale));
    const error: unknown = await openClient(server.url, key)().catch((reason: unknown) => reason);
    expect(isAtlasApiError(error, { status: 401 })).toBe(true);
    expect(server.requests).toHaveLength(3);
    expect([...countsByNonce(server.requests)]).toEqual([
      ['1', [1]],
      ['2', [1]],
    ]);
  });

  it.each(['false', '"x"', '"truely"'])('gets two requests per call if stale is not true (stale=%s)', async (stale) => {
    const server = await startDigestServer(always(stale));
    await expect(openClient(server.url, key)()).rejects.toMatchObject({ status: 401 });
    expect(server.requests).toHaveLength(2);
  });

  it('gets at most three requests per call from 20 concurrent calls', async () => {
    const server = await startDigestServer(always('true'));
    const get = openClient(server.url, key);
    const results = await together(20, () => get());
    expect(results.every(({ status }) => status === 'rejected')).toBe(true);
    expect(server.requests.length).toBeLessThanOrEqual(41);
  });

  it('gets at most three requests from each later call', async () => {
    const server = await startDigestServer(always('true'));
    const get = openClient(server.url, key);
    for (let i = 0; i < 3; i += 1) await expect(get()).rejects.toMatchObject({ status: 401, attempts: 1 });
    expect(server.requests.length).toBeLessThanOrEqual(9);
  });
});

describe('a 401 without a challenge', () => {
  it('ends the call, and the next call requests a new challenge', async () => {
    const site = nonceSite(key);
    const server = await startDigestServer((request) => (request.number === 3 ? { status: 401 } : site(request)));
    const get = openClient(server.url, key);
    await get();
    await expect(get()).rejects.toMatchObject({ code: 'API_ERROR', status: 401 });
    expect(server.requests).toHaveLength(3);
    await get();
    expect(server.requests).toHaveLength(5);
    expect(server.requests[3]?.authorization).toBeUndefined();
  });

  it('ends the call if it follows a 401 with a new nonce', async () => {
    const site = nonceSite(key, { oneUse: true, sendsStale: false });
    const server = await startDigestServer((request) => (request.number === 4 ? { status: 401 } : site(request)));
    const get = openClient(server.url, key);
    await get();
    await expect(get()).rejects.toMatchObject({ code: 'API_ERROR', status: 401 });
    expect(server.requests).toHaveLength(4);
    await get();
  });
});

describe('an enveloped call', () => {
  it('logs in with a challenge that is not enveloped', async () => {
    const { emulator, get } = await openEmulator(undefined);
    expect((await get({ envelope: true })).status).toBe('COMPLETED');
    expect((await get({ envelope: true })).status).toBe('COMPLETED');
    expect(emulator.requests.map(({ status }) => status)).toEqual([401, 200, 200]);
    expect(authorizations(emulator.requests).map((header) => paramsOf(header)['uri'])).toEqual([
      expect.stringMatching(/\?envelope=true$/),
      expect.stringMatching(/\?envelope=true$/),
    ]);
  });

  it('with an inner 401 is not retried', async () => {
    const { emulator, get } = await openEmulator(undefined);
    emulator.respond({ status: 401, errorCode: 'NOT_YOURS' });
    const error: unknown = await get({ envelope: true }).catch((reason: unknown) => reason);
    expect(isAtlasApiError(error, { status: 401, errorCode: 'NOT_YOURS' })).toBe(true);
    expect(emulator.requests).toHaveLength(2);
  });

  it('with an inner 401 keeps its nonce, as the login succeeded', async () => {
    const { emulator, get } = await openEmulator(undefined);
    emulator.respond({ status: 401 });
    await expect(get({ envelope: true })).rejects.toMatchObject({ status: 401 });
    await get();
    expect(emulator.requests).toHaveLength(3);
    expect([...countsByNonce(emulator.requests).values()]).toEqual([upTo(2)]);
  });

  it('with an inner 401 uses the next nonce of the response', async () => {
    const { emulator, get } = await openEmulator({ oneUseNonces: true, nextNonce: true });
    emulator.respond({ status: 401 });
    await expect(get({ envelope: true })).rejects.toMatchObject({ status: 401 });
    await get();
    expect(emulator.requests.map(({ status }) => status)).toEqual([401, 200, 200]);
  });
});

describe('an error masks secrets', () => {
  const long = { publicKey: 'public-key-of-a-test', privateKey: '0123"secret\\<4567>' };

  function everything(error: unknown): string {
    return [inspect(error, { depth: 9, showHidden: true }), JSON.stringify(error), String(error)].join('\n');
  }

  it.each<[string, (authorization: string) => string]>([
    ['unchanged', (authorization) => authorization],
    [
      'in JSON',
      (authorization) =>
        JSON.stringify({ error: 400, errorCode: 'X', detail: authorization, parameters: [{ a: [authorization] }] }),
    ],
    ['in HTML', (authorization) => `<p>${authorization.replaceAll('"', '&quot;')}</p>`],
    ['percent-encoded', (authorization) => encodeURIComponent(authorization)],
    [
      'as its response parameter',
      (authorization) => `{"error":400,"errorCode":"X","detail":"${paramsOf(authorization)['response']}"}`,
    ],
  ])('if the body echoes the Authorization value %s', async (_, echo) => {
    const server = await startDigestServer(({ authorization }) =>
      authorization === undefined
        ? challenged('Digest realm="r", nonce="n", qop="auth"')
        : { status: 400, headers: { 'x-echo': authorization }, body: echo(authorization) },
    );
    const error: unknown = await openClient(server.url, long)().catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: 'API_ERROR', status: 400 });
    expect(error).toHaveProperty('body', expect.stringContaining('[masked]'));
    const shown = everything(error);
    for (const header of authorizations(server.requests)) {
      expect(shown).not.toContain(paramsOf(header)['response']);
      expect(shown).not.toContain(header);
    }
    expect(shown).not.toContain(long.publicKey);
  });

  it('if the body echoes the Authorization value of the second login', async () => {
    const server = await startDigestServer(({ authorization, number }) =>
      number < 4
        ? authorization === undefined || number === 3
          ? challenged(`Digest realm="r", nonce="${number}", qop="auth"`)
          : snapshot
        : { status: 403, body: `<p>${authorization}</p>` },
    );
    const get = openClient(server.url, long);
    await get();
    const error: unknown = await get().catch((reason: unknown) => reason);
    const body = expect.stringMatching(/username="\[masked\]", .*nonce="3", .*response="\[masked\]"/);
    expect(error).toMatchObject({ status: 403, body });
  });

  it('if the body echoes the key', async () => {
    const server = await startDigestServer(() => ({
      status: 400,
      body: JSON.stringify({ error: 400, errorCode: 'X', detail: `${long.publicKey} ${long.privateKey}` }),
    }));
    const error: unknown = await openClient(server.url, long)().catch((reason: unknown) => reason);
    expect(error).toMatchObject({ detail: '[masked] [masked]' });
    expect(everything(error)).not.toMatch(/public-key-of-a-test|secret/);
  });

  it.each([
    ['12345', 'the name 12345'],
    ['12345678', 'the name [masked]'],
  ])('except a public key so short that it may be a word: %s', async (publicKey, detail) => {
    const body = JSON.stringify({ error: 400, errorCode: 'X', detail: `the name ${publicKey}` });
    const server = await startDigestServer(() => ({ status: 400, body }));
    const error: unknown = await openClient(server.url, { ...key, publicKey })().catch((reason: unknown) => reason);
    expect(error).toMatchObject({ detail });
  });

  it('after a refused login', async () => {
    const { emulator } = await openEmulator(undefined);
    const error: unknown = await openClient(emulator.url, { ...long })().catch((reason: unknown) => reason);
    const shown = everything(error);
    expect(shown).not.toContain('secret');
    for (const header of authorizations(emulator.requests)) expect(shown).not.toContain(paramsOf(header)['response']);
  });
});
