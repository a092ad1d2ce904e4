import { describe, expect, it, vi } from 'vitest';
import { AtlasResponseError } from '../src/index.js';
import { walkPages } from '../src/pages.js';
import type { SnapshotPage, TenantSnapshot } from '../src/schemas.js';
import { hexId, snapshots } from './support/many-snapshots.js';
import { rejection } from './support/rejection.js';

const next = [{ href: 'https://cloud.mongodb.com/next', rel: 'next' }];
const self = [{ href: 'https://cloud.mongodb.com/self', rel: 'self' }];

/** Walks those pages, and fails where one more is asked for; a first page of less than 100 is the only one. */
async function walk(...pages: SnapshotPage[]) {
  return walkFrom(100, ...pages);
}

async function walkFrom(smallestFullPage: number, ...pages: SnapshotPage[]) {
  const readPage = vi.fn(async (pageNum: number) => {
    const page = pages[pageNum - 1];
    if (page === undefined) throw new Error(`No page ${pageNum}`);
    return page;
  });
  const found = await walkPages(readPage, () => smallestFullPage);
  expect(readPage.mock.calls).toEqual(pages.map((_page, index) => [index + 1]));
  return found;
}

const page = (results: TenantSnapshot[], rest: Omit<SnapshotPage, 'results'> = {}): SnapshotPage => ({
  results,
  ...rest,
});

describe('with totalCount', () => {
  it('ends when all are there, in their order', async () => {
    const all = snapshots(7);
    const pages = [page(all.slice(0, 3)), page(all.slice(3, 6)), page(all.slice(6))];
    expect(await walk(...pages.map((each) => ({ ...each, totalCount: 7 })))).toEqual(all);
  });

  it.each([0, 1, 500])('of %i ends at the first page', async (count) => {
    expect(await walk(page(snapshots(count), { totalCount: count }))).toHaveLength(count);
  });

  it('goes on past a page that is not full, by its count alone', async () => {
    const all = snapshots(2);
    const pages = all.map((snapshot) => page([snapshot], { totalCount: 2, links: self }));
    expect(await walk(...pages)).toEqual(all);
  });

  it('that is more than there is ends at a page that tells nothing new', async () => {
    const all = snapshots(2);
    expect(await walk(page(all, { totalCount: 9 }), page([], { totalCount: 9 }))).toEqual(all);
    expect(await walk(page(all, { totalCount: 9 }), page(all, { totalCount: 9 }))).toEqual(all);
  });

  it.each([0, 1, 2])('of %i where there are more says nothing', async (totalCount) => {
    const all = snapshots(5);
    const pages = [page(all.slice(0, 3), { totalCount, links: next }), page(all.slice(3), { totalCount })];
    expect(await walk(...pages)).toEqual(all);
  });
});

describe('without totalCount', () => {
  it.each([0, 1, 99])('ends at a first page of %i, which is not full', async (count) => {
    expect(await walk(page(snapshots(count)))).toHaveLength(count);
  });

  it.each([100, 101, 500])('asks for one more after a first page of %i, which may be full', async (count) => {
    expect(await walk(page(snapshots(count)), page([]))).toHaveLength(count);
  });

  it('takes the size of the first page for a full one', async () => {
    const all = snapshots(1200);
    expect(await walk(page(all.slice(0, 500)), page(all.slice(500, 1000)), page(all.slice(1000)))).toEqual(all);
    expect(await walk(page(all.slice(0, 200)), page(all.slice(200, 399)))).toEqual(all.slice(0, 399));
    expect(await walk(page(all.slice(0, 200)), page(all.slice(200, 400)), page([]))).toEqual(all.slice(0, 400));
  });

  it('asks on where any page may be full, until one is smaller or empty', async () => {
    const all = snapshots(8);
    expect(await walkFrom(1, page(all.slice(0, 3)), page(all.slice(3, 6)), page(all.slice(6)))).toEqual(all);
    expect(await walkFrom(1, page(all.slice(0, 4)), page(all.slice(4)), page([]))).toEqual(all);
    expect(await walkFrom(1, page([]))).toEqual([]);
  });

  it('goes on while there is a link to the next page', async () => {
    const all = snapshots(3);
    const pages = [page(all.slice(0, 2), { links: [...self, ...next] }), page(all.slice(2), { links: self })];
    expect(await walk(...pages)).toEqual(all);
  });

  it('ends where the same page comes again, as paging is not taken', async () => {
    const all = snapshots(150);
    expect(await walk(page(all), page(all))).toEqual(all);
    expect(await walk(page(all, { links: next }), page(all, { links: next }))).toEqual(all);
  });
});

describe('a snapshot', () => {
  it('that moves to the next page while it is read is there once', async () => {
    const [a = {}, b = {}, c = {}] = snapshots(3);
    expect(await walk(page([a, b], { totalCount: 3 }), page([b, c], { totalCount: 3 }))).toEqual([a, b, c]);
  });

  it('that comes twice in one page is there once, as it came first', async () => {
    const first = { id: hexId(1), status: 'RUNNING' };
    expect(await walk(page([first, { id: hexId(1), status: 'COMPLETED' }]))).toEqual([first]);
  });

  it('without an id is one of its own', async () => {
    expect(await walk(page([{}, {}, { status: 'FAILED' }]))).toEqual([{}, {}, { status: 'FAILED' }]);
  });
});

it('a list that has to be read from its beginning has nothing of what was read before', async () => {
  const pages: (SnapshotPage | undefined)[] = [page([{ id: 'a' }], { totalCount: 3 }), undefined, page([{ id: 'b' }])];
  const readPage = vi.fn(async (_pageNum: number) => pages[readPage.mock.calls.length - 1]);
  expect(await walkPages(readPage, () => 100)).toEqual([{ id: 'b' }]);
  expect(readPage.mock.calls).toEqual([[1], [2], [1]]);
});

describe('a list without end', () => {
  const endless = (pageNum: number) => Promise.resolve(page([{ id: hexId(pageNum) }], { links: next }));

  it('is cut off after 200 pages', async () => {
    const readPage = vi.fn(endless);
    const error = await rejection(
      walkPages(readPage, () => 1),
      AtlasResponseError,
    );
    expect(readPage).toHaveBeenCalledTimes(200);
    expect(error.issues).toEqual([{ path: 'results', message: 'the list does not end: more than 200 pages' }]);
    expect(error.operation).toBe('listTenantSnapshots');
  });

  it('of 200 pages is a list', async () => {
    const readPage = async (pageNum: number) => ({ ...(await endless(pageNum)), totalCount: 200 });
    expect(await walkPages(readPage, () => 1)).toHaveLength(200);
  });
});

it('a page that cannot be read ends it', async () => {
  const reason = new Error('no');
  await expect(
    walkPages(
      () => Promise.reject(reason),
      () => 1,
    ),
  ).rejects.toBe(reason);
});
