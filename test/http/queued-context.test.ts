import { AsyncLocalStorage } from 'node:async_hooks';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { expect, it, onTestFinished } from 'vitest';
import { openClient } from '../support/open-client.js';
import { startRawServer } from '../support/raw-server.js';
import { good } from '../support/raw-steps.js';
import { groupId, snapshotId } from '../support/snapshot-routes.js';

it('sends requests that waited for a connection in the async context of their callers', async () => {
  const server = await startRawServer(good);
  const client = openClient({ baseUrl: server.url });
  const caller = new AsyncLocalStorage<string>();
  const seen: [cluster: string, caller: string | undefined][] = [];
  // As OpenTelemetry does.
  const onRequest = (message: unknown) => {
    const path = JSON.stringify(message).match(/clusters\/(C\d+)\//)?.[1];
    seen.push([path ?? '', caller.getStore()]);
  };
  subscribe('undici:request:create', onRequest);
  onTestFinished(() => void unsubscribe('undici:request:create', onRequest));
  const names = Array.from({ length: 150 }, (_, index) => `C${index}`);
  await Promise.all(names.map((name) => caller.run(name, () => client.getTenantSnapshot(groupId, name, snapshotId))));
  expect(seen).toHaveLength(150);
  for (const [cluster, store] of seen) expect(store).toBe(cluster);
});
