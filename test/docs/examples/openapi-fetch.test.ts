import openapiTS, { astToString } from 'openapi-typescript';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createAtlasApi } from '../../../examples/openapi-fetch.mjs';
import { environmentOf, openEmulator } from '../../support/open-emulator.js';
import { typeCheck } from '../support/type-checked.js';
import { TenantSnapshotsClient } from './support/package.mjs';
import { runExample } from './support/run-example.js';

const clusters = '/api/atlas/v2/groups/{groupId}/flexClusters';
const events = '/api/atlas/v2/groups/{groupId}/events';

/** What openapi-typescript writes, for two paths. */
interface Paths {
  [clusters]: { get: { parameters: { path: { groupId: string } }; responses: Responses<{ name?: string }> } };
  [events]: {
    get: {
      parameters: { path: { groupId: string }; query?: { eventType?: string[]; pageNum?: number } };
      responses: Responses<{ eventTypeName?: string }>;
    };
  };
}

interface Responses<Item> {
  200: { content: { 'application/vnd.atlas.2024-11-13+json': { results?: Item[] } } };
}

async function openApi() {
  const atlas = await openEmulator();
  const client = new TenantSnapshotsClient({
    baseUrl: atlas.url,
    credentials: atlas.credentials.serviceAccount,
    maxRetries: 0,
  });
  onTestFinished(() => client.close());
  const { groupId } = atlas;
  const requests = () => atlas.requests.filter(({ kind }) => kind === 'other');
  return { atlas, requests, api: createAtlasApi<Paths>(client), params: { path: { groupId } } };
}

describe('the API', { timeout: 20_000 }, () => {
  it('returns the data and the response', async () => {
    const { atlas, api, params } = await openApi();
    const { data, response } = await api.GET(clusters, { params });
    expect(data?.results).toMatchObject([{ name: atlas.clusterName }]);
    expect(response.headers.get('ratelimit-limit')).toMatch(/^\d+$/);
  });

  it('repeats a parameter for each item of an array', async () => {
    const { atlas, requests, api, params } = await openApi();
    atlas.respond({ body: { results: [{ eventTypeName: 'GROUP_CREATED' }] } });
    const query = { eventType: ['GROUP_CREATED', 'CLUSTER_CREATED'], pageNum: 2 };
    const { data } = await api.GET(events, { params: { ...params, query } });
    expect(data).toEqual({ results: [{ eventTypeName: 'GROUP_CREATED' }] });
    expect(requests().map(({ path }) => path)).toEqual([
      `/api/atlas/v2/groups/${atlas.groupId}/events?eventType=GROUP_CREATED&eventType=CLUSTER_CREATED&pageNum=2`,
    ]);
  });

  it.each([
    ['2025-03-12', {}],
    ['2024-11-13', { Accept: 'application/vnd.atlas.2024-11-13+json' }],
  ])('asks for the version %s with the headers %j', async (version, headers) => {
    const { requests, api, params } = await openApi();
    await api.GET(clusters, { params, headers });
    expect(requests().map((request) => request.headers['accept'])).toEqual([`application/vnd.atlas.${version}+json`]);
  });

  it('throws the errors of the client', async () => {
    const { atlas, api, params } = await openApi();
    atlas.respond({ status: 403, errorCode: 'IP_ADDRESS_NOT_ON_ACCESS_LIST' });
    const error = { code: 'API_ERROR', errorCode: 'IP_ADDRESS_NOT_ON_ACCESS_LIST' };
    await expect(api.GET(clusters, { params })).rejects.toMatchObject(error);
  });

  it('takes no other media type than JSON', async () => {
    const { requests, api, params } = await openApi();
    const headers = { Accept: 'application/vnd.atlas.2024-11-13+csv' };
    await expect(api.GET(clusters, { params, headers })).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
    expect(requests()).toEqual([]);
  });

  it('ends with an abort', async () => {
    const { api, params } = await openApi();
    const signal = AbortSignal.abort('stopped');
    await expect(api.GET(clusters, { params, signal })).rejects.toBe('stopped');
  });

  it.each(['.', '..'])('sends nothing for a path with the value %s', async (groupId) => {
    const { requests, api } = await openApi();
    await expect(api.GET(clusters, { params: { path: { groupId } } })).rejects.toThrow(/groupId must not be \./);
    expect(requests()).toEqual([]);
  });

  it('runs from a shell', async () => {
    const { atlas } = await openApi();
    const ended = await runExample(['openapi-fetch.mjs', atlas.groupId], environmentOf(atlas)).ended;
    expect(ended).toMatchObject({ exitCode: 0, stdout: `${atlas.clusterName} IDLE\n` });
  });
});

/** A document like MongoDB's: with versions in its media types, and an array in a query. */
const document = {
  openapi: '3.0.1',
  info: { title: 'Atlas', version: '2.0' },
  paths: {
    [clusters]: get('2024-11-13', { name: { type: 'string' }, stateName: { enum: ['IDLE', 'UPDATING'] } }, [
      { in: 'query', name: 'itemsPerPage', schema: { type: 'integer' } },
    ]),
    [events]: get('2023-01-01', { eventTypeName: { type: 'string' } }, [
      { in: 'query', name: 'eventType', schema: { type: 'array', items: { enum: ['GROUP_CREATED'] } } },
    ]),
  },
};

function get(version: string, properties: object, query: object[]) {
  const items = { type: 'object', properties };
  const schema = { type: 'object', properties: { results: { type: 'array', items } } };
  const content = { [`application/vnd.atlas.${version}+json`]: { schema } };
  const groupId = { in: 'path', name: 'groupId', required: true, schema: { type: 'string' } };
  return { get: { parameters: [groupId, ...query], responses: { 200: { description: 'OK', content } } } };
}

const consumer = `
import { TenantSnapshotsClient } from 'atlas-tenant-snapshots';
import type { paths } from './atlas.js';
import { createAtlasApi } from './openapi-fetch.mjs';

const api = createAtlasApi<paths>(new TenantSnapshotsClient());
const params = { path: { groupId: '1' }, query: { eventType: ['GROUP_CREATED' as const] } };
const { data } = await api.GET('${events}', { params });
export const name: string | undefined = data?.results?.[0]?.eventTypeName;

await api.GET('/api/atlas/v2/nothing', { params });
await api.GET('${events}', { params: { ...params, query: { eventType: ['NOTHING'] } } });
await api.POST('${clusters}');
`;

it('has the types that openapi-typescript generates from a document', { timeout: 60_000 }, async () => {
  const generated = astToString(await openapiTS(JSON.stringify(document)));
  const texts = new Map([
    ['examples/atlas.d.ts', generated],
    ['examples/consumer.ts', consumer],
  ]);
  const { problems } = typeCheck(['examples/openapi-fetch.mjs'], texts);
  expect(problems.get('examples/openapi-fetch.mjs')).toEqual([]);
  expect(problems.get('examples/consumer.ts')).toEqual([
    expect.stringMatching(/^11: .*nothing/),
    expect.stringMatching(/^12: .*NOTHING/),
    expect.stringMatching(/^13: .*POST/),
  ]);
});
