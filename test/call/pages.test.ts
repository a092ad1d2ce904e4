import { describe, expect, it, vi } from 'vitest';
import { CollectedPages, type Page } from '../../src/call/pages.js';
import { AtlasApiError, AtlasInvalidResponseError, type TenantSnapshot } from '../../src/index.js';
import type { AtlasEmulatorOptions } from '../../src/testing/index.js';
import { snapshots } from '../support/atlas-bodies.js';
import { runClock, stopClock } from '../support/clock.js';
import { openClient } from '../support/open-client.js';
import { openEmulator } from '../support/open-emulator.js';
import { rejection } from '../support/rejection.js';
import { type DispatchedRequest, type Reply, scriptedDispatcher } from '../support/scripted-dispatcher.js';
import { listPath } from '../support/snapshot-routes.js';

type Item = { id?: unknown; n?: number };

function pageOf(
  sent: readonly Item[],
  { totalCount, hasNextLink = false }: { totalCount?: number; hasNextLink?: boolean } = {},
) {
  return { items: sent, sent, totalCount, hasNextLink };
}

const a = { id: 'a' };
const b = { id: 'b' };
const c = { id: 'c' };
const d = { id: 'd' };
const more = { hasNextLink: true };

/** Adds pages as long as another one follows. Returns how many were read. */
function collect(pages: Page<Item>[], fullSize = 1) {
  const collected = new CollectedPages<Item>(fullSize);
  let read = 0;
  for (const added of pages) {
    read += 1;
    if (!collected.add(added)) break;
  }
  return { read, items: collected.items };
}

describe('another page of a list follows', () => {
  it.each<[rule: string, pages: Page<Item>[], read: number]>([
    [
      'a next link, whatever the count says',
      [pageOf([a], { ...more, totalCount: 1 }), pageOf([b], { totalCount: 1 })],
      2,
    ],
    ['a totalCount above the number of items', [pageOf([a, b], { totalCount: 3 }), pageOf([c], { totalCount: 3 })], 2],
    ['a full page without a totalCount', [pageOf([a, b]), pageOf([c, d]), pageOf([])], 3],
    ['a page that is larger than the one before', [pageOf([a]), pageOf([b, c]), pageOf([d])], 3],
    ['a totalCount below the size of the page, which is ignored', [pageOf([a, b], { totalCount: 1 }), pageOf([])], 2],
  ])('after %s', (_rule, pages, read) => {
    expect(collect([...pages, pageOf([])]).read).toBe(read);
  });
});

describe('no page of a list follows', () => {
  it.each<[rule: string, pages: Page<Item>[], fullSize?: number]>([
    ['an empty first page', [pageOf([])]],
    ['an empty first page with a next link', [pageOf([], more)]],
    ['as many items as the totalCount', [pageOf([a, b], { totalCount: 2 })]],
    ['a page that is shorter than the one before', [pageOf([a, b]), pageOf([c])]],
    ['a first page that is not full', [pageOf([a, b])], 3],
    ['a page of known IDs, in spite of a next link', [pageOf([a, b], more), pageOf([b, a], more)]],
    ['the same page without IDs, in spite of a next link', [pageOf([{ n: 1 }], more), pageOf([{ n: 1 }], more)]],
  ])('after %s', (_rule, pages, fullSize) => {
    expect(collect([...pages, pageOf([d])], fullSize).read).toBe(pages.length);
  });
});

describe('the items of a list', () => {
  it.each<[rule: string, pages: Page<Item>[], items: Item[]]>([
    ['come in the order of the pages', [pageOf([c, a]), pageOf([b])], [c, a, b]],
    ['come once each, compared by their IDs as sent', [pageOf([a, b], more), pageOf([b, c])], [a, b, c]],
    ['with the IDs 1 and "1" are different', [pageOf([{ id: 1 }, { id: '1' }])], [{ id: 1 }, { id: '1' }]],
    ['without an ID are all kept', [pageOf([{ n: 1 }, { n: 1 }])], [{ n: 1 }, { n: 1 }]],
    ['with a null ID are all kept too', [pageOf([{ id: null }, { id: null }])], [{ id: null }, { id: null }]],
    ['of a repeated page without IDs come once', [pageOf([{ n: 1 }], more), pageOf([{ n: 1 }], more)], [{ n: 1 }]],
    ['of another page without IDs are kept', [pageOf([{ n: 1 }], more), pageOf([{ n: 2 }])], [{ n: 1 }, { n: 2 }]],
  ])('%s', (_rule, pages, items) => {
    expect(collect(pages).items).toEqual(items);
  });

  it('may be nested as deep as JSON allows, with and without IDs', () => {
    const deep = () => JSON.parse(`${'[{"n":'.repeat(100_000)}1${'}]'.repeat(100_000)}`);
    expect(collect([pageOf(deep(), more), pageOf(deep())]).items).toHaveLength(2);
  });

  it('are what the schema made of them, though their IDs are those that were sent', () => {
    const collected = new CollectedPages<string>(1);
    collected.add({ items: ['A', 'again'], sent: [a, a], totalCount: undefined, hasNextLink: false });
    expect(collected.items).toEqual(['A']);
  });
});

const all = snapshots(1_200);
const ids = (list: readonly TenantSnapshot[]) => list.map(({ id }) => id);

/** A page with these of all snapshots. */
const page = (from: number, to: number, rest: object = {}) => ({ results: all.slice(from, to), ...rest });
const next = [{ rel: 'next', href: 'https://cloud.mongodb.com/next' }];

const pageNum = (path: string) => Number(new URL(path, 'http://localhost').searchParams.get('pageNum') ?? 1);
const endpointOf = (path: string) => (path.includes('/tenant/') ? 'tenant' : 'flex');

/** A dispatcher with these replies to the pages of a list. */
function replying(reply: (pageNum: number, endpoint: 'tenant' | 'flex') => Reply) {
  const respond = (request: DispatchedRequest) => {
    const { path } = request.options;
    request.reply(reply(pageNum(path), endpointOf(path)));
  };
  return scriptedDispatcher(respond);
}

/** A dispatcher with these pages. Those after the last one are empty. */
const withPages = (pages: readonly object[]) => replying((number) => ({ body: pages[number - 1] ?? { results: [] } }));

describe('a list', () => {
  it.each<[promise: string, endpoint: 'tenant' | 'flex', pages: object[], found: number, requests: number]>([
    ['follows a next link beside odd entries', 'flex', linked([null, { href: 'x' }, { rel: 5 }, ...next]), 5, 3],
    ['follows a next link without a href', 'tenant', linked([{ rel: 'next' }]), 5, 3],
    ['takes a totalCount that is null for none', 'flex', chunked(3, 8, { totalCount: null }), 8, 3],
    ['asks for a second page after any first page of Flex', 'flex', [page(0, 1)], 1, 2],
    ['asks for a second page after 100 items of the tenant endpoint', 'tenant', [page(0, 100)], 100, 2],
    ['does not ask for a second page after 99 items of the tenant endpoint', 'tenant', [page(0, 99)], 99, 1],
    ['may have 200 pages', 'flex', counted(1, 200), 200, 200],
  ])('%s', async (_promise, endpoint, pages, found, requests) => {
    const dispatcher = withPages(pages);
    const list = await openClient({ dispatcher, endpoint }).listTenantSnapshots(...listPath);
    expect(ids(list)).toEqual(ids(all.slice(0, found)));
    expect(dispatcher.requests.map(({ options }) => pageNum(options.path))).toEqual(
      Array.from({ length: requests }, (_, index) => index + 1),
    );
  });

  it('of more than 200 pages is an INVALID_RESPONSE', async () => {
    const client = openClient({ dispatcher: withPages(counted(1, 201)), endpoint: 'flex' });
    const error = await rejection(client.listTenantSnapshots(...listPath), AtlasInvalidResponseError);
    expect(error).toMatchObject({ attempts: 200, operation: 'listTenantSnapshots' });
    expect(error.issues).toEqual([{ path: 'results', message: expect.stringContaining('200 pages') }]);
  });

  it.each<[body: object, place: string]>([
    [{}, 'results'],
    [{ results: null }, 'results'],
    [{ results: [{}, { id: 1 }] }, 'results.1.id'],
    [{ results: [], totalCount: -1 }, 'totalCount'],
    [{ results: [], totalCount: 1.5 }, 'totalCount'],
    [{ results: [], totalCount: '1' }, 'totalCount'],
  ])('with a page %j is an INVALID_RESPONSE', async (body, place) => {
    const client = openClient({ dispatcher: withPages([body]) });
    const { issues } = await rejection(client.listTenantSnapshots(...listPath), AtlasInvalidResponseError);
    expect(issues).toMatchObject([{ path: place }]);
  });
});

/** Two pages with these links, and a third one. */
function linked(links: unknown[]) {
  return [page(0, 2, { links }), page(2, 4, { links }), page(4, 5)];
}

function chunked(size: number, count: number, rest: object = {}) {
  const starts = Array.from({ length: Math.ceil(count / size) }, (_, index) => index * size);
  return starts.map((start) => page(start, Math.min(start + size, count), rest));
}

function counted(size: number, totalCount: number) {
  return chunked(size, totalCount, { totalCount, links: [] });
}

async function openList(count: number, options: AtlasEmulatorOptions = {}) {
  const emulator = await openEmulator({ ...options, seed: { snapshots: snapshots(count) } });
  const client = openClient({ baseUrl: emulator.url, credentials: emulator.credentials.accessToken });
  const { groupId, clusterName } = emulator;
  const list = (options: object = {}) => client.listTenantSnapshots(groupId, clusterName, options);
  return { emulator, client, list };
}

const flex = { endpoint: 'flex' } as const;

describe('a list of Atlas', () => {
  it('of the tenant endpoint is one page, whatever its size', async () => {
    const { emulator, list } = await openList(1_200);
    expect(ids(await list())).toEqual(ids(all));
    expect(emulator.requests.map(({ path }) => path.split('?')[1])).toEqual([undefined]);
  });

  it.each([true, false])('of Flex has pages of 500, with totalCount: %s', async (totalCount) => {
    const { emulator, list } = await openList(1_200, { paging: { totalCount } });
    expect(ids(await list(flex))).toEqual(ids(all));
    const query = 'includeCount=true&itemsPerPage=500';
    expect(emulator.requests.map(({ path }) => path.split('?')[1])).toEqual([
      query,
      `${query}&pageNum=2`,
      `${query}&pageNum=3`,
    ]);
  });

  it('ends with the error of a later page, with the attempts of all pages', async () => {
    const { emulator, list } = await openList(501);
    emulator.respond({}, { status: 403 });
    const error = await rejection(list(flex), AtlasApiError);
    expect(error).toMatchObject({ status: 403, operation: 'listTenantSnapshots', attempts: 2, endpoint: 'flex' });
  });

  it('has the response of the last page, and counts retries and the switch to Flex as attempts', async () => {
    vi.spyOn(process, 'emitWarning').mockImplementation(() => undefined);
    const { emulator, list } = await openList(501, { rateLimit: { refillPerMinute: 0 } });
    emulator.sunset();
    emulator.respond({ status: 503, for: 'flex' });
    stopClock();
    const { data, response } = await runClock(list().withResponse());
    expect(data).toHaveLength(501);
    expect(response).toMatchObject({ status: 200, endpoint: 'flex', attempts: 4, rateLimit: { remaining: 1_197 } });
    expect(emulator.requests.map(({ kind, status }) => [kind, status])).toEqual([
      ['tenant', 410],
      ['flex', 503],
      ['flex', 200],
      ['flex', 200],
    ]);
  });
});

describe('a list with a sunset between two pages', () => {
  it('starts over at Flex, whose pages have another size', async () => {
    const sizes = { tenant: 100, flex: 500 };
    const dispatcher = replying((number, endpoint) => {
      if (endpoint === 'tenant' && number === 2) return { status: 410 };
      return { body: chunked(sizes[endpoint], 520)[number - 1] ?? page(0, 0) };
    });
    const { data, response } = await openClient({ dispatcher })
      .listTenantSnapshots(...listPath)
      .withResponse();
    expect(ids(data)).toEqual(ids(all.slice(0, 520)));
    expect(response).toMatchObject({ endpoint: 'flex', attempts: 5 });
    const asked = dispatcher.requests.map(({ options: { path } }) => `${endpointOf(path)} ${pageNum(path)}`);
    expect(asked).toEqual(['tenant 1', 'tenant 2', 'flex 2', 'flex 1', 'flex 2']);
  });

  it.each(['tenant', 'flex'] as const)('ends with its error if the endpoint is pinned: %s', async (endpoint) => {
    const dispatcher = replying((number) => (number === 2 ? { status: 410 } : { body: page(0, 1, { links: next }) }));
    const call = openClient({ dispatcher, endpoint }).listTenantSnapshots(...listPath);
    expect(await rejection(call, AtlasApiError)).toMatchObject({ status: 410, endpoint, attempts: 2 });
  });
});

it('close() during a list waits until the last page is read', async () => {
  const { emulator, client, list } = await openList(1_200);
  emulator.respond({ delay: 30 });
  const call = list(flex);
  await expect.poll(() => emulator.requests.length, { interval: 1 }).toBe(1);
  const closing = client.close();
  expect(ids(await call)).toEqual(ids(all));
  await closing;
  expect(emulator.requests).toHaveLength(3);
});
