import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { type DigestChallenge, digestChallenges } from '../../../src/auth/digest/challenge.js';
import { type DigestCredentials, DigestSession } from '../../../src/auth/digest/session.js';
import { hash, paramsOf, response } from '../../support/digest-login.js';

const mufasa = { username: 'Mufasa', password: 'Circle of Life' };
const cnonce = '0a4f113b';
const plain = 'Digest realm="r", nonce="n", qop="auth"';

function challengeOf(header: string): DigestChallenge {
  const [challenge] = digestChallenges(header);
  if (challenge === undefined) throw new Error(`No usable challenge: ${header}`);
  return challenge;
}

/** The `Authorization` value of the first request with a nonce, or of that with the number `nc`. */
function authorize(header: string, credentials: DigestCredentials = mufasa, request: Partial<Request> = {}): string {
  const { method, uri, nc, ...own } = { method: 'GET', uri: '/', nc: 1, cnonce, ...request };
  return DigestSession.open(challengeOf(header), credentials, { used: nc - 1 }, own.cnonce).authorize(method, uri);
}

interface Request {
  readonly method: string;
  readonly uri: string;
  readonly nc: number;
  readonly cnonce: string;
}

describe('the Authorization header is that of', () => {
  it.each([
    ['MD5', '8ca523f5e9506fed4657c9700eebdbec'],
    ['SHA-256', '753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1'],
  ])('RFC 7616, 3.9.1, with %s', (algorithm, digest) => {
    const challenge =
      `Digest realm="http-auth@example.org", qop="auth, auth-int", algorithm=${algorithm}, ` +
      'nonce="7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v", opaque="FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS"';
    const own = { uri: '/dir/index.html', cnonce: 'f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ' };
    expect(authorize(challenge, mufasa, own)).toBe(
      'Digest username="Mufasa", realm="http-auth@example.org", nonce="7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v", ' +
        `uri="/dir/index.html", algorithm=${algorithm}, opaque="FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS", ` +
        `qop=auth, cnonce="f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ", nc=00000001, response="${digest}"`,
    );
  });

  // The RFC prints a truncated SHA-512 as SHA-512-256. Its erratum has the right user name.
  it.each([
    ['', "username*=UTF-8''J%C3%A4s%C3%B8n%20Doe", ''],
    [
      ', userhash=true',
      'username="793263caabb707a56211940d90411ea4a575adeccb7e360aeb624ed06ece9b0b"',
      'userhash=true, ',
    ],
  ])('RFC 7616, 3.9.2, with its hashes corrected%s', (userhash, username, userhashSent) => {
    const challenge =
      'Digest realm="api@example.org", qop="auth", algorithm=SHA-512-256, charset=UTF-8, ' +
      'nonce="5TsQWLVdgBdmrQ0XsxbDODV+57QdFR34I9HAbC/RVvkK", opaque="HRPCssKJSGjCrkzDg8OhwpzCiGPChXYjwrI2QmXDnsOS"';
    const jason = { username: 'J\u00e4s\u00f8n Doe', password: 'Secret, or not?' };
    const own = { uri: '/doe.json', cnonce: 'NTg6RKcb9boFIAS3KrFK9BGeh+iDa/sm6jUMp2wds69v' };
    expect(authorize(challenge + userhash, jason, own)).toBe(
      `Digest ${username}, realm="api@example.org", nonce="5TsQWLVdgBdmrQ0XsxbDODV+57QdFR34I9HAbC/RVvkK", ` +
        'uri="/doe.json", algorithm=SHA-512-256, opaque="HRPCssKJSGjCrkzDg8OhwpzCiGPChXYjwrI2QmXDnsOS", ' +
        `${userhashSent}qop=auth, cnonce="NTg6RKcb9boFIAS3KrFK9BGeh+iDa/sm6jUMp2wds69v", nc=00000001, ` +
        'response="3798d4131c277846293534c3edc11bd8a5e4cdcbff78b05db9d95eeb1cec68a5"',
    );
  });

  it('RFC 2069, 2.4, with its erratum 749', () => {
    const challenge =
      'Digest realm="testrealm@host.com", ' +
      'nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093", opaque="5ccc069c403ebaf9f0171e9517f40e41"';
    expect(authorize(challenge, { username: 'Mufasa', password: 'CircleOfLife' }, { uri: '/dir/index.html' })).toBe(
      'Digest username="Mufasa", realm="testrealm@host.com", nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093", ' +
        'uri="/dir/index.html", opaque="5ccc069c403ebaf9f0171e9517f40e41", response="1949323746fe6a43ef61f9606e7febea"',
    );
  });
});

describe('the response', () => {
  const known = ['MD5', 'MD5-sess', 'SHA-256', 'SHA-256-sess', 'SHA-512-256', 'SHA-512-256-sess'];
  const rows = known.flatMap((algorithm) => [
    { algorithm, qop: 'auth' as const },
    { algorithm, qop: 'auth-int' as const },
    // -sess needs a qop: without one there is no cnonce.
    ...(algorithm.endsWith('-sess') ? [] : [{ algorithm, qop: undefined }]),
  ]);

  it.each(rows)('is computed with $algorithm, qop $qop', ({ algorithm, qop }) => {
    const header = `Digest realm="r", nonce="n", algorithm=${algorithm}${qop ? `, qop="${qop}"` : ''}`;
    const login = { ...mufasa, realm: 'r', nonce: 'n', algorithm, cnonce, uri: '/a?b', ...(qop && { qop }) };
    const sent = authorize(header, mufasa, { uri: '/a?b', nc: 171 });
    expect(paramsOf(sent)['response']).toBe(response({ ...login, nc: '000000ab' }));
  });

  it('differs for each method and target', () => {
    const requests = [{}, { method: 'POST' }, { uri: '/b' }];
    const responses = requests.map((request) => paramsOf(authorize(plain, mufasa, request))['response']);
    expect(new Set(responses)).toHaveProperty('size', 3);
  });

  it.each([
    ['composed if the challenge has charset=UTF-8', ', charset=UTF-8', true],
    ['left as it is otherwise', '', false],
  ])('is that of a username and password %s', (_name, charset, isSame) => {
    const header = `Digest realm="r", nonce="n", userhash=true${charset}`;
    const composed = authorize(header, { username: '\u00e4', password: '\u00f8\u00e4' });
    expect(authorize(header, { username: 'a\u0308', password: '\u00f8\u00e4' }) === composed).toBe(isSame);
    expect(authorize(header, { username: '\u00e4', password: '\u00f8a\u0308' }) === composed).toBe(isSame);
  });
});

describe('the parameters', () => {
  it.each([
    ['without a qop', 'Digest realm="r", nonce="n"', 'username realm nonce uri response'],
    [
      'without a qop, but with userhash',
      'Digest realm="r", nonce="n", userhash=true',
      'username realm nonce uri userhash response',
    ],
    ['with a qop', plain, 'username realm nonce uri qop cnonce nc response'],
    ['with userhash=false', `${plain}, userhash=false`, 'username realm nonce uri qop cnonce nc response'],
    [
      'with everything',
      `${plain}, algorithm=MD5, opaque="", userhash=true`,
      'username realm nonce uri algorithm opaque userhash qop cnonce nc response',
    ],
  ])('are those that a challenge %s asks for', (_name, header, names) => {
    expect(Object.keys(paramsOf(authorize(header))).join(' ')).toBe(names);
  });

  it.each(['md5', 'Md5-SESS', 'SHA-512-256-sess'])('spell the algorithm as the challenge does: %s', (name) => {
    expect(authorize(`${plain}, algorithm="${name}"`)).toContain(`, algorithm=${name}, `);
  });

  it.each([
    [1, '00000001'],
    [255, '000000ff'],
    [0xffffffff, 'ffffffff'],
  ])('count request %i in hexadecimal', (nc, printed) => {
    expect(authorize(plain, mufasa, { nc })).toContain(`, nc=${printed}, `);
  });

  it('are escaped, but hashed unescaped', () => {
    const header = 'Digest realm="a\\"b\\\\c\\d", nonce="\\"n\\"", opaque="\\\\", qop="auth"';
    const odd = { username: 'q"u\\o', password: 'p' };
    const sent = authorize(header, odd, { uri: '/"\\' });
    expect(sent).toContain(
      'username="q\\"u\\\\o", realm="a\\"b\\\\cd", nonce="\\"n\\"", uri="/\\"\\\\", opaque="\\\\"',
    );
    const login = { ...odd, realm: 'a"b\\cd', nonce: '"n"', uri: '/"\\', qop: 'auth', cnonce } as const;
    expect(paramsOf(sent)['response']).toBe(response(login));
  });

  it.each([
    ['a colon', 'a:b', 'username="a:b"'],
    ['the first and last printable ASCII characters', ' ~', 'username=" ~"'],
    ['nothing', '', 'username=""'],
    ['other scripts', '東京 😀', "username*=UTF-8''%E6%9D%B1%E4%BA%AC%20%F0%9F%98%80"],
    ['half of a surrogate pair', '\ud83d', "username*=UTF-8''%EF%BF%BD"],
    ['control characters', '\ta\r\nX: y\x7f', "username*=UTF-8''%09a%0D%0AX%3A%20y%7F"],
    ['every attr-char', 'ü!#$&+-.^_`|~09azAZ', "username*=UTF-8''%C3%BC!#$&+-.^_`|~09azAZ"],
    ['other characters', 'ü*\'%()"\\,;=@', "username*=UTF-8''%C3%BC%2A%27%25%28%29%22%5C%2C%3B%3D%40"],
  ])('send a username of %s', (_name, username, sent) => {
    const header = authorize(plain, { username, password: 'p' });
    expect(header).toMatch(/^[ -~]+$/);
    expect(header.split(', ')[0]).toBe(`Digest ${sent}`);
  });

  it('send only the hash of a username if the challenge asks for it', () => {
    const sent = authorize(`${plain}, userhash=true`, { username: 'a\r\nä', password: 'p' });
    expect(sent).toContain(`Digest username="${hash('MD5', 'a\r\nä:r')}"`);
    expect(sent).not.toContain('username*');
  });

  it('send back the octets of the challenge, one character each, and hash these', () => {
    const octets = (text: string) => Buffer.from(text).toString('latin1');
    const sent = authorize(octets('Digest realm="Zürich 東京", nonce="nö", opaque="ö", qop=auth'));
    expect(sent).toMatch(/^[ -~\x80-\xff]+$/);
    expect(paramsOf(Buffer.from(sent, 'latin1').toString())).toMatchObject({
      ...{ realm: 'Zürich 東京', nonce: 'nö', opaque: 'ö' },
      response: response({ ...mufasa, realm: 'Zürich 東京', nonce: 'nö', uri: '/', qop: 'auth', cnonce }),
    });
  });
});

it('a session makes up a cnonce and keeps it', () => {
  const challenge = challengeOf(plain);
  const [one, two] = [DigestSession.open(challenge, mufasa), DigestSession.open(challenge, mufasa)];
  const [first, second, other] = [one, one, two].map((session) => paramsOf(session.authorize('GET', '/')));
  expect(first).toMatchObject({ cnonce: expect.stringMatching(/^[0-9a-f]{32}$/), nc: '00000001' });
  expect(second).toMatchObject({ cnonce: first?.['cnonce'], nc: '00000002' });
  expect(other?.['cnonce']).not.toBe(first?.['cnonce']);
});

it('a session shows no secret', () => {
  const session = DigestSession.open(challengeOf(plain), mufasa);
  const shown = inspect(session, { showHidden: true, depth: 9 }) + JSON.stringify(session);
  for (const secret of ['Mufasa', mufasa.password, hash('MD5', 'Mufasa:r:Circle of Life')]) {
    expect(shown).not.toContain(secret);
  }
});
