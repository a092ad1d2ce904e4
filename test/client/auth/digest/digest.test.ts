import { describe, expect, it } from 'vitest';
import {
  type DigestChallenge,
  findChallenge,
  nextAuthorization,
  openSession,
} from '../../../../src/client/auth/digest/digest.js';
import { digestResponse, paramsOf } from '../../../support/digest-login.js';

const plain = 'Digest realm="r", nonce="n", qop="auth"';

describe('a challenge is answered with', () => {
  const usual: DigestChallenge = { realm: 'r', nonce: 'n', opaque: undefined, algorithm: undefined, hash: 'md5' };

  it.each<[name: string, header: string, read: Partial<DigestChallenge>]>([
    ['nothing else', plain, {}],
    [
      'what Atlas sends',
      'Digest realm="MMS Public API", domain="", nonce="n", algorithm=MD5, qop="auth", stale=false',
      { realm: 'MMS Public API', algorithm: 'MD5' },
    ],
    ['an empty opaque', `${plain}, opaque=""`, { opaque: '' }],
    ['SHA-256', `${plain}, algorithm=SHA-256`, { algorithm: 'SHA-256', hash: 'sha256' }],
    ['a quoted algorithm in lower case', `${plain}, algorithm="sha-256"`, { algorithm: 'sha-256', hash: 'sha256' }],
    ['names in any case', 'dIGEST Realm="r", NONCE="n", QOP="AUTH"', {}],
    ['auth in a list', 'Digest realm="r", nonce="n", qop=" ,auth-int ,\tauth,"', {}],
    ['unquoted base64', 'Digest realm=r, qop=auth, nonce=b+/==, opaque=o', { nonce: 'b+/==', opaque: 'o' }],
    ['white space everywhere', ' Digest realm = "r" \t, nonce\t= \t"n",qop= "auth" ', {}],
    ['white space instead of commas', 'Digest realm="r" nonce="n"\tqop=auth opaque=o', { opaque: 'o' }],
    ['empty elements', ',, Digest realm="r", ,nonce="n",,qop=auth,', {}],
    ['another challenge in a value', `${plain}, opaque="o, Digest nonce=1"`, { opaque: 'o, Digest nonce=1' }],
    ['escapes', `${plain}, opaque="\\a \\"b\\" \\\\ \\\t\\,"`, { opaque: 'a "b" \\ \t,' }],
    ['every character allowed in quotes', `${plain}, opaque="\t !#[]~\x80 東京"`, { opaque: '\t !#[]~\x80 東京' }],
    ['other schemes around it', `Basic realm="x", Negotiate a==, ${plain}, Bearer`, {}],
    ['challenges before it that are not supported', `${plain.replace('n', 'm')}, algorithm=MD5-sess, ${plain}`, {}],
    ['others after it', `${plain}, ${plain}, algorithm=SHA-256, opaque="o"`, {}],
    ['junk before it', `@@@, =, /, ${plain}`, {}],
  ])('%s', (_name, header, read) => {
    expect(findChallenge(header)).toEqual({ ...usual, ...read });
  });

  it.each([
    ['nothing', ' ,\t, ,'],
    ['another scheme', 'Basic realm="r", nonce="n", qop="auth"'],
    ['no parameters', 'Digest'],
    ['no realm', 'Digest nonce="n", qop=auth'],
    ['an empty nonce', 'Digest realm="r", nonce="", qop=auth'],
    ['a nonce with a line break', 'Digest realm="r", nonce="\r\nX: y", qop=auth'],
    ['a nonce with another control character', 'Digest realm="r", nonce="\\\x7f", qop=auth'],
    ['no qop, as in RFC 2069', 'Digest realm="r", nonce="n"'],
    ['the misprint of a page by MongoDB', 'Digest realm="r", nonce="n", op="auth"'],
    ['auth-int alone', 'Digest realm="r", nonce="n", qop="auth-int,auth-conf"'],
    ['SHA-512-256', `${plain}, algorithm=SHA-512-256`],
    ['a -sess', `${plain}, algorithm=MD5-sess`],
    ['an empty algorithm', `${plain}, algorithm=""`],
  ])('nothing, if it has %s', (_name, header) => {
    expect(findChallenge(header)).toBeUndefined();
  });
});

// Each would take minutes if the parser went over it more than a few times.
it.each([
  ['quotes', '"'],
  ['schemes', 'a,'],
  ['white space', ' '],
  ['open values', 'a="'],
  ['escapes in an open value', '\\"'],
])('a header with thousands of %s is parsed in one pass', (_name, unit) => {
  const header = `a="${unit.repeat(50_000)}\n, ${plain}`;
  expect(findChallenge(header)?.nonce).toBe('n');
});

const mufasa = { publicKey: 'Mufasa', privateKey: 'Circle of Life' };

function open(header: string, credentials = mufasa) {
  const challenge = findChallenge(header);
  if (challenge === undefined) throw new Error(`No usable challenge: ${header}`);
  return openSession(challenge, credentials);
}

describe('the answer', () => {
  it.each([
    ['MD5', '8ca523f5e9506fed4657c9700eebdbec'],
    ['SHA-256', '753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1'],
  ])('is that of RFC 7616, 3.9.1, with %s', (algorithm, response) => {
    const cnonce = 'f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ';
    const session = open(
      `Digest realm="http-auth@example.org", qop="auth, auth-int", algorithm=${algorithm}, ` +
        'nonce="7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v", opaque="FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS"',
    );
    const sent = nextAuthorization({ ...session, cnonce }, '/dir/index.html');
    expect(paramsOf(sent.replace(session.cnonce, cnonce))).toEqual({
      ...{ username: 'Mufasa', realm: 'http-auth@example.org', uri: '/dir/index.html', algorithm, qop: 'auth' },
      ...{ nonce: '7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v', nc: '00000001', cnonce, response },
      opaque: 'FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS',
    });
  });

  it('counts up in hexadecimal, with a cnonce that is random per challenge', () => {
    const session = { ...open(plain), uses: 8 };
    const [nine, ten] = [1, 2].map(() => paramsOf(nextAuthorization(session, '/')));
    expect(nine).toMatchObject({ nc: '00000009', cnonce: expect.stringMatching(/^[0-9a-f]{32}$/) });
    expect(ten).toMatchObject({ nc: '0000000a', cnonce: nine?.['cnonce'] });
    expect(open(plain).cnonce).not.toBe(session.cnonce);
  });

  it('has unquoted what servers expect unquoted, and no parameter that the challenge lacks', () => {
    const sent = nextAuthorization(open(`${plain}, algorithm="mD5"`), '/');
    expect(sent).toMatch(
      /^Digest username="Mufasa", realm="r", nonce="n", algorithm=mD5, qop=auth, cnonce="\w+", uri="\/", nc=00000001, response="\w+"$/,
    );
    expect(Object.keys(paramsOf(nextAuthorization(open(plain), '/')))).not.toContain('algorithm');
  });

  it('is escaped, but hashed unescaped', () => {
    const session = open('Digest realm="a\\"b\\\\c\\d", nonce="\\"n\\"", opaque="\\\\", qop="auth"', {
      ...{ publicKey: 'q"u\\o', privateKey: 'p' },
    });
    const sent = nextAuthorization(session, '/');
    expect(sent).toContain('username="q\\"u\\\\o", realm="a\\"b\\\\cd", nonce="\\"n\\"", opaque="\\\\"');
    const login = { username: 'q"u\\o', password: 'p', realm: 'a"b\\cd', nonce: '"n"', uri: '/', qop: 'auth' } as const;
    expect(paramsOf(sent)['response']).toBe(digestResponse({ ...login, cnonce: session.cnonce }));
  });

  it('has octets, one character each: of the challenge as they came, of the key in UTF-8', () => {
    const octets = (text: string) => Buffer.from(text).toString('latin1');
    const session = open(octets('Digest realm="Zürich 東京", nonce="n", opaque="ö", qop=auth'), {
      ...{ publicKey: 'Jäsøn', privateKey: 'pässword 😀' },
    });
    const sent = nextAuthorization(session, '/');
    expect(sent).toMatch(/^[ -~\x80-\xff]+$/);
    const login = { username: 'Jäsøn', realm: 'Zürich 東京', nonce: 'n', uri: '/', qop: 'auth' } as const;
    expect(paramsOf(Buffer.from(sent, 'latin1').toString())).toMatchObject({
      ...{ ...login, opaque: 'ö' },
      response: digestResponse({ ...login, password: 'pässword 😀', cnonce: session.cnonce }),
    });
  });
});
