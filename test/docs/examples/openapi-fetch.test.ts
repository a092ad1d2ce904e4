import { TenantSnapshotsClient } from 'atlas-tenant-snapshots';
import { expect, it, onTestFinished } from 'vitest';
import { createAtlasApi } from '../../../examples/openapi-fetch.mjs';
import { openEmulator } from '../../support/open-emulator.js';

const events = '/api/atlas/v2/groups/{groupId}/events';

/** What openapi-typescript writes, for one path. */
interface Paths {
  [events]: {
    get: {
      parameters: { path: { groupId: string }; query?: { eventType?: string[]; pageNum?: number } };
      responses: { 200: { content: { 'application/vnd.atlas.2025-03-12+json': { results?: object[] } } } };
    };
  };
}

async function openApi() {
  const atlas = await openEmulator();
  const client = new TenantSnapshotsClient({ baseUrl: atlas.url, credentials: atlas.credentials.accessToken });
  onTestFinished(() => client.close());
  return { atlas, api: createAtlasApi<Paths>(client), params: { path: { groupId: atlas.groupId } } };
}

it('sends an array as one parameter per item, and the version of the header Accept or the default of the client', async () => {
  const { atlas, api, params } = await openApi();
  const results = [{ eventTypeName: 'GROUP_CREATED' }];
  atlas.respond({ body: { results }, times: 2 });
  const query = { eventType: ['GROUP_CREATED', 'CLUSTER_CREATED'], pageNum: 2 };
  const { data, response } = await api.GET(events, { params: { ...params, query } });
  expect(data).toEqual({ results });
  expect(response.headers.get('content-type')).toBe('application/json');
  const headers = { Accept: 'application/vnd.atlas.2024-11-13+json' };
  await api.GET(events, { params, headers });
  const path = `/api/atlas/v2/groups/${atlas.groupId}/events`;
  expect(atlas.requests.map((request) => [request.path, request.headers['accept']])).toEqual([
    [`${path}?eventType=GROUP_CREATED&eventType=CLUSTER_CREATED&pageNum=2`, 'application/vnd.atlas.2025-03-12+json'],
    [path, headers.Accept],
  ]);
});

it.each([
  ['with an invalid version', { headers: { Accept: 'text/csv' } }, { code: 'INVALID_ARGUMENT' }],
  ['whose path has the value ..', { params: { path: { groupId: '..' } } }, { message: 'groupId must not be ..' }],
  ['that is aborted', { signal: AbortSignal.abort({ message: 'stopped' }) }, { message: 'stopped' }],
])('rejects a request %s, and sends nothing', async (_name, options, error) => {
  const { atlas, api, params } = await openApi();
  await expect(api.GET(events, { params, ...options })).rejects.toMatchObject(error);
  expect(atlas.requests).toEqual([]);
});
