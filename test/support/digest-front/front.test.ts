import { afterEach, describe, expect, it } from 'vitest';
import type { AtlasEmulator, AtlasEmulatorOptions } from '../../../src/testing/index.js';
import {
  authorization,
  type Challenge,
  challenge,
  challenges,
  hash,
  type Login,
  response,
} from '../../testing/digest/support/digest-login.js';
import { rfcExamples } from '../../testing/digest/support/rfc-examples.js';
import { startDigestFront } from './front.js';
import { digestResponse } from './hash.js';
import type { DigestFrontOptions } from './options.js';

let emulator: AtlasEmulator | undefined;
let clock = 1_700_000_000_000;

afterEach(async () => {
  await emulator?.close();
});

async function start(digest: DigestFrontOptions = {}, others: AtlasEmulatorOptions = {}) {
  const apiKey = { publicKey: 'emulator', privateKey: 'key' };
  const started = await startDigestFront(digest, { now: () => clock, credentials: { apiKey }, ...others });
  emulator = started;
  const path = `/api/atlas/v1.0/groups/${started.groupId}/clusters/${started.clusterName}/backup/tenant/snapshots`;
  const get = (header?: string, query = '') =>
    fetch(started.url + path + query, header === undefined ? {} : { headers: { authorization: header } });
  const login = (found: Challenge, more: Partial<Login> = {}): Login => ({
    ...{ username: started.credentials.apiKey.publicKey, password: started.credentials.apiKey.privateKey },
    ...{ realm: 'MMS Public API', nonce: found.nonce, uri: path, qop: 'auth' },
    ...(found['algorithm'] === undefined ? {} : { algorithm: found['algorithm'] }),
    ...more,
  });
  return { emulator: started, path, get, login, first: challenge(await get()) };
}

describe('the examples of the RFCs', () => {
  it.each(rfcExamples)('%s', (algorithm, example, expected) => {
    const secret = { ...example, algorithm, encoding: 'utf8', session: undefined } as const;
    expect(digestResponse(secret, example)).toBe(expected);
    expect(response({ ...example, algorithm })).toBe(expected);
  });

  it('SHA-512-256 hashes the user name of RFC 7616 3.9.2 as in its erratum', () => {
    expect(hash('SHA-512-256', 'J\u00e4s\u00f8n Doe:api@example.org')).toBe(
      '793263caabb707a56211940d90411ea4a575adeccb7e360aeb624ed06ece9b0b',
    );
  });
});

describe('the challenge', () => {
  it('has the parameters of the options, and one nonce per algorithm', async () => {
    const options = {
      algorithms: ['SHA-256', 'MD5'],
      userhash: true,
      charset: true,
      opaque: 'o"p\\q',
      qop: [],
    } as const;
    const { get } = await start(options);
    const [sha, md5] = challenges(await get());
    expect(sha).toMatchObject({ algorithm: 'SHA-256', userhash: 'true', charset: 'UTF-8', opaque: 'o"p\\q' });
    expect(sha).not.toHaveProperty('qop');
    expect(md5).toMatchObject({ algorithm: 'MD5' });
    expect(md5?.nonce).not.toBe(sha?.nonce);
  });
});

describe('a login with the right key succeeds', () => {
  const algorithms = ['MD5', 'MD5-sess', 'SHA-256', 'SHA-256-sess', 'SHA-512-256', 'SHA-512-256-sess'] as const;
  const cases = algorithms.flatMap((algorithm) =>
    (['auth', 'auth-int', undefined] as const).map((qop) => ({ algorithm, qop })),
  );

  it.each(cases)('with $algorithm, qop $qop', async ({ algorithm, qop }) => {
    const offered = { algorithms: [algorithm], qop: qop === undefined ? [] : [qop] };
    const { get, login, first } = await start({ ...offered });
    const { qop: _, ...unprotected } = login(first);
    const right = qop === undefined ? unprotected : { ...unprotected, qop };
    expect((await get(authorization(right))).status).toBe(200);
    expect((await get(authorization({ ...right, nc: '00000002' }))).status).toBe(200);
    expect((await get(authorization({ ...right, password: 'wrong', nc: '00000003' }))).status).toBe(401);
  });

  it('with its parameters in any case and order, with any white space', async () => {
    const { get, login, first } = await start();
    const right = login(first);
    const header = `digest  RESPONSE="${response(right)}" ,, QOP="auth",nc="00000001",  cnonce=c,Uri="${right.uri}",NONCE="${first.nonce}",realm="MMS \\Public API",unknown=1, username="emulator",`;
    expect((await get(header)).status).toBe(200);
  });

  it('with a hashed user name', async () => {
    const { get, login, first } = await start({ userhash: true, algorithms: ['SHA-512-256'] });
    const username = `"${hash('SHA-512-256', 'emulator:MMS Public API')}"`;
    expect((await get(authorization(login(first), { username, userhash: 'true' }))).status).toBe(200);
    const other = { username: `"${hash('SHA-512-256', 'other')}"`, userhash: 'true', nc: '00000002' };
    expect((await get(authorization(login(first), other))).status).toBe(401);
  });

  it('with a non-ASCII name as username*, as UTF-8 bytes, and hashed', async () => {
    const publicKey = 'J\u00e4s\u00f8n Doe';
    const { get, login, first } = await start(
      { charset: true, userhash: true },
      { credentials: { apiKey: { publicKey, privateKey: 'key' } } },
    );
    const extended = { username: undefined, 'username*': `UTF-8''${encodeURIComponent(publicKey)}` };
    expect((await get(authorization(login(first), extended))).status).toBe(200);
    const bytes = { username: `"${Buffer.from(publicKey).toString('latin1')}"` };
    expect((await get(authorization(login(first, { nc: '00000002' }), bytes))).status).toBe(200);
    const hashed = { username: `"${hash('MD5', `${publicKey}:MMS Public API`)}"`, userhash: 'true' };
    expect((await get(authorization(login(first, { nc: '00000003' }), hashed))).status).toBe(200);
  });

  it('with a query in the request target', async () => {
    const { get, login, first, path } = await start();
    const right = authorization(login(first, { uri: `${path}?pretty=true` }));
    expect((await get(right, '?pretty=true')).status).toBe(200);
  });
});

describe('a login is refused', () => {
  it.each([
    ['a wrong key', { password: 'wrong' }, {}],
    ['another user', { username: 'other' }, {}],
    ['another realm', { realm: 'other' }, {}],
    ['another method', { method: 'POST' }, {}],
    ['the nonce of another algorithm', { algorithm: 'SHA-256' }, {}],
    ['an algorithm that was not offered', { algorithm: 'SHA-512-256' }, {}],
    ['another opaque', {}, { opaque: '"other"' }],
    ['a userhash that was not offered', {}, { userhash: 'true' }],
  ])('with a 401 without stale for %s', async (_, more, changes) => {
    const { get, login, first } = await start({ algorithms: ['MD5', 'SHA-256'], opaque: 'o' });
    const answer = await get(authorization(login(first, more), { opaque: '"o"', ...changes }));
    expect(answer.status).toBe(401);
    expect(challenge(answer)['stale']).toBe('false');
  });

  it('with a 401 without stale for an unknown nonce with a wrong key', async () => {
    const { get, login } = await start();
    const answer = await get(authorization(login({ nonce: 'unknown' }, { password: 'wrong' })));
    expect(challenge(answer)['stale']).toBe('false');
  });

  it.each([
    ['another uri', { uri: '"/elsewhere"' }, /uri/],
    ['no username', { username: undefined }, /username is missing/],
    ['no nonce', { nonce: undefined }, /nonce is missing/],
    ['no response', { response: undefined }, /response is missing/],
    ['no cnonce', { cnonce: undefined }, /cnonce is missing/],
    ['no nc', { nc: undefined }, /nc/],
    ['an nc of 0', { nc: '00000000' }, /nc/],
    ['a short nc', { nc: '1' }, /nc/],
    ['no qop although it was offered', { qop: undefined }, /qop was offered/],
    ['a qop that was not offered', { qop: 'auth-int' }, /not offered/],
    ['an unknown qop', { qop: 'conf' }, /qop is unknown/],
    ['an unknown algorithm', { algorithm: 'SHA-1' }, /algorithm/],
    ['a -sess without a cnonce', { algorithm: 'MD5-sess', cnonce: '""' }, /cnonce/],
    ['a parameter twice', { Realm: '"MMS Public API"' }, /twice/],
    ['both user names', { 'username*': "UTF-8''emulator" }, /exclude/],
    ['a hashed username*', { username: undefined, 'username*': "UTF-8''e", userhash: 'true' }, /exclude/],
    ['a username* in Latin-1', { username: undefined, 'username*': "ISO-8859-1''e" }, /ext-value/],
    ['a truncated username*', { username: undefined, 'username*': "UTF-8''%E4" }, /ext-value/],
    ['an unterminated quoted string', { opaque: '"open' }, /syntax/],
  ])('with a 400 and the problem for %s', async (_, changes, problem) => {
    const { get, login, first } = await start();
    const answer = await get(authorization(login(first), changes));
    expect(answer.status).toBe(400);
    expect(await answer.json()).toMatchObject({ error: 400, detail: expect.stringMatching(problem) });
  });

  it('with a challenge for Basic', async () => {
    const { get } = await start();
    expect(challenge(await get('Basic ZW11bGF0b3I6a2V5'))['stale']).toBe('false');
  });
});

describe('a nonce', () => {
  const stale = async (answer: Response) => [answer.status, challenge(answer)['stale']];

  it('accepts each nc once, in any order', async () => {
    const { get, login, first } = await start();
    for (const nc of ['00000002', '00000001', '0000000a']) {
      expect((await get(authorization(login(first, { nc })))).status).toBe(200);
    }
    expect(await stale(await get(authorization(login(first, { nc: '0000000a' }))))).toEqual([401, 'true']);
  });

  it('accepts an nc again if checkNonceCount is false', async () => {
    const { get, login, first } = await start({ checkNonceCount: false });
    for (let i = 0; i < 2; i += 1) expect((await get(authorization(login(first)))).status).toBe(200);
  });

  it('is stale after its lifetime', async () => {
    const { get, login, first } = await start({ nonceLifetime: 1000 });
    clock += 999;
    expect((await get(authorization(login(first)))).status).toBe(200);
    clock += 1;
    expect(await stale(await get(authorization(login(first, { nc: '00000002' }))))).toEqual([401, 'true']);
  });

  it('is stale after expireNonces()', async () => {
    const { emulator, get, login, first } = await start();
    emulator.expireNonces();
    const answer = await get(authorization(login(first)));
    expect(challenge(answer)['stale']).toBe('true');
    expect((await get(authorization(login(challenge(answer))))).status).toBe(200);
  });

  it('is accepted once if oneUseNonces is true', async () => {
    const { get, login, first } = await start({ oneUseNonces: true });
    expect((await get(authorization(login(first)))).status).toBe(200);
    expect(await stale(await get(authorization(login(first, { nc: '00000002' }))))).toEqual([401, 'true']);
  });

  it('is the same for all clients if sharedNonce is true', async () => {
    const { get, first } = await start({ sharedNonce: true, nonceLifetime: 1000 });
    expect(challenge(await get()).nonce).toBe(first.nonce);
    clock += 1000;
    expect(challenge(await get()).nonce).not.toBe(first.nonce);
  });
});

describe('a -sess key', () => {
  it.each([
    ['first-request', 200, 401],
    ['each-request', 401, 200],
    ['either', 200, 200],
  ] as const)('is derived from %s', async (sessionKey, kept, renewed) => {
    const { get, login, first } = await start({ algorithms: ['MD5-sess'], sessionKey });
    expect((await get(authorization(login(first, { cnonce: 'one' })))).status).toBe(200);
    const session = { nonce: first.nonce, cnonce: 'one' };
    const second = login(first, { cnonce: 'two', nc: '00000002' });
    expect((await get(authorization({ ...second, session }))).status).toBe(kept);
    expect((await get(authorization({ ...second, nc: '00000003' }))).status).toBe(renewed);
  });

  it('is kept after a nextnonce', async () => {
    const { get, login, first } = await start({
      algorithms: ['MD5-sess'],
      sessionKey: 'first-request',
      nextNonce: true,
    });
    const answer = await get(authorization(login(first)));
    const next = /nextnonce="([^"]+)"/.exec(answer.headers.get('authentication-info') ?? '')?.[1] ?? '';
    expect(next).not.toBe(first.nonce);
    const session = { nonce: first.nonce, cnonce: 'c' };
    expect((await get(authorization({ ...login(first), nonce: next, session }))).status).toBe(200);
  });
});

describe('Authentication-Info', () => {
  it('is missing by default, and without a qop', async () => {
    const { get, login, first } = await start();
    expect((await get(authorization(login(first)))).headers.has('authentication-info')).toBe(false);
    await emulator?.close();
    const old = await start({ qop: [], rspauth: true });
    const { qop: _, ...unprotected } = old.login(old.first);
    const answer = await old.get(authorization(unprotected));
    expect([answer.status, answer.headers.has('authentication-info')]).toEqual([200, false]);
  });

  it.each(['auth', 'auth-int'] as const)('signs the response, qop %s', async (qop) => {
    const { get, login, first } = await start({ qop: ['auth', 'auth-int'], rspauth: true });
    const right = login(first, { qop });
    const answer = await get(authorization(right));
    const rspauth = response({ ...right, method: '', body: await answer.text() });
    expect(answer.headers.get('authentication-info')).toBe(`qop=${qop}, rspauth="${rspauth}", cnonce="c", nc=00000001`);
  });

  it('is forged if rspauth is "wrong"', async () => {
    const { get, login, first } = await start({ rspauth: 'wrong' });
    const answer = await get(authorization(login(first)));
    expect(answer.headers.get('authentication-info')).toContain(`rspauth="${'0'.repeat(32)}"`);
  });
});
