import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Mask } from '../../../src/client/atlas/mask.js';

const quoted = 'a"quoted\\one';
const hidden = 'invisi\u200bble';
const secrets = ['secret', 'two words+/=', 'a$&b.*~', quoted, hidden];

/** Called in each test, as a mutant that throws while the file loads would fail no test. */
const open = () => new Mask(secrets);

describe('text', () => {
  it.each([
    ['', ''],
    ['a secret, a secret.', 'a [masked], a [masked].'],
    ['secretsecret', '[masked][masked]'],
    ['SECRET', 'SECRET'],
    ['a$&b.*~ a$&bb*~', '[masked] a$&bb*~'],
    // As JSON escapes it, and as encodeURIComponent() writes it.
    [`${quoted} ${JSON.stringify(quoted)}`, '[masked] "[masked]"'],
    ['two words+/= two%20words%2B%2F%3D', '[masked] [masked]'],
    // However many characters that nobody sees are in it.
    ['s\u200be\u200bc\u00ad\u0000ret\x1b', '[masked]'],
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

  it('is cut after it is masked, by default to 16,384 characters', () => {
    const long = 'x'.repeat(20_000);
    expect(open().text(long)).toBe(long.slice(0, 16_384));
    expect(open().text('a secret', 5)).toBe('a [ma');
    expect(open().text(`${'\u200b'.repeat(9)}secret`, 10)).toBe('[masked]');
  });

  // As part of a regular expression, the first blocked the process, and the second was too long.
  it.each(['/'.repeat(8_191), '/'.repeat(40_000)])('masks a hostile secret: case %#', (secret) => {
    expect(new Mask([`${secret}x`]).text(`${secret.repeat(2)}x!`, 99_999)).toBe(`${secret}[masked]!`);
  });
});

describe('body', () => {
  it('masks only the start of a long one, like a text, as it would take long to look for a hostile secret in all of it', () => {
    const hostile = `${'a'.repeat(4_000)}b${'a'.repeat(4_000)}`;
    const mask = new Mask([hostile]);
    const long = `${hostile}${'a'.repeat(8_000_000)}`;
    // The part that is read less twice the secret, which is dropped.
    const kept = `[masked]${'a'.repeat(16_384 - hostile.length)}`;
    expect([mask.body(Buffer.from(long), false), mask.text(long)]).toEqual([kept, kept]);
  });

  it('is masked, and cut to 16 KiB between two characters', () => {
    expect(open().body(Buffer.from('\ufeffa secret'), false)).toBe('a [masked]');
    expect(open().body(Buffer.from('secret'.repeat(3_000)), false)).toBe('[masked]'.repeat(2_048));
    expect(new Mask([]).body(Buffer.from('€'.repeat(20_000)), false)).toBe('€'.repeat(5_461));
  });

  it('shows no part of a secret that maxResponseSize has split', () => {
    // One is part of the other.
    const keys = ['QZQZQZ', 'WVWVWV.QZQZQZ.WV'];
    const secret = fc.constantFrom(...keys);
    const words = fc.array(fc.oneof(secret, fc.constantFrom('.', 'ab')));
    fc.assert(
      fc.property(words, secret, fc.integer({ min: 1, max: 15 }), (before, split, kept) => {
        const masked = new Mask(keys).body(Buffer.from(before.join('') + split.slice(0, kept)), true);
        expect(masked).not.toMatch(/[QZWV]/);
      }),
    );
    expect(new Mask(keys).body(Buffer.from(`${'.'.repeat(100)}QZ`), true)).toMatch(/^\.{60,}$/);
  });
});
