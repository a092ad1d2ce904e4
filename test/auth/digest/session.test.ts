import { describe, expect, it } from 'vitest';
import { chooseDigestChallenge, parseChallenges } from '../../../src/auth/digest/challenge.js';
import { authorize, type DigestCredentials, openSession } from '../../../src/auth/digest/session.js';
import { paramsOf, response } from '../../support/digest-login.js';

const mufasa = { username: 'Mufasa', password: 'Circle of Life' };
const cnonce = '0a4f113b';
const plain = 'Digest realm="r", nonce="n", qop="auth"';

/** Opens a session whose next request is that with the number `nc`. */
function open(header: string, { credentials = mufasa, nc = 1, ...own }: SessionOptions = {}) {
  const challenge = chooseDigestChallenge(parseChallenges(header));
  if (challenge === undefined) throw new Error(`No usable challenge: ${header}`);
  return openSession(challenge, credentials, { used: nc - 1 }, own.cnonce);
}

interface SessionOptions {
  readonly credentials?: DigestCredentials;
  readonly nc?: number;
  readonly cnonce?: string;
}

/** The `Authorization` value of the next request. */
function login(header: string, { uri = '/', ...options }: SessionOptions & { readonly uri?: string } = {}): string {
  return authorize(open(header, { cnonce, ...options }), 'GET', uri);
}

describe('the Authorization header is that of', () => {
  it.each([
    ['MD5', '8ca523f5e9506fed4657c9700eebdbec'],
    ['SHA-256', '753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1'],
  ])('RFC 7616, 3.9.1, with %s', (algorithm, digest) => {
    const challenge =
      `Digest realm="http-auth@example.org", qop="auth, auth-int", algorithm=${algorithm}, ` +
      'nonce="7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v", opaque="FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS"';
    const options = { uri: '/dir/index.html', cnonce: 'f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ' };
    expect(login(challenge, options)).toBe(
      'Digest username="Mufasa", realm="http-auth@example.org", nonce="7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v", ' +
        `uri="/dir/index.html", algorithm=${algorithm}, opaque="FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS", ` +
        `qop=auth, cnonce="f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ", nc=00000001, response="${digest}"`,
    );
  });

  it('RFC 2069, 2.4, with its erratum 749', () => {
    const challenge =
      'Digest realm="testrealm@host.com", ' +
      'nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093", opaque="5ccc069c403ebaf9f0171e9517f40e41"';
    const credentials = { username: 'Mufasa', password: 'CircleOfLife' };
    expect(login(challenge, { credentials, uri: '/dir/index.html' })).toBe(
      'Digest username="Mufasa", realm="testrealm@host.com", nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093", ' +
        'uri="/dir/index.html", opaque="5ccc069c403ebaf9f0171e9517f40e41", response="1949323746fe6a43ef61f9606e7febea"',
    );
  });
});

describe('the response', () => {
  const algorithms = ['MD5', 'SHA-256', 'SHA-512-256'];
  const rows = algorithms.flatMap((algorithm) => [
    { algorithm, qop: 'auth' as const },
    { algorithm, qop: undefined },
  ]);

  it.each(rows)('is computed with $algorithm, qop $qop', ({ algorithm, qop }) => {
    const header = `Digest realm="r", nonce="n", algorithm=${algorithm}${qop ? `, qop="${qop}"` : ''}`;
    const request = { ...mufasa, realm: 'r', nonce: 'n', algorithm, cnonce, uri: '/a?b', nc: '000000ab', qop };
    expect(paramsOf(login(header, { uri: '/a?b', nc: 171 }))['response']).toBe(response(request));
  });

  it('differs for each method and target', () => {
    const requests = [authorize(open(plain, { cnonce }), 'POST', '/'), login(plain), login(plain, { uri: '/b' })];
    expect(new Set(requests.map((header) => paramsOf(header)['response']))).toHaveProperty('size', 3);
  });
});

describe('the parameters', () => {
  it.each([
    ['without a qop', 'Digest realm="r", nonce="n"', 'username realm nonce uri response'],
    ['with a qop', plain, 'username realm nonce uri qop cnonce nc response'],
    [
      'with everything',
      `${plain}, algorithm=MD5, opaque="", userhash=true, charset=UTF-8`,
      'username realm nonce uri algorithm opaque qop cnonce nc response',
    ],
  ])('are those that a challenge %s asks for', (_name, header, names) => {
    expect(Object.keys(paramsOf(login(header))).join(' ')).toBe(names);
  });

  it('spell the algorithm as the challenge does', () => {
    expect(login(`${plain}, algorithm="sHa-256"`)).toContain(', algorithm=sHa-256, ');
  });

  it.each([
    [1, '00000001'],
    [255, '000000ff'],
    [0xffffffff, 'ffffffff'],
  ])('count request %i in hexadecimal', (nc, printed) => {
    expect(login(plain, { nc })).toContain(`, nc=${printed}, `);
  });

  it('are escaped, but hashed unescaped', () => {
    const credentials = { username: 'q"u\\o', password: 'p' };
    const sent = login('Digest realm="a\\"b\\\\c\\d", nonce="\\"n\\"", opaque="\\\\", qop="auth"', { credentials });
    expect(sent).toContain('username="q\\"u\\\\o", realm="a\\"b\\\\cd", nonce="\\"n\\"", uri="/", opaque="\\\\"');
    const request = { ...credentials, realm: 'a"b\\cd', nonce: '"n"', uri: '/', qop: 'auth', cnonce } as const;
    expect(paramsOf(sent)['response']).toBe(response(request));
  });

  it('are octets, one character each: of the challenge as they came, of the credentials in UTF-8', () => {
    const octets = (text: string) => Buffer.from(text).toString('latin1');
    const credentials = { username: 'Jäsøn', password: 'pässword 😀' };
    const sent = login(octets('Digest realm="Zürich 東京", nonce="nö", opaque="ö", qop=auth'), { credentials });
    expect(sent).toMatch(/^[ -~\x80-\xff]+$/);
    expect(paramsOf(Buffer.from(sent, 'latin1').toString())).toMatchObject({
      ...{ username: 'Jäsøn', realm: 'Zürich 東京', nonce: 'nö', opaque: 'ö' },
      response: response({ ...credentials, realm: 'Zürich 東京', nonce: 'nö', uri: '/', qop: 'auth', cnonce }),
    });
  });
});

it('a session makes up a cnonce and keeps it', () => {
  const [one, two] = [open(plain), open(plain)];
  const [first, second, other] = [one, one, two].map((session) => paramsOf(authorize(session, 'GET', '/')));
  expect(first).toMatchObject({ cnonce: expect.stringMatching(/^[0-9a-f]{32}$/), nc: '00000001' });
  expect(second).toMatchObject({ cnonce: first?.['cnonce'], nc: '00000002' });
  expect(other?.['cnonce']).not.toBe(first?.['cnonce']);
});
