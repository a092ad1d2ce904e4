import { describe, expect, it } from 'vitest';
import { parseChallenges } from '../../../src/auth/digest/challenge.js';

type Expected = [scheme: string, rest?: string | Record<string, string | undefined>];

function parsed(header: string | string[] | undefined): Expected[] {
  return parseChallenges(header).map(({ scheme, token68, params }) => {
    if (token68 !== undefined) return [scheme, token68];
    return params.size === 0 ? [scheme] : [scheme, Object.fromEntries(params)];
  });
}

describe('well-formed challenges', () => {
  it.each<[string, string | string[] | undefined, Expected[]]>([
    ['no header', undefined, []],
    ['no line', [], []],
    ['an empty header', '', []],
    ['only separators', ' ,\t, ,', []],
    ['only a scheme', 'Negotiate', [['Negotiate']]],
    ['a scheme and a space', 'Negotiate ', [['Negotiate']]],
    ['two schemes without parameters', 'Negotiate, NTLM', [['Negotiate'], ['NTLM']]],
    ['a space before the comma', 'Negotiate , NTLM', [['Negotiate'], ['NTLM']]],
    ['quoted values', 'Basic realm="simple"', [['Basic', { realm: 'simple' }]]],
    ['token values', 'Basic realm=simple', [['Basic', { realm: 'simple' }]]],
    ['a token value and a comma', 'X a=b,c=d', [['X', { a: 'b', c: 'd' }]]],
    [
      'every token character',
      "X !#$%&'*+-.^_`|~09azAZ=!#$%&'*+-.^_`|~09azAZ",
      [['X', { "!#$%&'*+-.^_`|~09azaz": "!#$%&'*+-.^_`|~09azAZ" }]],
    ],
    ['an empty quoted value', 'X a=""', [['X', { a: '' }]]],
    ['a value with a comma', 'X a="1, 2", b="3"', [['X', { a: '1, 2', b: '3' }]]],
    ['a value that looks like a challenge', 'X a="Basic realm=x"', [['X', { a: 'Basic realm=x' }]]],
    ['escaped quotes', 'X a="say \\"hi\\""', [['X', { a: 'say "hi"' }]]],
    ['escaped backslashes', 'X a="c:\\\\d\\\\", b=2', [['X', { a: 'c:\\d\\', b: '2' }]]],
    ['unnecessary escapes', 'X a="\\a\\b\\ \\\t\\,"', [['X', { a: 'ab \t,' }]]],
    ['an escaped line separator', 'X a="\\\u2028"', [['X', { a: '\u2028' }]]],
    ['a tab in a value', 'X a="\t"', [['X', { a: '\t' }]]],
    ['non-ASCII characters in a value', 'X a="Zürich 東京 😀"', [['X', { a: 'Zürich 東京 😀' }]]],
    ['the first and last characters allowed in quotes', 'X a=" ~\x80\uffff"', [['X', { a: ' ~\x80\uffff' }]]],
    ['names in any case', 'x ReAlM="r", NONCE="n"', [['x', { realm: 'r', nonce: 'n' }]]],
    ['white space around =', 'X a = "1",b\t=2,c= \t3', [['X', { a: '1', b: '2', c: '3' }]]],
    ['much white space', '  X \t  a="1" \t , \t b="2"  ', [['X', { a: '1', b: '2' }]]],
    ['no space after the comma', 'X a="1",b="2"', [['X', { a: '1', b: '2' }]]],
    [
      'empty elements',
      ',, X ,a="1",, ,b="2",,Y c="3",',
      [
        ['X', { a: '1', b: '2' }],
        ['Y', { c: '3' }],
      ],
    ],
    [
      'white space instead of commas',
      'X a="1" b=2\tc="3" Y d="4"',
      [
        ['X', { a: '1', b: '2', c: '3' }],
        ['Y', { d: '4' }],
      ],
    ],
    ['a repeated parameter', 'X a="1", A="2", a=3', [['X', { a: '1' }]]],
    [
      'names from the object prototype',
      'X __proto__="1", constructor="2"',
      [['X', { ['__proto__']: '1', constructor: '2' }]],
    ],
    [
      'the same name in two challenges',
      'X a="1", X a="2"',
      [
        ['X', { a: '1' }],
        ['X', { a: '2' }],
      ],
    ],
    ['a token68', 'Negotiate oYG2MIGzoAMKAQG=', [['Negotiate', 'oYG2MIGzoAMKAQG=']]],
    ['a token68 with every character', 'X -._~+/09azAZ==', [['X', '-._~+/09azAZ==']]],
    ['a token68 and white space', 'X abc \t, Y', [['X', 'abc'], ['Y']]],
    [
      'a token68 before a challenge',
      'Negotiate abc==, Basic realm="r"',
      [
        ['Negotiate', 'abc=='],
        ['Basic', { realm: 'r' }],
      ],
    ],
    [
      'a token68 after a challenge',
      'Basic realm="r", Negotiate abc',
      [
        ['Basic', { realm: 'r' }],
        ['Negotiate', 'abc'],
      ],
    ],
    ['a token68 that could be a name', 'X abc=', [['X', 'abc=']]],
    ['a name that could be a token68', 'X abc="1"', [['X', { abc: '1' }]]],
    [
      'the example of RFC 9110 11.6.1',
      'Basic realm="simple", Newauth realm="apps", type=1, title="Login to \\"apps\\""',
      [
        ['Basic', { realm: 'simple' }],
        ['Newauth', { realm: 'apps', type: '1', title: 'Login to "apps"' }],
      ],
    ],
    [
      'the example of RFC 7235 4.1',
      'Newauth realm="apps", type=1, title="Login to \\"apps\\"", Basic realm="simple"',
      [
        ['Newauth', { realm: 'apps', type: '1', title: 'Login to "apps"' }],
        ['Basic', { realm: 'simple' }],
      ],
    ],
    [
      'several lines',
      ['Basic realm="a"', 'Bearer', 'X abc=='],
      [['Basic', { realm: 'a' }], ['Bearer'], ['X', 'abc==']],
    ],
    ['a line that starts with a parameter', ['X a="1"', 'b="2"'], [['X', { a: '1' }]]],
  ])('%s', (_, header, expected) => {
    expect(parsed(header)).toEqual(expected);
  });
});

describe('malformed challenges', () => {
  it.each<[string, string | string[], Expected[]]>([
    ['only junk', '@@@', []],
    ['only a quoted string', '"abc"', []],
    ['only an equals sign', '=', []],
    ['only a parameter', 'realm="x"', []],
    ['a malformed parameter before a scheme', 'a=@, Y', [['Y']]],
    ['a scheme that is not a token', 'B@sic realm="x", b="2", Y a="1"', [['Y', { a: '1' }]]],
    ['a scheme followed by a quoted string without a space', 'X"a", Y', [['Y']]],
    [
      'a parameter without a name',
      'X a="1", ="2", b="3", Y c="4"',
      [
        ['X', { a: '1' }],
        ['Y', { c: '4' }],
      ],
    ],
    [
      'junk between two challenges',
      'X a="1", @@, Y b="2"',
      [
        ['X', { a: '1' }],
        ['Y', { b: '2' }],
      ],
    ],
    [
      'a malformed scheme between two challenges',
      'X a="1", B@d b="2", c="3", Y d="4"',
      [
        ['X', { a: '1' }],
        ['Y', { d: '4' }],
      ],
    ],
    ['junk with a quoted comma', 'X @"a, Z, b", Y', [['X'], ['Y']]],
    ['junk with an escaped quote', '@"a\\", Z, b", Y', [['Y']]],
    ['a parameter after a token68', 'X abc==, a="1", Y', [['X', 'abc=='], ['Y']]],
    ['a malformed parameter after a token68', 'X abc==, a=@, Y', [['X', 'abc=='], ['Y']]],
    ['an unterminated string in junk', '@"abc, Y', []],
    ['a line break between challenges', 'X a="1",\nY b="2", Z', [['X', { a: '1' }], ['Z']]],
    ['a non-ASCII scheme', 'Bäsic realm="x", Y', [['Y']]],
  ])('%s', (_, header, expected) => {
    expect(parsed(header)).toEqual(expected);
  });
});

describe('a malformed value', () => {
  const y: Expected = ['Y', { b: '2' }];

  it.each<[string, string | string[], Expected[]]>([
    ['before white space instead of a comma', 'X a="\0" b="2" Y b="2"', [['X', { a: undefined, b: '2' }], y]],
    ['that is missing', 'X b="1", a=, Y b="2"', [['X', { b: '1', a: undefined }], y]],
    ['that is not a token', 'X a=@@, Y b="2"', [['X', { a: undefined }], y]],
    ['followed by more characters', 'X a="1"b="2", Y b="2"', [['X', { a: undefined }], y]],
    ['followed by a scheme without a comma', 'X a="1"Z b="2", Y b="2"', [['X', { a: undefined }], y]],
    ['that is a token followed by more characters', 'X a=b@c, Y b="2"', [['X', { a: undefined }], y]],
    ['that is an unquoted path', 'X a=/, b="2", Y b="2"', [['X', { a: undefined, b: '2' }], y]],
    ['before valid values', 'X a=@, b="2", Y b="2"', [['X', { a: undefined, b: '2' }], y]],
    ['before a valid value of the same name', 'X a=@, a="1", Y b="2"', [['X', { a: undefined }], y]],
    ['after a valid value of the same name', 'X a="1", a=@, Y b="2"', [['X', { a: '1' }], y]],
    ['that could be a token68', 'X abc== def==, Y b="2"', [['X', { abc: undefined }], y]],
    ['that would be a token68 except for its end', 'X abc==d, Y b="2"', [['X', { abc: undefined }], y]],
    ['that is not terminated', 'X a="1", b="2, Y c=3', [['X', { a: '1', b: undefined }]]],
    ['that ends in a backslash', 'Y b="2", X a="2\\', [y, ['X', { a: undefined }]]],
    ['that ends in an escaped quote', 'Y b="2", X a="2\\"', [y, ['X', { a: undefined }]]],
    ['on the previous line', ['X a="1', 'Y b="2"'], [['X', { a: undefined }], y]],
    ['with a line break', 'X a="1\r\nEvil: 1", Y b="2"', [['X', { a: undefined }], y]],
    ['with an escaped line break', 'X a="1\\\n", Y b="2"', [['X', { a: undefined }], y]],
    ['with a NUL', 'X a="\0", Y b="2"', [['X', { a: undefined }], y]],
    ['with a DEL', 'X a="\x7f", Y b="2"', [['X', { a: undefined }], y]],
  ])('%s does not affect other values', (_, header, expected) => {
    expect(parsed(header)).toStrictEqual(expected);
  });
});
