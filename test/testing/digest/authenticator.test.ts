import { describe, expect, it } from 'vitest';
import { digestResponse } from '../../../src/testing/digest/response.js';
import type { DigestOptions } from '../../../src/testing/index.js';
import {
  authorization,
  type Challenge,
  challenge,
  challenges,
  type Login,
  response,
} from '../../support/digest-login.js';
import { now, openApi, tenantPath } from '../support/open-api.js';
import { rfcExamples } from './support/rfc-examples.js';

const apiKey = { publicKey: 'abcdefgh', privateKey: '3f2c81d0-87a4-4b6e-9f52-d0f3ab1c2e47' };

async function start(digest?: DigestOptions) {
  let time = now;
  const { emulator, ask } = await openApi({ digest, now: () => time, credentials: { apiKey } });
  const get = (header?: string, query = '') =>
    ask(tenantPath(query), { headers: header === undefined ? {} : { authorization: header } });
  const login = ({ nonce, algorithm }: Challenge, more: Partial<Login> = {}): Login => ({
    ...{ username: apiKey.publicKey, password: apiKey.privateKey, realm: 'MMS Public API', nonce, qop: 'auth' },
    uri: tenantPath(),
    ...(algorithm === undefined ? {} : { algorithm }),
    ...more,
  });
  const wait = (ms: number) => {
    time += ms;
  };
  return { emulator, get, login, wait, first: challenge(await get()) };
}

it.each(rfcExamples)("the response is that of the RFCs' examples: %s", (algorithm, example, expected) => {
  const { password, cnonce } = example;
  expect(digestResponse({ ...example, algorithm }, 'GET', password, cnonce)).toBe(expected);
  expect(response({ ...example, algorithm })).toBe(expected);
});

it('there is a challenge for each algorithm of the options, in order, each with its own nonce', async () => {
  const { get } = await start({ algorithms: ['SHA-256', 'MD5'] });
  const [sha, md5] = challenges(await get());
  expect([sha?.['algorithm'], md5?.['algorithm']]).toEqual(['SHA-256', 'MD5']);
  expect(md5?.nonce).not.toBe(sha?.nonce);
});

describe('a login with the right key succeeds', () => {
  it.each(['MD5', 'MD5-sess', 'SHA-256', 'SHA-256-sess', 'SHA-512-256', 'SHA-512-256-sess'] as const)(
    'with %s, and one with a wrong key does not',
    async (algorithm) => {
      const { get, login, first } = await start({ algorithms: [algorithm] });
      const right = login(first);
      expect((await get(authorization(right))).status).toBe(200);
      expect((await get(authorization({ ...right, nc: '00000002' }))).status).toBe(200);
      expect((await get(authorization({ ...right, password: 'wrong', nc: '00000003' }))).status).toBe(401);
    },
  );

  it('whether its -sess key is derived from the first cnonce or its own', async () => {
    const { get, login, first } = await start({ algorithms: ['MD5-sess'] });
    const session = { nonce: first.nonce, cnonce: 'one' };
    expect((await get(authorization(login(first, { cnonce: 'one' })))).status).toBe(200);
    const bound = login(first, { cnonce: 'two', nc: '00000002', session });
    expect((await get(authorization(bound))).status).toBe(200);
    expect((await get(authorization(login(first, { cnonce: 'three', nc: '00000003' })))).status).toBe(200);
  });

  it('with its parameters in any case and order, with any white space', async () => {
    const { get, login, first } = await start();
    const right = login(first);
    const header = `digest  RESPONSE="${response(right)}" ,, QOP="auth",nc="00000001",  cnonce=c,Uri="${right.uri}",NONCE="${first.nonce}",realm="MMS \\Public API",unknown=1, username="${apiKey.publicKey}",`;
    expect((await get(header)).status).toBe(200);
  });

  it('with a query in the request target', async () => {
    const { get, login, first } = await start();
    const right = authorization(login(first, { uri: tenantPath('?pretty=true') }));
    expect((await get(right, '?pretty=true')).status).toBe(200);
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
  const { get, login, first } = await start({ algorithms: ['MD5', 'SHA-256'] });
  const answer = await get(authorization(login(first, more)));
  expect([answer.status, challenge(answer)['stale']]).toEqual([401, 'false']);
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
  const { get, login, first } = await start();
  const answer = await get(authorization(login(first), changes));
  expect(answer.status).toBe(400);
  expect(await answer.json()).toMatchObject({ error: 400, detail: expect.stringMatching(problem) });
});

describe('a nonce', () => {
  const isStale = (answer: Response) => answer.status === 401 && challenge(answer)['stale'] === 'true';

  it('accepts each nc once, in any order', async () => {
    const { get, login, first } = await start();
    for (const nc of ['00000002', '00000001', '0000000a']) {
      expect((await get(authorization(login(first, { nc })))).status).toBe(200);
    }
    expect(isStale(await get(authorization(login(first, { nc: '0000000a' }))))).toBe(true);
  });

  it.each([
    ['a minute', undefined, 60_000],
    ['the lifetime of the options', { nonceLifetime: 1000 }, 1000],
  ])('is stale after %s', async (_name, digest, lifetime) => {
    const { get, login, first, wait } = await start(digest);
    wait(lifetime - 1);
    expect((await get(authorization(login(first)))).status).toBe(200);
    wait(1);
    expect(isStale(await get(authorization(login(first, { nc: '00000002' }))))).toBe(true);
  });

  it('is stale after expireNonces()', async () => {
    const { emulator, get, login, first } = await start();
    emulator.expireNonces();
    const answer = await get(authorization(login(first)));
    expect(isStale(answer)).toBe(true);
    expect((await get(authorization(login(challenge(answer))))).status).toBe(200);
  });
});
