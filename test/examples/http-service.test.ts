import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { request } from 'node:http';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { createService } from '../../examples/http-service.mjs';
import { isAtlasError } from '../../src/index.js';
import type { AtlasEmulator } from '../../src/testing/index.js';
import { openEmulator } from '../support/open-emulator.js';
import { TenantSnapshotsClient } from './support/package.mjs';
import { environmentOf, runExample } from './support/run-example.js';

const pathIn = ({ groupId, clusterName }: AtlasEmulator) => `/projects/${groupId}/clusters/${clusterName}/snapshots`;

const callEnded = 'tracing:atlas-tenant-snapshots:call:asyncEnd';

async function openService() {
  const atlas = await openEmulator();
  const credentials = atlas.credentials.apiKey;
  const client = new TenantSnapshotsClient({ baseUrl: atlas.url, credentials, maxRetries: 0 });
  const service = createService(client);
  onTestFinished(() => service.close());
  return { atlas, client, service, url: await service.listen({ port: 0 }), path: pathIn(atlas) };
}

// Some of it runs in a process of its own.
describe('the HTTP service', { timeout: 20_000 }, () => {
  it('serves a list and a snapshot', async () => {
    const { atlas, url, path } = await openService();
    expect(await (await fetch(url + path)).json()).toHaveLength(5);
    const snapshot = await fetch(`${url}${path}/${atlas.snapshotId}`);
    expect(await snapshot.json()).toMatchObject({ id: atlas.snapshotId, status: 'COMPLETED' });
  });

  it.each([
    ['a wrong argument is 400, with what is wrong', 'NO', undefined, 400, { issues: [{ path: 'snapshotId' }] }],
    ['what is not there is 404', '5cc310ace5dc7ce369814b00', undefined, 404, { code: 'API_ERROR' }],
    ['over the rate limit is 503', 'id', { status: 429, retryAfter: 7 }, 503, { code: 'API_ERROR' }],
    ['trouble at Atlas is 502', 'id', { status: 500 }, 502, { code: 'API_ERROR' }],
    ['a lost connection is 502', 'id', { reset: 'body' }, 502, { code: 'CONNECTION' }],
  ] as const)('%s', async (_name, id, fault, status, body) => {
    const { atlas, url, path } = await openService();
    if (fault !== undefined) atlas.respond(fault);
    const answer = await fetch(`${url}${path}/${id === 'id' ? atlas.snapshotId : id}`);
    expect(answer.status).toBe(status);
    expect(await answer.json()).toMatchObject(body);
    expect(answer.headers.get('retry-after')).toBe(status === 503 ? '7' : null);
  });

  it('ends the call of who hangs up', async () => {
    const { atlas, url, path } = await openService();
    const ended = vi.fn();
    subscribe(callEnded, ended);
    onTestFinished(() => void unsubscribe(callEnded, ended));
    atlas.respond({ hang: true });
    const asking = request(url + path).on('error', () => {});
    asking.end();
    await expect.poll(() => atlas.requests.at(-1)?.scheme, { timeout: 5_000 }).toBe('digest');
    asking.destroy();
    await expect
      .poll(() => ended.mock.calls, { timeout: 5_000 })
      .toMatchObject([[{ error: { name: 'AbortError' } }, callEnded]]);
  });

  it('closes the client after the requests under way', async () => {
    const { atlas, client, service, url, path } = await openService();
    atlas.respond({ delay: 100 });
    const answer = fetch(url + path);
    await expect.poll(() => atlas.requests.length, { timeout: 5_000 }).toBe(2);
    await service.close();
    expect((await answer).status).toBe(200);
    const late: unknown = await client.listTenantSnapshots(atlas.groupId, 'Cluster0').catch((error: unknown) => error);
    expect(isAtlasError(late, 'CLOSED')).toBe(true);
  });

  it('runs from a shell, and answers what is under way when it is told to stop', async () => {
    const atlas = await openEmulator();
    const { process, output, exit } = runExample(['http-service.mjs'], { ...environmentOf(atlas), PORT: '0' });
    await expect.poll(() => output.stdout, { timeout: 5_000 }).toMatch(/listening at http/);
    const [url = ''] = /http:\/\/127[\d.]+:\d+/.exec(output.stdout) ?? [];
    atlas.respond({ delay: 100 });
    const answer = fetch(url + pathIn(atlas));
    await expect.poll(() => atlas.requests.some(({ kind }) => kind === 'tenant'), { timeout: 5_000 }).toBe(true);
    process.kill('SIGTERM');
    expect((await answer).status).toBe(200);
    expect(await exit).toBe(0);
  });
});
