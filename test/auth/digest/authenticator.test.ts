import { describe, expect, it } from 'vitest';
import { type AuthenticatedAnswer, type Authorization, LoginFailure } from '../../../src/auth/authenticator.js';
import { DigestAuthenticator } from '../../../src/auth/digest/authenticator.js';
import { octets, paramsOf } from './support/verify.js';

// Which answer comes first decides here, and over sockets nobody can tell.

const request = { method: 'GET', path: '/a' };
const username = 'abcdefgh';
const password = '0123-secret-4567';

function refusal(nonce: string, more = ''): AuthenticatedAnswer {
  const challenge = `Digest realm="r", nonce="${nonce}", qop="auth"${more}`;
  return {
    status: 401,
    headers: { 'www-authenticate': challenge },
    trailers: undefined,
    body: Buffer.alloc(0),
    truncated: false,
  };
}

function success(info?: string): AuthenticatedAnswer {
  const headers = info === undefined ? {} : { 'authentication-info': info };
  return { status: 200, headers, trailers: undefined, body: Buffer.alloc(0), truncated: false };
}

const bareRefusal: AuthenticatedAnswer = { ...success(), status: 401 };

/** The nonce and the nc of an authorization: `x 1`. */
function use(authorization: Authorization | undefined): string | undefined {
  if (authorization?.header === undefined) return undefined;
  const { nonce, nc } = paramsOf(authorization.header);
  return `${nonce} ${Number.parseInt(nc ?? '', 16)}`;
}

class Login {
  readonly authenticator = new DigestAuthenticator({ username, password });

  /** Of a call that need not wait. */
  begin(): Authorization {
    const authorization = this.authenticator.authorize(request);
    if (authorization instanceof Promise) throw new Error('It waits');
    return authorization;
  }

  wait(): Promise<Authorization> {
    const authorization = this.authenticator.authorize(request);
    if (authorization instanceof Promise) return authorization;
    throw new Error('It does not wait');
  }

  answer(sent: Authorization, answer: AuthenticatedAnswer): Authorization | undefined {
    return this.authenticator.review(sent, request, answer);
  }

  /** Of a call that has to go once more. */
  again(sent: Authorization, answer: AuthenticatedAnswer): Authorization {
    const authorization = this.answer(sent, answer);
    if (authorization === undefined) throw new Error('It does not go once more');
    return authorization;
  }
}

/** One whose nonce is x, used once. */
function warm(): Login {
  const login = new Login();
  login.answer(login.again(login.begin(), refusal('x')), success());
  return login;
}

/** One that lost its nonce: a request with it is still on its way, a call asks, and another waits for that. */
function askingAgain() {
  const login = warm();
  const [late, refused] = [login.begin(), login.begin()];
  login.answer(refused, bareRefusal);
  return { login, late, asking: login.begin(), waiting: login.wait() };
}

async function isPending(promise: Promise<unknown>): Promise<boolean> {
  return (await Promise.race([promise, Promise.resolve('pending')])) === 'pending';
}

describe('the first call', () => {
  it('asks, and has the first use of the nonce; those that wait have the next, in order', async () => {
    const login = new Login();
    const first = login.begin();
    const waiting = [login.wait(), login.wait()];
    expect(first.header).toBeUndefined();
    expect(use(login.answer(first, refusal('x')))).toBe('x 1');
    expect((await Promise.all(waiting)).map(use)).toEqual(['x 2', 'x 3']);
    expect(use(login.begin())).toBe('x 4');
  });

  it('hands over to one that waits when it is given up', async () => {
    const login = new Login();
    const first = login.begin();
    const [second, third] = [login.wait(), login.wait()];
    login.authenticator.abandon(first);
    const asking = await second;
    expect(asking.header).toBeUndefined();
    expect(await isPending(third)).toBe(true);
    const fourth = login.wait();
    login.answer(asking, refusal('x'));
    expect([await third, await fourth].map(use)).toEqual(['x 2', 'x 3']);
  });

  it('leaves the next to ask when it is given up and nobody waits', () => {
    const login = new Login();
    login.authenticator.abandon(login.begin());
    expect(login.begin().header).toBeUndefined();
  });

  it('has those that wait ask alone when no challenge came, and they hold up nobody', async () => {
    const login = new Login();
    const first = login.begin();
    const [second, third] = [login.wait(), login.wait()];
    expect(login.answer(first, success())).toBeUndefined();
    expect([await second, await third].map(({ header }) => header)).toEqual([undefined, undefined]);

    const fourth = login.begin();
    const fifth = login.wait();
    login.authenticator.abandon(await second);
    login.answer(await third, success());
    expect(await isPending(fifth)).toBe(true);
    login.answer(fourth, refusal('x'));
    expect(use(await fifth)).toBe('x 2');
  });

  it('that asked alone gives its nonce to all, but takes none from them', async () => {
    const login = new Login();
    const first = login.begin();
    const [second, third] = [login.wait(), login.wait()];
    login.answer(first, success());
    expect(use(login.answer(await second, refusal('x')))).toBe('x 1');
    expect(use(login.answer(await third, refusal('y')))).toBe('y 1');
    expect(use(login.begin())).toBe('x 2');
  });
});

describe('a call that asks anew', () => {
  it.each<[string, (login: Login, late: Authorization) => void]>([
    ['given up', (login, late) => login.authenticator.abandon(late)],
    ['answered', (login, late) => login.answer(late, success())],
    ['refused', (login, late) => login.answer(late, bareRefusal)],
  ])('is waited for, also when an older request is %s meanwhile', async (_, end) => {
    const { login, late, asking, waiting } = askingAgain();
    end(login, late);
    expect(await isPending(waiting)).toBe(true);
    login.answer(asking, refusal('y'));
    expect(use(await waiting)).toMatch(/^[xy] \d$/);
  });
});

describe('a refused nonce', () => {
  it('is replaced for the others when the new one has proved good, and not before', () => {
    const login = warm();
    const refused = login.begin();
    const own = login.again(refused, refusal('y'));
    expect(use(own)).toBe('y 1');
    expect(use(login.begin())).toBe('x 3');
    login.answer(own, success());
    expect(use(login.begin())).toBe('y 2');
  });

  it('is replaced by the first that proves good', () => {
    const login = warm();
    const [one, other] = [login.begin(), login.begin()];
    const ownOfOne = login.again(one, refusal('y'));
    const ownOfOther = login.again(other, refusal('z'));
    login.answer(ownOfOther, success());
    login.answer(ownOfOne, success());
    expect(use(login.begin())).toBe('z 2');
  });

  it('is not brought back by a late success', () => {
    const login = warm();
    const [late, refused] = [login.begin(), login.begin()];
    login.answer(login.again(refused, refusal('y')), success());
    login.answer(late, success());
    expect(use(login.begin())).toBe('y 2');
  });

  it('that the others have replaced does not take their nonce when it is refused late', () => {
    const login = warm();
    const [late, refused] = [login.begin(), login.begin()];
    login.answer(login.again(refused, refusal('y')), success());
    expect(login.answer(late, bareRefusal)).toBeUndefined();
    expect(use(login.begin())).toBe('y 2');
  });

  it('that comes again is counted on', () => {
    const login = warm();
    const own = login.again(login.begin(), refusal('x'));
    expect(use(own)).toBe('x 3');
    login.answer(own, success());
    expect(use(login.begin())).toBe('x 4');
  });

  it('without a challenge is forgotten', () => {
    const login = warm();
    expect(login.answer(login.begin(), bareRefusal)).toBeUndefined();
    expect(use(login.begin())).toBeUndefined();
  });

  it.each([
    ['without stale', ''],
    ['with stale', ', stale=true'],
  ])('is replaced once, %s', (_, stale) => {
    const login = warm();
    const own = login.again(login.begin(), refusal('y', stale));
    expect(login.answer(own, refusal('z', stale))).toBeUndefined();
  });
});

describe('a new nonce', () => {
  it('that is refused is a wrong key, and forgotten', () => {
    const login = new Login();
    const own = login.again(login.begin(), refusal('x'));
    expect(login.answer(own, refusal('y'))).toBeUndefined();
    expect(use(login.begin())).toBeUndefined();
  });

  it('that is stale is replaced', () => {
    const login = new Login();
    const own = login.again(login.begin(), refusal('x'));
    const next = login.again(own, refusal('y', ', stale=true'));
    expect(use(next)).toBe('y 1');
    login.answer(next, success());
    expect(use(login.begin())).toBe('y 2');
  });

  it('that another call used meanwhile is replaced, for both', () => {
    const login = new Login();
    const own = login.again(login.begin(), refusal('x'));
    const other = login.begin();
    expect(use(login.answer(own, refusal('y')))).toBe('y 1');
    expect(use(login.answer(other, refusal('z')))).toBe('z 1');
  });
});

describe('a next nonce', () => {
  it('is for the next call; what is on its way keeps its own', () => {
    const login = warm();
    const [one, other] = [login.begin(), login.begin()];
    login.answer(one, success('nextnonce="y"'));
    expect(use(login.begin())).toBe('y 1');
    login.answer(other, success('nextnonce="z"'));
    expect(use(login.begin())).toBe('z 1');
  });

  it('that is refused without stale is no wrong key: it did not come with a 401', () => {
    const login = warm();
    login.answer(login.begin(), success('nextnonce="y"'));
    const sent = login.begin();
    expect(use(sent)).toBe('y 1');
    expect(use(login.answer(sent, refusal('z')))).toBe('z 1');
  });

  it('that comes while another call asks is for those that wait, and no wrong key either', async () => {
    const { login, late, asking, waiting } = askingAgain();
    login.answer(late, success('nextnonce="y"'));
    expect(use(login.answer(asking, refusal('z')))).toBe('z 1');
    const sent = await waiting;
    expect(use(sent)).toBe('y 1');
    expect(use(login.answer(sent, refusal('v')))).toBe('v 1');
  });

  it('comes in a trailer too, and the header goes before it', () => {
    const login = warm();
    const trailers = { 'authentication-info': 'nextnonce="t"' };
    login.answer(login.begin(), { ...success(), trailers });
    expect(use(login.begin())).toBe('t 1');
    login.answer(login.begin(), { ...success('nextnonce="h"'), trailers });
    expect(use(login.begin())).toBe('h 1');
  });

  it('that is empty is none', () => {
    const login = warm();
    login.answer(login.begin(), success('nextnonce=""'));
    expect(use(login.begin())).toBe('x 3');
  });

  it('in the header takes no rspauth in a trailer with it', () => {
    const login = warm();
    const trailers = { 'authentication-info': 'rspauth="00"' };
    expect(() => login.answer(login.begin(), { ...success('nextnonce="h"'), trailers })).toThrow(LoginFailure);
  });

  it('of a refusal is not looked at', () => {
    const login = warm();
    const { headers } = success('nextnonce="y"');
    login.answer(login.begin(), { ...refusal('z'), headers: { ...headers, ...refusal('z').headers } });
    expect(use(login.begin())).toBe('x 3');
  });
});

describe('a header field', () => {
  const realmOf = (field: string | string[]) => {
    const login = new Login();
    const answer = { ...bareRefusal, headers: { 'www-authenticate': field } };
    return paramsOf(login.again(login.begin(), answer).header)['realm'];
  };
  const challenge = (realm: string) => `Digest realm="${realm}", nonce="n", qop="auth"`;

  it.each<[string, string | string[], string]>([
    ['that are UTF-8', challenge(octets('Z\u00fcrich \u2713')), octets('Z\u00fcrich \u2713')],
    ['that are Latin-1', challenge('Z\u00fcrich'), 'Z\u00fcrich'],
    ['on several lines', ['Basic realm="r"', challenge('Z\u00fcrich')], 'Z\u00fcrich'],
  ])('is octets, and they go back as they came: %s', (_, field, realm) => {
    expect(realmOf(field)).toBe(realm);
  });
});

describe('what no error may show', () => {
  it('is the key, and the response that was sent', () => {
    const login = warm();
    const sent = login.begin();
    const { response } = paramsOf(sent.header);
    expect(login.authenticator.secrets(sent)).toEqual([username, password, response]);
  });

  it('is the key alone where nothing was sent', () => {
    const login = new Login();
    expect(login.authenticator.secrets(undefined)).toEqual([username, password]);
    expect(login.authenticator.secrets(login.begin())).toEqual([username, password]);
  });

  it.each([
    ['seven77', ['key']],
    ['eight888', ['eight888', 'key']],
  ])('leaves out a public key that may be a word: %s', (name, secrets) => {
    expect(new DigestAuthenticator({ username: name, password: 'key' }).secrets(undefined)).toEqual(secrets);
  });
});
