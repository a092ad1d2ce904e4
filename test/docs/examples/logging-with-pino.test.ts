import pino from 'pino';
import { describe, expect, it, onTestFinished } from 'vitest';
import { logCalls } from '../../../examples/logging-with-pino.mjs';
import { environmentOf, openEmulator } from '../../support/open-emulator.js';
import { TenantSnapshotsClient } from './support/package.mjs';
import { runExample } from './support/run-example.js';

async function openWorld() {
  const atlas = await openEmulator();
  const credentials = atlas.credentials.apiKey;
  const client = new TenantSnapshotsClient({ baseUrl: atlas.url, credentials, maxRetries: 0 });
  onTestFinished(() => client.close());
  const lines: string[] = [];
  const stop = logCalls(pino({}, { write: (line: string) => void lines.push(line) }));
  onTestFinished(stop);
  const read = () => lines.map((line): unknown => JSON.parse(line));
  return { atlas, client, credentials, stop, lines, read };
}

describe('the log', () => {
  it('warns of a failed call, with its class, message and stack, without the body, the headers or a secret', async () => {
    const { atlas, client, credentials, lines, read } = await openWorld();
    atlas.respond({ status: 403, detail: `not for ${credentials.privateKey}` });
    await client.listTenantSnapshots(atlas.groupId, atlas.clusterName).catch(() => {});
    const message = expect.stringContaining('listTenantSnapshots failed with status 403');
    const stack = expect.stringMatching(/^AtlasApiError: listTenantSnapshots failed .*\n +at /);
    const err = { type: 'AtlasApiError', message, stack, code: 'API_ERROR' };
    expect(read()).toMatchObject([{ level: 40, status: 403, err }]);
    for (const hidden of [credentials.privateKey, '"body"', '"headers"']) expect(lines.join()).not.toContain(hidden);
  });

  it('has the reason of an aborted call', async () => {
    const { atlas, client, read } = await openWorld();
    const signal = AbortSignal.abort(new Error('enough'));
    await client.listTenantSnapshots(atlas.groupId, atlas.clusterName, { signal }).catch(() => {});
    expect(read()).toMatchObject([{ level: 40, err: { message: 'enough' } }]);
  });

  it('can be stopped', async () => {
    const { atlas, client, stop, lines } = await openWorld();
    stop();
    await client.listTenantSnapshots(atlas.groupId, atlas.clusterName);
    expect(lines).toEqual([]);
  });

  it('has a line for each call, from a shell too', async () => {
    const atlas = await openEmulator();
    const { stdout } = await runExample(
      'logging-with-pino.mjs',
      [atlas.groupId, atlas.clusterName],
      environmentOf(atlas),
    ).ended;
    const line = { level: 30, msg: 'Atlas call succeeded', operation: 'listTenantSnapshots', status: 200, attempts: 1 };
    expect(JSON.parse(stdout)).toMatchObject(line);
  });
});
