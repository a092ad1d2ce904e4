import { describe, expect, it } from 'vitest';
import { AtlasApiError, AtlasInvalidResponseError } from '../../src/index.js';
import { failedSnapshot, referenceErrors } from '../support/atlas-bodies.js';
import { openClient } from '../support/open-client.js';
import { openEmulator } from '../support/open-emulator.js';
import { rejection } from '../support/rejection.js';
import { scriptedDispatcher } from '../support/scripted-dispatcher.js';
import { listPath, path } from '../support/snapshot-routes.js';

const enveloped = { envelope: true };

/** Calls that get this body. */
function open(json: unknown, status = 200) {
  const dispatcher = scriptedDispatcher({ status, body: JSON.stringify(json) });
  const client = openClient({ dispatcher, endpoint: 'tenant', maxRetries: 0 });
  return {
    get: (options = enveloped) => client.getTenantSnapshot(...path, options),
    list: () => client.listTenantSnapshots(...listPath, enveloped),
  };
}

describe('an envelope', () => {
  it.each(['content', 'envelope'] as const)(
    'of the emulator has the key %s, at both endpoints',
    async (envelopeKey) => {
      const emulator = await openEmulator({ envelopeKey });
      const client = openClient({ baseUrl: emulator.url, credentials: emulator.credentials.apiKey });
      const { groupId, clusterName, snapshotId } = emulator;
      for (const endpoint of ['tenant', 'flex'] as const) {
        const options = { ...enveloped, pretty: true, endpoint };
        expect(await client.getTenantSnapshot(groupId, clusterName, snapshotId, options)).toMatchObject({
          id: snapshotId,
        });
        expect(await client.listTenantSnapshots(groupId, clusterName, options)).toHaveLength(emulator.snapshots.length);
        const missing = client.getTenantSnapshot(groupId, clusterName, '0'.repeat(24), options);
        const errorCode = 'TENANT_SNAPSHOT_NOT_FOUND';
        expect(await rejection(missing, AtlasApiError)).toMatchObject({ status: 404, errorCode });
      }
    },
  );

  it('of a list has its status beside the results', async () => {
    const { data, response } = await open({ status: 200, results: [failedSnapshot], totalCount: 1 })
      .list()
      .withResponse();
    expect(data).toMatchObject([{ id: failedSnapshot.id }]);
    expect(response.status).toBe(200);
  });

  it.each(referenceErrors)('with an inner $error is an error with that status', async (content) => {
    const { error: status, ...fields } = content;
    for (const json of [
      { status, content },
      { status: String(status), envelope: content },
    ]) {
      const error = await rejection(open(json).get(), AtlasApiError);
      expect(error).toMatchObject({ status, ...fields, attempts: 1, body: JSON.stringify(json) });
      expect(await rejection(open(json).list(), AtlasApiError)).toMatchObject({ status, ...fields });
    }
  });

  it('with an inner 401 leads to a new token', async () => {
    const dispatcher = scriptedDispatcher(
      { body: { status: 401, content: { error: 401 } } },
      { body: { status: 200, content: failedSnapshot } },
    );
    const credentials = { accessToken: ({ refused }: { refused?: string }) => (refused ? 'fresh' : 'stale') };
    await openClient({ dispatcher, credentials }).getTenantSnapshot(...path, enveloped);
    expect(dispatcher.requests.map(({ headers }) => headers['authorization'])).toEqual([
      'Bearer stale',
      'Bearer fresh',
    ]);
  });

  it('is not opened if it was not requested', async () => {
    const call = open({ status: 200, content: failedSnapshot }).get({ envelope: false });
    expect((await rejection(call, AtlasInvalidResponseError)).issues).toMatchObject([{ path: 'status' }]);
  });
});

describe('a response without the requested envelope', () => {
  it.each(['FAILED', '404'])('is parsed as it is, if the status of its snapshot is the text %s', async (status) => {
    await expect(open({ ...failedSnapshot, status }).get()).resolves.toMatchObject({ id: failedSnapshot.id, status });
  });

  it.each([
    { error: 403, errorCode: 'X' },
    { status: 200, content: failedSnapshot },
  ])('is an error if its HTTP status is one: %j', async (json) => {
    const error = await rejection(open(json, 403).get(), AtlasApiError);
    expect(error).toMatchObject({ status: 403, attempts: 1, body: JSON.stringify(json) });
  });
});
