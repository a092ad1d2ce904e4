import { describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import {
  AtlasApiError,
  AtlasInvalidArgumentError,
  AtlasInvalidResponseError,
  AtlasTimeoutError,
} from '../../src/index.js';
import { stopClock } from '../support/clock.js';
import { openClient } from '../support/open-client.js';
import { openEmulator } from '../support/open-emulator.js';
import { rejection } from '../support/rejection.js';
import { type Behavior, scriptedDispatcher, silent } from '../support/scripted-dispatcher.js';

const path = '/api/atlas/v2/groups';

function open(...script: Behavior[]) {
  const dispatcher = scriptedDispatcher(...script);
  return { dispatcher, client: openClient({ dispatcher, maxRetries: 0 }) };
}

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
      const { data, response } = await client.getAll(path, options).withResponse();
      expect(data.map(({ name }) => name)).toEqual([emulator.groupName, ...groupNames]);
      expect(response).toMatchObject({ status: 200, attempts: 2 });
    }
  });

  it('asks for 500 items a page, with its own page numbers', async () => {
    const { client, dispatcher } = open(pageOf([{ id: 1 }], 2), pageOf([{ id: 2 }], 2), pageOf([], 0));
    await client.getAll(path, { query: { includeCount: true } });
    await client.getAll(path, { query: { itemsPerPage: 7, pageNum: undefined } });
    expect(dispatcher.requests.map(({ options }) => options.path)).toEqual([
      `${path}?includeCount=true&itemsPerPage=500&pageNum=1`,
      `${path}?includeCount=true&itemsPerPage=500&pageNum=2`,
      `${path}?itemsPerPage=7&pageNum=1`,
    ]);
  });

  it('sends nothing if the query sets pageNum', async () => {
    const { client, dispatcher } = open();
    const error = await rejection(client.getAll(path, { query: { pageNum: 2 } }), AtlasInvalidArgumentError);
    expect(error.issues).toEqual([{ path: 'query.pageNum', message: 'must not be set (getAll reads every page)' }]);
    expect(dispatcher.requests).toEqual([]);
  });

  it('checks each item with the schema, and names the item that does not match', async () => {
    const { client } = open(pageOf([{ id: 'a' }, { id: 5 }], 2));
    const error = await rejection(
      client.getAll(path, { schema: z.object({ id: z.string() }) }),
      AtlasInvalidResponseError,
    );
    expect(error.issues).toMatchObject([{ path: 'results.1.id' }]);
  });

  it.each([
    ['an array', []],
    ['null', null],
    ['an object without results', { id: 'a' }],
    ['results that are no array', { results: { id: 'a' } }],
  ])('does not take %s for a list', async (_name, body) => {
    const { client } = open({ body: JSON.stringify(body) });
    const error = await rejection(client.getAll(path), AtlasInvalidResponseError);
    expect(error.issues).toEqual([
      { path: 'results', message: 'the body has no results array, so this is not a list (use get() for it)' },
    ]);
  });

  it('may have items that are no objects, but no count that is no number', async () => {
    expect(await open(pageOf(['a', 'a', null], 3)).client.getAll(path)).toEqual(['a', 'a', null]);
    const { client } = open({ body: { results: [], totalCount: 'many' } });
    const { issues } = await rejection(client.getAll(path), AtlasInvalidResponseError);
    expect(issues).toMatchObject([{ path: 'totalCount' }]);
  });

  it('is never cut short by a page that fails', async () => {
    const { client } = open(pageOf([{ id: 1 }], 2), { status: 500 });
    const error = await rejection(client.getAll(path), AtlasApiError);
    expect(error).toMatchObject({ status: 500, operation: 'getAll', attempts: 2 });
  });

  it('has one timeout for all pages', async () => {
    const { client } = open(pageOf([{ id: 1 }], 2), silent);
    const error = await rejection(client.getAll(path, { timeout: 50 }), AtlasTimeoutError);
    expect(error.attempts).toBe(2);
  });

  it.each([
    ['no schema', undefined],
    ['a schema', z.looseObject({})],
  ])('has the last page even if the timeout expires just after the page arrived, with %s', async (_what, schema) => {
    stopClock();
    const { setImmediate: afterThisTurn } = globalThis;
    const { client } = open((request) => {
      request.reply(pageOf([{ id: 1 }], 1));
      afterThisTurn(() => vi.advanceTimersByTime(3_000));
    });
    const options = schema === undefined ? {} : { schema };
    expect(await client.getAll(path, { timeout: 3_000, ...options })).toEqual([{ id: 1 }]);
  });

  it('names itemsPerPage too if a page is too large', async () => {
    const dispatcher = scriptedDispatcher(pageOf([{ id: 'x'.repeat(100) }], 1));
    const client = openClient({ dispatcher, maxResponseSize: 50 });
    const error = await rejection(client.getAll(path), AtlasInvalidResponseError);
    expect(error.message).toContain(
      'Raise the limit if you expect that much, or set itemsPerPage in the query to a lower number',
    );
  });
});
