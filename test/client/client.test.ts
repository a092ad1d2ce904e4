import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { AtlasApiError, AtlasInvalidArgumentError } from '../../src/client/index.js';
import { get, openBareClient, openScripted } from '../support/open-client.js';
import { startRawServer } from '../support/raw-server.js';
import { good } from '../support/raw-steps.js';
import { rejection } from '../support/rejection.js';
import { groupId, tenantPath } from '../support/snapshot-routes.js';

const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));

it('a request is a GET with no headers except Accept, Accept-Encoding, User-Agent and the credentials', async () => {
  const server = await startRawServer(good);
  await get(openBareClient(server));
  expect(server.requests.map(({ head, body }) => (head + body).split('\r\n'))).toEqual([
    [
      `GET ${tenantPath} HTTP/1.1`,
      `host: 127.0.0.1:${server.port}`,
      'connection: keep-alive',
      'accept: application/json',
      'accept-encoding: gzip',
      `user-agent: atlas-tenant-snapshots/${version} node/${process.versions.node}`,
      'authorization: Bearer token-of-the-test',
      '',
      '',
    ],
  ]);
});

it.each<[method: 'getTenantSnapshot' | 'listTenantSnapshots' | 'get' | 'getAll', values: unknown[], places: string[]]>([
  ['getTenantSnapshot', [], ['groupId', 'clusterName', 'snapshotId']],
  ['getTenantSnapshot', [1, '-', 'A'.repeat(24), { timeout: 0 }], ['groupId', 'clusterName', 'snapshotId', 'timeout']],
  ['listTenantSnapshots', [null, 'a b', { maxRetries: -1 }], ['groupId', 'clusterName', 'maxRetries']],
  ['get', ['v2', { apiVersion: 'x' }], ['path', 'apiVersion']],
  ['getAll', ['v2', { query: { pageNum: 1 } }], ['path', 'query.pageNum']],
])('%s with %o sends nothing, and its error names each invalid argument', async (method, values, places) => {
  const { client, dispatcher } = openScripted([]);
  const error = await rejection(Reflect.apply(client[method], client, values), AtlasInvalidArgumentError);
  expect(error).toMatchObject({ code: 'INVALID_ARGUMENT', operation: method });
  expect(error.issues.map(({ path }) => path)).toEqual(places);
  for (const { path, message } of error.issues) expect(error.message).toContain(`${path}: ${message}`);
  expect(dispatcher.requests).toEqual([]);
});

const flexClusters = `/api/atlas/v2/groups/${groupId}/flexClusters`;

describe('get()', () => {
  it('returns the JSON of any path, and a response without an endpoint', async () => {
    const headers = { 'x-a': '10' };
    const { dispatcher, client } = openScripted([{ headers, body: { nothing: null } }]);
    const { data, response } = await client.get(flexClusters).withResponse();
    expect(data).toEqual({ nothing: null });
    expect(response).toStrictEqual({ status: 200, headers, attempts: 1 });
    expect(dispatcher.requests.map(({ options }) => [options.method, options.path])).toEqual([['GET', flexClusters]]);
  });

  it('neither asks another endpoint nor parses an error with its schema', async () => {
    const { dispatcher, client } = openScripted([
      { status: 404, body: { error: 404, errorCode: 'CLUSTER_NOT_FOUND' } },
    ]);
    const error = await rejection(client.get(tenantPath, { schema: z.never() }), AtlasApiError);
    expect(error).toMatchObject({ status: 404, operation: 'get', attempts: 1 });
    expect(error).not.toHaveProperty('endpoint');
    expect(dispatcher.requests).toHaveLength(1);
  });
});

describe('getAll()', () => {
  it('accepts items that are not objects, and returns what its schema makes of each', async () => {
    const { client } = openScripted([{ body: { results: ['a', 'a', null], totalCount: 3 } }]);
    expect(await client.getAll(flexClusters)).toEqual(['a', 'a', null]);
    const schema = z.string().nullable().transform(String);
    expect(await client.getAll(flexClusters, { schema })).toEqual(['a', 'a', 'null']);
  });
});
