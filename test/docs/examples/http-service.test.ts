import type { AddressInfo } from 'node:net';
import { TenantSnapshotsClient } from 'atlas-tenant-snapshots';
import { expect, it, onTestFinished, vi } from 'vitest';
import { createService, statusOf, stop } from '../../../examples/http-service.js';
import {
  AtlasApiError,
  AtlasAuthenticationError,
  AtlasInvalidArgumentError,
  AtlasTimeoutError,
} from '../../../src/client/index.js';
import { openEmulator } from '../../support/open-emulator.js';
import { tableUnder } from '../support/documents.js';

async function openService() {
  vi.spyOn(console, 'error').mockReturnValue();
  const atlas = await openEmulator();
  const credentials = atlas.credentials.serviceAccount;
  const client = new TenantSnapshotsClient({ baseUrl: atlas.url, credentials, maxRetries: 0 });
  const service = createService(client, 'secret');
  await new Promise<void>((listening) => service.listen(0, '127.0.0.1', listening));
  onTestFinished(() => void service.close());
  const url = `http://127.0.0.1:${(service.address() as AddressInfo).port}`;
  const list = `/projects/${atlas.groupId}/clusters/${atlas.clusterName}/snapshots`;
  const get = (path: string, options: RequestInit = { headers: { authorization: 'Bearer secret' } }) =>
    fetch(url + path, options);
  return { atlas, list, get, stop: () => stop(service, client) };
}

it('returns a snapshot and all snapshots, but only to a caller with the secret', async () => {
  const { atlas, list, get } = await openService();
  expect(await (await get(list)).json()).toContainEqual(expect.objectContaining({ id: atlas.snapshotId }));
  expect(await (await get(`${list}/${atlas.snapshotId}`)).json()).toMatchObject({ id: atlas.snapshotId });
  expect((await get(list, {})).status).toBe(401);
  expect((await get('/')).status).toBe(404);
});

it('says what is wrong with an argument, and when to call again', async () => {
  const { atlas, list, get } = await openService();
  expect(await (await get(`${list}/NO`)).json()).toMatchObject({ issues: [{ path: 'snapshotId' }] });
  atlas.respond({ status: 429, retryAfter: 8 });
  const limited = await get(list);
  expect([limited.status, limited.headers.get('retry-after')]).toEqual([503, '8']);
});

it('ends the call of a caller who hangs up', async () => {
  const { atlas, list, get } = await openService();
  atlas.respond({ hang: true });
  const caller = new AbortController();
  const headers = { authorization: 'Bearer secret' };
  const hungUp = expect(get(list, { headers, signal: caller.signal })).rejects.toThrow();
  await expect.poll(() => atlas.requests.at(-1)?.scheme).toBe('bearer');
  caller.abort();
  await hungUp;
  await expect.poll(() => atlas.requests.at(-1)?.aborted).toBe(true);
});

it('answers the requests that it has before it closes the client', async () => {
  const { atlas, list, get, stop } = await openService();
  atlas.respond({ delay: 100 });
  const response = get(list);
  await expect.poll(() => atlas.requests.at(-1)?.kind).toBe('flex');
  await stop();
  expect((await response).status).toBe(200);
  expect(atlas.requests.at(-1)?.kind).toBe('revoke');
});

it('answers with the statuses of docs/client/in-a-service.md', () => {
  const apiError = (status: number, errorCode?: string) => new AtlasApiError('', { status, errorCode });
  const errors = [
    new AtlasInvalidArgumentError(''),
    apiError(404, 'CLUSTER_NOT_FOUND'),
    apiError(400, 'CANNOT_USE_NON_FLEX_CLUSTER_IN_FLEX_API'),
    apiError(429),
    new AtlasAuthenticationError('', { retryAfterMs: 1000 }),
    new AtlasTimeoutError(''),
    apiError(404),
  ];
  const rows = tableUnder('docs/client/in-a-service.md', 'What your service should answer');
  expect(errors.map(statusOf)).toEqual(rows.map((row) => Number(row['Status'])));
});
