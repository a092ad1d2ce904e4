import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { advice } from '../../../src/client/errors/advice.js';
import { AtlasApiError, AtlasInvalidResponseError, type TenantSnapshotsClient } from '../../../src/client/index.js';
import { hexId } from '../../support/atlas-bodies.js';
import { openScripted } from '../../support/open-client.js';
import { rejection } from '../../support/rejection.js';
import type { DispatchedRequest } from '../../support/scripted-dispatcher.js';
import { flexListPath, listPath } from '../../support/snapshot-routes.js';

type Page = { results?: unknown; totalCount?: number | null; links?: unknown[]; error?: unknown; errorCode?: unknown };

type Item = { id?: string | undefined; status?: string | undefined };
const itemSchema = z.object({ id: z.string().optional(), status: z.string().optional() });

/** An item for a letter: with an ID if it is small, without one if it is a capital. */
const toItem = (letter: string) => (letter >= 'a' ? { id: hexId(letter.charCodeAt(0)) } : { status: letter });
const toLetter = ({ id, status }: Item) => (id === undefined ? status : String.fromCharCode(Number.parseInt(id, 16)));

/** A page with an item for each letter. */
const page = (letters: string, rest: Page = {}): Page => ({ results: Array.from(letters, toItem), ...rest });
const counted = (totalCount: number) => ({ totalCount });
const linked = { links: [null, { rel: 5 }, { rel: 'next' }] };

/** Pages of one item each. */
const pages = (count: number, rest?: Page) =>
  Array.from({ length: count }, (_, index) => ({ results: [{ id: hexId(index) }], ...rest }));

const pageNum = ({ options }: DispatchedRequest) =>
  Number(new URL(options.path, 'http://localhost').searchParams.get('pageNum') ?? 1);

/** A client that gets these pages, and an empty one for any later number. */
function openPages(bodies: readonly Page[]) {
  return openScripted([(request) => request.reply({ body: bodies[pageNum(request) - 1] ?? page('') })]);
}

const groups = '/api/atlas/v2/groups';

describe.each<[operation: string, list: (client: TenantSnapshotsClient) => Promise<Item[]>]>([
  ['listTenantSnapshots', (client) => client.listTenantSnapshots(...listPath)],
  ['getAll', (client) => client.getAll(groups, { schema: itemSchema })],
])('%s()', (operation, list) => {
  it.each<[rule: string, bodies: Page[], items: string, requests: number]>([
    ['follows a link, whatever the count', [page('a', { ...linked, ...counted(1) }), page('b')], 'ab', 2],
    ['follows the link of an empty page', [page('', linked), page('a')], 'a', 2],
    ['follows a count above what was sent', [page('a', counted(3)), page('bc', counted(3))], 'abc', 2],
    ['follows the count of an earlier page', [page('a', counted(3)), page('b'), page('c')], 'abc', 3],
    ['ends at its count', [page('ab', counted(2))], 'ab', 1],
    ['ends after an empty first page', [page('', counted(0))], '', 1],
    ['ends after a page that is not full, without a count', [page('a', { totalCount: null })], 'a', 1],
    ['accepts a count that is one too high', [page('a', counted(2)), page('', counted(2))], 'a', 2],
    ['accepts an empty page that is linked to, at its count', [page('a', { ...linked, ...counted(1) })], 'a', 2],
    ['accepts an empty page that is linked to, without a count', [page('a', linked)], 'a', 2],
    ['accepts a count that fell, if no item is missing', [page('ab', counted(3)), page('c', counted(2))], 'abc', 2],
    [
      'accepts an item that is inserted meanwhile, which moves another one to the next page',
      [page('ab', counted(4)), page('bc', counted(5)), page('d', counted(5))],
      'abcd',
      4,
    ],
    ['accepts a known item beside a new one, without a count', [page('ab', linked), page('bc')], 'abc', 2],
    ['leaves out what an earlier page had, in order, by its ID', [page('cac', linked), page('abb')], 'cacbb', 2],
    ['compares items without an ID by their JSON', [page('BAa', linked), page('ACC')], 'BAaCC', 2],
    ['accepts an error that is null', [page('a', { error: null, errorCode: null })], 'a', 1],
  ])('%s', async (_rule, bodies, items, requests) => {
    const { client, dispatcher } = openPages(bodies);
    expect((await list(client)).map(toLetter).join('')).toBe(items);
    expect(dispatcher.requests.map(pageNum)).toEqual(Array.from({ length: requests }, (_, index) => index + 1));
  });

  const noNewItem = 'the page has no new item, as if something on the way had dropped the query';
  const short = (seen: number, count: number) => `the list ended after ${seen} of ${count} items`;

  it.each<[what: string, bodies: Page[], message: string]>([
    ['a page that is repeated', [page('ab', linked), page('ba', counted(9))], noNewItem],
    ['a page that is repeated later', [page('a', linked), page('b', linked), page('a', counted(9))], noNewItem],
    ['a page without IDs that is repeated', [page('A', linked), page('A', counted(9))], noNewItem],
    ['an empty first page that counts items', [page('', counted(3))], short(0, 3)],
    ['an empty page that is linked to', [page('a', { ...linked, ...counted(3) }), page('')], short(1, 3)],
    ['a lower count', [page('ab', counted(4)), page('c', counted(3))], short(3, 4)],
    [
      'a count that fell and rose again',
      [page('a', counted(4)), page('b', counted(3)), page('c', counted(4)), page('')],
      short(3, 4),
    ],
    ['a known item', [page('ab', counted(4)), page('bc', counted(5)), page('')], short(3, 4)],
  ])('rejects %s if the list ends too early', async (_what, bodies, message) => {
    const error = await rejection(list(openPages(bodies).client), AtlasInvalidResponseError);
    const whatToDo = message === noNewItem ? advice.repeatedPage : advice.shortList;
    expect(error).toMatchObject({
      operation,
      attempts: bodies.length,
      issues: [{ path: '', message }],
      advice: whatToDo,
    });
  });

  const hasError = { path: '', message: 'it has an error' };
  const isNoList = { path: 'results', message: 'must be an array, or this is not a list' };

  it.each<[what: string, body: Page | [], issue: object]>([
    ['an empty object', {}, isNoList],
    ['an array', [], isNoList],
    ['other results', { results: { id: 'a' } }, isNoList],
    ['a negative count', page('', counted(-1)), { path: 'totalCount' }],
    ['a count with a fraction', page('a', counted(1.5)), { path: 'totalCount' }],
    ['an error', page('a', { error: 503 }), hasError],
    ['an error beside empty results', page('', { error: 503 }), hasError],
    ['an error code', page('a', { errorCode: 'X' }), { path: '', message: 'it has an error (X)' }],
  ])('rejects a body with %s', async (_what, body, issue) => {
    const { client } = openScripted([{ body }]);
    expect((await rejection(list(client), AtlasInvalidResponseError)).issues).toMatchObject([issue]);
  });

  it('reads 200 pages, and no more', async () => {
    expect(await list(openPages(pages(200, counted(200))).client)).toHaveLength(200);
    const error = await rejection(list(openPages(pages(201, linked)).client), AtlasInvalidResponseError);
    expect(error).toMatchObject({ attempts: 200, issues: [{ message: expect.stringContaining('than 200 pages') }] });
  });
});

it.each<[asked: string, size: number, list: (client: TenantSnapshotsClient) => Promise<unknown[]>]>([
  ['500 by Flex', 500, (client) => client.listTenantSnapshots(...listPath)],
  ['100 by the tenant endpoint', 100, (client) => client.listTenantSnapshots(...listPath, { endpoint: 'tenant' })],
  ['500 by getAll()', 500, (client) => client.getAll(groups)],
  ['more by its query than Atlas sends', 500, (client) => client.getAll(groups, { query: { itemsPerPage: 1000 } })],
  ['2 by its query', 2, (client) => client.getAll(groups, { query: { itemsPerPage: 2 } })],
])('without a count, a full page is followed: %s', async (_asked, size, list) => {
  for (const [length, requests] of [[size, 2] as const, [size - 1, 1] as const]) {
    const results = Array.from({ length }, (_, index) => ({ id: hexId(index) }));
    // A count of 0 beside items is none.
    const { client, dispatcher } = openPages([{ results, totalCount: 0 }]);
    expect(await list(client)).toHaveLength(length);
    expect(dispatcher.requests).toHaveLength(requests);
  }
});

it('a list keeps its query from page to page', async () => {
  const { client, dispatcher } = openPages(pages(3, counted(3)));
  await client.listTenantSnapshots(...listPath);
  const first = `${flexListPath}?includeCount=true&itemsPerPage=500`;
  const asked = [first, `${first}&pageNum=2`, `${first}&pageNum=3`];
  expect(dispatcher.requests.map(({ options }) => options.path)).toEqual(asked);
});

it('a list ends with the error of a later page, with the attempts of all pages', async () => {
  const { client } = openScripted([{ body: page('a', linked) }, { status: 403 }]);
  const error = await rejection(client.listTenantSnapshots(...listPath), AtlasApiError);
  expect(error).toMatchObject({ status: 403, operation: 'listTenantSnapshots', attempts: 2, endpoint: 'flex' });
});

it('items are identified as they were sent, and returned as the schema made them', async () => {
  const { client } = openPages([page('a', linked), page('ab')]);
  const schema = z.unknown().transform(() => 'same');
  expect(await client.getAll(groups, { schema })).toEqual(['same', 'same']);
});

it('a page of many items does not hold up what ends the call', async () => {
  const { client } = openScripted([{ body: { results: Array(200_000).fill(1) } }]);
  const aborter = new AbortController();
  let parsed = 0;
  const schema = z.unknown().transform(async () => {
    if (parsed === 0) setTimeout(() => aborter.abort('stop'));
    parsed += 1;
  });
  await expect(client.getAll(groups, { schema, signal: aborter.signal })).rejects.toBe('stop');
  expect(parsed).toBeLessThan(200_000);
});

it('items are parsed up to the first that fails', async () => {
  const parsed: unknown[] = [];
  const schema = z.unknown().refine((item) => parsed.push(item) < 2, 'is wrong');
  const { client } = openScripted([{ body: { results: [1, 2, 3] } }]);
  const { issues } = await rejection(client.getAll(groups, { schema }), AtlasInvalidResponseError);
  expect([parsed, issues]).toEqual([[1, 2], [{ path: 'results.1', message: 'is wrong' }]]);
});

it('items may be nested as deep as JSON allows', async () => {
  const { client } = openScripted([{ body: `{"results":[${'{"n":['.repeat(100_000)}${']}'.repeat(100_000)}]}` }]);
  expect(await client.getAll(groups)).toHaveLength(1);
});
