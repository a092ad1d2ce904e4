import { describe, expect, it } from 'vitest';
import { CollectedPages } from '../../src/call/pages.js';

type Item = { id?: unknown; n?: number };

function page(
  sent: readonly Item[],
  { totalCount, hasNextLink = false }: { totalCount?: number; hasNextLink?: boolean } = {},
) {
  return { items: sent, sent, totalCount, hasNextLink };
}

const a = { id: 'a' };
const b = { id: 'b' };
const c = { id: 'c' };
const d = { id: 'd' };
const next = { hasNextLink: true };

/** Adds pages as long as another one follows. Returns how many were read. */
function collect(pages: ReturnType<typeof page>[], fullSize = 1) {
  const collected = new CollectedPages<Item>(fullSize);
  let read = 0;
  for (const added of pages) {
    read += 1;
    if (!collected.add(added)) break;
  }
  return { read, items: collected.items };
}

describe('another page follows', () => {
  it.each<[rule: string, pages: ReturnType<typeof page>[], read: number]>([
    ['a next link, whatever the count says', [page([a], { ...next, totalCount: 1 }), page([b], { totalCount: 1 })], 2],
    ['a totalCount above the number of items', [page([a, b], { totalCount: 3 }), page([c], { totalCount: 3 })], 2],
    ['a full page without a totalCount', [page([a, b]), page([c, d]), page([])], 3],
    ['a page that is larger than the one before', [page([a]), page([b, c]), page([d])], 3],
    ['a totalCount below the size of the page, which is ignored', [page([a, b], { totalCount: 1 }), page([])], 2],
  ])('after %s', (_rule, pages, read) => {
    expect(collect([...pages, page([])]).read).toBe(read);
  });
});

describe('no page follows', () => {
  it.each<[rule: string, pages: ReturnType<typeof page>[], fullSize?: number]>([
    ['an empty first page', [page([])]],
    ['an empty first page with a next link', [page([], next)]],
    ['as many items as the totalCount', [page([a, b], { totalCount: 2 })]],
    ['a page that is shorter than the one before', [page([a, b]), page([c])]],
    ['a first page that is not full', [page([a, b])], 3],
    ['a page of known IDs, in spite of a next link', [page([a, b], next), page([b, a], next)]],
    ['the same page without IDs, in spite of a next link', [page([{ n: 1 }], next), page([{ n: 1 }], next)]],
  ])('after %s', (_rule, pages, fullSize) => {
    expect(collect([...pages, page([d])], fullSize).read).toBe(pages.length);
  });
});

describe('the items', () => {
  it.each<[rule: string, pages: ReturnType<typeof page>[], items: Item[]]>([
    ['come in the order of the pages', [page([c, a]), page([b])], [c, a, b]],
    ['come once each, by their IDs as sent', [page([a, b], next), page([b, c])], [a, b, c]],
    ['differ if only their IDs have the same text', [page([{ id: 1 }, { id: '1' }])], [{ id: 1 }, { id: '1' }]],
    ['without an ID all count', [page([{ n: 1 }, { n: 1 }])], [{ n: 1 }, { n: 1 }]],
    ['with a null ID count as without one', [page([{ id: null }, { id: null }])], [{ id: null }, { id: null }]],
    ['of a repeated page without IDs count once', [page([{ n: 1 }], next), page([{ n: 1 }], next)], [{ n: 1 }]],
    ['of another page without IDs count', [page([{ n: 1 }], next), page([{ n: 2 }])], [{ n: 1 }, { n: 2 }]],
  ])('%s', (_rule, pages, items) => {
    expect(collect(pages).items).toEqual(items);
  });

  it('may be nested as deep as JSON allows, with and without IDs', () => {
    const deep = () => JSON.parse(`${'[{"n":'.repeat(100_000)}1${'}]'.repeat(100_000)}`);
    expect(collect([page(deep(), next), page(deep())]).items).toHaveLength(2);
  });

  it('are what the schema made of them, though their IDs are those that were sent', () => {
    const collected = new CollectedPages<string>(1);
    collected.add({ items: ['A', 'again'], sent: [a, a], totalCount: undefined, hasNextLink: false });
    expect(collected.items).toEqual(['A']);
  });
});
