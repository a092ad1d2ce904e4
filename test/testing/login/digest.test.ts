import { describe, expect, it } from 'vitest';
import { digestResponse, type Login, paramsOf } from '../../support/digest-login.js';
import { flexSnapshotsPath, openApi } from '../support/open-api.js';

// test/testing/exchanges.http has challenges, and logins that are refused whatever their nonce.

const apiKey = { publicKey: 'abcdefgh', privateKey: '3f2c81d0-87a4-4b6e-9f52-d0f3ab1c2e47' };
const uri = flexSnapshotsPath('?pretty=true');

async function start() {
  const { emulator, ask, login, wait } = await openApi({ credentials: { apiKey } });
  const challengeIn = ({ headers }: Response) => paramsOf(headers.get('www-authenticate') ?? '');
  const { nonce = '', algorithm = '' } = challengeIn(await ask(uri, { headers: {} }));
  const first: Login = {
    ...{ username: apiKey.publicKey, password: apiKey.privateKey, realm: 'MMS Public API', uri },
    ...{ nonce, algorithm, qop: 'auth', nc: '00000001', cnonce: 'c' },
  };
  /** Answers the challenge of the first response, and reports what comes back. */
  const logIn = async (changes: Partial<Login> = {}) => {
    const { password, method, ...parameters } = { ...first, ...changes };
    const sent = Object.entries({ ...parameters, response: digestResponse({ ...first, ...changes }) });
    const authorization = `Digest ${sent.map(([name, value]) => `${name}="${value}"`).join(', ')}`;
    const answer = await ask(uri, { headers: { ...login, authorization } });
    const { stale, nonce: next } = challengeIn(answer);
    return { status: answer.status, stale, next };
  };
  return { emulator, wait, logIn };
}

const passed = { status: 200 };
const refused = { status: 401, stale: 'false', next: expect.any(String) };
const isStale = { status: 401, stale: 'true', next: expect.any(String) };

it('a login with the right key succeeds, and one with a wrong key does not', async () => {
  const { logIn } = await start();
  expect(await logIn()).toEqual(passed);
  expect(await logIn({ nc: '00000002', cnonce: 'd' })).toEqual(passed);
  expect(await logIn({ nc: '00000003', password: 'wrong' })).toEqual(refused);
});

it.each([
  ['another user', { username: 'other' }],
  ['another path', { uri: flexSnapshotsPath() }],
])('a login is refused without stale for %s', async (_name, changes) => {
  const { logIn } = await start();
  expect(await logIn(changes)).toEqual(refused);
});

describe('a nonce', () => {
  it('accepts each nc once, in any order', async () => {
    const { logIn } = await start();
    for (const nc of ['00000002', '00000001', '0000000a']) expect(await logIn({ nc })).toEqual(passed);
    expect(await logIn({ nc: '0000000a' })).toEqual(isStale);
  });

  it('is stale after a minute', async () => {
    const { logIn, wait } = await start();
    wait(59_999);
    expect(await logIn()).toEqual(passed);
    wait(1);
    expect(await logIn({ nc: '00000002' })).toEqual(isStale);
  });
});
