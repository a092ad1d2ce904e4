import { expect, it } from 'vitest';
import { html, name } from '../../src/report/html.js';

it.each([
  ['<img src=x onerror="alert(1)">', '&lt;img src=x onerror=&quot;alert(1)&quot;&gt;'],
  ["' & &amp;", '&#39; &amp; &amp;amp;'],
  ['a\u0000b\u001b[31mc\u007f\u200b\u202ed\u2066\ufeff\ud800e\ue000', 'ab[31mcde'],
  ['two\r\nlines,\tand\u2028more', 'two lines, and more'],
  ['café 日本 😀', 'café 日本 😀'],
])('escapes %j', (text, escaped) => {
  expect(html`<p title="${text}">${text}</p>`.text).toBe(`<p title="${escaped}">${escaped}</p>`);
});

it('joins numbers, lists and HTML, and leaves out what is not there', () => {
  const items = [1, 'a<', html`<b>${'x&'}</b>`].map((item) => html`<li>${item}</li>`);
  expect(html`${items}${undefined}${false}${[[]]}`.text).toBe('<li>1</li><li>a&lt;</li><li><b>x&amp;</b></li>');
  expect(name('<a>').text).toBe('<bdi>&lt;a&gt;</bdi>');
});
