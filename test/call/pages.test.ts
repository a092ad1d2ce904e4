import { delay, HttpResponse, http } from 'msw';
import { describe, expect, expectTypeOf, it } from 'vitest';
import {
  AtlasApiError,
  AtlasClosedError,
  AtlasInvalidResponseError,
  type AtlasPromise,
  AtlasTimeoutError,
  type TenantSnapshot,
} from '../../src/index.js';
import type { AtlasEmulatorOptions, SunsetForm } from '../../src/testing/index.js';
import { hexId, snapshots } from '../support/many-snapshots.js';
import { type MswServer, startMswServer } from '../support/msw-server.js';
import { openClient } from '../support/open-client.js';
import { openEmulator } from '../support/open-emulator.js';
import { rejection } from '../support/rejection.js';
import { flexListRoute, listPath, tenantListPath, tenantListRoute } from '../support/snapshot-routes.js';
import { runClock, stopClock } from '../support/test-clock.js';

async function openList(count: number, options: AtlasEmulatorOptions = {}) {
  const emulator = await openEmulator({ ...options, seed: { snapshots: snapshots(count) } });
  const client = openClient({ baseUrl: emulator.url, credentials: emulator.credentials.accessToken });
  const list = [emulator.groupId, emulator.clusterName] as const;
  return { emulator, client, list };
}

const ids = (list: TenantSnapshot[]) => list.map(({ id }) => id);

/** The page numbers in the requests. */
const pageNums = (requests: readonly { path: string }[]) =>
  requests.map(({ path }) => new URL(path, 'http://x').searchParams.get('pageNum') ?? '1');

/** Serves these pages of a list. */
function startPages(route: string, pages: readonly object[]): Promise<MswServer> {
  return startMswServer(
    http.get(route, ({ request }) => {
      const page = pages[Number(new URL(request.url).searchParams.get('pageNum') ?? 1) - 1];
      return page === undefined ? new HttpResponse(null, { status: 400 }) : HttpResponse.json(page);
    }),
  );
}

describe('the list of a tenant cluster', () => {
  it.each([1, 7, 500, 501, 1200])('of %i snapshots takes one request', async (count) => {
    const { emulator, client, list } = await openList(count);
    expect(ids(await client.listTenantSnapshots(...list))).toEqual(ids(snapshots(count)));
    expect(emulator.requests.map(({ path }) => path)).toEqual([tenantListPath]);
  });

  it.each([
    [99, 1],
    [100, 2],
    [101, 2],
  ])('of %i snapshots without totalCount takes this many requests: %i', async (count, requests) => {
    const server = await startPages(tenantListRoute, [{ results: snapshots(count) }, { results: [] }]);
    const list = await openClient({ baseUrl: server.url }).listTenantSnapshots(...listPath);
    expect(list).toHaveLength(count);
    expect(server.requests).toHaveLength(requests);
  });

  it('has the same dates as a single snapshot', async () => {
    const emulator = await openEmulator();
    const client = openClient({ baseUrl: emulator.url, credentials: emulator.credentials.apiKey });
    const list = await client.listTenantSnapshots(emulator.groupId, emulator.clusterName);
    const single = await client.getTenantSnapshot(emulator.groupId, emulator.clusterName, emulator.snapshotId);
    expect(list.find(({ id }) => id === emulator.snapshotId)).toMatchObject({ finishTime: single.finishTime });
    expect(ids(list)).toEqual(emulator.snapshots.map(({ id }) => id));
    expect('finishTime' in (list.at(-1) ?? {})).toBe(false);
  });

  it('has the types of the contract', async () => {
    const { client, list } = await openList(0);
    const promise = client.listTenantSnapshots(...list);
    expectTypeOf(promise).toEqualTypeOf<AtlasPromise<TenantSnapshot[]>>();
    expect(await promise).toEqual([]);
  });
});

describe('the list of a Flex cluster', () => {
  const flex = { endpoint: 'flex' } as const;

  it.each([
    [0, 1],
    [1, 1],
    [7, 1],
    [500, 1],
    [501, 2],
    [1200, 3],
  ])('of %i snapshots with totalCount takes this many requests: %i', async (count, pages) => {
    const { emulator, client, list } = await openList(count);
    expect(ids(await client.listTenantSnapshots(...list, flex))).toEqual(ids(snapshots(count)));
    expect(pageNums(emulator.requests)).toEqual(['1', '2', '3'].slice(0, pages));
    for (const { path } of emulator.requests) expect(path).toContain('?includeCount=true&itemsPerPage=500');
  });

  it.each([0, 1, 7, 500, 501, 1200])('of %i snapshots without totalCount is complete', async (count) => {
    const { client, list } = await openList(count, { paging: { totalCount: false } });
    expect(ids(await client.listTenantSnapshots(...list, flex))).toEqual(ids(snapshots(count)));
  });

  it.each([true, false])('is complete if pages are smaller than requested, with totalCount: %s', async (totalCount) => {
    const all = snapshots(250);
    const server = await startMswServer(
      http.get(flexListRoute, ({ request }) => {
        const first = (Number(new URL(request.url).searchParams.get('pageNum') ?? 1) - 1) * 100;
        const results = all.slice(first, first + 100);
        return HttpResponse.json(totalCount ? { results, totalCount: 250 } : { results });
      }),
    );
    const client = openClient({ baseUrl: server.url, endpoint: 'flex' });
    expect(ids(await client.listTenantSnapshots(...listPath))).toEqual(ids(all));
    expect(pageNums(server.requests)).toEqual(['1', '2', '3']);
  });

  it.each([{}, { totalCount: 0 }, { totalCount: null }])(
    'is complete at 3 snapshots per page, with %j',
    async (rest) => {
      const all = snapshots(8);
      const server = await startMswServer(
        http.get(flexListRoute, ({ request }) => {
          const first = (Number(new URL(request.url).searchParams.get('pageNum') ?? 1) - 1) * 3;
          return HttpResponse.json({ results: all.slice(first, first + 3), ...rest });
        }),
      );
      const client = openClient({ baseUrl: server.url, endpoint: 'flex' });
      expect(ids(await client.listTenantSnapshots(...listPath))).toEqual(ids(all));
      expect(pageNums(server.requests)).toEqual(['1', '2', '3']);
    },
  );

  it.each([{ totalCount: 700 }, {}])('has each snapshot once if the server ignores paging, with %j', async (rest) => {
    const all = snapshots(700);
    const server = await startMswServer(http.get(flexListRoute, () => HttpResponse.json({ results: all, ...rest })));
    const client = openClient({ baseUrl: server.url, endpoint: 'flex' });
    expect(ids(await client.listTenantSnapshots(...listPath))).toEqual(ids(all));
    expect(server.requests.length).toBeLessThanOrEqual(2);
  });

  it.each<[name: string, second: object]>([
    ['is empty', { results: [], totalCount: 9 }],
    ['repeats the first', { results: snapshots(2), totalCount: 9 }],
  ])('ends with a page that %s, even if totalCount is larger', async (_name, second) => {
    const server = await startPages(flexListRoute, [{ results: snapshots(2), totalCount: 9 }, second]);
    const list = await openClient({ baseUrl: server.url, endpoint: 'flex' }).listTenantSnapshots(...listPath);
    expect(ids(list)).toEqual(ids(snapshots(2)));
    expect(server.requests).toHaveLength(2);
  });

  it('continues after a page that is not full while there are fewer results than totalCount', async () => {
    const pages = snapshots(3).map((snapshot) => ({ results: [snapshot], totalCount: 3 }));
    const server = await startPages(flexListRoute, pages);
    const list = await openClient({ baseUrl: server.url, endpoint: 'flex' }).listTenantSnapshots(...listPath);
    expect(ids(list)).toEqual(ids(snapshots(3)));
    expect(server.requests).toHaveLength(3);
  });

  it('continues while there is a link to the next page', async () => {
    const links = [
      { rel: 'self', href: 'https://cloud.mongodb.com/self' },
      { rel: 'next', href: 'https://cloud.mongodb.com/next' },
    ];
    const all = snapshots(3);
    const pages = [
      { results: all.slice(0, 2), links },
      { results: all.slice(2), links: links.slice(0, 1) },
    ];
    const server = await startPages(tenantListRoute, pages);
    const list = await openClient({ baseUrl: server.url }).listTenantSnapshots(...listPath);
    expect(ids(list)).toEqual(ids(all));
    expect(server.requests).toHaveLength(2);
  });

  it('has the first of two snapshots with the same id', async () => {
    const [id] = ids(snapshots(1));
    const results = [
      { id, status: 'RUNNING' },
      { id, status: 'COMPLETED' },
    ];
    const server = await startPages(tenantListRoute, [{ results }]);
    const list = await openClient({ baseUrl: server.url }).listTenantSnapshots(...listPath);
    expect(list).toEqual([{ id, status: 'RUNNING' }]);
  });

  it('has every snapshot without an id', async () => {
    const results = [{}, {}, { status: 'FAILED' }];
    const server = await startPages(flexListRoute, [{ results, totalCount: 3 }]);
    const list = await openClient({ baseUrl: server.url, endpoint: 'flex' }).listTenantSnapshots(...listPath);
    expect(list).toEqual(results);
  });

  it('has each snapshot once if another is created between two pages', async () => {
    let count = 501;
    const server = await startMswServer(
      http.get(flexListRoute, ({ request }) => {
        const newestFirst = snapshots(count).reverse();
        const first = (Number(new URL(request.url).searchParams.get('pageNum') ?? 1) - 1) * 500;
        const body = { results: newestFirst.slice(first, first + 500), totalCount: count };
        count += 1;
        return HttpResponse.json(body);
      }),
    );
    const list = await openClient({ baseUrl: server.url, endpoint: 'flex' }).listTenantSnapshots(...listPath);
    expect(new Set(ids(list)).size).toBe(list.length);
    expect(ids(list)).toEqual(ids(snapshots(501).reverse()));
  });

  it('is an error if the pages do not end', async () => {
    let next = 0;
    const server = await startMswServer(
      http.get(flexListRoute, () => {
        next += 1;
        return HttpResponse.json({ results: [{ id: hexId(next) }], totalCount: 1_000_000 });
      }),
    );
    const client = openClient({ baseUrl: server.url, endpoint: 'flex' });
    const error = await rejection(client.listTenantSnapshots(...listPath), AtlasInvalidResponseError);
    expect(error).toMatchObject({ code: 'INVALID_RESPONSE', operation: 'listTenantSnapshots' });
    expect(error.issues).toEqual([{ path: 'results', message: expect.stringContaining('200 pages') }]);
    expect(server.requests).toHaveLength(200);
  });

  it('of 200 pages is complete', async () => {
    const pages = snapshots(200).map((snapshot) => ({ results: [snapshot], totalCount: 200 }));
    const server = await startPages(flexListRoute, pages);
    const list = await openClient({ baseUrl: server.url, endpoint: 'flex' }).listTenantSnapshots(...listPath);
    expect(ids(list)).toEqual(ids(snapshots(200)));
  });
});

describe('withResponse() of a list', () => {
  it('returns the response of the last page, with the attempts of all pages', async () => {
    const server = await startMswServer(
      http.get(flexListRoute, ({ request }) => {
        const page = new URL(request.url).searchParams.get('pageNum') ?? '1';
        const results = page === '1' ? snapshots(500) : [{ id: hexId(501) }];
        return HttpResponse.json(
          { results, totalCount: 501 },
          { headers: { 'x-page': page, 'ratelimit-remaining': page } },
        );
      }),
    );
    const call = openClient({ baseUrl: server.url, endpoint: 'flex' }).listTenantSnapshots(...listPath);
    const { data, response } = await call.withResponse();
    expect(data).toHaveLength(501);
    expect(response).toMatchObject({ status: 200, endpoint: 'flex', attempts: 2, rateLimit: { remaining: 2 } });
    expect(response.headers['x-page']).toBe('2');
  });

  it('counts retries and the switch to Flex as attempts', async () => {
    const { emulator, client, list } = await openList(501);
    emulator.sunset();
    emulator.respond({ status: 503, for: 'flex' });
    stopClock();
    const { response } = await runClock(client.listTenantSnapshots(...list).withResponse());
    expect(response).toMatchObject({ endpoint: 'flex', attempts: 4 });
    expect(emulator.requests.map(({ kind, status }) => [kind, status])).toEqual([
      ['tenant', 410],
      ['flex', 503],
      ['flex', 200],
      ['flex', 200],
    ]);
  });
});

describe('a list after a sunset', () => {
  const forms: SunsetForm[] = ['gone', 'not-found-html', 'method-not-allowed', 'no-route', 'flex-cluster'];

  it.each(forms)('of the form %s is read from Flex, page by page', async (form) => {
    const { emulator, client, list } = await openList(501);
    emulator.sunset(form);
    expect(ids(await client.listTenantSnapshots(...list))).toEqual(ids(snapshots(501)));
    expect(emulator.requests.map(({ kind }) => kind)).toEqual(['tenant', 'flex', 'flex']);
    expect(pageNums(emulator.requests)).toEqual(['1', '1', '2']);
  });

  it('is read from Flex if the sunset is between two pages', async () => {
    const all = snapshots(150);
    const server = await startMswServer(
      http.get(tenantListRoute, ({ request }) =>
        request.url.includes('pageNum=2')
          ? HttpResponse.json({ error: 410, errorCode: 'VERSION_GONE' }, { status: 410 })
          : HttpResponse.json({ results: all.slice(0, 100) }),
      ),
      http.get(flexListRoute, () => HttpResponse.json({ results: all.slice(100), totalCount: 50 })),
    );
    const list = await openClient({ baseUrl: server.url }).listTenantSnapshots(...listPath);
    // The page of the tenant endpoint is dropped.
    expect(ids(list)).toEqual(ids(all.slice(100)));
  });
});

describe('a list with a sunset between two pages', () => {
  it.each([undefined, 520])(
    'starts over at Flex, whose pages have another size, with totalCount: %s',
    async (totalCount) => {
      const all = snapshots(520);
      const pageOf = (url: string, size: number) => {
        const first = (Number(new URL(url).searchParams.get('pageNum') ?? 1) - 1) * size;
        return { results: all.slice(first, first + size), totalCount };
      };
      const server = await startMswServer(
        http.get(tenantListRoute, ({ request }) =>
          request.url.includes('pageNum=2')
            ? new HttpResponse(null, { status: 410 })
            : HttpResponse.json(pageOf(request.url, 100)),
        ),
        http.get(flexListRoute, ({ request }) => HttpResponse.json(pageOf(request.url, 500))),
      );
      const call = openClient({ baseUrl: server.url }).listTenantSnapshots(...listPath);
      const { data, response } = await call.withResponse();
      expect(ids(data)).toEqual(ids(all));
      expect(response).toMatchObject({ endpoint: 'flex', attempts: 5 });
      expect(pageNums(server.requests)).toEqual(['1', '2', '2', '1', '2']);
    },
  );
});

describe('close() during a list', () => {
  it('waits until the last page is read', async () => {
    const { emulator, client, list } = await openList(1200);
    emulator.respond({ delay: 30 });
    const call = client.listTenantSnapshots(...list, { endpoint: 'flex' });
    await expect.poll(() => emulator.requests.length, { interval: 1 }).toBe(1);
    const closing = client.close();
    expect(ids(await call)).toEqual(ids(snapshots(1200)));
    await closing;
    expect(pageNums(emulator.requests)).toEqual(['1', '2', '3']);
  });

  it('ends the list if one of its pages waits for a retry', async () => {
    const { emulator, client, list } = await openList(1200);
    emulator.respond({}, { status: 503 });
    const call = rejection(client.listTenantSnapshots(...list, { endpoint: 'flex' }), AtlasClosedError);
    await expect.poll(() => emulator.requests.length, { interval: 1 }).toBe(2);
    await expect.poll(() => emulator.requests[1]?.status, { interval: 1 }).toBe(503);
    await client.close();
    expect(await call).toMatchObject({ attempts: 2, cause: { status: 503 } });
  });
});

/** Both endpoints respond to the second page of a list with a 410. */
function startHalfGone() {
  const twoPages = ({ request }: { request: Request }) =>
    request.url.includes('pageNum=2')
      ? new HttpResponse(null, { status: 410 })
      : HttpResponse.json({ results: snapshots(1), totalCount: 2 });
  return startMswServer(http.get(tenantListRoute, twoPages), http.get(flexListRoute, twoPages));
}

describe('a 410 for the second page', () => {
  it('is an error at a pinned tenant endpoint', async () => {
    const server = await startHalfGone();
    const call = openClient({ baseUrl: server.url, endpoint: 'tenant' }).listTenantSnapshots(...listPath);
    expect(await rejection(call, AtlasApiError)).toMatchObject({ status: 410, endpoint: 'tenant', attempts: 2 });
    expect(server.requests).toHaveLength(2);
  });

  it('is an error at Flex', async () => {
    const server = await startHalfGone();
    const call = openClient({ baseUrl: server.url, endpoint: 'flex' }).listTenantSnapshots(...listPath);
    expect(await rejection(call, AtlasApiError)).toMatchObject({ status: 410, endpoint: 'flex', attempts: 2 });
    expect(server.requests).toHaveLength(2);
  });
});

describe('a list', () => {
  it('rejects with the error of its first page', async () => {
    const { client, list } = await openList(1);
    const error = await rejection(client.listTenantSnapshots(list[0], 'NoSuch'), AtlasApiError);
    expect(error).toMatchObject({ status: 404, errorCode: 'CLUSTER_NOT_FOUND', operation: 'listTenantSnapshots' });
  });

  it('rejects with the error of a later page, with the attempts of all pages', async () => {
    const { emulator, client, list } = await openList(501);
    emulator.respond({}, { status: 403 });
    const call = client.listTenantSnapshots(...list, { endpoint: 'flex' });
    expect(await rejection(call, AtlasApiError)).toMatchObject({ status: 403, attempts: 2, endpoint: 'flex' });
  });

  it('has one timeout for all pages', async () => {
    let next = 0;
    const server = await startMswServer(
      http.get(flexListRoute, async () => {
        next += 1;
        await delay(60);
        return HttpResponse.json({ results: [{ id: hexId(next) }], totalCount: 1_000_000 });
      }),
    );
    const client = openClient({ baseUrl: server.url, endpoint: 'flex', attemptTimeout: 10_000 });
    const error = await rejection(client.listTenantSnapshots(...listPath, { timeout: 200 }), AtlasTimeoutError);
    expect(error.operation).toBe('listTenantSnapshots');
    expect(error.message).toContain('200 ms (timeout)');
    expect(error.attempts).toBe(server.requests.length);
  });

  it('rejects with the reason of an abort at a later page', async () => {
    const { emulator, client, list } = await openList(501);
    emulator.respond({}, { hang: true });
    const controller = new AbortController();
    const call = client.listTenantSnapshots(...list, { endpoint: 'flex', signal: controller.signal });
    setTimeout(() => controller.abort('enough'), 50);
    await expect(call).rejects.toBe('enough');
    expect(emulator.requests.length).toBeLessThanOrEqual(2);
  });
});
