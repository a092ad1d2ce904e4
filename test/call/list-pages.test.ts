import { describe, expect, it } from 'vitest';
import { AtlasInvalidResponseError } from '../../src/index.js';
import { openFaultClient } from '../support/fault-client.js';
import { startFaultServer } from '../support/fault-server.js';
import { answer } from '../support/fault-steps.js';
import { snapshots } from '../support/many-snapshots.js';
import { rejection } from '../support/rejection.js';
import { listPath } from '../support/snapshot-routes.js';

const next = [{ rel: 'next', href: 'https://cloud.mongodb.com/next' }];
const all = snapshots(600);

/** Lists snapshots from a server with these pages, and returns how many it got and how many requests it took. */
async function list(pages: readonly object[], endpoint: 'tenant' | 'flex' = 'flex') {
  const server = await startFaultServer(({ target }) => {
    const pageNum = Number(new URL(target, 'http://localhost').searchParams.get('pageNum') ?? 1);
    return [answer(200, JSON.stringify(pages[pageNum - 1] ?? { results: [] }))];
  });
  const found = await openFaultClient(server, { endpoint }).listTenantSnapshots(...listPath);
  const ids = found.map(({ id }) => id);
  // Each once, in the order of Atlas.
  expect(ids).toEqual(all.slice(0, ids.length).map(({ id }) => id));
  return { found: ids.length, requests: server.requests.length };
}

const page = (from: number, to: number, rest: object = {}) => ({ results: all.slice(from, to), ...rest });

describe('a list', () => {
  it.each([0, 1, 2, 4])('follows a next link although totalCount says %i', async (totalCount) => {
    const pages = [page(0, 2, { totalCount, links: next }), page(2, 4, { totalCount, links: next }), page(4, 5)];
    expect(await list(pages)).toEqual({ found: 5, requests: 3 });
  });

  it('goes on without a next link while it found fewer than totalCount', async () => {
    const pages = [
      page(0, 2, { totalCount: 5, links: [] }),
      page(2, 4, { totalCount: 5 }),
      page(4, 5, { totalCount: 5 }),
    ];
    expect(await list(pages)).toEqual({ found: 5, requests: 3 });
  });

  it.each<['tenant' | 'flex', first: number, requests: number]>([
    ['flex', 500, 2],
    ['tenant', 100, 2],
    ['tenant', 99, 1],
  ])(
    'of the %s endpoint with %i on its first page and no totalCount takes %i requests',
    async (endpoint, first, requests) => {
      expect(await list([page(0, first)], endpoint)).toEqual({ found: first, requests });
    },
  );

  it('ends at a page that brings nothing new, whatever else it says', async () => {
    const again = page(0, 2, { totalCount: 100, links: next });
    expect(await list([again, again, page(2, 4)])).toEqual({ found: 2, requests: 2 });
  });

  it('ends at a page that is not full and has neither a link nor a count', async () => {
    const pages = [page(0, 500), page(500, 550), page(550, 600)];
    expect(await list(pages)).toEqual({ found: 550, requests: 2 });
  });

  it('counts pages that overlap once', async () => {
    const pages = [page(0, 3, { links: next }), page(2, 5, { links: next }), page(4, 6)];
    expect(await list(pages)).toEqual({ found: 6, requests: 3 });
  });

  it.each([
    ['an entry that is null', [null, ...next]],
    ['an entry without rel', [{ href: 'x' }, ...next]],
    ['an entry without href', [{ rel: 'next' }]],
    ['an entry that is text', ['next', ...next]],
    ['a rel that is no text', [{ rel: 5 }, { rel: null, href: {} }, ...next]],
  ])('follows the next link beside %s', async (_name, links) => {
    expect(await list([page(0, 2, { links }), page(2, 3)])).toEqual({ found: 3, requests: 2 });
  });

  it('of 200 pages is whole, and one of more is an INVALID_RESPONSE', async () => {
    const pages = Array.from({ length: 201 }, (_, index) => page(2 * index, 2 * index + 2, { links: next }));
    expect(await list([...pages.slice(0, 199), page(398, 399)])).toEqual({ found: 399, requests: 200 });
    const server = await startFaultServer(({ number }) => [answer(200, JSON.stringify(pages[number - 1]))]);
    const call = openFaultClient(server, { endpoint: 'flex' }).listTenantSnapshots(...listPath);
    const error = await rejection(call, AtlasInvalidResponseError);
    expect(error).toMatchObject({ attempts: 200, operation: 'listTenantSnapshots' });
    expect(server.requests).toHaveLength(200);
  });
});

describe('an odd entry in links', () => {
  it.each([[null], ['text'], [5], [{}], [[null]], [[5, 'x', {}, []]], [[{ rel: 5, href: [] }]], [[{ rel: null }]]])(
    'does no harm to a snapshot: %j',
    async (links) => {
      const snapshot = { ...all[0], links };
      const server = await startFaultServer([answer(200, JSON.stringify(snapshot))]);
      const { links: parsed, ...rest } = await openFaultClient(server).getTenantSnapshot(...listPath, '0'.repeat(24));
      expect(rest).toEqual(all[0]);
      for (const { rel, href } of parsed ?? []) {
        expect(['string', 'undefined']).toContain(typeof rel);
        expect(['string', 'undefined']).toContain(typeof href);
      }
    },
  );
});
