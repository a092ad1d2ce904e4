import { AsyncLocalStorage } from 'node:async_hooks';
import { tracingChannel } from 'node:diagnostics_channel';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { AtlasApiError, type AtlasCallTrace, AtlasInvalidArgumentError } from '../../src/index.js';
import { instantDispatcher } from '../support/instant-dispatcher.js';
import { snapshots } from '../support/many-snapshots.js';
import { openClient } from '../support/open-client.js';
import { openEmulator } from '../support/open-emulator.js';
import { rejection } from '../support/rejection.js';
import { shown } from '../support/shown.js';
import { path } from '../support/snapshot-routes.js';

const channel = tracingChannel<unknown, AtlasCallTrace>('atlas-tenant-snapshots:call');

interface Seen {
  readonly event: string;
  readonly trace: AtlasCallTrace;
  /** A copy from the time of the event. */
  readonly was: AtlasCallTrace;
}

/** Collects the events of the channel until the end of the test. */
function listen(): Seen[] {
  const seen: Seen[] = [];
  const note = (event: string) => (trace: AtlasCallTrace) => void seen.push({ event, trace, was: { ...trace } });
  const subscribers = {
    start: note('start'),
    end: note('end'),
    asyncStart: note('asyncStart'),
    asyncEnd: note('asyncEnd'),
    error: note('error'),
  };
  channel.subscribe(subscribers);
  onTestFinished(() => void channel.unsubscribe(subscribers));
  return seen;
}

async function open() {
  const emulator = await openEmulator();
  const client = openClient({ baseUrl: emulator.url, credentials: emulator.credentials.apiKey });
  const values = [emulator.groupId, emulator.clusterName, emulator.snapshotId] as const;
  return { emulator, client, values, seen: listen() };
}

const events = (seen: Seen[]) => seen.map(({ event }) => event);

describe('the tracing channel', () => {
  it('has the request of a call at its start, and the outcome at its end', async () => {
    const { client, values, seen, emulator } = await open();
    const startedAt = performance.now();
    await client.getTenantSnapshot(...values, { pretty: true });
    const elapsed = performance.now() - startedAt;
    expect(events(seen)).toEqual(['start', 'end', 'asyncStart', 'asyncEnd']);
    const started = {
      operation: 'getTenantSnapshot',
      endpoint: 'tenant',
      method: 'GET',
      path: emulator.requests[0]?.path,
      attempts: 0,
      durationMs: 0,
    };
    expect(seen[0]?.was).toEqual(started);
    expect(seen[1]?.was.status).toBeUndefined();
    const ended = { ...started, status: 200, attempts: 1, durationMs: expect.any(Number) };
    expect(seen[2]?.was).toEqual(ended);
    expect(seen[3]?.was).toEqual(ended);
    expect(seen[3]?.was.durationMs).toBeGreaterThan(0);
    expect(seen[3]?.was.durationMs).toBeLessThanOrEqual(elapsed);
    expect(new Set(seen.map(({ trace }) => trace)).size).toBe(1);
  });

  it('publishes an error', async () => {
    const { client, values, seen } = await open();
    const call = client.getTenantSnapshot(values[0], 'NoSuch', values[2], { endpoint: 'tenant' });
    const error = await rejection(call, AtlasApiError);
    expect(events(seen)).toEqual(['start', 'end', 'error', 'asyncStart', 'asyncEnd']);
    expect(seen[2]?.was).toMatchObject({ status: 404, attempts: 1, endpoint: 'tenant', error });
    expect(seen[2]?.was.error).toBe(error);
  });

  it('has no status for a call without a response', async () => {
    const { emulator, client, values, seen } = await open();
    emulator.respond({ reset: true, for: 'any', times: Number.POSITIVE_INFINITY });
    await client.getTenantSnapshot(...values, { maxRetries: 0 }).catch(() => undefined);
    const [, , failed] = seen;
    expect(failed).toMatchObject({ event: 'error', was: { attempts: 1, error: { code: 'CONNECTION' } } });
    expect('status' in (failed?.was ?? {})).toBe(false);
  });

  it('survives a call that cannot start, also after its timeout', async () => {
    const { client, values } = await open();
    const addEventListener = () => {
      throw new Error('no listener');
    };
    // A test double of a signal may throw.
    const signal = { aborted: false, addEventListener, removeEventListener() {} } as unknown as AbortSignal;
    await expect(client.getTenantSnapshot(...values, { signal, timeout: 20 })).rejects.toThrow('no listener');
    await new Promise((resolve) => setTimeout(resolve, 50));
    await client.close();
  });

  it('publishes a call that was aborted before its start', async () => {
    const { client, values, seen, emulator } = await open();
    const reason = new Error('mine');
    const call = client.getTenantSnapshot(...values, { signal: AbortSignal.abort(reason) });
    await expect(call).rejects.toBe(reason);
    expect(events(seen)).toEqual(['start', 'end', 'error', 'asyncStart', 'asyncEnd']);
    expect(seen[0]?.trace).toMatchObject({ error: reason, attempts: 0, endpoint: 'tenant' });
    expect(emulator.requests).toEqual([]);
  });

  it('publishes nothing for a call with invalid arguments', async () => {
    const { client, seen } = await open();
    await rejection(client.getTenantSnapshot('', '', ''), AtlasInvalidArgumentError);
    await rejection(client.listTenantSnapshots('', ''), AtlasInvalidArgumentError);
    expect(seen).toEqual([]);
  });

  it('has the endpoint of the last attempt, and counts all attempts', async () => {
    vi.spyOn(process, 'emitWarning').mockImplementation(() => undefined);
    const { emulator, client, values, seen } = await open();
    emulator.sunset();
    await client.getTenantSnapshot(...values);
    expect(seen[0]?.was.path).toContain('/backup/tenant/');
    expect(seen.at(-1)?.was).toMatchObject({ endpoint: 'flex', status: 200, attempts: 2 });
    expect(seen.at(-1)?.was.path).toBe(emulator.requests.at(-1)?.path);
  });

  it('publishes a list once, however many pages it has', async () => {
    const { emulator, client, values, seen } = await open();
    emulator.seed({ snapshots: snapshots(1001) });
    await client.listTenantSnapshots(values[0], values[1], { endpoint: 'flex' });
    expect(events(seen)).toEqual(['start', 'end', 'asyncStart', 'asyncEnd']);
    expect(seen.at(-1)?.was).toMatchObject({ operation: 'listTenantSnapshots', status: 200, attempts: 3 });
    expect(seen.at(-1)?.was.path).toContain('pageNum=3');
  });

  it('publishes each poll of a wait', async () => {
    const { emulator, client, values, seen } = await open();
    emulator.progressSnapshot(emulator.snapshotId, { status: 'RUNNING' }, { status: 'COMPLETED' });
    await client.waitForTenantSnapshot(...values, { pollInterval: 5 });
    const starts = seen.filter(({ event }) => event === 'start').map(({ was }) => was.operation);
    expect(starts).toEqual(['waitForTenantSnapshot', 'waitForTenantSnapshot']);
    expect(seen.filter(({ event }) => event === 'asyncEnd').map(({ was }) => was.attempts)).toEqual([1, 1]);
  });

  it('has the prefix of baseUrl in its path', async () => {
    const { emulator, values, seen } = await open();
    const client = openClient({ baseUrl: `${emulator.url}/atlas`, endpoint: 'flex' });
    await client.getTenantSnapshot(...values).catch(() => undefined);
    expect(seen[0]?.was.path).toMatch(/^\/atlas\/api\/atlas\/v2\//);
  });

  it('holds no secret', async () => {
    const { emulator, values, seen } = await open();
    const { apiKey, serviceAccount, accessToken } = emulator.credentials;
    for (const credentials of [apiKey, serviceAccount, accessToken, { ...apiKey, privateKey: 'wr0ng-key' }]) {
      const client = openClient({ baseUrl: emulator.url, credentials });
      await client.getTenantSnapshot(...values).catch(() => undefined);
    }
    expect(seen.some(({ event }) => event === 'error')).toBe(true);
    const text = shown(seen);
    const secrets = [apiKey.privateKey, serviceAccount.clientSecret, accessToken.accessToken, 'wr0ng-key'];
    for (const secret of secrets) expect(text).not.toContain(secret);
    expect(text).not.toMatch(/Bearer |Basic |cnonce=|response=/);
  });

  it('runs the call in an AsyncLocalStorage bound to its start', async () => {
    const storage = new AsyncLocalStorage<AtlasCallTrace>();
    channel.start.bindStore(storage, (trace) => trace);
    onTestFinished(() => void channel.start.unbindStore(storage));
    const accessToken = vi.fn(() => storage.getStore()?.operation ?? 'none');
    const dispatcher = instantDispatcher(() => ({}));
    const client = openClient({ baseUrl: 'https://cloud.mongodb.com', credentials: { accessToken }, dispatcher });
    await client.getTenantSnapshot(...path);
    expect(accessToken.mock.results).toEqual([{ type: 'return', value: 'getTenantSnapshot' }]);
  });
});
