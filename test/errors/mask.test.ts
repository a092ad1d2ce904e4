import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Mask } from '../../src/errors/mask.js';

const basic = 'bWRiX3NhX2lkXzE6bWRi/X3NhX3NrX3MzY3IzdCI+Jjw+XA==';

const secrets = [
  ...['secret', 'two words+/=', basic, 'a$&b.*~'],
  // With parts that are masked alone, and with parts that are too short or have no digit.
  ...['16:AbcdefghijklmnoP', '8:Xyz4efgh', '15:Bcdefghijklmnop', '8:Xyzdefgh', '7:1234567'],
];

/** Called in each test, as a mutant that throws while the file loads would fail no test. */
const open = () => new Mask(secrets);

describe('text', () => {
  it.each([
    ['', ''],
    ['nothing here', 'nothing here'],
    ['a secret, a secret.', 'a [masked], a [masked].'],
    ['secretsecret', '[masked][masked]'],
    ['SECRET', 'SECRET'],
    // As it is, as encodeURIComponent() writes it, and in the name of a header.
    ['two words+/=', '[masked]'],
    ['two%20words%2B%2F%3D', '[masked]'],
    ['two%20words%2b%2f%3d', '[masked]'],
    [`x-${basic.toLowerCase()}`, 'x-[masked]'],
    ['a$&b.*~ a$&bb*~', '[masked] a$&bb*~'],
    // Its longer parts, however the characters between them are escaped.
    [basic.replaceAll('=', '&#x3D;'), '[masked]/[masked]+Jjw+XA&#x3D;&#x3D;'],
    [basic.replace('+', '\\u002b'), '[masked]/[masked]\\u002bJjw+XA=='],
    [basic.slice(0, -2), '[masked]/[masked]+Jjw+XA'],
    [basic.replace('/', '%2f'), '[masked]%2f[masked]+Jjw+XA=='],
    ['AbcdefghijklmnoP, abcdefghijklmnop', '[masked], [masked]'],
    ['key=Xyz4efgh, xyz4efgh', 'key=[masked], [masked]'],
    ['Bcdefghijklmnop, Xyzdefgh, 1234567', 'Bcdefghijklmnop, Xyzdefgh, 1234567'],
    // However many characters that nobody sees are in it.
    ['s\u200be\u200bc\u00ad\u0000ret', '[masked]'],
    ['line\r\n\tline\u2028 \ud83d\ude00', 'line\r\n\tline\u2028 \ud83d\ude00'],
  ])('%j becomes %j', (text, masked) => {
    expect(open().text(text)).toBe(masked);
  });

  it('masks the longer of two secrets first, whatever their order', () => {
    for (const keys of [
      ['my-key', 'my-key-and-more'],
      ['my-key-and-more', 'my-key'],
    ]) {
      expect(new Mask(keys).text('my-key-and-more my-key')).toBe('[masked] [masked]');
    }
  });

  it('masks only secrets of six characters or more', () => {
    expect(new Mask(['', 'short', 'sixsix', '\u200b'.repeat(6)]).text('short sixsix')).toBe('short [masked]');
  });

  it('masks a secret with characters that nobody sees', () => {
    expect(new Mask(['invisi\u200bble']).text('an invisi\u200bble one')).toBe('an [masked] one');
  });

  it('masks a secret as its octets in a header', () => {
    expect(new Mask(['schlüssel']).text(Buffer.from('schlüssel').toString('latin1'))).toBe('[masked]');
  });

  it('masks every secret', () => {
    const secret = fc.string({ minLength: 9 });
    fc.assert(
      fc.property(secret, fc.string(), fc.string(), (value, before, after) => {
        expect(new Mask([value]).text(before + value + after)).not.toContain(value);
      }),
    );
  });

  it('cuts a text, by default to 16,384 characters', () => {
    const long = 'x'.repeat(20_000);
    expect(open().text(long)).toBe(long.slice(0, 16_384));
    expect(open().text(long, 10)).toBe('xxxxxxxxxx');
    expect(new Mask([]).text(long, 10)).toBe('xxxxxxxxxx');
    expect(open().text('a secret', 5)).toBe('a [ma');
  });

  it('shows no part of a secret that a cut splits, however the text before it changes its length', () => {
    const secret = fc.constantFrom('QZQZQZ', 'WVWVWV.1234567X8');
    const words = fc.array(fc.oneof(secret, fc.constantFrom('1234567X8', '.', 'ab')));
    fc.assert(
      fc.property(words, secret, fc.integer({ min: 1, max: 15 }), fc.boolean(), (before, split, kept, isTruncated) => {
        const length = before.join('').length + Math.min(kept, split.length - 1);
        const whole = `${before.join('')}${split} and more`;
        const masked = new Mask(['QZQZQZ', 'WVWVWV.1234567X8']).text(
          isTruncated ? whole.slice(0, length) : whole,
          length,
          isTruncated,
        );
        expect(masked).not.toMatch(/[QZWV]|12345/);
      }),
    );
  });

  it('returns the whole of a truncated text without secrets', () => {
    expect(new Mask([]).text('text', 9, true)).toBe('text');
  });

  // As part of a regular expression, the first blocked the process, and the second was too long.
  it.each(['/'.repeat(8_191), '/'.repeat(40_000)])('masks a hostile secret: case %#', (secret) => {
    expect(new Mask([`${secret}x`]).text(`${secret.repeat(2)}x!`, 99_999)).toBe(`${secret}[masked]!`);
  });
});

describe('json', () => {
  it.each([null, true, false, 0, 1.5, '', 'text', [], {}, [1, [2, { a: null }]]])('returns %j unchanged', (value) => {
    expect(open().json(value)).toEqual(value);
  });

  it('masks strings and keys, also nested ones, and does not mutate its argument', () => {
    const value = { 'my secret': ['secret', { deep: 'a secret' }], n: 1 };
    expect(open().json(value)).toEqual({ 'my [masked]': ['[masked]', { deep: 'a [masked]' }], n: 1 });
    expect(value).toEqual({ 'my secret': ['secret', { deep: 'a secret' }], n: 1 });
  });

  it('masks a number that is a secret', () => {
    expect(new Mask(['123456789012']).json([123456789012, 12345678901])).toEqual(['[masked]', 12345678901]);
  });

  it('keeps a __proto__ key as an own property', () => {
    const masked = open().json(JSON.parse('{"__proto__":{"polluted":true}}'));
    expect(Object.keys(Object(masked))).toEqual(['__proto__']);
    expect(Object.getPrototypeOf(masked)).toBe(Object.prototype);
  });

  it('cuts strings to 500 characters, and lists and objects to 100 entries', () => {
    const numbers = Array.from({ length: 101 }, (_, index) => index);
    expect(open().json({ a: 'x'.repeat(501), b: numbers, c: { ...numbers } })).toEqual({
      a: 'x'.repeat(500),
      b: numbers.slice(0, 100),
      c: { ...numbers.slice(0, 100) },
    });
  });

  const hundred = (item: unknown) => Array.from({ length: 100 }, () => item);

  it.each<[what: string, value: unknown]>([
    ['texts', hundred('"'.repeat(1_000))],
    ['keys', hundred({ ['k'.repeat(1_000)]: 1 })],
    ['short texts', hundred(hundred('x'.repeat(20)))],
    ['lists', hundred(hundred(-1.797_693_134_862_315_7e308))],
  ])('keeps the whole small: many %s', (_what, value) => {
    const size = JSON.stringify(open().json(value)).length;
    expect(size).toBeGreaterThan(5_000);
    expect(size).toBeLessThan(70_000);
  });

  it('keeps every field, even if no room is left for its text', () => {
    const fields = hundred({ field: 'name', description: 'd'.repeat(1_000) });
    const masked = Object(open().json({ fields, parameters: hundred('p'.repeat(1_000)), more: 1 }));
    expect(masked).toMatchObject({ fields: { length: 100 }, parameters: { length: 100 }, more: 1 });
    expect([masked.fields[99], masked.parameters[99]]).toEqual([{ field: 'name', description: '' }, '']);
  });
});
