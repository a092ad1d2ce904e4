import { afterEach, expect, it, vi } from 'vitest';
import * as z from 'zod';
import { checkBackups } from '../../src/check/index.js';
import type { TenantSnapshotsClient } from '../../src/client/index.js';
import { get, openBareClient } from '../support/open-client.js';
import { startRawServer } from '../support/raw-server.js';
import { good } from '../support/raw-steps.js';
import { groupId } from '../support/snapshot-routes.js';

// Globals are replaced by those of another realm, as Jest's and Vitest's sandboxes do.
afterEach(() => void vi.unstubAllGlobals());

/** An AbortSignal of jsdom's, at its least: Node does not know it. */
class ForeignSignal {
  aborted = false;
  reason: unknown;
  readonly #listeners = new Set<() => void>();

  addEventListener(_type: 'abort', listener: () => void): void {
    this.#listeners.add(listener);
  }

  removeEventListener(_type: 'abort', listener: () => void): void {
    this.#listeners.delete(listener);
  }

  abort(reason: unknown): void {
    Object.assign(this, { aborted: true, reason });
    for (const listener of this.#listeners) listener();
  }
}

it('promises of Node are accepted if the global Promise was replaced', async () => {
  const server = await startRawServer(good);
  const client = openBareClient(server, { credentials: { accessToken: async () => 'token' } });
  vi.stubGlobal('Promise', class extends Promise<unknown> {});
  await expect(client.get('/api/atlas/v2', { schema: z.looseObject({}) })).resolves.toMatchObject({
    status: 'COMPLETED',
  });
  expect(server.requests[0]?.headers['authorization']).toBe('Bearer token');
});

it('a signal of another realm ends a call', async () => {
  const server = await startRawServer([good, []]);
  const client = openBareClient(server);
  const foreign = new ForeignSignal();
  // As TypeScript sees jsdom's.
  const signal = foreign as unknown as AbortSignal;
  await expect(get(client, { signal })).resolves.toMatchObject({ status: 'COMPLETED' });
  const call = get(client, { signal });
  await server.arrived(2);
  foreign.abort('mine');
  await expect(call).rejects.toBe('mine');
});

it('a check runs with an AbortController and a signal of another realm', async () => {
  class ForeignController {
    readonly signal = new ForeignSignal();
    abort = (reason: unknown) => this.signal.abort(reason);
  }
  vi.stubGlobal('AbortController', ForeignController);
  const client = { getAll: async () => [] } as unknown as TenantSnapshotsClient;
  // A check only awaits the calls, so plain promises do. The signal is as TypeScript sees jsdom's.
  const check = checkBackups(client, { groupIds: [groupId], signal: new ForeignSignal() as unknown as AbortSignal });
  expect(await check.next()).toMatchObject({ done: true });
});
