import { getHashes } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  chooseChallenge,
  type DigestChallenge,
  digestChallenges,
  parseChallenges,
} from '../../../src/auth/digest/challenge.js';

type Header = string | string[] | undefined;

/** Each challenge as text, such as `Basic realm=‹simple›` or `Negotiate abc==`. A malformed value is a `?`. */
function parsed(header: Header): string[] {
  return parseChallenges(header).map(({ scheme, token68, params }) => {
    const values = Array.from(params, ([name, value]) => `${name}=${value === undefined ? '?' : `‹${value}›`}`);
    return [scheme, ...(token68 === undefined ? [] : [token68]), ...values].join(' ');
  });
}

describe('the challenges in a header with', () => {
  it.each<[name: string, header: Header, ...challenges: string[]]>([
    ['nothing', undefined],
    ['no line', []],
    ['an empty line', ''],
    ['only separators', ' ,\t, ,'],
    ['a scheme alone', 'Negotiate', 'Negotiate'],
    ['a scheme and a space', 'Negotiate ', 'Negotiate'],
    ['two schemes without parameters', 'Negotiate, NTLM , X', 'Negotiate', 'NTLM', 'X'],
    ['quoted and unquoted values', 'X a="1",b=2,c=""', 'X a=‹1› b=‹2› c=‹›'],
    [
      'every character of a token',
      "X !#$%&'*+-.^_`|~09azAZ=!#$%&'*+-.^_`|~09AZ",
      "X !#$%&'*+-.^_`|~09azaz=‹!#$%&'*+-.^_`|~09AZ›",
    ],
    ['a comma in a value', 'X a="1, 2", b="3"', 'X a=‹1, 2› b=‹3›'],
    ['a value that looks like a challenge', 'X a="Basic realm=x"', 'X a=‹Basic realm=x›'],
    ['escapes', 'X a="say \\"hi\\"", b="c:\\\\d\\\\", c="\\a\\ \\\t\\,"', 'X a=‹say "hi"› b=‹c:\\d\\› c=‹a \t,›'],
    ['an escaped line separator', 'X a="\\\u2028"', 'X a=‹\u2028›'],
    ['a tab and other characters allowed in quotes', 'X a="\t ~\x80 東京 😀\uffff"', 'X a=‹\t ~\x80 東京 😀\uffff›'],
    ['names in any case', 'x ReAlM="r", NONCE="n"', 'x realm=‹r› nonce=‹n›'],
    ['white space everywhere', '  X \t a = "1" \t, b\t=2,c= \t3 ', 'X a=‹1› b=‹2› c=‹3›'],
    ['empty elements', ',, X ,a="1",, ,b="2",,Y c="3",', 'X a=‹1› b=‹2›', 'Y c=‹3›'],
    ['white space instead of commas', 'X a="1" b=2\tc="3" Y d="4"', 'X a=‹1› b=‹2› c=‹3›', 'Y d=‹4›'],
    ['a repeated parameter, of which the first counts', 'X a="1", A="2", a=3', 'X a=‹1›'],
    ['names of the object prototype', 'X __proto__="1", constructor="2"', 'X __proto__=‹1› constructor=‹2›'],
    ['the same parameter in two challenges', 'X a="1", X a="2"', 'X a=‹1›', 'X a=‹2›'],
    ['a token68', 'X -._~+/09azAZ== \t, Y abc=, Z a="1"', 'X -._~+/09azAZ==', 'Y abc=', 'Z a=‹1›'],
    ['a name that could be a token68', 'X abc="1"', 'X abc=‹1›'],
    [
      'the example of RFC 9110, 11.6.1',
      'Basic realm="simple", Newauth realm="apps", type=1, title="Login to \\"apps\\""',
      'Basic realm=‹simple›',
      'Newauth realm=‹apps› type=‹1› title=‹Login to "apps"›',
    ],
    ['several lines', ['Basic realm="a"', 'Bearer', 'X abc=='], 'Basic realm=‹a›', 'Bearer', 'X abc=='],
    ['a parameter at the start of a line', ['X a="1"', 'b="2", Y'], 'X a=‹1›', 'Y'],
  ])('%s', (_name, header, ...challenges) => {
    expect(parsed(header)).toEqual(challenges);
  });
});

describe('what is no challenge is skipped up to the next one:', () => {
  it.each<[name: string, header: string, ...challenges: string[]]>([
    ['junk', '@@@'],
    ['a quoted string', '"abc"'],
    ['an equals sign', '='],
    ['a parameter before any scheme', 'realm="x", a=@, Y', 'Y'],
    ['a scheme that is no token', 'B@sic realm="x", b="2", Y a="1"', 'Y a=‹1›'],
    ['a scheme in other letters', 'Bäsic realm="x", Y', 'Y'],
    ['a quoted string right after a scheme', 'X"a", Y', 'Y'],
    ['a parameter without a name', 'X a="1", ="2", b="3", Y c="4"', 'X a=‹1›', 'Y c=‹4›'],
    ['junk between two challenges', 'X a="1", @@, c="3", Y b="2"', 'X a=‹1›', 'Y b=‹2›'],
    ['junk with a quoted comma', 'X @"a, Z, b", Y', 'X', 'Y'],
    ['junk with an escaped quote', '@"a\\", Z, b", Y', 'Y'],
    ['junk with an open quote', '@"abc, Y'],
    ['parameters after a token68', 'X abc==, a="1", b=@, Y', 'X abc==', 'Y'],
    ['a line break', 'X a="1",\nY b="2", Z', 'X a=‹1›', 'Z'],
  ])('%s', (_name, header, ...challenges) => {
    expect(parsed(header)).toEqual(challenges);
  });
});

describe('a malformed value affects no other value:', () => {
  it.each<[name: string, header: string, x: string]>([
    ['a missing one', 'X b="1", a=, Y c="2"', 'X b=‹1› a=?'],
    ['one that is no token', 'X a=@@, b="1", Y c="2"', 'X a=? b=‹1›'],
    ['an unquoted path', 'X a=/, b="1", Y c="2"', 'X a=? b=‹1›'],
    ['a quoted one with more characters', 'X a="1"b="2", Y c="2"', 'X a=?'],
    ['a quoted one before a scheme, without a comma', 'X a="1"Z b="2", Y c="2"', 'X a=?'],
    ['a token with more characters', 'X a=b@c, Y c="2"', 'X a=?'],
    ['one before a valid value of the same name', 'X a=@, a="1", Y c="2"', 'X a=?'],
    ['one after a valid value of the same name', 'X a="1", a=@, Y c="2"', 'X a=‹1›'],
    ['two values that could be token68', 'X abc== def==, Y c="2"', 'X abc=?'],
    ['a token68 with more characters', 'X abc==d, Y c="2"', 'X abc=?'],
    ['one with a line break', 'X a="1\r\nEvil: 1", Y c="2"', 'X a=?'],
    ['one with an escaped line break', 'X a="1\\\n", Y c="2"', 'X a=?'],
    ['one with a NUL, before white space', 'X a="\0" b="1" Y c="2"', 'X a=? b=‹1›'],
    ['one with a DEL', 'X a="\x7f", Y c="2"', 'X a=?'],
  ])('%s', (_name, header, x) => {
    expect(parsed(header)).toEqual([x, 'Y c=‹2›']);
  });

  it.each([
    ['an open quote', 'X a="1", b="2, Z c=3', 'X a=‹1› b=?'],
    ['an escape at the end', 'X a="2\\', 'X a=?'],
    ['an escaped quote at the end', 'X a="2\\"', 'X a=?'],
  ])('%s ends with its line', (_name, line, x) => {
    expect(parsed([line, 'Y c="2"'])).toEqual([x, 'Y c=‹2›']);
  });
});

it('any text leaves the challenge on the next line readable, and no control character gets through', () => {
  /** Text with many characters that have a meaning in a challenge. */
  const hostile = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.string({
      unit: fc.constantFrom('"', '\\', ',', '=', ' ', '\t', 'a', 'Digest ', 'realm="', 'nonce=', '\r\n', 'ü', '@'),
    }),
  );
  fc.assert(
    fc.property(hostile, (line) => {
      const header = [line, 'Digest realm="r", nonce="good"'];
      expect(digestChallenges(header).at(-1)?.nonce).toBe('good');
      expect(parsed(header).join('')).not.toMatch(/[^\t -~\x80-\uffff]/);
    }),
    { numRuns: 200 },
  );
});

// Each would take minutes if the parser went over it more than once.
describe('a header of 100,000 characters is parsed in one pass:', () => {
  const filled = (unit: string) => unit.repeat(100_000 / unit.length);

  it.each([
    ['quotes', filled('"'), 0],
    ['open quotes', filled('@"'), 0],
    ['escapes', filled('"\\'), 0],
    ['schemes', filled('a,'), 50_000],
    ['schemes, and a token68 at the end', filled('a '), 49_999],
    ['parameters that could be a token68', filled('a b= c'), 1],
    ['malformed challenges', filled('X a=@,'), 16_666],
    ['a token68 that is none', `X a${filled('=')}@`, 1],
    ['white space before an equals sign', `X a${filled(' ')}="1"`, 1],
    ['escapes in a value', `X a="${filled('\\"')}"`, 1],
    ['parameters', `X ${filled('a=1,')}`, 1],
  ])('%s', (_name, header, count) => {
    expect(parseChallenges(header)).toHaveLength(count);
  });
});

describe('a Digest challenge', () => {
  const algorithm = { hash: 'md5', session: false, strength: 1 } as const;
  const sha256 = { hash: 'sha256', session: false, strength: 2 } as const;
  /** The challenge of RFC 2069, `Digest realm="r", nonce="n"`. */
  const bare: DigestChallenge = {
    ...{ realm: 'r', nonce: 'n', opaque: undefined, algorithmName: undefined, algorithm },
    ...{ qop: undefined, stale: false, userhash: false, utf8: false },
  };

  it.each<[name: string, rest: string, read: Partial<DigestChallenge>]>([
    ['nothing else', '', {}],
    ['an empty opaque', ', opaque=""', { opaque: '' }],
    ['escapes', ', opaque="a\\"b\\\\c"', { opaque: 'a"b\\c' }],
    ['unquoted values, and names in any case', ', QOP=auth, Opaque=o', { qop: 'auth', opaque: 'o' }],
    ['unknown parameters', ', domain="/a /b", foo=bar, x="y"', {}],
    ['a malformed parameter that is unknown', ', domain=/, foo=a/b', {}],
    ['malformed flags', ', stale=@, userhash=@, charset=@', {}],
    ['a repeated nonce', ', nonce="m"', {}],
    ['a quoted algorithm', ', algorithm="SHA-256"', { algorithmName: 'SHA-256', algorithm: sha256 }],
    ['an algorithm in lower case', ', algorithm=sha-256', { algorithmName: 'sha-256', algorithm: sha256 }],
    ['qop auth', ', qop="auth"', { qop: 'auth' }],
    ['qop auth in upper case', ', qop="AUTH"', { qop: 'auth' }],
    ['qop auth-int', ', qop="auth-int"', { qop: 'auth-int' }],
    ['both, of which auth is taken', ', qop=" ,auth-int ,\tauth,"', { qop: 'auth' }],
    ['both, separated by a space', ', qop="auth-int auth"', { qop: 'auth' }],
    ['an unknown qop and auth-int', ', qop="auth-conf,auth-int"', { qop: 'auth-int' }],
    ['an empty qop', ', qop=""', {}],
    ['a qop of separators', ', qop=" , "', {}],
    ['stale', ', stale=true', { stale: true }],
    ['stale, quoted and in upper case', ', stale="TRUE"', { stale: true }],
    ['stale=false', ', stale="false"', {}],
    ['another stale', ', stale=truely', {}],
    ['userhash', ', userhash="True"', { userhash: true }],
    ['userhash=false', ', userhash=false', {}],
    ['charset', ', charset="utf-8"', { utf8: true }],
    ['another charset', ', charset=ISO-8859-1', {}],
  ])('may have %s', (_name, rest, read) => {
    expect(digestChallenges(`dIGEST realm="r", nonce="n"${rest}`)).toEqual([{ ...bare, ...read }]);
  });

  it.each<[name: string, header: string, read: Partial<DigestChallenge>]>([
    ['with its parameters in another order', 'Digest qop="auth", nonce="n", realm="r"', { qop: 'auth' }],
    ['with an empty realm and nonce', 'Digest realm="", nonce=""', { realm: '', nonce: '' }],
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
  ])('may be one %s', (_name, header, read) => {
    expect(digestChallenges(header)).toEqual([{ ...bare, ...read }]);
  });

  it.each([
    ['MD5', { hash: 'md5', session: false, strength: 1 }],
    ['md5-SESS', { hash: 'md5', session: true, strength: 1 }],
    ['SHA-256', { hash: 'sha256', session: false, strength: 2 }],
    ['sha-256-sess', { hash: 'sha256', session: true, strength: 2 }],
    ['SHA-512-256', { hash: 'sha512-256', session: false, strength: 3 }],
    ['SHA-512-256-sess', { hash: 'sha512-256', session: true, strength: 3 }],
  ])('may have the algorithm %s', (name, known) => {
    const [challenge] = digestChallenges(`Digest realm="r", nonce="n", qop="auth", algorithm=${name}`);
    expect(challenge).toMatchObject({ algorithmName: name, algorithm: known });
    expect(getHashes()).toContain(known.hash);
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
    ['an algorithm of the object prototype', 'Digest realm="r", nonce="n", algorithm=constructor'],
    ['an empty algorithm', 'Digest realm="r", nonce="n", algorithm=""'],
    ['only unknown qops', 'Digest realm="r", nonce="n", qop="auth-conf"'],
    ['a -sess without a qop', 'Digest realm="r", nonce="n", algorithm=MD5-sess'],
    ['a -sess with an empty qop', 'Digest realm="r", nonce="n", algorithm=SHA-256-sess, qop=""'],
  ])('is not answered if it has %s', (_name, header) => {
    expect(digestChallenges(header)).toEqual([]);
  });
});

describe('of several challenges the one to answer is', () => {
  const digest = (nonce: number, rest = '') => `Digest realm="r", nonce="${nonce}"${rest}`;

  it.each<[name: string, header: Header, nonce: string | undefined]>([
    ['none without a header', undefined, undefined],
    ['none of other schemes', 'Basic realm="r", Negotiate', undefined],
    ['the one for Digest between other schemes', `Basic realm="r", Negotiate a==, ${digest(1)}, Bearer`, '1'],
    ['the strongest, if it is the last line', [digest(1, ', algorithm=MD5'), digest(2, ', algorithm=SHA-256')], '2'],
    ['the strongest, if it is the first line', [digest(1, ', algorithm=SHA-256'), digest(2)], '1'],
    [
      'the strongest, in the middle of a line',
      `${digest(1)}, ${digest(2, ', algorithm=SHA-512-256')}, ${digest(3, ', algorithm=SHA-256')}`,
      '2',
    ],
    ['the first of equals', [digest(1, ', algorithm=SHA-256'), digest(2, ', algorithm=SHA-256')], '1'],
    ['the first of plain and -sess', [digest(1, ', qop=auth'), digest(2, ', algorithm=MD5-sess, qop=auth')], '1'],
    ['the first of -sess and plain', [digest(1, ', algorithm=MD5-sess, qop=auth'), digest(2, ', qop=auth')], '1'],
    ['the one with a known algorithm', [digest(1, ', algorithm=SHA-512'), digest(2)], '2'],
    ['the one with a known qop', [digest(1, ', algorithm=SHA-256, qop=x'), digest(2, ', qop=auth')], '2'],
    ['the valid one next to a malformed one', `Digest realm="r", nonce=@, ${digest(2)}`, '2'],
  ])('%s', (_name, header, nonce) => {
    expect(chooseChallenge(digestChallenges(header))?.nonce).toBe(nonce);
  });
});
