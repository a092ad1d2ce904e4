import { request } from 'node:http';
import { expect, it, onTestFinished } from 'vitest';
import { createService, statusOf } from '../../../examples/http-service.mjs';
import {
  AtlasApiError,
  AtlasAuthenticationError,
  AtlasInvalidArgumentError,
  AtlasTimeoutError,
} from '../../../src/client/index.js';
import { openEmulator } from '../../support/open-emulator.js';
import { tableUnder } from '../support/documents.js';
import { TenantSnapshotsClient } from './support/package.mjs';

// examples/http-service.test.mjs, which from-a-shell.test.ts runs, shows what the service answers.
const headers = { authorization: 'Bearer secret' };

async function openService() {
  const atlas = await openEmulator();
  const credentials = atlas.credentials.serviceAccount;
  const client = new TenantSnapshotsClient({ baseUrl: atlas.url, credentials, maxRetries: 0 });
  const lines: string[] = [];
  const logger = { stream: { write: (line: string) => void lines.push(line) } };
  const service = createService(client, 'secret', { logger });
  onTestFinished(() => service.close());
  const url = await service.listen({ port: 0, host: '127.0.0.1' });
  const list = `${url}/projects/${atlas.groupId}/clusters/${atlas.clusterName}/snapshots`;
  return { atlas, url, list, log: () => lines.map((line): object => JSON.parse(line)) };
}

it('says what is wrong with an argument, and when to call again', async () => {
  const { atlas, list } = await openService();
  const invalid = await fetch(`${list}/NO`, { headers });
  expect(await invalid.json()).toMatchObject({ issues: [{ path: 'snapshotId' }] });
  atlas.respond({ for: 'token', status: 429, retryAfter: 7 });
  atlas.respond({ status: 429, retryAfter: 8 });
  const waits = [await fetch(list, { headers }), await fetch(list, { headers })];
  expect(waits.map((response) => response.headers.get('retry-after'))).toEqual(['7', '8']);
});

it('ends the call of a caller who hangs up, and logs 499', async () => {
  const { atlas, list, log } = await openService();
  atlas.respond({ hang: true });
  const caller = request(list, { headers }).on('error', () => {});
  caller.end();
  await expect.poll(() => atlas.requests.at(-1)?.scheme).toBe('bearer');
  caller.destroy();
  await expect.poll(() => atlas.requests.at(-1)?.aborted).toBe(true);
  const line = { level: 30, msg: 'The caller hung up', res: { statusCode: 499 } };
  await expect.poll(log).toContainEqual(expect.objectContaining(line));
  expect(log().filter((line) => 'level' in line && line.level !== 30)).toEqual([]);
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
