import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { AtlasApiError, AtlasInvalidResponseError } from '../../src/index.js';
import { openScripted } from '../support/open-client.js';
import { rejection } from '../support/rejection.js';
import type { Reply } from '../support/scripted-dispatcher.js';
import { groupId, tenantPath } from '../support/snapshot-routes.js';

const path = `/api/atlas/v2/groups/${groupId}/flexClusters`;

describe('get()', () => {
  it('returns the JSON of any path, and a response without an endpoint', async () => {
    const headers = { 'ratelimit-limit': '10' };
    const { dispatcher, client } = openScripted([{ headers, body: { nothing: null } }]);
    const { data, response } = await client.get(path).withResponse();
    expect(data).toEqual({ nothing: null });
    expect(response).toStrictEqual({ status: 200, headers, attempts: 1, rateLimit: { limit: 10 } });
    expect(dispatcher.requests.map(({ options }) => [options.method, options.path])).toEqual([['GET', path]]);
  });

  it('honors inherited options', async () => {
    const { dispatcher, client } = openScripted([{ body: {} }]);
    await client.get(path, Object.create({ query: { a: 1 } }));
    expect(dispatcher.requests[0]?.options.path).toBe(`${path}?a=1`);
  });

  it.each<Reply>([
    { status: 410, body: { error: 410, errorCode: 'VERSION_GONE' } },
    { status: 404, body: { error: 404, errorCode: 'RESOURCE_NOT_FOUND', parameters: [tenantPath] } },
    { status: 400, body: { error: 400, errorCode: 'CANNOT_USE_NON_FLEX_CLUSTER_IN_FLEX_API' } },
  ])('neither asks another endpoint nor parses an error with its schema: %j', async (reply) => {
    const { dispatcher, client } = openScripted([reply]);
    const error = await rejection(client.get(tenantPath, { schema: z.never() }), AtlasApiError);
    expect(error).toMatchObject({ status: reply.status, operation: 'get', attempts: 1 });
    expect(error).not.toHaveProperty('endpoint');
    expect(dispatcher.requests).toHaveLength(1);
  });
});

describe('getAll()', () => {
  const message = 'must be an array, or this is not a list';

  it.each<[body: unknown, issue: object]>([
    ...[[], null, { id: 'a' }, { results: { id: 'a' } }].map((body): [unknown, object] => [
      body,
      { path: 'results', message },
    ]),
    [{ results: [{ id: 'a' }, { id: 5 }] }, { path: 'results.1.id' }],
  ])('rejects the page %j, and names what is wrong', async (body, issue) => {
    const { client } = openScripted([{ body: JSON.stringify(body) }]);
    const call = client.getAll(path, { schema: z.object({ id: z.string() }) });
    expect((await rejection(call, AtlasInvalidResponseError)).issues).toMatchObject([issue]);
  });

  it('accepts items that are not objects, and returns what its schema makes of each', async () => {
    const { client } = openScripted([{ body: { results: ['a', 'a', null], totalCount: 3 } }]);
    expect(await client.getAll(path)).toEqual(['a', 'a', null]);
    const schema = z.string().nullable().transform(String);
    expect(await client.getAll(path, { schema })).toEqual(['a', 'a', 'null']);
  });
});
