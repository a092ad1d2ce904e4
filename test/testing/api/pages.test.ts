import { describe, expect, it } from 'vitest';
import { snapshots } from '../../support/atlas-bodies.js';
import { openClient } from '../../support/open-client.js';
import {
  clusterApiPath,
  clustersPath,
  dedicatedPath,
  eventsPath,
  flexApiPath,
  openApi,
  projectsPath,
  tenantApiPath,
} from '../support/open-api.js';

it.each([
  ['projects', projectsPath],
  ['events', eventsPath()],
  ['Flex clusters', clustersPath()],
  ['Flex snapshots', flexApiPath()],
  ['dedicated clusters', clusterApiPath()],
  ['dedicated snapshots', dedicatedPath()],
])('a list of %s has a next link on every page except the last', async (_name, path) => {
  const projects = snapshots(2).map(({ id }) => ({ groupId: id }));
  const clusters = ['One', 'Two'].map((clusterName) => ({ clusterName, snapshots: [] }));
  const dedicated = ['Production', 'Four', 'Five'].map((clusterName) => ({ clusterName, dedicated: true }));
  const seed = [...projects, ...clusters, ...dedicated, { snapshots: snapshots(3) }];
  const { emulator, get } = await openApi({ seed });
  const seen = [];
  for (let href = `${path}?itemsPerPage=1&pretty=true`; href !== undefined; ) {
    const { results, links, totalCount } = (await get(href)).json;
    seen.push(results[0].id);
    const rels = links.map(({ rel }: { rel: string }) => rel);
    const previous = seen.length > 1 ? ['previous'] : [];
    const next = seen.length < 3 ? ['next'] : [];
    expect([rels, results.length, totalCount]).toEqual([['self', ...previous, ...next], 1, 3]);
    href = links.find(({ rel }: { rel: string }) => rel === 'next')?.href.slice(emulator.url.length);
  }
  expect(new Set(seen).size).toBe(3);
  expect((await get(`${path}?itemsPerPage=1&pageNum=4`)).json.results).toEqual([]);
});

describe('the size of a page', () => {
  it.each([
    ['is 100', {}, '', 100],
    ['may be 500', {}, '?itemsPerPage=500', 500],
    ['is that of the options', { itemsPerPage: 2 }, '', 2],
    ['may be that of the options', { maxItemsPerPage: 3 }, '?itemsPerPage=3', 3],
  ])('%s', async (_name, paging, query, size) => {
    const { get } = await openApi({ paging, seed: { snapshots: snapshots(501) } });
    expect((await get(flexApiPath(query))).json.results).toHaveLength(size);
  });

  it('is not that of the tenant list, which has no paging', async () => {
    const { get } = await openApi({ seed: { snapshots: snapshots(501) } });
    expect((await get(tenantApiPath('?itemsPerPage=1'))).json.results).toHaveLength(501);
  });

  it.each(['itemsPerPage=0', 'itemsPerPage=x', 'pageNum=-1'])('and its number are checked: %s', async (query) => {
    const { statusOf } = await openApi();
    expect(await statusOf(flexApiPath(`?${query}`))).toBe(400);
  });
});

it.each([
  ['includeCount=false', undefined, undefined],
  ['includeCount=true', undefined, 5],
  ['includeCount=true', false, undefined],
])('totalCount with %s, and the option %s', async (query, totalCount, expected) => {
  const { get } = await openApi({ paging: { totalCount } });
  expect((await get(flexApiPath(`?${query}`))).json.totalCount).toBe(expected);
});

it('a page of events without the count has a totalCount of 0 and no next link, and getAll reads every page', async () => {
  const { emulator, get } = await openApi({ seed: { snapshots: snapshots(5) } });
  const { results, links, totalCount } = (await get(eventsPath('?itemsPerPage=2&includeCount=false'))).json;
  expect([results.length, links.map(({ rel }: { rel: string }) => rel), totalCount]).toEqual([2, ['self'], 0]);
  const client = openClient({ baseUrl: emulator.url, credentials: emulator.credentials.accessToken });
  expect(await client.getAll(eventsPath(), { query: { itemsPerPage: 2, includeCount: false } })).toHaveLength(5);
});
