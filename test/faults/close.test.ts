import { setImmediate as turn } from 'node:timers/promises';
import { Agent } from 'undici';
import { describe, expect, it, onTestFinished } from 'vitest';
import { AtlasClosedError, AtlasTimeoutError, type TenantSnapshotsClient } from '../../src/index.js';
import { get, openFaultClient } from '../support/fault-client.js';
import { fakeClock, passTime, skipTime } from '../support/fault-clock.js';
import { deferred } from '../support/fault-deferred.js';
import { expectNoUnhandledRejection } from '../support/fault-rejections.js';
import { type FaultServer, startFaultServer } from '../support/fault-server.js';
import { answer, good, refusal, until } from '../support/fault-steps.js';
import { rejection } from '../support/rejection.js';
import { listPath, path } from '../support/snapshot-routes.js';

expectNoUnhandledRejection();
fakeClock();

async function arrived(server: FaultServer, count: number): Promise<void> {
  await expect.poll(() => server.requests.length, { interval: 1 }).toBe(count);
  for (let turns = 0; turns < 20; turns += 1) await turn();
}

describe('after close()', () => {
  it.each<[name: string, call: (client: TenantSnapshotsClient) => Promise<unknown>]>([
    ['a get', (client) => get(client)],
    ['a get with its response', (client) => client.getTenantSnapshot(...path).withResponse()],
    ['a list', (client) => client.listTenantSnapshots(...listPath)],
    ['a wait', (client) => client.waitForTenantSnapshot(...path)],
  ])('%s rejects with CLOSED', async (_name, call) => {
    const server = await startFaultServer(good);
    const client = openFaultClient(server);
    await client.close();
    const error = await rejection(call(client), AtlasClosedError);
    expect(error.code).toBe('CLOSED');
    expect(server.requests).toHaveLength(0);
  });

  it('a call rejects with CLOSED while close() is still waiting', async () => {
    const client = openFaultClient(await startFaultServer([]));
    const last = rejection(get(client, { attemptTimeout: 1000 }), AtlasTimeoutError);
    const closing = client.close();
    await rejection(get(client), AtlasClosedError);
    await skipTime(Promise.all([last, closing]));
  });

  it('a call with an aborted signal rejects with its reason', async () => {
    const client = openFaultClient(await startFaultServer());
    await client.close();
    await expect(get(client, { signal: AbortSignal.abort('reason') })).rejects.toBe('reason');
  });
});

describe('close()', () => {
  it('may be called several times, concurrently and by `using`', async () => {
    const client = openFaultClient(await startFaultServer(good));
    await get(client);
    await Promise.all([client.close(), client.close(), client[Symbol.asyncDispose]()]);
    await client.close();
  });

  it('resolves for an unused client', async () => {
    await expect(openFaultClient(await startFaultServer()).close()).resolves.toBeUndefined();
  });

  it('closes its connections', async () => {
    const server = await startFaultServer(good);
    const client = openFaultClient(server);
    await Promise.all(Array.from({ length: 10 }, () => get(client)));
    expect(server.open).toBe(10);
    await client.close();
    await expect.poll(() => server.open, { interval: 1 }).toBe(0);
  });

  it("does not close the caller's agent", async () => {
    const dispatcher = new Agent();
    onTestFinished(() => dispatcher.destroy());
    const server = await startFaultServer(good);
    const client = openFaultClient(server, { dispatcher });
    await get(client);
    await client.close();
    await turn();
    expect(server.open).toBe(1);
    await expect(get(openFaultClient(server, { dispatcher }))).resolves.toBeDefined();
    expect(server.connections).toBe(1);
  });

  it('ends a call that waits for a retry', async () => {
    const server = await startFaultServer(refusal(503, 'retry-after: 20'));
    const client = openFaultClient(server, { maxRetries: 3 });
    const call = rejection(get(client), AtlasClosedError);
    await arrived(server, 1);
    await client.close();
    const error = await call;
    expect(error).toMatchObject({ code: 'CLOSED', operation: 'getTenantSnapshot', attempts: 1 });
    expect(error.message).toContain('getTenantSnapshot');
    expect(error.cause).toMatchObject({ code: 'API_ERROR', status: 503 });
    expect(server.requests).toHaveLength(1);
  });

  it('ends a wait between two polls', async () => {
    const server = await startFaultServer([answer(200, '{"status":"RUNNING"}')]);
    const client = openFaultClient(server);
    const call = rejection(client.waitForTenantSnapshot(...path), AtlasClosedError);
    await arrived(server, 1);
    await client.close();
    expect(await call).toMatchObject({ code: 'CLOSED', operation: 'waitForTenantSnapshot' });
  });

  it('ends a wait that waits for the retry of a poll', async () => {
    const server = await startFaultServer(refusal(503));
    const client = openFaultClient(server, { maxRetries: 3 });
    const call = rejection(client.waitForTenantSnapshot(...path), AtlasClosedError);
    await arrived(server, 1);
    await client.close();
    expect(await call).toMatchObject({ code: 'CLOSED', operation: 'waitForTenantSnapshot' });
  });

  it('lets a request on the wire finish, and waits for it', async () => {
    const { promise: later, resolve: release } = deferred();
    const server = await startFaultServer([until(later), ...good]);
    const client = openFaultClient(server);
    const call = get(client);
    await arrived(server, 1);
    let closed = false;
    const closing = client.close().then(() => {
      closed = true;
    });
    await passTime(1000);
    expect(closed).toBe(false);
    release();
    await expect(call).resolves.toMatchObject({ status: 'COMPLETED' });
    await closing;
    await expect.poll(() => server.open, { interval: 1 }).toBe(0);
  });

  it('lets a challenge on the wire arrive, and the calls that wait for it finish', async () => {
    const { promise: later, resolve: release } = deferred();
    const challenge = answer(401, '{}', 'www-authenticate: Digest realm="r", nonce="n", qop="auth"');
    const server = await startFaultServer(({ number }) => (number === 1 ? [until(later), challenge] : good));
    const client = openFaultClient(server, { credentials: { publicKey: 'ABCDEFGH', privateKey: 'private' } });
    const calls = Array.from({ length: 5 }, () => get(client));
    await arrived(server, 1);
    const closing = client.close();
    release();
    await expect(Promise.all(calls)).resolves.toHaveLength(5);
    await closing;
  });

  it('ends a request that hangs by its attemptTimeout, without a retry', async () => {
    const server = await startFaultServer([]);
    const client = openFaultClient(server, { maxRetries: 3, attemptTimeout: 1000 });
    const call = rejection(get(client), AtlasClosedError);
    await arrived(server, 1);
    const closing = client.close();
    const error = await skipTime(call);
    expect(error.cause).toMatchObject({ code: 'TIMEOUT' });
    await closing;
    expect(server.requests).toHaveLength(1);
  });

  it('lets a poll on the wire finish, and the wait succeed with it', async () => {
    const { promise: later, resolve: release } = deferred();
    const server = await startFaultServer([until(later), ...good]);
    const client = openFaultClient(server);
    const call = client.waitForTenantSnapshot(...path);
    await arrived(server, 1);
    const closing = client.close();
    release();
    await expect(call).resolves.toMatchObject({ status: 'COMPLETED' });
    await closing;
  });

  it('ends a wait after the poll on the wire', async () => {
    const { promise: later, resolve: release } = deferred();
    const server = await startFaultServer([until(later), answer(200, '{"status":"RUNNING"}')]);
    const client = openFaultClient(server);
    const call = rejection(client.waitForTenantSnapshot(...path), AtlasClosedError);
    await arrived(server, 1);
    const closing = client.close();
    release();
    await Promise.all([call, closing]);
    expect(server.requests).toHaveLength(1);
  });
});
