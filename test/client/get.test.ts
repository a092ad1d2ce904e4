import { describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import {
  AtlasApiError,
  AtlasInvalidArgumentError,
  AtlasInvalidResponseError,
  AtlasTimeoutError,
  type TenantSnapshotsClientOptions,
} from '../../src/index.js';
import { stopClock } from '../support/clock.js';
import { openClient } from '../support/open-client.js';
import { openEmulator } from '../support/open-emulator.js';
import { rejection } from '../support/rejection.js';
import { type Behavior, type Reply, scriptedDispatcher, silent } from '../support/scripted-dispatcher.js';
import { groupId, tenantPath } from '../support/snapshot-routes.js';

const path = `/api/atlas/v2/groups/${groupId}/flexClusters`;

function open(script: Behavior[], options: TenantSnapshotsClientOptions = {}) {
  const dispatcher = scriptedDispatcher(...script);
  return { dispatcher, client: openClient({ dispatcher, maxRetries: 0, ...options }) };
}

describe('get()', () => {
  it('returns the JSON of any path, and a response without an endpoint', async () => {
    const { dispatcher, client } = open([{ headers: { 'ratelimit-limit': '10' }, body: { nothing: null } }]);
    const { data, response } = await client.get(path).withResponse();
    expect(data).toEqual({ nothing: null });
    expect(response).toStrictEqual({
      status: 200,
      headers: { 'ratelimit-limit': '10' },
      attempts: 1,
      rateLimit: { limit: 10 },
    });
    expect(dispatcher.requests.map(({ options }) => [options.method, options.path])).toEqual([['GET', path]]);
  });

  it('adds envelope and pretty to its query', async () => {
    const { dispatcher, client } = open([{ body: { status: 200, content: { a: 1 } } }]);
    expect(await client.get(path, { envelope: true, pretty: true, query: { pageNum: 2 } })).toEqual({ a: 1 });
    expect(dispatcher.requests[0]?.options.path).toBe(`${path}?pageNum=2&envelope=true&pretty=true`);
  });

  it('takes a body for an envelope only if it asked for one', async () => {
    const body = { status: 404, content: {} };
    expect(await open([{ body }]).client.get(path)).toEqual(body);
  });

  it('ends with an abort while its schema hangs', async () => {
    const stop = new AbortController();
    const schema = z.unknown().transform(() => {
      setImmediate(() => stop.abort('stopped'));
      return new Promise<never>(() => undefined);
    });
    await expect(open([{}]).client.get(path, { schema, signal: stop.signal })).rejects.toBe('stopped');
  });

  it('shows no secret even if the issues of its schema quote the body', async () => {
    const accessToken = 'a-very-secret-token';
    const echo = { body: { [accessToken]: 1, token: `Bearer ${accessToken}` } };
    const { client } = open([echo], { credentials: { accessToken } });
    const schema = z.strictObject({
      token: z.string().refine(() => false, { error: ({ input }) => `bad value ${input}` }),
    });
    const error = await rejection(client.get(path, { schema }), AtlasInvalidResponseError);
    expect(error.issues).toHaveLength(2);
    expect(JSON.stringify([error, error.message, error.stack])).not.toContain(accessToken);
  });

  it.each<Reply>([
    { status: 410, body: { error: 410, errorCode: 'VERSION_GONE' } },
    { status: 404, body: { error: 404, errorCode: 'RESOURCE_NOT_FOUND', parameters: [tenantPath] } },
    { status: 405 },
    { status: 400, body: { error: 400, errorCode: 'CANNOT_USE_FLEX_CLUSTER_IN_CLUSTER_API' } },
  ])('neither asks another endpoint nor parses an error with its schema: %j', async (reply) => {
    const { dispatcher, client } = open([reply]);
    for (const _call of [1, 2]) {
      const error = await rejection(client.get(tenantPath, { schema: z.never() }), AtlasApiError);
      expect(error).toMatchObject({ status: reply.status, operation: 'get', attempts: 1 });
      expect('endpoint' in error).toBe(false);
      expect(error.message).not.toMatch(/tenant endpoint|snapshot ID|option endpoint/);
    }
    expect(dispatcher.requests.map(({ options }) => options.path)).toEqual([tenantPath, tenantPath]);
  });

  it('leads to no deprecation warning, as the headers concern another resource', async () => {
    const warn = vi.spyOn(process, 'emitWarning').mockImplementation(() => undefined);
    await open([{ headers: { sunset: 'Thu, 1 Jul 2027 00:00:00 GMT' } }]).client.get(path);
    expect(warn).not.toHaveBeenCalled();
  });
});

const pageOf = (results: unknown[], totalCount: number) => ({ body: { results, totalCount } });

describe('getAll()', () => {
  it('reads every page with each kind of credentials', async () => {
    const emulator = await openEmulator();
    const groupNames = ['One', 'Two'];
    for (const [index, groupName] of groupNames.entries()) {
      emulator.seed({ groupId: `0123456789abcdef0123456${index}`, groupName });
    }
    const schema = z.object({ id: z.string(), name: z.string() });
    for (const credentials of Object.values(emulator.credentials)) {
      const client = openClient({ baseUrl: emulator.url, credentials });
      const options = { query: { itemsPerPage: 2 }, apiVersion: '2023-01-01', schema };
      const { data, response } = await client.getAll('/api/atlas/v2/groups', options).withResponse();
      expect(data.map(({ name }) => name)).toEqual([emulator.groupName, ...groupNames]);
      expect(response).toMatchObject({ status: 200, attempts: 2 });
    }
  });

  it('asks for 500 items a page, with its own page numbers', async () => {
    const { client, dispatcher } = open([pageOf([{ id: 1 }], 2), pageOf([{ id: 2 }], 2), pageOf([], 0)]);
    await client.getAll(path, { query: { includeCount: true } });
    await client.getAll(path, { query: { itemsPerPage: 7, pageNum: undefined } });
    expect(dispatcher.requests.map(({ options }) => options.path)).toEqual([
      `${path}?includeCount=true&itemsPerPage=500&pageNum=1`,
      `${path}?includeCount=true&itemsPerPage=500&pageNum=2`,
      `${path}?itemsPerPage=7&pageNum=1`,
    ]);
  });

  it('sends nothing if the query sets pageNum', async () => {
    const { client, dispatcher } = open([]);
    const error = await rejection(client.getAll(path, { query: { pageNum: 2 } }), AtlasInvalidArgumentError);
    expect(error.issues).toEqual([{ path: 'query.pageNum', message: 'must not be set (getAll reads every page)' }]);
    expect(dispatcher.requests).toEqual([]);
  });

  const noList = {
    path: 'results',
    message: 'the body has no results array, so this is not a list (use get() for it)',
  };

  it.each<[body: unknown, issue: object]>([
    [[], noList],
    [null, noList],
    [{ id: 'a' }, noList],
    [{ results: { id: 'a' } }, noList],
    [{ results: [], totalCount: 'many' }, { path: 'totalCount' }],
    [{ results: [{ id: 'a' }, { id: 5 }] }, { path: 'results.1.id' }],
  ])('rejects the page %j, and names what is wrong', async (body, issue) => {
    const { client } = open([{ body: JSON.stringify(body) }]);
    const call = client.getAll(path, { schema: z.object({ id: z.string() }) });
    expect((await rejection(call, AtlasInvalidResponseError)).issues).toMatchObject([issue]);
  });

  it('accepts items that are not objects', async () => {
    expect(await open([pageOf(['a', 'a', null], 3)]).client.getAll(path)).toEqual(['a', 'a', null]);
  });

  it('is never cut short by a page that fails', async () => {
    const { client } = open([pageOf([{ id: 1 }], 2), { status: 500 }]);
    const error = await rejection(client.getAll(path), AtlasApiError);
    expect(error).toMatchObject({ status: 500, operation: 'getAll', attempts: 2 });
  });

  it('has one timeout for all pages', async () => {
    const { client } = open([pageOf([{ id: 1 }], 2), silent]);
    const error = await rejection(client.getAll(path, { timeout: 50 }), AtlasTimeoutError);
    expect(error.attempts).toBe(2);
  });

  it.each([
    ['no schema', {}],
    ['a schema', { schema: z.looseObject({}) }],
  ])('has the last page even if the timeout expires just after the page arrived, with %s', async (_what, options) => {
    stopClock();
    const { setImmediate: afterThisTurn } = globalThis;
    const { client } = open([
      (request) => {
        request.reply(pageOf([{ id: 1 }], 1));
        afterThisTurn(() => vi.advanceTimersByTime(3_000));
      },
    ]);
    expect(await client.getAll(path, { timeout: 3_000, ...options })).toEqual([{ id: 1 }]);
  });

  it('names itemsPerPage too if a page is too large', async () => {
    const { client } = open([pageOf([{ id: 'x'.repeat(100) }], 1)], { maxResponseSize: 50 });
    const error = await rejection(client.getAll(path), AtlasInvalidResponseError);
    expect(error.message).toContain(
      'Raise the limit if you expect that much, or set itemsPerPage in the query to a lower number',
    );
  });
});
