import { describe, expect, it, onTestFinished } from 'vitest';
import { createAtlasApi } from '../../../examples/openapi-fetch.mjs';
import { environmentOf, openEmulator } from '../../support/open-emulator.js';
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

describe('the API', () => {
  it('returns the data and the response, in the version of the header Accept or the default of the client', async () => {
    const { atlas, requests, api, params } = await openApi();
    await api.GET(clusters, { params });
    const headers = { Accept: 'application/vnd.atlas.2024-11-13+json' };
    const { data, response } = await api.GET(clusters, { params, headers });
    expect(data?.results).toMatchObject([{ name: atlas.clusterName }]);
    expect(response.headers.get('ratelimit-limit')).toMatch(/^\d+$/);
    const versions = requests().map((request) => request.headers['accept']);
    expect(versions).toEqual(['application/vnd.atlas.2025-03-12+json', headers.Accept]);
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
    const ended = await runExample('openapi-fetch.mjs', [atlas.groupId], environmentOf(atlas)).ended;
    expect(ended).toMatchObject({ exitCode: 0, stdout: `${atlas.clusterName} IDLE\n` });
  });
});

it('has the types of the document', () => {
  const api = createAtlasApi<Paths>(new TenantSnapshotsClient({ credentials: { accessToken: 'token' } }));
  const path = { groupId: '1' };
  const calls = () => [
    // @ts-expect-error no such path
    api.GET('/api/atlas/v2/nothing', { params: { path } }),
    // @ts-expect-error a list
    api.GET(events, { params: { path, query: { eventType: 'GROUP_CREATED' } } }),
    // @ts-expect-error reads only
    api.POST(clusters),
  ];
  expect(calls).toEqual(expect.any(Function));
});
