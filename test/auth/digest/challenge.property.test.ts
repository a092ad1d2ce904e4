import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseAuthenticationInfo } from '../../../src/auth/digest/authentication-info.js';
import { digestChallenges, parseChallenges } from '../../../src/auth/digest/challenge.js';
import { type ChallengeStyle, formatChallenge, type PrintableChallenge } from './support/format-challenge.js';

const TOKEN = "!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
const TOKEN68 = '-._~+/0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ';

const token = fc.string({ unit: fc.constantFrom(...TOKEN), minLength: 1, maxLength: 12 });
const token68 = fc
  .tuple(fc.string({ unit: fc.constantFrom(...TOKEN68), minLength: 1 }), fc.constantFrom('', '=', '=='))
  .map(([text, padding]) => text + padding);
/** Anything that HTTP allows in quotes, which is everything except control characters. */
const value = fc.oneof(
  token,
  fc.string({ unit: fc.constantFrom('"', '\\', ',', '=', ' ', '\t', 'a') }),
  fc.string({ unit: 'binary' }).map((text) => text.replace(/[^\t -~\x80-\u{10ffff}]/gu, '')),
);
const space = fc.string({ unit: fc.constantFrom(' ', '\t'), maxLength: 3 });
const comma = fc.tuple(space, fc.constantFrom(',', ',,', ', ,'), space).map((parts) => parts.join(''));

const challenge: fc.Arbitrary<PrintableChallenge> = fc.oneof(
  fc.record({ scheme: token, token68, params: fc.constant(new Map<string, string>()) }),
  fc.record({
    scheme: token,
    params: fc
      .array(
        fc.tuple(
          token.map((name) => name.toLowerCase()),
          value,
        ),
      )
      .map((entries) => new Map(entries)),
  }),
);
const style: fc.Arbitrary<ChallengeStyle> = fc.record({
  tokens: fc.boolean(),
  escapeAll: fc.boolean(),
  upperCase: fc.boolean(),
  aroundEquals: space,
  betweenParams: comma,
});

/** Strings with many characters that have a meaning in a challenge. */
const hostile = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({
    unit: fc.constantFrom('"', '\\', ',', '=', ' ', '\t', 'a', 'Digest ', 'realm="', 'nonce=', '\r\n', 'ü', '@'),
  }),
);

describe('the challenge parser', () => {
  it('parses any challenges that a server may send', () => {
    fc.assert(
      fc.property(fc.array(challenge), style, comma, (challenges, how, between) => {
        const printed = challenges.map((one) => formatChallenge(one, how));
        const expected = challenges.map(({ scheme, token68, params }) => ({ scheme, token68, params }));
        expect(parseChallenges(printed.join(between))).toEqual(expected);
        expect(parseChallenges(printed)).toEqual(expected);
      }),
    );
  });

  it('unquotes every value of a Digest challenge', () => {
    fc.assert(
      fc.property(value, value, value, style, (realm, nonce, opaque, how) => {
        const params = new Map(Object.entries({ realm, nonce, opaque }));
        const [read] = digestChallenges(formatChallenge({ scheme: 'Digest', params }, how));
        expect(read).toMatchObject({ realm, nonce, opaque });
      }),
    );
  });

  it('never throws, and drops values with control characters', () => {
    fc.assert(
      fc.property(fc.oneof(hostile, fc.array(hostile)), (header) => {
        const values = parseChallenges(header).flatMap(({ scheme, params }) => [
          scheme,
          ...params.keys(),
          ...params.values(),
        ]);
        expect(values.join('')).not.toMatch(/[^\t -~\x80-\uffff]/);
        digestChallenges(header);
        parseAuthenticationInfo(header);
      }),
      { numRuns: 1000 },
    );
  });

  it('parses the challenge on the next line, whatever this line contains', () => {
    fc.assert(
      fc.property(hostile, (line) => {
        expect(digestChallenges([line, 'Digest realm="r", nonce="good"']).at(-1)?.nonce).toBe('good');
      }),
    );
  });
});

describe('long inputs', () => {
  const LENGTH = 100_000;
  const filled = (unit: string) => unit.repeat(LENGTH / unit.length);

  it.each([
    ['quotes', '"', 0],
    ['commas', ',', 0],
    ['backslashes', '\\', 0],
    ['equals signs', '=', 0],
    ['spaces', ' ', 0],
    ['a token', 'a', 1],
    ['open quotes', '@"', 0],
    ['quotes and commas', '",', 0],
    ['escapes', '"\\', 0],
    ['schemes, and a token68 at the end', 'a ', LENGTH / 2 - 1],
    ['schemes with commas', 'a,', LENGTH / 2],
    ['parameters that could be a token68', 'a b= c', 1],
    ['parameters without a value', 'a=,', 0],
    ['malformed challenges', 'X a=@,', Math.floor(LENGTH / 6)],
  ])('of %s are parsed in time', (_, unit, count) => {
    expect(parseChallenges(filled(unit))).toHaveLength(count);
  });

  it.each([
    ['a token68', `X ${filled('a')}`],
    ['a token68 and its padding', `X a${filled('=')}`],
    ['an invalid token68', `X a${filled('=')}@`],
    ['space before an equals sign', `X a${filled(' ')}="1"`],
    ['space after a scheme', `X ${filled(' ')}a="1"`],
    ['escapes in a value', `X a="${filled('\\"')}"`],
    ['commas in a value', `X a="${filled(',')}"`],
    ['parameters', `X ${filled('a=1,')}`],
    ['different parameters', `X ${Array.from({ length: 10_000 }, (_, i) => `p${i}="${i}"`).join()}`],
  ])('with %s are one challenge', (_, header) => {
    expect(parseChallenges(header)).toHaveLength(1);
  });

  it('keep a long value complete', () => {
    const [read] = digestChallenges(`Digest realm="${filled('\\"')}", nonce="${filled('\\\\')}"`);
    expect(read).toMatchObject({ realm: '"'.repeat(LENGTH / 2), nonce: '\\'.repeat(LENGTH / 2) });
  });
});
