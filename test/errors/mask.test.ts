import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Mask } from '../../src/errors/mask.js';

const basic = 'bWRiX3NhX2lkXzE6bWRi/X3NhX3NrX3MzY3IzdCI+Jjw+XA==';
const quoted = 'a"quoted\\one';
const hidden = 'invisi\u200bble';

const secrets = [
  'secret',
  'two words+/=',
  basic,
  'a$&b.*~',
  quoted,
  hidden,
  '16:AbcdefghijklmnoP',
  '15:Bcdefghijklmn1p',
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
    // As it is, as encodeURIComponent() writes it, and as JSON escapes it.
    ['two words+/=', '[masked]'],
    ['two%20words%2B%2F%3D', '[masked]'],
    ['a$&b.*~ a$&bb*~', '[masked] a$&bb*~'],
    [`${quoted} ${JSON.stringify(quoted)}`, '[masked] "[masked]"'],
    // Its longer parts, however the characters between them are escaped.
    [basic.replaceAll('=', '&#x3D;'), '[masked]/[masked]+Jjw+XA&#x3D;&#x3D;'],
    [basic.slice(0, -2), '[masked]/[masked]+Jjw+XA'],
    [basic.replace('/', '%2f'), '[masked]%2f[masked]+Jjw+XA=='],
    ['AbcdefghijklmnoP, Bcdefghijklmn1p', '[masked], Bcdefghijklmn1p'],
    // However many characters that nobody sees are in it.
    ['s\u200be\u200bc\u00ad\u0000ret', '[masked]'],
    [`${hidden} invisible ${encodeURIComponent(hidden)}`, '[masked] [masked] [masked]'],
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
    expect(new Mask(['secret']).text(`${'\u200b'.repeat(22)}secret`, 10)).toBe('');
  });

  it('shows no part of a secret that a cut splits, however the text before it changes its length', () => {
    // One is part of the other.
    const keys = ['QZQZQZ', 'WVWVWV.QZQZQZ.WV'];
    const secret = fc.constantFrom(...keys);
    const words = fc.array(fc.oneof(secret, fc.constantFrom('.', 'ab')));
    fc.assert(
      fc.property(words, secret, fc.integer({ min: 1, max: 15 }), fc.boolean(), (before, split, kept, isTruncated) => {
        const length = before.join('').length + Math.min(kept, split.length - 1);
        const whole = `${before.join('')}${split} and more`;
        const masked = new Mask(keys).text(isTruncated ? whole.slice(0, length) : whole, length, isTruncated);
        expect(masked).not.toMatch(/[QZWV]/);
      }),
    );
  });

  // As part of a regular expression, the first blocked the process, and the second was too long.
  it.each(['/'.repeat(8_191), '/'.repeat(40_000)])('masks a hostile secret: case %#', (secret) => {
    expect(new Mask([`${secret}x`]).text(`${secret.repeat(2)}x!`, 99_999)).toBe(`${secret}[masked]!`);
  });
});

describe('body', () => {
  it.each([
    ['', ''],
    ['plain text, C:\\new', 'plain text, C:\\new'],
    ['a secret', 'a [masked]'],
    [String.raw`{"a":"\u0073ecret","secret":1}`, '{"a":"[masked]","[masked]":1}'],
    [String.raw`two words\u002B\/=`, '[masked]'],
    // What JSON needs stays escaped.
    [String.raw`"\" \u0022 \\ \u005c \n \u000a \r \t"`, String.raw`"\" \" \\ \\ \n \n \r \t"`],
    // An escaped backslash is no start of an escape.
    [String.raw`"\\u0073 \\/ \\\/"`, String.raw`"\\u0073 \\/ \\/"`],
    [String.raw`"\ud83d\ude00 \u2028"`, '"\ud83d\ude00 \u2028"'],
    // What nobody sees is left out, however it is written.
    [String.raw`"s\u200be\u0000c\br\u0009\fe\ud83dt"`, String.raw`"secr\tet"`],
    [String.raw`s\u200be\u0000c\br\fe\ud83dt`, '[masked]'],
    ['\\\u200bu0073ecret', '[masked]'],
    // No escape may come about by what is left out.
    [String.raw`\u00\u200b73ecret \u`, String.raw`\\u0073ecret \\u`],
    [String.raw`\x \U0073 \u007 \u007g`, String.raw`\x \U0073 \\u007 \\u007g`],
  ])('%j becomes %j', (body, masked) => {
    expect(open().body(body)).toBe(masked);
  });

  it('keeps what JSON says, however it is escaped, except for what nobody sees', () => {
    const toEscapes = (text: string) =>
      text.replace(/./gs, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
    fc.assert(
      fc.property(fc.uint16Array(), (units) => {
        const value = `${String.fromCharCode(...units)}"\\/\n\b`;
        const expected = value.replace(/[^\P{C}\t\n\r]/gu, '');
        for (const json of [JSON.stringify(value), `"${toEscapes(value)}"`]) {
          expect(JSON.parse(open().body(json))).toBe(expected);
        }
      }),
    );
  });

  it('cuts a body to 16 KiB, and shows no part of a secret that the cut splits, however it is escaped', () => {
    const long = 'x'.repeat(20_000);
    expect(open().body(long)).toBe(long.slice(0, 16_384));
    expect(open().body('€'.repeat(20_000))).toBe('€'.repeat(5_461));
    expect(new Mask(['secret']).body(`${'\\u0061'.repeat(2_733)}secret`)).toMatch(/^a{2700,}$/);
    const escaped = String.raw`\u0073\u0065\u0063\u0072\u0065\u0074`;
    for (let kept = 1; kept < escaped.length; kept += 1) {
      const masked = new Mask(['secret']).body(`${'.'.repeat(100)}${escaped.slice(0, kept)}`, true);
      expect(masked).toMatch(/^\.{80,}$/);
    }
  });
});
