import { describe, expect, it, onTestFinished } from 'vitest';
import { digestResponse } from '../../src/testing/digest/response.js';
import { type AtlasEmulatorOptions, startAtlasEmulator } from '../../src/testing/index.js';
import { authorization, type Challenge, challenge, challenges, type Login, response } from '../support/digest-login.js';
import { rfcExamples } from '../support/rfc-examples.js';

const realm = 'MMS Public API';
const apiKey = { publicKey: 'abcdefgh', privateKey: '3f2c81d0-87a4-4b6e-9f52-d0f3ab1c2e47' };

async function start(digest?: AtlasEmulatorOptions['digest']) {
  let now = 1_700_000_000_000;
  const emulator = await startAtlasEmulator({ digest, now: () => now, credentials: { apiKey } });
  onTestFinished(() => emulator.close());
  const path = `/api/atlas/v1.0/groups/${emulator.groupId}/clusters/${emulator.clusterName}/backup/tenant/snapshots`;
  const get = (header?: string, query = '') =>
    fetch(emulator.url + path + query, header === undefined ? {} : { headers: { authorization: header } });
  const login = ({ nonce, algorithm }: Challenge, more: Partial<Login> = {}): Login => ({
    ...{ username: apiKey.publicKey, password: apiKey.privateKey, realm, nonce, uri: path, qop: 'auth' },
    ...(algorithm === undefined ? {} : { algorithm }),
    ...more,
  });
  const wait = (ms: number) => {
    now += ms;
  };
  return { emulator, path, get, login, wait, first: challenge(await get()) };
}

describe('the examples of the RFCs', () => {
  it.each(rfcExamples)('%s', (algorithm, example, expected) => {
    const { password, cnonce } = example;
    expect(digestResponse({ ...example, algorithm }, 'GET', password, cnonce)).toBe(expected);
    expect(response({ ...example, algorithm })).toBe(expected);
  });
});

describe('the challenge', () => {
  it('has the parameters of Atlas, and a nonce of 32 characters', async () => {
    const { get } = await start();
    const header = (await get()).headers.get('www-authenticate');
    expect(header).toMatch(
      /^Digest realm="MMS Public API", domain="", nonce="[A-Za-z0-9+/]{32}", algorithm=MD5, qop="auth", stale=false$/,
    );
  });

  it('offers the algorithms of the options in order, each with its own nonce', async () => {
    const { get } = await start({ algorithms: ['SHA-256', 'MD5'] });
    const [sha, md5] = challenges(await get());
    expect([sha?.['algorithm'], md5?.['algorithm']]).toEqual(['SHA-256', 'MD5']);
    expect(md5?.nonce).not.toBe(sha?.nonce);
  });
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
    expect((await get(authorization(login(first, { cnonce: 'one' })))).status).toBe(200);
    const session = { nonce: first.nonce, cnonce: 'one' };
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
    const { get, login, first, path } = await start();
    const right = authorization(login(first, { uri: `${path}?pretty=true` }));
    expect((await get(right, '?pretty=true')).status).toBe(200);
  });
});

describe('a login is refused without stale', () => {
  it.each([
    ['a wrong key', { password: 'wrong' }],
    ['another user', { username: 'other' }],
    ['another realm', { realm: 'other' }],
    ['another method', { method: 'POST' }],
    ['the nonce of another algorithm', { algorithm: 'SHA-256' }],
    ['an algorithm that was not offered', { algorithm: 'SHA-512-256' }],
    ['a wrong key on an unknown nonce', { nonce: 'unknown', password: 'wrong' }],
  ])('for %s', async (_, more) => {
    const { get, login, first } = await start({ algorithms: ['MD5', 'SHA-256'] });
    const answer = await get(authorization(login(first, more)));
    expect([answer.status, challenge(answer)['stale']]).toEqual([401, 'false']);
  });

  it('for another scheme', async () => {
    const { get } = await start();
    expect(challenge(await get('Basic ZW11bGF0b3I6a2V5'))['stale']).toBe('false');
  });
});

describe('an Authorization header that RFC 7616 does not allow leads to a 400 with the reason', () => {
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
  ])('%s', async (_, changes, problem) => {
    const { get, login, first } = await start();
    const answer = await get(authorization(login(first), changes));
    expect(answer.status).toBe(400);
    expect(await answer.json()).toMatchObject({ error: 400, detail: expect.stringMatching(problem) });
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

  it('is stale after its lifetime', async () => {
    const { get, login, first, wait } = await start({ nonceLifetime: 1000 });
    wait(999);
    expect((await get(authorization(login(first)))).status).toBe(200);
    wait(1);
    expect(await stale(await get(authorization(login(first, { nc: '00000002' }))))).toEqual([401, 'true']);
  });

  it('is valid for a minute by default', async () => {
    const { get, login, first, wait } = await start();
    wait(59_999);
    expect((await get(authorization(login(first)))).status).toBe(200);
    wait(1);
    expect(await stale(await get(authorization(login(first, { nc: '00000002' }))))).toEqual([401, 'true']);
  });

  it('is stale after expireNonces()', async () => {
    const { emulator, get, login, first } = await start();
    emulator.expireNonces();
    const answer = await get(authorization(login(first)));
    expect(challenge(answer)['stale']).toBe('true');
    expect((await get(authorization(login(challenge(answer))))).status).toBe(200);
  });
});
