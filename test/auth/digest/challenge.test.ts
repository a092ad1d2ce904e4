import { getHashes } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { chooseDigestChallenge, type DigestChallenge, parseChallenges } from '../../../src/auth/digest/challenge.js';

type Header = string | string[] | undefined;

/** Each challenge as text, such as `Basic realm=‹simple›`. A malformed value is a `?`. */
function parsed(header: Header): string[] {
  return parseChallenges(header).map(({ scheme, params }) =>
    [scheme, ...Array.from(params, ([name, value]) => `${name}=${value === null ? '?' : `‹${value}›`}`)].join(' '),
  );
}

const chosen = (header: Header) => chooseDigestChallenge(parseChallenges(header));

describe('the challenges in a header with', () => {
  it.each<[name: string, header: Header, ...challenges: string[]]>([
    ['nothing', undefined],
    ['no line', []],
    ['only separators', ' ,\t, ,'],
    ['schemes without parameters', 'Negotiate, NTLM , X', 'Negotiate', 'NTLM', 'X'],
    ['quoted and unquoted values', 'X a="1",b=2,c=""', 'X a=‹1› b=‹2› c=‹›'],
    [
      'every character of a token',
      "X !#$%&'*+-.^_`|~09azAZ=!#$%&'*+-.^_`|~Z",
      "X !#$%&'*+-.^_`|~09azaz=‹!#$%&'*+-.^_`|~Z›",
    ],
    ['a comma and a challenge in a value', 'X a="Y b=1, Y c=2", d=3', 'X a=‹Y b=1, Y c=2› d=‹3›'],
    ['escapes', 'X a="say \\"hi\\"", b="c:\\\\d\\\\", c="\\a\\ \\\t\\,"', 'X a=‹say "hi"› b=‹c:\\d\\› c=‹a \t,›'],
    ['every character allowed in quotes', 'X a="\t !#[]~\x80 東京 😀\uffff"', 'X a=‹\t !#[]~\x80 東京 😀\uffff›'],
    ['names in any case', 'x ReAlM="r", NONCE="n"', 'x realm=‹r› nonce=‹n›'],
    ['white space everywhere', '  X \t a = "1" \t, b\t=2,c= \t3 ', 'X a=‹1› b=‹2› c=‹3›'],
    ['white space instead of commas', 'X a="1" b=2\tc="3" Y d="4"', 'X a=‹1› b=‹2› c=‹3›', 'Y d=‹4›'],
    ['empty elements', ',, X ,a="1",, ,b="2",,Y c="3",', 'X a=‹1› b=‹2›', 'Y c=‹3›'],
    ['a repeated parameter, of which the first counts', 'X a="1", A="2", a=3', 'X a=‹1›'],
    ['names of the object prototype', 'X __proto__="1", constructor="2"', 'X __proto__=‹1› constructor=‹2›'],
    ['a token68', 'X ab/c==, Y a="1"', 'X', 'Y a=‹1›'],
    ['several lines', ['Basic realm="a"', 'Bearer', 'X a=b'], 'Basic realm=‹a›', 'Bearer', 'X a=‹b›'],
    ['a parameter at the start of a line', ['X a="1"', 'b="2", Y'], 'X a=‹1›', 'Y'],
  ])('%s', (_name, header, ...challenges) => {
    expect(parsed(header)).toEqual(challenges);
  });
});

describe('what is unreadable affects nothing else:', () => {
  it.each<[name: string, header: Header, ...challenges: string[]]>([
    ['junk', '@@@, =, "abc", X"a", Y', 'Y'],
    ['a parameter before any scheme', 'a="x", Y', 'Y'],
    ['a scheme that is no token', 'X a="1", B@sic b="2", c="3", Y d="4"', 'X a=‹1›', 'Y d=‹4›'],
    ['junk with a quoted comma', '@"a, \\", Z, b", Y', 'Y'],
    ['junk with an open quote', ['@"abc, Y', 'Z'], 'Z'],
    ['a line break', 'X a="1",\nY b="2", Z', 'X a=‹1›', 'Z'],
    ['a missing value', 'X b="1", a=, Y c="2"', 'X b=‹1› a=?', 'Y c=‹2›'],
    ['a value that is no token', 'X a=@@, b=/, c="1", Y', 'X a=? b=? c=‹1›', 'Y'],
    ['a quoted value with more characters', 'X a="1"b="2", Y', 'X a=?', 'Y'],
    ['a token with more characters', 'X a=b@c d, Y', 'X a=?', 'Y'],
    ['a malformed value before a valid one', 'X a=@, a="1"', 'X a=?'],
    ['a malformed value after a valid one', 'X a="1", a=@', 'X a=‹1›'],
    ['a line break in a value', 'X a="1\r\nEvil: 1", b="1\\\n", Y', 'X a=? b=?', 'Y'],
    ['control characters in values', 'X a="\0", b="\x1f", c="\x7f", d="\\\x7f", Y', 'X a=? b=? c=? d=?', 'Y'],
    ['an open quote', ['X a="1", b="2, Z c=3', 'Y'], 'X a=‹1› b=?', 'Y'],
    ['an escape at the end of a line', ['X a="2\\', 'X a="2\\"', 'Y'], 'X a=?', 'X a=?', 'Y'],
  ])('%s', (_name, header, ...challenges) => {
    expect(parsed(header)).toEqual(challenges);
  });
});

it('any text leaves the challenge on the next line readable, and no control character gets through', () => {
  const meaningful = ['"', '\\', ',', '=', ' ', '\t', 'a', 'Digest ', 'realm="', 'nonce=', '\r\n', 'ü', '@'];
  const hostile = fc.oneof(fc.string({ unit: 'binary' }), fc.string({ unit: fc.constantFrom(...meaningful) }));
  fc.assert(
    fc.property(hostile, (line) => {
      const header = [line, 'Digest realm="r", nonce="good"'];
      expect(parsed(header).at(-1)).toBe('Digest realm=‹r› nonce=‹good›');
      expect(parsed(header).join('')).not.toMatch(/[^\t -~\x80-\uffff]/);
    }),
    { numRuns: 200 },
  );
});

// Each would take minutes if the parser went over it more than a few times.
describe('a header of 100,000 characters is parsed in one pass:', () => {
  const filled = (unit: string) => unit.repeat(100_000 / unit.length);

  it.each([
    ['quotes', filled('"'), 0],
    ['open quotes', filled('@"'), 0],
    ['escapes', filled('"\\'), 0],
    ['one scheme', filled('a'), 1],
    ['schemes', filled('a,'), 50_000],
    ['malformed challenges', filled('X a=@,'), 16_666],
    ['equals signs', `X a${filled('=')}@`, 1],
    ['white space before an equals sign', `X a${filled(' ')}="1"`, 1],
    ['white space after a scheme', `X a${filled(' ')}`, 2],
    ['a token with more characters', `X a=${filled('b')}@`, 1],
    ['escapes in a value', `X a="${filled('\\"')}"`, 1],
    ['escapes in an open value', `X a="${filled('\\"')}`, 1],
    ['parameters', `X ${filled('a=1,')}`, 1],
    ['open values', `X ${filled('a="')}`, 1],
  ])('%s', (_name, header, count) => {
    expect(parseChallenges(header)).toHaveLength(count);
  });
});

describe('a Digest challenge', () => {
  /** The challenge of RFC 2069, `Digest realm="r", nonce="n"`. */
  const bare: DigestChallenge = {
    ...{ realm: 'r', nonce: 'n', opaque: undefined, algorithm: undefined },
    ...{ hash: 'md5', strength: 1, hasQop: false, isStale: false },
  };
  const sha256 = { hash: 'sha256', strength: 2 };

  it.each<[name: string, rest: string, read: Partial<DigestChallenge>]>([
    ['nothing else', '', {}],
    ['an empty opaque', ', opaque=""', { opaque: '' }],
    ['unquoted values, and names in any case', ', QOP=auth, Opaque=o', { hasQop: true, opaque: 'o' }],
    ['parameters that are not used', ', domain="/a /b", userhash=true, charset=UTF-8, x="y"', {}],
    ['malformed parameters that do no harm', ', domain=/, stale=@, userhash=@, charset=@', {}],
    ['a repeated nonce', ', nonce="m"', {}],
    ['MD5', ', algorithm=MD5', { algorithm: 'MD5' }],
    ['a quoted algorithm', ', algorithm="SHA-256"', { algorithm: 'SHA-256', ...sha256 }],
    ['an algorithm in lower case', ', algorithm=sha-256', { algorithm: 'sha-256', ...sha256 }],
    ['SHA-512-256', ', algorithm=SHA-512-256', { algorithm: 'SHA-512-256', hash: 'sha512-256', strength: 3 }],
    ['qop auth', ', qop="auth"', { hasQop: true }],
    ['qop auth in upper case', ', qop="AUTH"', { hasQop: true }],
    ['qop auth in a list', ', qop=" ,auth-int ,\tauth,"', { hasQop: true }],
    ['qop auth in a list without commas', ', qop="auth-int auth"', { hasQop: true }],
    ['an empty qop', ', qop=""', {}],
    ['a qop of separators', ', qop=" , "', {}],
    ['the misprint of a page by MongoDB', ', op="auth"', {}],
    ['stale', ', stale=true', { isStale: true }],
    ['stale, quoted and in upper case', ', stale="TRUE"', { isStale: true }],
    ['stale=false', ', stale="false"', {}],
  ])('may have %s', (_name, rest, read) => {
    expect(chosen(`dIGEST realm="r", nonce="n"${rest}`)).toEqual({ ...bare, ...read });
    expect(getHashes()).toContain(chosen(`Digest realm="r", nonce="n"${rest}`)?.hash);
  });

  it('may be that of Atlas', () => {
    const header = 'Digest realm="MMS Public API", domain="", nonce="ab+/=", algorithm=MD5, qop="auth", stale=false';
    expect(chosen(header)).toEqual({
      ...bare,
      realm: 'MMS Public API',
      nonce: 'ab+/=',
      algorithm: 'MD5',
      hasQop: true,
    });
  });

  it.each([
    ['another scheme', 'Basic realm="r", nonce="n"'],
    ['no parameters', 'Digest'],
    ['no realm', 'Digest nonce="n"'],
    ['no nonce', 'Digest realm="r"'],
    ['a malformed nonce', 'Digest realm="r", nonce=@'],
    ['a malformed realm', 'Digest realm=@, nonce="n"'],
    ['a malformed algorithm', 'Digest realm="r", nonce="n", algorithm=@'],
    ['a malformed qop', 'Digest realm="r", nonce="n", qop=@'],
    ['a malformed opaque', 'Digest realm="r", nonce="n", opaque="\r\nX: y"'],
    ['an unknown algorithm', 'Digest realm="r", nonce="n", algorithm=SHA-512'],
    ['a -sess', 'Digest realm="r", nonce="n", algorithm=MD5-sess, qop="auth"'],
    ['an empty algorithm', 'Digest realm="r", nonce="n", algorithm=""'],
    ['only other qops', 'Digest realm="r", nonce="n", qop="auth-int,auth-conf"'],
  ])('is not answered if it has %s', (_name, header) => {
    expect(chosen(header)).toBeUndefined();
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
    ['the valid one next to a malformed one', `Digest realm="r", nonce=@, ${digest(2)}`, '2'],
  ])('%s', (_name, header, nonce) => {
    expect(chosen(header)?.nonce).toBe(nonce);
  });
});
