import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Mask } from '../../src/http/mask.js';

/** Made by each test itself: what fails while a file is loaded fails no test. */
const open = () => new Mask(['secret', 'a"b\\c', 'x&y<z>"', 'p+/=', "don't"]);

describe('text', () => {
  it.each([
    ['', ''],
    ['nothing here', 'nothing here'],
    ['secret', '[masked]'],
    ['a secret, a secret.', 'a [masked], a [masked].'],
    ['secretsecret', '[masked][masked]'],
    ['Secret', 'Secret'],
    // As it is, in JSON, in a URL, in HTML.
    ['a"b\\c', '[masked]'],
    [JSON.stringify('a"b\\c'), '"[masked]"'],
    [encodeURIComponent('p+/='), '[masked]'],
    ['x&y<z>"', '[masked]'],
    ['x&amp;y&lt;z&gt;&quot;', '[masked]'],
  ])('%j becomes %j', (text, masked) => {
    expect(open().text(text)).toBe(masked);
  });

  it.each([
    ['as PHP writes JSON', 'p+\\/='],
    ['as Gson writes JSON', 'p+/\\u003d'],
    ['as JSON with escapes in upper case', 'p\\u002B\\u002F\\u003D'],
    ['as Python quotes a URL', 'p%2B/%3D'],
    ['in HTML by number', 'p&#43;&#047;&#61;'],
    ['in HTML by hexadecimal number', 'p&#x2b;&#x2F;&#x3d;'],
  ])('masks a secret %s', (_name, text) => {
    expect(open().text(`a ${text} b`)).toBe('a [masked] b');
  });

  it.each(["don't", 'don&apos;t', 'don&#39;t', 'don&#039;t', 'don&#x27;t', "don\\'t", 'don\\u0027t'])(
    'masks an apostrophe in %j',
    (text) => {
      expect(open().text(`a ${text} b`)).toBe('a [masked] b');
    },
  );

  it('does not search for ever where all but the end of an odd secret is there', () => {
    for (const secret of ['ключ'.repeat(12), "!*'()".repeat(9), '!@#$%^*()'.repeat(5)]) {
      const cut = secret.slice(0, -1);
      expect(new Mask([secret]).text(`${cut}~ ${cut}`)).toBe(`${cut}~ ${cut}`);
    }
  });

  it('masks a letter that is neither upper nor lower case', () => {
    expect(new Mask(['key ǅ']).text('a key ǅ b')).toBe('a [masked] b');
  });

  it('takes a dot for a dot', () => {
    expect(new Mask(['a.b~c-d_e']).text('a.b~c-d_e axb~c-d_e')).toBe('[masked] axb~c-d_e');
  });

  it('masks what stands outside of the first plane, as JSON escapes it', () => {
    expect(new Mask(['key 😀']).text('a key\\u0020\\ud83d\\uDE00 b')).toBe('a [masked] b');
  });

  it.each(['P+Q/R=', 'key é'])('masks the percent form of %j, of lower-case octets too', (secret) => {
    const lower = encodeURIComponent(secret).replace(/%../g, (octet) => octet.toLowerCase());
    expect(lower).not.toBe(encodeURIComponent(secret));
    expect(new Mask([secret]).text(`a ${lower} b`)).toBe('a [masked] b');
  });

  it('masks the longer of two secrets first, in whatever order they come', () => {
    for (const secrets of [
      ['key', 'key-and-more'],
      ['key-and-more', 'key'],
    ]) {
      expect(new Mask(secrets).text('key-and-more key')).toBe('[masked] [masked]');
    }
  });

  it('has nothing to do where there is no secret', () => {
    expect(new Mask([]).text('text')).toBe('text');
  });

  it('leaves no secret', () => {
    const secret = fc.string({ minLength: 9 });
    fc.assert(
      fc.property(secret, fc.string(), fc.string(), (value, before, after) => {
        const text = new Mask([value]).text(before + value + after);
        expect(text.includes(value)).toBe(false);
      }),
    );
  });
});

describe('cutText', () => {
  // The longest secret has 27 letters where four of its seven are escaped.
  const room = 'x'.repeat(27);

  it('masks what is whole, and leaves out as much of the end as the longest secret may have there', () => {
    expect(open().cutText(`a secret${room}`)).toBe('a [masked]');
    expect(open().cutText(`ab${room}`)).toBe('ab');
  });

  it('leaves nothing of a text that is shorter', () => {
    expect(open().cutText('sec')).toBe('');
  });

  it('leaves all where there is no secret', () => {
    expect(new Mask([]).cutText('text')).toBe('text');
  });

  it('leaves no beginning of a secret at the end', () => {
    fc.assert(
      fc.property(fc.string(), fc.integer({ min: 1, max: 9 }), (before, kept) => {
        const text = new Mask(['QZQZQZQZQZ']).cutText(before + 'QZQZQZQZQZ'.slice(0, kept));
        expect(before.startsWith(text)).toBe(true);
      }),
    );
  });
});

describe('json', () => {
  it.each([null, true, false, 0, 1.5, '', 'text', [], {}, [1, [2, { a: null }]]])('%j stays as it is', (value) => {
    expect(open().json(value)).toEqual(value);
  });

  it('masks text, keys and what is nested', () => {
    expect(open().json({ 'my secret': ['secret', { deep: 'a secret' }], n: 1 })).toEqual({
      'my [masked]': ['[masked]', { deep: 'a [masked]' }],
      n: 1,
    });
  });

  it('copies, and leaves what it was given', () => {
    const value = { a: ['secret'] };
    expect(open().json(value)).not.toBe(value);
    expect(value).toEqual({ a: ['secret'] });
  });

  it('keeps a key named __proto__ a key', () => {
    const masked = open().json(JSON.parse('{"__proto__":{"polluted":true}}'));
    expect(Object.keys(Object(masked))).toEqual(['__proto__']);
    expect(Object.getPrototypeOf(masked)).toBe(Object.prototype);
  });

  it.each([
    ['arrays', (inner: unknown) => [inner]],
    ['objects', (inner: unknown) => ({ inner })],
  ])('leaves out what lies deeper than 16 %s', (_name, wrap) => {
    const nest = (levels: number, core: unknown) => Array.from({ length: levels }).reduce(wrap, core);
    expect(open().json(nest(16, 'core'))).toEqual(nest(16, 'core'));
    expect(open().json(nest(16, []))).toEqual(nest(16, undefined));
    expect(open().json(nest(17, 'core'))).toEqual(nest(16, undefined));
  });
});
