import { getHashes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import {
  chooseChallenge,
  type DigestChallenge,
  formatOffers,
  nextAuthorization,
  openSession,
  parseNextNonce,
} from '../../../src/auth/digest/digest.js';
import { digestResponse, paramsOf } from '../../support/digest-login.js';

type Header = string | string[] | undefined;

describe('the elements of a header with', () => {
  it.each<[name: string, header: Header, nextNonce: string | undefined]>([
    ['nothing', undefined, undefined],
    ['no line', [], undefined],
    ['only separators', ' ,\t, ,', undefined],
    ['a quoted value', 'a="1",nextnonce="2"', '2'],
    ['an unquoted value', 'nextnonce=2,b=""', '2'],
    ['base64 without quotes', 'nextnonce=b+/==, b=2', 'b+/=='],
    ['every character of a token', "nextnonce=!#$%&'*+-.^_`|~Z", "!#$%&'*+-.^_`|~Z"],
    ['every character allowed in quotes', 'nextnonce="\t !#[]~\x80 東京 😀\uffff"', '\t !#[]~\x80 東京 😀\uffff'],
    ['another parameter in a value', 'a=", nextnonce=1", nextnonce=2', '2'],
    ['escapes', 'a="\\\\", nextnonce="\\a \\"b\\" \\\\ \\\t\\,"', 'a "b" \\ \t,'],
    ['a name in any case', 'NextNonce=1', '1'],
    ['white space everywhere', ' a = "1" \t, nextnonce\t= \t"2" ', '2'],
    ['white space instead of commas', 'a=1 nextnonce=2\tb=3', '2'],
    ['a longer name', 'xnextnonce=1, nextnonce-x=2', undefined],
    ['no value', 'nextnonce, nextnonce=, nextnonce=""', undefined],
    ['a line break in a value', 'nextnonce="1\r\nEvil: 1", nextnonce="1\\\n"', undefined],
    ['control characters in values', 'nextnonce="\0", nextnonce="\x1f", nextnonce="\\\x7f"', undefined],
    ['junk', '@@@, =, /, nextnonce=1', '1'],
    ['several lines, of which one has an open quote', ['a="1', 'nextnonce=2'], '2'],
  ])('%s', (_name, header, nextNonce) => {
    expect(parseNextNonce(header)).toBe(nextNonce);
  });
});

describe('the schemes in a header with', () => {
  it.each<[name: string, header: Header, offers: string]>([
    ['nothing', undefined, 'nothing readable'],
    ['schemes without parameters', 'Negotiate, NTLM , X', 'Negotiate, NTLM, X'],
    ['a token68', 'X abc==, Y qop="1"', 'X, Y (qop 1)'],
    ['a challenge in a value', 'X a="Y qop=1, Y qop=2", qop=3', 'X (qop 3)'],
    ['white space instead of commas', 'X a="1" qop=2 Y', 'X (qop 2), Y'],
    ['empty elements', ',, X ,a="1",, ,qop="2",,Y qop="3",', 'X (qop 2), Y (qop 3)'],
    ['a repeated parameter, of which the first counts', 'X qop="1", QOP="2", qop=3', 'X (qop 1)'],
    ['several lines', ['Basic realm="a"', 'Bearer', 'X a=b'], 'Basic, Bearer, X'],
    ['a challenge on two lines', ['X algorithm="1"', 'qop="2", Y'], 'X (algorithm 1, qop 2), Y'],
    ['a parameter before any scheme', 'qop="x", Y', 'Y'],
  ])('%s', (_name, header, offers) => {
    expect(formatOffers(header)).toBe(offers);
  });
});

// Each would take minutes if the parser went over it more than a few times.
describe('a header of 100,000 characters is parsed in one pass:', () => {
  const filled = (unit: string) => unit.repeat(100_000 / unit.length);

  it.each([
    ['quotes', filled('"')],
    ['one scheme', filled('a')],
    ['schemes', filled('a,')],
    ['white space before an equals sign', `a${filled(' ')}="1"`],
    ['white space after a scheme', `a${filled(' ')}`],
    ['white space after an equals sign', `a=${filled(' ')}`],
    ['escapes in a value', `a="${filled('\\"')}"`],
    ['escapes in an open value', `a="${filled('\\"')}`],
    ['parameters', filled('a=1,')],
    ['open values', filled('a="')],
    ['values with an escaped quote', filled('a="\\"')],
    ['values with a line break', filled('a="\n')],
  ])('%s', (_name, line) => {
    expect(parseNextNonce([line, 'nextnonce=1'])).toBe('1');
  });
});

describe('a Digest challenge', () => {
  /** The challenge of RFC 2069, `Digest realm="r", nonce="n"`. */
  const bare: DigestChallenge = {
    ...{ realm: 'r', nonce: 'n', opaque: undefined, algorithm: undefined },
    ...{ hash: 'md5', hasQop: false, isStale: false },
  };

  it.each<[name: string, rest: string, read: Partial<DigestChallenge>]>([
    ['nothing else', '', {}],
    ['an empty opaque', ', opaque=""', { opaque: '' }],
    ['unquoted values, and names in any case', ', QOP=auth, Opaque=o', { hasQop: true, opaque: 'o' }],
    ['parameters that are not used', ', domain="/a /b", userhash=true, charset=UTF-8, x="y"', {}],
    ['malformed parameters that do no harm', ', domain=/, stale=@, userhash=@, charset=@', {}],
    ['a repeated nonce', ', nonce="m"', {}],
    ['MD5', ', algorithm=MD5', { algorithm: 'MD5' }],
    ['a quoted algorithm', ', algorithm="SHA-256"', { algorithm: 'SHA-256', hash: 'sha256' }],
    ['an algorithm in lower case', ', algorithm=sha-256', { algorithm: 'sha-256', hash: 'sha256' }],
    ['SHA-512-256', ', algorithm=SHA-512-256', { algorithm: 'SHA-512-256', hash: 'sha512-256' }],
    ['qop auth in upper case', ', qop="AUTH"', { hasQop: true }],
    ['qop auth in a list', ', qop=" ,auth-int ,\tauth,"', { hasQop: true }],
    ['qop auth in a list without commas', ', qop="auth-int auth"', { hasQop: true }],
    ['a qop of separators', ', qop=" , "', {}],
    ['the misprint of a page by MongoDB', ', op="auth"', {}],
    ['stale, quoted and in upper case', ', stale="TRUE"', { isStale: true }],
    ['stale=false', ', stale="false"', {}],
  ])('may have %s', (_name, rest, read) => {
    expect(chooseChallenge(`dIGEST realm="r", nonce="n"${rest}`)).toEqual({ ...bare, ...read });
    expect(getHashes()).toContain(chooseChallenge(`Digest realm="r", nonce="n"${rest}`)?.hash);
  });

  it.each([
    ['another scheme', 'Basic realm="r", nonce="n"'],
    ['no parameters', 'Digest'],
    ['no realm', 'Digest nonce="n"'],
    ['no nonce', 'Digest realm="r"'],
    ['a nonce with a line break', 'Digest realm="r", nonce="\r\nX: y"'],
    ['a malformed algorithm', 'Digest realm="r", nonce="n", algorithm=@'],
    ['a malformed qop', 'Digest realm="r", nonce="n", qop=@'],
    ['an unknown algorithm', 'Digest realm="r", nonce="n", algorithm=SHA-512'],
    ['a -sess', 'Digest realm="r", nonce="n", algorithm=MD5-sess, qop="auth"'],
    ['an empty algorithm', 'Digest realm="r", nonce="n", algorithm=""'],
    ['only other qops', 'Digest realm="r", nonce="n", qop="auth-int,auth-conf"'],
  ])('is not answered if it has %s', (_name, header) => {
    expect(chooseChallenge(header)).toBeUndefined();
  });
});

describe('of several challenges the one to answer is', () => {
  const digest = (nonce: number, rest = '') => `Digest realm="r", nonce="${nonce}"${rest}`;
  const md5 = ', algorithm=MD5';
  const sha256 = ', algorithm=SHA-256';
  const qop = ', qop=auth';

  it.each<[name: string, header: Header, nonce: string]>([
    ['the one for Digest between other schemes', `Basic realm="r", Negotiate a==, ${digest(1)}, Bearer`, '1'],
    ['the strongest, in the last line', [digest(1, md5 + qop), digest(2, sha256)], '2'],
    ['the strongest, in the first line', [digest(1, sha256), digest(2, qop)], '1'],
    [
      'the strongest, within a line',
      `${digest(1)}, ${digest(2, ', algorithm=SHA-512-256')}, ${digest(3, sha256)}`,
      '2',
    ],
    ['of equals, the one with a qop, if it is last', [digest(1), digest(2, qop)], '2'],
    ['of equals, the one with a qop, if it is first', [digest(1, qop), digest(2)], '1'],
    ['the first of equals', [digest(1, sha256), digest(2, sha256)], '1'],
    ['the one with a known algorithm', [digest(1, ', algorithm=MD5-sess'), digest(2)], '2'],
    ['the one with a known qop', [digest(1, `${sha256}, qop=auth-int`), digest(2, qop)], '2'],
    ['the one with a nonce', `Digest realm="r", ${digest(2)}`, '2'],
  ])('%s', (_name, header, nonce) => {
    expect(chooseChallenge(header)?.nonce).toBe(nonce);
  });
});

const plain = 'Digest realm="r", nonce="n", qop="auth"';
const mufasa = { username: 'Mufasa', password: 'Circle of Life' };

function open(header: string, credentials = mufasa) {
  const challenge = chooseChallenge(header);
  if (challenge === undefined) throw new Error(`No usable challenge: ${header}`);
  return openSession(challenge, credentials);
}

/** The `Authorization` value of a request. */
function login(header: string, { credentials = mufasa, uri = '/', nc = 1, cnonce = '0a4f113b' } = {}): string {
  return nextAuthorization({ ...open(header, credentials), cnonce, uses: nc - 1 }, uri);
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
        `algorithm=${algorithm}, opaque="FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS", uri="/dir/index.html", ` +
        `qop=auth, nc=00000001, cnonce="f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ", response="${digest}"`,
    );
  });

  it('RFC 2069, 2.4, with its erratum 749', () => {
    const challenge =
      'Digest realm="testrealm@host.com", ' +
      'nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093", opaque="5ccc069c403ebaf9f0171e9517f40e41"';
    const credentials = { username: 'Mufasa', password: 'CircleOfLife' };
    expect(login(challenge, { credentials, uri: '/dir/index.html' })).toBe(
      'Digest username="Mufasa", realm="testrealm@host.com", nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093", ' +
        'opaque="5ccc069c403ebaf9f0171e9517f40e41", uri="/dir/index.html", response="1949323746fe6a43ef61f9606e7febea"',
    );
  });
});

describe('the parameters', () => {
  it.each([
    ['with a qop', plain, 'username realm nonce uri qop nc cnonce response'],
    [
      'with everything',
      `${plain}, algorithm=MD5, opaque="", userhash=true, charset=UTF-8`,
      'username realm nonce algorithm opaque uri qop nc cnonce response',
    ],
  ])('are those that a challenge %s asks for', (_name, header, names) => {
    expect(Object.keys(paramsOf(login(header))).join(' ')).toBe(names);
  });

  it('spell the algorithm as the challenge does', () => {
    expect(login(`${plain}, algorithm="sHa-256"`)).toContain(', algorithm=sHa-256, ');
  });

  it('are escaped, but hashed unescaped', () => {
    const credentials = { username: 'q"u\\o', password: 'p' };
    const header = 'Digest realm="a\\"b\\\\c\\d", nonce="\\"n\\"", opaque="\\\\", qop="auth"';
    const sent = login(header, { credentials, cnonce: 'c' });
    expect(sent).toContain('username="q\\"u\\\\o", realm="a\\"b\\\\cd", nonce="\\"n\\"", opaque="\\\\", uri="/"');
    const request = { ...credentials, realm: 'a"b\\cd', nonce: '"n"', uri: '/', qop: 'auth' } as const;
    expect(paramsOf(sent)['response']).toBe(digestResponse(request));
  });

  it('are octets, one character each: of the challenge as they came, of the credentials in UTF-8', () => {
    const octets = (text: string) => Buffer.from(text).toString('latin1');
    const credentials = { username: 'Jäsøn', password: 'pässword 😀' };
    const header = octets('Digest realm="Zürich 東京", nonce="nö", opaque="ö", qop=auth');
    const sent = login(header, { credentials, cnonce: 'c' });
    expect(sent).toMatch(/^[ -~\x80-\xff]+$/);
    expect(paramsOf(Buffer.from(sent, 'latin1').toString())).toMatchObject({
      ...{ username: 'Jäsøn', realm: 'Zürich 東京', nonce: 'nö', opaque: 'ö' },
      response: digestResponse({ ...credentials, realm: 'Zürich 東京', nonce: 'nö', uri: '/', qop: 'auth' }),
    });
  });
});

it('a session makes up a cnonce and keeps it', () => {
  const [one, two] = [open(plain), open(plain)];
  const [first, second, other] = [one, one, two].map((session) => paramsOf(nextAuthorization(session, '/')));
  expect(first).toMatchObject({ cnonce: expect.stringMatching(/^[0-9a-f]{32}$/), nc: '00000001' });
  expect(second).toMatchObject({ cnonce: first?.['cnonce'], nc: '00000002' });
  expect(other?.['cnonce']).not.toBe(first?.['cnonce']);
});
