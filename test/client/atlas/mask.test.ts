import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Mask } from '../../../src/client/atlas/mask.js';

const hidden = 'invisi\u200bble';

/** Called in each test, as a mutant that throws while the file loads would fail no test. */
const open = () => new Mask(['secret', 'a$&b.*~', hidden]);

describe('text', () => {
  it.each([
    ['a secret, a secret.', 'a [masked], a [masked].'],
    ['a$&b.*~ a$&bb*~', '[masked] a$&bb*~'],
    // However many characters that nobody sees are in it.
    ['s\u200be\u200bc\u00ad\u0000ret\x1b', '[masked]'],
    [`${hidden} invisible`, '[masked] [masked]'],
    ['line\r\n\tline\u2028 \ud83d\ude00', 'line\r\n\tline\u2028 \ud83d\ude00'],
  ])('%j becomes %j', (text, masked) => {
    expect(open().text(text)).toBe(masked);
  });

  it('masks the longer of two secrets first, and only secrets of six characters or more', () => {
    for (const keys of [
      ['my-key', 'my-key-and-more', '', 'short', '\u200b'.repeat(6)],
      ['my-key-and-more', 'my-key', '', 'short'],
    ]) {
      expect(new Mask(keys).text('my-key-and-more my-key short')).toBe('[masked] [masked] short');
    }
  });

  it('is cut after it is masked, by default to 16,384 characters', () => {
    const long = 'x'.repeat(20_000);
    expect(open().text(long)).toBe(long.slice(0, 16_384));
    expect(open().text('a secret', 5)).toBe('a [ma');
    expect(open().text(`${'\u200b'.repeat(9)}secret`, 10)).toBe('[masked]');
  });
});

it('the name, the code and the message of an error are masked, the message on one line', () => {
  const error = Object.assign(new Error(' secret:\n  more\n'), { name: 'secret', code: 'secret', data: 'secret' });
  const { name, message, ...rest } = open().error(error);
  expect({ name, message, ...rest }).toEqual({ name: '[masked]', message: '[masked]: more', code: '[masked]' });
});

describe('body', () => {
  it('is masked, and cut to 16 KiB between two characters', () => {
    expect(open().body(Buffer.from('\ufeffa secret'), false)).toBe('a [masked]');
    expect(open().body(Buffer.from('secret'.repeat(3_000)), false)).toBe('[masked]'.repeat(2_048));
    expect(new Mask([]).body(Buffer.from('€'.repeat(20_000)), false)).toBe('€'.repeat(5_461));
  });

  it('masks only the start of a long one, like a text, as it would take long to look for a secret in all of it', () => {
    const secret = `${'a'.repeat(4_000)}b${'a'.repeat(4_000)}`;
    const long = `${secret}${'a'.repeat(8_000_000)}`;
    const kept = `[masked]${'a'.repeat(16_384 - '[masked]'.length)}`;
    const mask = new Mask([secret]);
    expect([mask.body(Buffer.from(long), false), mask.text(long)]).toEqual([kept, kept]);
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
