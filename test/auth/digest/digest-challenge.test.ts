import { describe, expect, it } from 'vitest';
import { chooseChallenge, type DigestChallenge, digestChallenges } from '../../../src/auth/digest/challenge.js';

const MD5 = { hash: 'md5', session: false, strength: 1 } as const;
const SHA_256 = { hash: 'sha256', session: false, strength: 2 } as const;

const BARE: DigestChallenge = {
  realm: 'r',
  nonce: 'n',
  opaque: undefined,
  algorithmName: undefined,
  algorithm: MD5,
  qop: undefined,
  stale: false,
  userhash: false,
  utf8: false,
};

describe('a Digest challenge', () => {
  it.each<[string, string, Partial<DigestChallenge>]>([
    ['of RFC 2069', 'Digest realm="r", nonce="n"', {}],
    ['with its scheme in another case', 'dIGEST realm="r", nonce="n"', {}],
    ['with its names in another case', 'Digest REALM="r", Nonce="n", QOP="auth"', { qop: 'auth' }],
    ['with unquoted values', 'Digest realm=r, nonce=n, qop=auth, opaque=o', { qop: 'auth', opaque: 'o' }],
    ['in another order', 'Digest qop="auth", opaque="o", nonce="n", realm="r"', { qop: 'auth', opaque: 'o' }],
    ['with an empty realm and nonce', 'Digest realm="", nonce=""', { realm: '', nonce: '' }],
    ['with an empty opaque', 'Digest realm="r", nonce="n", opaque=""', { opaque: '' }],
    ['with escapes', 'Digest realm="a\\"b\\\\c", nonce="\\n"', { realm: 'a"b\\c' }],
    ['with unknown parameters', 'Digest realm="r", nonce="n", domain="/a /b", foo=bar, x="y"', {}],
    ['with a repeated nonce', 'Digest realm="r", nonce="n", nonce="m"', {}],
    [
      'of Atlas',
      'Digest realm="MMS Public API", domain="", nonce="abc+/=", algorithm=MD5, qop="auth", stale=false',
      { realm: 'MMS Public API', nonce: 'abc+/=', algorithmName: 'MD5', qop: 'auth' },
    ],
    [
      'of Atlas, with the misprint in its documentation',
      'Digest realm="MMS Public API", domain="", nonce="abc", algorithm=MD5, op="auth", stale=false',
      { realm: 'MMS Public API', nonce: 'abc', algorithmName: 'MD5' },
    ],

    [
      'with a quoted algorithm',
      'Digest realm="r", nonce="n", algorithm="SHA-256"',
      { algorithmName: 'SHA-256', algorithm: SHA_256 },
    ],
    [
      'with an algorithm in lower case',
      'Digest realm="r", nonce="n", algorithm=sha-256',
      { algorithmName: 'sha-256', algorithm: SHA_256 },
    ],

    ['with auth', 'Digest realm="r", nonce="n", qop="auth"', { qop: 'auth' }],
    ['with auth-int', 'Digest realm="r", nonce="n", qop="auth-int"', { qop: 'auth-int' }],
    ['with both', 'Digest realm="r", nonce="n", qop="auth,auth-int"', { qop: 'auth' }],
    ['with both in the other order', 'Digest realm="r", nonce="n", qop="auth-int, auth"', { qop: 'auth' }],
    ['with both, separated by a tab', 'Digest realm="r", nonce="n", qop="auth-int\tauth"', { qop: 'auth' }],
    ['with both, separated by a space', 'Digest realm="r", nonce="n", qop="auth-int auth"', { qop: 'auth' }],
    ['with a qop in upper case', 'Digest realm="r", nonce="n", qop="AUTH"', { qop: 'auth' }],
    [
      'with an unknown qop and auth-int',
      'Digest realm="r", nonce="n", qop="auth-conf , auth-int"',
      { qop: 'auth-int' },
    ],
    ['with an empty qop', 'Digest realm="r", nonce="n", qop=""', {}],
    ['with only separators as its qop', 'Digest realm="r", nonce="n", qop=" , "', {}],

    ['that is stale', 'Digest realm="r", nonce="n", stale=true', { stale: true }],
    ['that is stale, quoted and in upper case', 'Digest realm="r", nonce="n", stale="TRUE"', { stale: true }],
    ['that is not stale', 'Digest realm="r", nonce="n", stale="false"', {}],
    ['with an invalid stale', 'Digest realm="r", nonce="n", stale=1', {}],
    ['with userhash', 'Digest realm="r", nonce="n", userhash=true', { userhash: true }],
    ['with userhash, quoted and in upper case', 'Digest realm="r", nonce="n", userhash="True"', { userhash: true }],
    ['without userhash', 'Digest realm="r", nonce="n", userhash=false', {}],
    ['with a charset', 'Digest realm="r", nonce="n", charset=UTF-8', { utf8: true }],
    ['with a charset, quoted and in lower case', 'Digest realm="r", nonce="n", charset="utf-8"', { utf8: true }],
    ['with another charset', 'Digest realm="r", nonce="n", charset=ISO-8859-1', {}],
    ['with a domain without quotes', 'Digest domain=/, realm="r", nonce="n"', {}],
    ['with a malformed unknown parameter', 'Digest foo=a/b, realm="r", nonce="n"', {}],
    ['with malformed flags', 'Digest realm="r", nonce="n", stale=@, userhash=@, charset=@', {}],
  ])('%s', (_, header, expected) => {
    expect(digestChallenges(header)).toEqual([{ ...BARE, ...expected }]);
  });

  it.each([
    ['another scheme', 'Basic realm="r"'],
    ['another scheme with Digest parameters', 'Basic realm="r", nonce="n"'],
    ['no parameters', 'Digest'],
    ['no realm', 'Digest nonce="n"'],
    ['no nonce', 'Digest realm="r"'],
    ['a malformed nonce', 'Digest realm="r", nonce=@'],
    ['a malformed realm', 'Digest realm=@, nonce="n"'],
    ['a malformed algorithm', 'Digest realm="r", nonce="n", algorithm=@'],
    ['a malformed qop', 'Digest realm="r", nonce="n", qop=@'],
    ['an opaque without a value', 'Digest realm="r", nonce="n", opaque='],
    ['an unknown algorithm', 'Digest realm="r", nonce="n", algorithm=SHA-1'],
    ['an empty algorithm', 'Digest realm="r", nonce="n", algorithm=""'],
    ['only unknown qops', 'Digest realm="r", nonce="n", qop="auth-conf"'],
    ['a -sess without a qop', 'Digest realm="r", nonce="n", algorithm=MD5-sess'],
    ['a -sess with an empty qop', 'Digest realm="r", nonce="n", algorithm=SHA-256-sess, qop=""'],
    ['a line break in the opaque', 'Digest realm="r", nonce="n", opaque="\r\nX: y"'],
  ])('is unusable: %s', (_, header) => {
    expect(digestChallenges(header)).toEqual([]);
  });
});

describe('chooseChallenge', () => {
  const nonces = (header: string | string[]) => digestChallenges(header).map(({ nonce }) => nonce);
  const chosen = (header: string | string[] | undefined) => chooseChallenge(digestChallenges(header))?.nonce;
  const digest = (nonce: string, rest = '') => `Digest realm="r", nonce="${nonce}"${rest}`;

  it.each<[string, string | string[] | undefined, string | undefined]>([
    ['nothing without a header', undefined, undefined],
    ['nothing from another scheme', 'Basic realm="r"', undefined],
    ['the only challenge', digest('1'), '1'],
    ['the Digest challenge among other schemes', `Basic realm="r", ${digest('1')}, Bearer`, '1'],
    ['a challenge after a token68', `Negotiate abc==, ${digest('1')}`, '1'],
    [
      'the stronger algorithm, if it comes last',
      [digest('1', ', algorithm=MD5'), digest('2', ', algorithm=SHA-256')],
      '2',
    ],
    [
      'the stronger algorithm, if it comes first',
      [digest('1', ', algorithm=SHA-256'), digest('2', ', algorithm=MD5')],
      '1',
    ],
    [
      'the strongest algorithm, in the middle of a line',
      [`${digest('1')}, ${digest('2', ', algorithm=SHA-512-256')}, ${digest('3', ', algorithm=SHA-256')}`],
      '2',
    ],
    [
      'the first of two equal algorithms',
      [digest('1', ', algorithm=SHA-256'), digest('2', ', algorithm=SHA-256')],
      '1',
    ],
    [
      'the first of plain and -sess',
      [digest('1', ', algorithm=SHA-256, qop=auth'), digest('2', ', algorithm=SHA-256-sess, qop=auth')],
      '1',
    ],
    [
      'the first of -sess and plain',
      [digest('1', ', algorithm=SHA-256-sess, qop=auth'), digest('2', ', algorithm=SHA-256, qop=auth')],
      '1',
    ],
    ['the one with a known algorithm', [digest('1', ', algorithm=SHA-512'), digest('2')], '2'],
    ['the one with a known qop', [digest('1', ', algorithm=SHA-256, qop=x'), digest('2', ', qop=auth')], '2'],
    ['the valid one next to a malformed one', `Digest realm="r", nonce=@, ${digest('2')}`, '2'],
  ])('chooses %s', (_, header, nonce) => {
    expect(chosen(header)).toBe(nonce);
  });

  it('gets the challenges with their own nonces, in the order of the header', () => {
    expect(nonces([`${digest('1')}, Basic realm="x", ${digest('2')}`, digest('3')])).toEqual(['1', '2', '3']);
  });
});
