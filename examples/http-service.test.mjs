/**
 * Tests http-service.mjs with msw 2, which answers instead of Atlas.
 *
 *   npm install fastify # in a project that has installed atlas-tenant-snapshots
 *   npm install --save-dev msw@2
 *   node --test node_modules/atlas-tenant-snapshots/examples/http-service.test.mjs
 *
 * msw 2 sees only requests that are sent with fetch, so the client gets the option `fetch`. Without it, the requests reach
 * Atlas.
 */
import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import { TenantSnapshotsClient } from 'atlas-tenant-snapshots';
import { HttpResponse, http, passthrough } from 'msw';
import { setupServer } from 'msw/node';
import { createService } from './http-service.mjs';

const groupId = '32b6e34b3d91647abb20e7b8';
const snapshot = { id: '5cc310ace5dc7ce369814bc8', status: 'COMPLETED', finishTime: '2026-08-02T17:05:10Z' };
const flexList = 'https://cloud.mongodb.com/api/atlas/v2/groups/:groupId/flexClusters/:clusterName/backup/snapshots';

/**
 * @param {number} error the status.
 * @param {string} errorCode Atlas sends one with almost every error. A gateway sends none.
 * @param {Record<string, string>} [headers]
 */
function atlasError(error, errorCode, headers = {}) {
  return HttpResponse.json({ error, errorCode }, { status: error, headers });
}

const atlas = setupServer(
  http.get(flexList, () => HttpResponse.json({ results: [snapshot], totalCount: 1 })),
  http.get(`${flexList}/${snapshot.id}`, () => HttpResponse.json(snapshot)),
  http.get(`${flexList}/:snapshotId`, () => atlasError(404, 'TENANT_SNAPSHOT_NOT_FOUND')),
  // A 404 of Flex is followed by one request to the tenant endpoint, unless the option endpoint is 'flex'.
  http.get('*/backup/tenant/snapshots*', () => atlasError(410, 'VERSION_GONE')),
  // The service itself, for a test that calls it over HTTP.
  http.all(/^http:\/\/127\.0\.0\.1:/, () => passthrough()),
);

const client = new TenantSnapshotsClient({
  // A token, because the other logins send requests of their own.
  credentials: { accessToken: 'token' },
  // Retries wait in real time.
  maxRetries: 0,
  // Not globalThis.fetch itself: msw replaces that in listen().
  fetch: (...args) => fetch(...args),
});
const service = createService(client, 'secret');

// A request without a handler then fails. Otherwise it would reach Atlas.
before(() => atlas.listen({ onUnhandledRequest: 'error' }));
afterEach(() => atlas.resetHandlers());
after(async () => {
  await service.close();
  atlas.close();
});

/** @param {string} path */
async function get(path) {
  const url = `/projects/${groupId}/clusters/Cluster0/snapshots${path}`;
  const response = await service.inject({ url, headers: { authorization: 'Bearer secret' } });
  return { status: response.statusCode, body: response.json() };
}

test('lists the snapshots', async () => {
  const { status, body } = await get('');
  assert.equal(status, 200);
  assert.equal(body[0].id, snapshot.id);
});

test('returns 401 to a caller without the secret, over HTTP too', async () => {
  const url = await service.listen({ port: 0, host: '127.0.0.1' });
  assert.equal((await fetch(`${url}/projects/${groupId}/clusters/Cluster0/snapshots`)).status, 401);
});

test('returns a snapshot, and 404 if there is none', async () => {
  assert.equal((await get(`/${snapshot.id}`)).body.status, 'COMPLETED');
  assert.deepEqual(await get('/000000000000000000000000'), { status: 404, body: { code: 'API_ERROR' } });
});

test('returns 503 over the rate limit of Atlas', async () => {
  atlas.use(http.get(flexList, () => atlasError(429, 'RATE_LIMITED_TOKEN_BUCKET', { 'retry-after': '30' })));
  assert.deepEqual(await get(''), { status: 503, body: { code: 'API_ERROR' } });
});

test('returns 502 if Atlas cannot be reached', async () => {
  atlas.use(http.get(flexList, () => HttpResponse.error()));
  assert.deepEqual(await get(''), { status: 502, body: { code: 'CONNECTION' } });
});
