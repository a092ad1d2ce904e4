import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Mask } from '../../src/errors/mask.js';

/** Called in each test, as a mutant that throws while the file loads would fail no test. */
const open = () => new Mask(['secret', 'quo"ted\\', 'plus+/=', 'two words', 'tab\there', 'tilde~here', 'smile😀']);

describe('text', () => {
  it.each([
    ['', ''],
    ['nothing here', 'nothing here'],
    ['secret', '[masked]'],
    ['a secret, a secret.', 'a [masked], a [masked].'],
    ['secretsecret', '[masked][masked]'],
    ['Secret', 'Secret'],
    // Unchanged, in JSON and in a URL.
    ['quo"ted\\', '[masked]'],
    [JSON.stringify('quo"ted\\'), '"[masked]"'],
    [encodeURIComponent('plus+/='), '[masked]'],
    ['plus+/=', '[masked]'],
    // Some JSON writers escape more than they need to, in either case.
    ['plus\\u002b\\/\\u003D', '[masked]'],
    ['plus%2b%2F%3d', '[masked]'],
    ['two+words', '[masked]'],
    ['two%20words', '[masked]'],
    ['tab%09here', '[masked]'],
    ['tab\\u0009here', '[masked]'],
    ['tilde%7Ehere', '[masked]'],
    ['smile\\ud83d\\ude00', '[masked]'],
    [encodeURIComponent('smile😀'), '[masked]'],
    // A + stands for a space only.
    ['plus++=', 'plus++='],
  ])('%j becomes %j', (text, masked) => {
    expect(open().text(text)).toBe(masked);
  });

  it('escapes secrets in its regular expression', () => {
    expect(new Mask(['a.b~c-d_e']).text('a.b~c-d_e axb~c-d_e')).toBe('[masked] axb~c-d_e');
  });

  it('masks the longer of two secrets first, whatever their order', () => {
    for (const secrets of [
      ['my-key', 'my-key-and-more'],
      ['my-key-and-more', 'my-key'],
    ]) {
      expect(new Mask(secrets).text('my-key-and-more my-key')).toBe('[masked] [masked]');
    }
  });

  it('masks only secrets of six characters or more', () => {
    expect(new Mask(['short', 'sixsix']).text('short sixsix')).toBe('short [masked]');
  });

  it.each(['text', 'undefined'])('returns %j unchanged if there are no secrets', (text) => {
    expect(new Mask([]).text(text)).toBe(text);
  });

  it('masks every secret', () => {
    const secret = fc.string({ minLength: 9 });
    fc.assert(
      fc.property(secret, fc.string(), fc.string(), (value, before, after) => {
        const text = new Mask([value]).text(before + value + after);
        expect(text.includes(value)).toBe(false);
      }),
    );
  });
});

describe('truncatedText', () => {
  it('masks whole secrets, and drops as much of the end as part of a secret may take', () => {
    const text = open().truncatedText(`a secret${'x'.repeat(99)}`);
    expect(text).toMatch(/^a \[masked\]x*$/);
    expect(text.length).toBeLessThan('a [masked]'.length + 99);
  });

  it('drops a text that is shorter than that', () => {
    expect(open().truncatedText('sec')).toBe('');
  });

  it('returns the whole text without secrets', () => {
    expect(new Mask([]).truncatedText('text')).toBe('text');
  });

  it('drops the start of a secret at the end', () => {
    fc.assert(
      fc.property(fc.string(), fc.integer({ min: 1, max: 9 }), (before, kept) => {
        const text = new Mask(['QZQZQZQZQZ']).truncatedText(before + 'QZQZQZQZQZ'.slice(0, kept));
        expect(before.startsWith(text)).toBe(true);
      }),
    );
  });
});

describe('json', () => {
  it.each([null, true, false, 0, 1.5, '', 'text', [], {}, [1, [2, { a: null }]]])('returns %j unchanged', (value) => {
    expect(open().json(value)).toEqual(value);
  });

  it('masks strings and keys, also nested ones', () => {
    expect(open().json({ 'my secret': ['secret', { deep: 'a secret' }], n: 1 })).toEqual({
      'my [masked]': ['[masked]', { deep: 'a [masked]' }],
      n: 1,
    });
  });

  it('does not mutate its argument', () => {
    const value = { a: ['secret'] };
    expect(open().json(value)).not.toBe(value);
    expect(value).toEqual({ a: ['secret'] });
  });

  it('keeps a __proto__ key as an own property', () => {
    const masked = open().json(JSON.parse('{"__proto__":{"polluted":true}}'));
    expect(Object.keys(Object(masked))).toEqual(['__proto__']);
    expect(Object.getPrototypeOf(masked)).toBe(Object.prototype);
  });

  it.each([
    ['arrays', (inner: unknown) => [inner]],
    ['objects', (inner: unknown) => ({ inner })],
  ])('drops values nested deeper than 16 %s', (_name, wrap) => {
    const nest = (levels: number, core: unknown) => Array.from({ length: levels }).reduce(wrap, core);
    expect(open().json(nest(16, 'core'))).toEqual(nest(16, 'core'));
    expect(open().json(nest(16, []))).toEqual(nest(16, undefined));
    expect(open().json(nest(17, 'core'))).toEqual(nest(16, undefined));
  });
});
