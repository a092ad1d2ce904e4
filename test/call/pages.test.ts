import { describe, expect, it } from 'vitest';
import { proxyAdvice, rereadAdvice } from '../../src/call/advice.js';
import { CollectedPages, type Page } from '../../src/call/pages.js';
import {
  AtlasApiError,
  AtlasInvalidResponseError,
  type TenantSnapshotsClient,
  type TenantSnapshotsClientOptions,
} from '../../src/index.js';
import { snapshots } from '../support/atlas-bodies.js';
import { openScripted } from '../support/open-client.js';
import { rejection } from '../support/rejection.js';
import type { DispatchedRequest } from '../support/scripted-dispatcher.js';
import { flexListPath, listPath } from '../support/snapshot-routes.js';

type Item = { id?: unknown; n?: number };

function pageOf(
  sent: readonly Item[],
  { totalCount, hasNextLink = false }: { totalCount?: number; hasNextLink?: boolean } = {},
): Page<Item> {
  return { items: sent, sent, totalCount, hasNextLink };
}

const [a, b, c, d] = [{ id: 'a' }, { id: 'b' }, { id: 'c' }, { id: 'd' }];
const linked = { hasNextLink: true };

/** Adds pages as long as another one follows. Returns how many were read, and what is wrong with the last one. */
function collect(pages: readonly Page<Item>[], fullSize = 1) {
  const collected = new CollectedPages<Item>(fullSize);
  let read = 0;
  for (const page of pages) {
    read += 1;
    const gap = collected.add(page);
    if (gap !== undefined || !collected.isFollowed) return { read, gap, items: collected.items };
  }
  return { read, gap: undefined, items: collected.items };
}

describe('another page of a list follows', () => {
  it.each<[rule: string, pages: Page<Item>[], fullSize?: number]>([
    ['a next link, whatever the count says', [pageOf([a], { ...linked, totalCount: 1 })]],
    ['an empty page with a next link', [pageOf([], linked)]],
    ['a totalCount above the number of items', [pageOf([a, b], { totalCount: 3 })]],
    ['any first page with an item', [pageOf([a])]],
    ['a first page of full size', [pageOf([a, b])], 2],
    ['a page as large as the one before', [pageOf([a, b]), pageOf([c, d])]],
    ['a totalCount below the size of the page, which is ignored', [pageOf([a, b], { totalCount: 1 })]],
    ['a page with a new item among known ones', [pageOf([a, b], linked), pageOf([b, c], linked)]],
  ])('after %s', (_rule, pages, fullSize) => {
    expect(collect([...pages, pageOf([])], fullSize)).toMatchObject({ read: pages.length + 1, gap: undefined });
  });
});

describe('a list ends', () => {
  it.each<[rule: string, pages: Page<Item>[], fullSize?: number]>([
    ['an empty first page', [pageOf([])]],
    ['an empty first page whose totalCount is 0', [pageOf([], { totalCount: 0 })]],
    ['as many items as the totalCount', [pageOf([a, b], { totalCount: 2 })]],
    ['a page that is shorter than the one before', [pageOf([a, b]), pageOf([c])]],
    ['a first page that is not full', [pageOf([a, b])], 3],
    [
      'an empty page without a link to it, though the estimate is one too high',
      [pageOf([a], { totalCount: 2 }), pageOf([], { totalCount: 2 })],
    ],
    [
      'an empty page with a link to it, whose totalCount has been reached',
      [pageOf([a], linked), pageOf([], { totalCount: 1 })],
    ],
    ['an empty page with a link to it and no totalCount', [pageOf([a], linked), pageOf([])]],
    [
      'a lower count, if as many items as the highest count were sent',
      [pageOf([a, b], { totalCount: 3 }), pageOf([c], { totalCount: 2 })],
    ],
    [
      'a page with an item of an earlier one, if as many items as the smallest count were sent',
      [pageOf([a, b], { totalCount: 3 }), pageOf([b, c], { totalCount: 4 }), pageOf([])],
    ],
    ['a page with an item of an earlier one, if no page has a count', [pageOf([a, b]), pageOf([b, c]), pageOf([])]],
  ])('after %s', (_rule, pages, fullSize) => {
    expect(collect([...pages, pageOf([d])], fullSize)).toMatchObject({ read: pages.length, gap: undefined });
  });
});

describe('a list is cut short', () => {
  const noNewItem = 'the page has no new item, as if something on the way had dropped the query';
  const tooFew = (count: number, seen: number) =>
    `the page is empty, but the list has ${count} items, and only ${seen} were sent`;

  it.each<[rule: string, pages: Page<Item>[], gap: string]>([
    ['that has only known IDs', [pageOf([a, b], linked), pageOf([b, a], linked)], noNewItem],
    ['that has only known IDs, of an earlier page', [pageOf([a]), pageOf([b]), pageOf([a])], noNewItem],
    ['without IDs that repeats the one before', [pageOf([{ n: 1 }]), pageOf([{ n: 1 }])], noNewItem],
    ['that repeats the one before, with and without IDs', [pageOf([a, { n: 1 }]), pageOf([a, { n: 1 }])], noNewItem],
    ['that is the first and empty, though it counts items', [pageOf([], { totalCount: 3 })], tooFew(3, 0)],
    [
      'that is linked and empty, though it counts more items',
      [pageOf([a], linked), pageOf([], { totalCount: 3 })],
      tooFew(3, 1),
    ],
    [
      'that is linked and empty, and hides its count',
      [pageOf([a], { ...linked, totalCount: 3 }), pageOf([])],
      tooFew(3, 1),
    ],
    [
      'that is its last and has a lower count than one before, if fewer items were sent',
      [pageOf([a, b], { totalCount: 4 }), pageOf([c], { totalCount: 3 })],
      'the list shrank while it was read, and only 3 of 4 items were sent',
    ],
    [
      'that is its last, after the count fell and rose again',
      [pageOf([a], { totalCount: 4 }), pageOf([b], { totalCount: 3 }), pageOf([c], { totalCount: 4 }), pageOf([])],
      'the list shrank while it was read, and only 3 of 4 items were sent',
    ],
    [
      'that has an item of an earlier page beside a new one, if fewer items were sent than the smallest count',
      [pageOf([a, b], { totalCount: 4 }), pageOf([b, c]), pageOf([], { totalCount: 5 })],
      'items moved between the pages while the list was read, and only 3 of 4 were sent',
    ],
  ])('by a page %s', (_rule, pages, gap) => {
    const advice = gap.startsWith('the page ') ? proxyAdvice : rereadAdvice;
    expect(collect(pages)).toMatchObject({ read: pages.length, gap: { what: gap, advice } });
  });
});

describe('the items of a list', () => {
  it.each<[rule: string, pages: Page<Item>[], items: Item[]]>([
    ['come in the order of the pages', [pageOf([c, a]), pageOf([b])], [c, a, b]],
    ['of two pages come once each, compared by their IDs as sent', [pageOf([a, b], linked), pageOf([b, c])], [a, b, c]],
    [
      'of one page are all kept, also with the same ID',
      [pageOf([a, b, a], linked), pageOf([a, c, c])],
      [a, b, a, c, c],
    ],
    ['with the IDs 1 and "1" are different', [pageOf([{ id: 1 }, { id: '1' }])], [{ id: 1 }, { id: '1' }]],
    ['without an ID are all kept', [pageOf([{ n: 1 }, { n: 1 }])], [{ n: 1 }, { n: 1 }]],
    ['with a null ID are all kept too', [pageOf([{ id: null }, { id: null }])], [{ id: null }, { id: null }]],
    ['of another page without IDs are kept', [pageOf([{ n: 1 }], linked), pageOf([{ n: 2 }])], [{ n: 1 }, { n: 2 }]],
  ])('%s', (_rule, pages, items) => {
    expect(collect(pages).items).toEqual(items);
  });

  it('may be nested as deep as JSON allows, with and without IDs', () => {
    const deep = () => JSON.parse(`${'[{"n":'.repeat(100_000)}1${'}]'.repeat(100_000)}`);
    expect(collect([pageOf(deep(), linked), pageOf(deep())]).items).toHaveLength(2);
  });

  it('are what the schema made of them, though their IDs are those that were sent', () => {
    const collected = new CollectedPages<string>(1);
    for (const item of ['A', 'again']) {
      collected.add({ items: [item], sent: [a], totalCount: undefined, hasNextLink: false });
    }
    expect(collected.items).toEqual(['A']);
  });
});

const all = snapshots(201);

/** A page with a slice of all snapshots. */
const page = (from: number, to: number, rest: object = {}) => ({ results: all.slice(from, to), ...rest });
const next = [{ rel: 'next', href: 'https://cloud.mongodb.com/next' }];

/** The pages of this many snapshots. */
function pages(size: number, count: number, rest: object = {}) {
  const starts = Array.from({ length: Math.ceil(count / size) }, (_, index) => index * size);
  return starts.map((start) => page(start, Math.min(start + size, count), rest));
}

const pageNum = ({ options }: DispatchedRequest) =>
  Number(new URL(options.path, 'http://localhost').searchParams.get('pageNum') ?? 1);

/** A client that gets these pages, and an empty one for any later number. */
function openPages(bodies: readonly object[], options: TenantSnapshotsClientOptions = {}) {
  return openScripted([(request) => request.reply({ body: bodies[pageNum(request) - 1] ?? page(0, 0) })], options);
}

describe('listTenantSnapshots()', () => {
  it.each<[promise: string, endpoint: 'tenant' | 'flex', bodies: object[], found: number, requests: number]>([
    ['follows a next link beside odd entries', 'flex', pages(2, 5, { links: [null, { rel: 5 }, ...next] }), 5, 4],
    ['follows a next link without a href', 'tenant', [page(0, 2, { links: [{ rel: 'next' }] }), page(2, 5)], 5, 3],
    ['takes a totalCount that is null for none', 'flex', pages(3, 8, { totalCount: null }), 8, 3],
    ['asks for a second page after any first page of Flex', 'flex', [page(0, 1)], 1, 2],
    ['asks for a second page after 100 items of the tenant endpoint', 'tenant', [page(0, 100)], 100, 2],
    ['does not ask for a second page after 99 items of the tenant endpoint', 'tenant', [page(0, 99)], 99, 1],
  ])('%s', async (_promise, endpoint, bodies, found, requests) => {
    const { client, dispatcher } = openPages(bodies, { endpoint });
    expect(await client.listTenantSnapshots(...listPath)).toEqual(all.slice(0, found));
    expect(dispatcher.requests.map(pageNum)).toEqual(Array.from({ length: requests }, (_, index) => index + 1));
  });

  it('keeps its query from page to page', async () => {
    const { client, dispatcher } = openPages(pages(1, 3, { totalCount: 3 }));
    await client.listTenantSnapshots(...listPath);
    const first = `${flexListPath}?includeCount=true&itemsPerPage=500`;
    const asked = [first, `${first}&pageNum=2`, `${first}&pageNum=3`];
    expect(dispatcher.requests.map(({ options }) => options.path)).toEqual(asked);
  });

  it('ends with the error of a later page, with the attempts of all pages', async () => {
    const { client } = openScripted([{ body: page(0, 1) }, { status: 403 }]);
    const error = await rejection(client.listTenantSnapshots(...listPath), AtlasApiError);
    expect(error).toMatchObject({ status: 403, operation: 'listTenantSnapshots', attempts: 2, endpoint: 'flex' });
  });

  it('reads the list to its end if the client is closed meanwhile', async () => {
    const { client } = openPages(pages(1, 3));
    const list = client.listTenantSnapshots(...listPath);
    await client.close();
    expect(await list).toHaveLength(3);
  });
});

const hasError = 'the body has results, but also an error';

describe.each([
  ['listTenantSnapshots', (client: TenantSnapshotsClient) => client.listTenantSnapshots(...listPath)],
  ['getAll', (client: TenantSnapshotsClient) => client.getAll('/api/atlas/v2/groups')],
] as const)('%s()', (operation, list) => {
  it.each<[what: string, bodies: object[], count: number]>([
    ['200 pages', pages(1, 200, { totalCount: 200 }), 200],
    ['a page of 10,000 items', [{ results: Array(10_000).fill({}), totalCount: 10_000 }], 10_000],
    ['a page whose error is null', [page(0, 1, { totalCount: 1, error: null, errorCode: null })], 1],
  ])('reads %s', async (_what, bodies, count) => {
    expect(await list(openPages(bodies).client)).toHaveLength(count);
  });

  it.each<[what: string, bodies: object[], issue: object]>([
    ...[{}, [], { results: { id: 'a' } }].map((body): [string, object[], object] => [
      `that is ${JSON.stringify(body)}`,
      [body],
      { path: 'results', message: 'must be an array, or this is not a list' },
    ]),
    ['whose count is negative', [{ results: [], totalCount: -1 }], { path: 'totalCount' }],
    ['whose count is a fraction', [{ results: [], totalCount: 1.5 }], { path: 'totalCount' }],
    ['with an error', [{ results: [], error: 503 }], { path: '', message: hasError }],
    ['with an error code', [page(0, 1, { errorCode: 'X' })], { path: '', message: hasError }],
    ['that is repeated', [page(0, 2), page(0, 2)], { message: expect.stringContaining('no new item') }],
    ['of more than 10,000 items', [{ results: Array(10_001).fill({}) }], { message: expect.stringContaining('10001') }],
    ['after page 200', pages(1, 201).slice(0, 200), { message: expect.stringContaining('more than 200 pages') }],
  ])('rejects a page %s', async (_what, bodies, issue) => {
    const error = await rejection(list(openPages(bodies).client), AtlasInvalidResponseError);
    expect(error).toMatchObject({ operation, attempts: bodies.length, issues: [issue] });
  });

  it('rejects pages that have more than 8 times maxResponseSize together', async () => {
    const bodies = pages(1, 9, { links: next });
    const maxResponseSize = JSON.stringify(bodies[0]).length;
    const error = await rejection(list(openPages(bodies, { maxResponseSize }).client), AtlasInvalidResponseError);
    const message = `the pages have more than ${8 * maxResponseSize} bytes together (8 times maxResponseSize)`;
    expect(error).toMatchObject({ attempts: 9, issues: [{ path: '', message }] });
    expect(error.advice?.endsWith(', or narrow the query.')).toBe(operation === 'getAll');
  });
});
