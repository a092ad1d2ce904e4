import { HttpResponse, http, type JsonBodyType } from 'msw';
import { describe, expect, it } from 'vitest';
import { AtlasApiError, AtlasInvalidResponseError } from '../../src/index.js';
import { failedSnapshot, referenceErrors } from '../support/atlas-bodies.js';
import { startMswServer } from '../support/msw-server.js';
import { openClient } from '../support/open-client.js';
import { openEmulator } from '../support/open-emulator.js';
import { rejection } from '../support/rejection.js';
import { flexRoute, listPath, path, tenantListRoute, tenantRoute } from '../support/snapshot-routes.js';
import { runClock, stopClock } from '../support/test-clock.js';

const envelope = { envelope: true };

async function openAnswering(body: JsonBodyType, status = 200) {
  const server = await startMswServer(
    http.get(tenantRoute, () => HttpResponse.json(body, { status })),
    http.get(tenantListRoute, () => HttpResponse.json(body, { status })),
  );
  const client = openClient({ baseUrl: server.url, endpoint: 'tenant', maxRetries: 0 });
  return { client, call: () => client.getTenantSnapshot(...path, envelope) };
}

describe('an enveloped response', () => {
  it.each(['content', 'envelope'])('is read from the key %s', async (key) => {
    const { call } = await openAnswering({ status: 200, [key]: failedSnapshot });
    const { data, response } = await call().withResponse();
    expect(data).toMatchObject({ id: failedSnapshot.id, finishTime: new Date(failedSnapshot.finishTime) });
    expect(response.status).toBe(200);
  });

  it.each(['content', 'envelope'] as const)('is read from the emulator, under the key %s', async (envelopeKey) => {
    const emulator = await openEmulator({ envelopeKey });
    const client = openClient({ baseUrl: emulator.url, credentials: emulator.credentials.apiKey });
    const ids = [emulator.groupId, emulator.clusterName, emulator.snapshotId] as const;
    for (const endpoint of ['tenant', 'flex'] as const) {
      const options = { ...envelope, pretty: true, endpoint };
      expect(await client.getTenantSnapshot(...ids, options)).toMatchObject({ id: emulator.snapshotId });
      expect(await client.listTenantSnapshots(ids[0], ids[1], options)).toHaveLength(emulator.snapshots.length);
      const missing = client.getTenantSnapshot(ids[0], ids[1], '0'.repeat(24), options);
      const errorCode = 'TENANT_SNAPSHOT_NOT_FOUND';
      expect(await rejection(missing, AtlasApiError)).toMatchObject({ status: 404, errorCode });
    }
  });

  it('keeps the HTTP status if it is an error, whatever the inner status', async () => {
    const body = { error: 404, errorCode: 'TENANT_SNAPSHOT_NOT_FOUND' };
    const { call } = await openAnswering({ status: 404, content: body }, 404);
    const error = await rejection(call(), AtlasApiError);
    expect(error).toMatchObject({ status: 404, errorCode: 'TENANT_SNAPSHOT_NOT_FOUND', endpoint: 'tenant' });
    const odd = await openAnswering({ status: 200, content: body }, 403);
    expect(await rejection(odd.call(), AtlasApiError)).toMatchObject({ status: 403, attempts: 1 });
  });

  it.each(referenceErrors)('with an inner $error is an error with that status', async (body) => {
    const { error: status, errorCode, detail, reason } = body;
    const { call } = await openAnswering({ status, content: body });
    const error = await rejection(call(), AtlasApiError);
    expect(error).toMatchObject({ status, errorCode, detail, reason, attempts: 1 });
    expect(JSON.parse(error.body)).toEqual({ status, content: body });
  });

  it('with an inner 503 is retried', async () => {
    const emulator = await openEmulator();
    emulator.respond({ status: 503 });
    stopClock();
    const client = openClient({ baseUrl: emulator.url, credentials: emulator.credentials.accessToken });
    const call = client.getTenantSnapshot(emulator.groupId, emulator.clusterName, emulator.snapshotId, {
      ...envelope,
      maxRetries: 1,
    });
    const { response } = await runClock(call.withResponse());
    expect(response).toMatchObject({ status: 200, attempts: 2 });
    expect(emulator.requests.map(({ status }) => status)).toEqual([200, 200]);
  });

  it('with an inner 401 renews the token', async () => {
    const emulator = await openEmulator();
    const stale = emulator.issueToken();
    emulator.revokeTokens();
    const fresh = emulator.issueToken();
    const tokens = [stale, fresh];
    const client = openClient({
      baseUrl: emulator.url,
      credentials: { accessToken: () => tokens.shift() ?? 'none-left' },
    });
    const ids = [emulator.groupId, emulator.clusterName, emulator.snapshotId] as const;
    await expect(client.getTenantSnapshot(...ids, envelope)).resolves.toMatchObject({ id: emulator.snapshotId });
    expect(emulator.requests).toHaveLength(2);
  });

  it('with an inner 410 leads to Flex', async () => {
    const server = await startMswServer(
      http.get(tenantRoute, () =>
        HttpResponse.json({ status: 410, content: { error: 410, errorCode: 'VERSION_GONE' } }),
      ),
      http.get(flexRoute, () => HttpResponse.json({ status: 200, envelope: failedSnapshot })),
    );
    const call = openClient({ baseUrl: server.url }).getTenantSnapshot(...path, envelope);
    const { response } = await call.withResponse();
    expect(response).toMatchObject({ endpoint: 'flex', attempts: 2 });
    expect(server.requests[1]?.path).toMatch(/\?envelope=true$/);
  });

  it('may hold the results of a list beside its status', async () => {
    const { client } = await openAnswering({ status: 200, results: [failedSnapshot], totalCount: 1 });
    const list = client.listTenantSnapshots(...listPath, envelope);
    expect(await list).toMatchObject([{ id: failedSnapshot.id }]);
    expect((await list.withResponse()).response.status).toBe(200);
  });

  it('with an inner error of a list is an error with that status', async () => {
    const { client } = await openAnswering({ status: 403, content: referenceErrors[2] });
    const error = await rejection(client.listTenantSnapshots(...listPath, envelope), AtlasApiError);
    expect(error).toMatchObject({ status: 403, errorCode: 'CANNOT_CHANGE_GROUP_NAME' });
  });

  it('may have its status as a string', async () => {
    const { call } = await openAnswering({ status: '200', content: failedSnapshot });
    expect((await call().withResponse()).response.status).toBe(200);
    await expect(call()).resolves.toMatchObject({ id: failedSnapshot.id, status: 'FAILED' });
    for (const key of ['content', 'envelope']) {
      const refused = await openAnswering({ status: '404', [key]: { error: 404, errorCode: 'SNAPSHOT_NOT_FOUND' } });
      const error = await rejection(refused.call(), AtlasApiError);
      expect(error).toMatchObject({ status: 404, errorCode: 'SNAPSHOT_NOT_FOUND' });
    }
  });

  it('is read from the other key if one is null', async () => {
    const { call } = await openAnswering({ status: 200, content: null, envelope: failedSnapshot });
    await expect(call()).resolves.toMatchObject({ id: failedSnapshot.id });
  });
});

describe('a response without the requested envelope', () => {
  it('is parsed as it is, if the status of its snapshot is a word', async () => {
    const { call } = await openAnswering(failedSnapshot);
    await expect(call()).resolves.toMatchObject({ status: 'FAILED', id: failedSnapshot.id });
  });

  it('is parsed as it is, if the status of its snapshot is a number in a string', async () => {
    const { call } = await openAnswering({ ...failedSnapshot, status: '404' });
    await expect(call()).resolves.toMatchObject({ status: '404', id: failedSnapshot.id });
  });

  it('is an error if its HTTP status is one', async () => {
    const { call } = await openAnswering(referenceErrors[2] ?? null, 403);
    expect(await rejection(call(), AtlasApiError)).toMatchObject({
      status: 403,
      errorCode: 'CANNOT_CHANGE_GROUP_NAME',
    });
  });

  it('is not opened if its HTTP status is an error', async () => {
    const { call } = await openAnswering({ status: 200, content: failedSnapshot }, 403);
    expect(await rejection(call(), AtlasApiError)).toMatchObject({ status: 403 });
  });
});

describe('an envelope that was not requested', () => {
  it('is not opened', async () => {
    const { client } = await openAnswering({ status: 200, content: failedSnapshot });
    const { issues } = await rejection(client.getTenantSnapshot(...path), AtlasInvalidResponseError);
    expect(issues).toMatchObject([{ path: 'status' }]);
  });
});

describe('an invalid envelope', () => {
  it.each<[string, JsonBodyType]>([
    ['content that is not an object', { status: 200, content: 'text' }],
    ['content that is a list', { status: 200, content: [] }],
    ['no content', { status: 200 }],
    ['a status of 99', { status: 99, content: failedSnapshot }],
    ['a status of 600', { status: 600, content: failedSnapshot }],
    ['a fractional status', { status: 200.5, content: failedSnapshot }],
    ['a list instead of an object', [{ status: 200, content: failedSnapshot }]],
    ['null instead of an object', null],
    ['a number instead of an object', 200],
  ])('with %s is an invalid response', async (_name, body) => {
    const { call } = await openAnswering(body);
    await rejection(call(), AtlasInvalidResponseError);
  });

  it.each([100, 302, 599])('with an inner %i is an API error', async (status) => {
    const { call } = await openAnswering({ status, content: failedSnapshot });
    expect(await rejection(call(), AtlasApiError)).toMatchObject({ status });
  });
});
