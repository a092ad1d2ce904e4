import { describe, expect, it } from 'vitest';
import type { DigestOptions } from '../../src/testing/index.js';
import { authorization, challengeOf, challengesOf, type Login, response } from '../support/digest-login.js';
import { openApi, tenantApiPath } from './support/open-api.js';

const apiKey = { publicKey: 'abcdefgh', privateKey: '3f2c81d0-87a4-4b6e-9f52-d0f3ab1c2e47' };

async function start(digest?: DigestOptions) {
  const { ask, ...opened } = await openApi({ digest, credentials: { apiKey } });
  const first = challengeOf(await ask(tenantApiPath(), { headers: {} }));
  const loginOf = (more: Partial<Login> = {}): Login => ({
    ...{ username: apiKey.publicKey, password: apiKey.privateKey, realm: 'MMS Public API', uri: tenantApiPath() },
    ...{ nonce: first.nonce, algorithm: first['algorithm'] ?? 'MD5', qop: 'auth', ...more },
  });
  /** Logs in to the first challenge. */
  const logIn = (more?: Partial<Login>, changes?: Record<string, string | undefined>) => {
    const login = loginOf(more);
    return ask(login.uri, { headers: { authorization: authorization(login, changes) } });
  };
  const statusOf = async (more?: Partial<Login>) => (await logIn(more)).status;
  return { ...opened, ask, first, loginOf, logIn, statusOf };
}

describe('a challenge', () => {
  it('comes for each algorithm of the options, in order, with its own nonce', async () => {
    const { ask } = await start({ algorithms: ['SHA-256', 'MD5'] });
    const [sha, md5] = challengesOf(await ask(tenantApiPath(), { headers: {} }));
    expect([sha?.['algorithm'], md5?.['algorithm']]).toEqual(['SHA-256', 'MD5']);
    expect(md5?.nonce).not.toBe(sha?.nonce);
  });
});

describe('a login with the right key succeeds', () => {
  it.each(['MD5', 'MD5-sess', 'SHA-256', 'SHA-256-sess', 'SHA-512-256', 'SHA-512-256-sess'] as const)(
    'with %s, and one with a wrong key does not',
    async (algorithm) => {
      const { statusOf } = await start({ algorithms: [algorithm] });
      expect(await statusOf()).toBe(200);
      expect(await statusOf({ nc: '00000002' })).toBe(200);
      expect(await statusOf({ nc: '00000003', password: 'wrong' })).toBe(401);
    },
  );

  it('whether its -sess key is derived from the first cnonce or its own', async () => {
    const { statusOf, first } = await start({ algorithms: ['MD5-sess'] });
    const session = { nonce: first.nonce, cnonce: 'one' };
    expect(await statusOf({ cnonce: 'one' })).toBe(200);
    expect(await statusOf({ cnonce: 'two', nc: '00000002', session })).toBe(200);
    expect(await statusOf({ cnonce: 'three', nc: '00000003' })).toBe(200);
  });

  it('with its parameters in any case and order, with any white space', async () => {
    const { get, loginOf, first } = await start();
    const header = `digest  RESPONSE="${response(loginOf())}" ,, QOP="auth",nc="00000001",  cnonce=c,Uri="${tenantApiPath()}",NONCE="${first.nonce}",realm="MMS \\Public API",unknown=1, username="${apiKey.publicKey}",`;
    expect((await get(tenantApiPath(), { headers: { authorization: header } })).status).toBe(200);
  });

  it('with a query in the request target', async () => {
    const { statusOf } = await start();
    expect(await statusOf({ uri: tenantApiPath('?pretty=true') })).toBe(200);
  });
});

it.each([
  ['a wrong key', { password: 'wrong' }],
  ['another user', { username: 'other' }],
  ['another realm', { realm: 'other' }],
  ['another method', { method: 'POST' }],
  ['the nonce of another algorithm', { algorithm: 'SHA-256' }],
  ['an algorithm that was not offered', { algorithm: 'SHA-512-256' }],
  ['a wrong key on an unknown nonce', { nonce: 'unknown', password: 'wrong' }],
])('a login is refused without stale for %s', async (_name, more) => {
  const { logIn } = await start({ algorithms: ['MD5', 'SHA-256'] });
  const answer = await logIn(more);
  expect([answer.status, challengeOf(answer)['stale']]).toEqual([401, 'false']);
});

it.each([
  ['another uri', { uri: '"/elsewhere"' }, /uri \/elsewhere is not the request target/],
  ['no username', { username: undefined }, /username is missing/],
  ['no nonce', { nonce: undefined }, /nonce is missing/],
  ['no response', { response: undefined }, /response is missing/],
  ['an unknown algorithm', { algorithm: 'MD4' }, /algorithm is unknown/],
  ['no qop', { qop: undefined }, /qop must be auth/],
  ['another qop', { qop: 'auth-int' }, /qop must be auth/],
  ['no nc', { nc: undefined }, /nc is missing/],
  ['an nc of 0', { nc: '00000000' }, /nc must be/],
  ['a short nc', { nc: '1' }, /nc must be/],
  ['no cnonce', { cnonce: undefined }, /cnonce is missing/],
  ['a repeated parameter', { opaque: 'a, opaque=b' }, /given twice/],
  ['an open quote', { opaque: '"open' }, /not a list/],
])('an Authorization header with %s leads to a 400 with the reason', async (_name, changes, problem) => {
  const { logIn } = await start();
  const answer = await logIn({}, changes);
  expect(answer.status).toBe(400);
  expect(await answer.json()).toMatchObject({ error: 400, detail: expect.stringMatching(problem) });
});

describe('a nonce', () => {
  const isStale = (answer: Response) => answer.status === 401 && challengeOf(answer)['stale'] === 'true';

  it('accepts each nc once, in any order', async () => {
    const { logIn, statusOf } = await start();
    for (const nc of ['00000002', '00000001', '0000000a']) expect(await statusOf({ nc })).toBe(200);
    expect(isStale(await logIn({ nc: '0000000a' }))).toBe(true);
  });

  it.each([
    ['a minute', undefined, 60_000],
    ['the lifetime of the options', { nonceLifetime: 1000 }, 1000],
  ])('is stale after %s', async (_name, digest, lifetime) => {
    const { logIn, statusOf, wait } = await start(digest);
    wait(lifetime - 1);
    expect(await statusOf()).toBe(200);
    wait(1);
    expect(isStale(await logIn({ nc: '00000002' }))).toBe(true);
  });

  it('is stale after expireNonces()', async () => {
    const { emulator, logIn, statusOf } = await start();
    emulator.expireNonces();
    const answer = await logIn();
    expect(isStale(answer)).toBe(true);
    expect(await statusOf({ nonce: challengeOf(answer).nonce })).toBe(200);
  });
});
