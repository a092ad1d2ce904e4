import { Agent } from 'undici';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { AtlasClosedError, AtlasTimeoutError, type TenantSnapshotsClient } from '../../src/index.js';
import { passTime, runClock, standStill, stopClock } from '../support/clock.js';
import { get, openBareClient } from '../support/open-client.js';
import { startRawServer } from '../support/raw-server.js';
import { challenge, good } from '../support/raw-steps.js';
import { rejection } from '../support/rejection.js';
import { listPath } from '../support/snapshot-routes.js';

beforeEach(stopClock);

describe('after close()', () => {
  it.each<[name: string, call: (client: TenantSnapshotsClient) => Promise<unknown>]>([
    ['a snapshot', (client) => get(client)],
    ['a list', (client) => client.listTenantSnapshots(...listPath)],
    ['any path', (client) => client.get('/api/atlas/v2/groups')],
    ['any list', (client) => client.getAll('/api/atlas/v2/groups')],
  ])('a call for %s rejects with CLOSED, and sends nothing', async (_name, call) => {
    const server = await startRawServer(good);
    const client = openBareClient(server);
    await client.close();
    expect((await rejection(call(client), AtlasClosedError)).code).toBe('CLOSED');
    expect(server.requests).toHaveLength(0);
  });

  it('a call rejects with CLOSED even while close() is still waiting', async () => {
    const client = openBareClient(await startRawServer(), { attemptTimeout: 1000 });
    const last = rejection(get(client), AtlasTimeoutError);
    const closing = client.close();
    await rejection(get(client), AtlasClosedError);
    await runClock(Promise.all([last, closing]));
  });

  it('a call with an aborted signal rejects with its reason', async () => {
    const client = openBareClient(await startRawServer());
    await client.close();
    await expect(get(client, { signal: AbortSignal.abort('reason') })).rejects.toBe('reason');
  });
});

describe('close()', () => {
  it('may be called several times, concurrently and by `await using`', async () => {
    const server = await startRawServer(good);
    const client = openBareClient(server);
    {
      await using same = client;
      await get(same);
      await Promise.all([same.close(), same.close()]);
    }
    await client.close();
  });

  it('closes its connections', async () => {
    const server = await startRawServer(good);
    const client = openBareClient(server);
    await Promise.all(Array.from({ length: 10 }, () => get(client)));
    expect(server.open).toBe(10);
    await client.close();
    await expect.poll(() => server.open, { interval: 1 }).toBe(0);
  });

  it("does not close the caller's agent", async () => {
    const dispatcher = new Agent();
    onTestFinished(() => dispatcher.destroy());
    const server = await startRawServer(good);
    const client = openBareClient(server, { dispatcher });
    await get(client);
    await client.close();
    await standStill();
    await get(openBareClient(server, { dispatcher }));
    expect(server.connections).toBe(1);
  });

  it('lets a request on the wire finish, and waits for it', async () => {
    const server = await startRawServer();
    const client = openBareClient(server);
    const call = get(client);
    await server.arrived(1);
    let isClosed = false;
    const closing = client.close().then(() => {
      isClosed = true;
    });
    await passTime(1000);
    expect(isClosed).toBe(false);
    await server.respond(1, ...good);
    await expect(call).resolves.toMatchObject({ status: 'COMPLETED' });
    await closing;
    await expect.poll(() => server.open, { interval: 1 }).toBe(0);
  });

  it('lets a challenge on the wire arrive, and the calls that wait for it finish', async () => {
    const server = await startRawServer(({ number }) => (number === 1 ? [] : good));
    const client = openBareClient(server, { credentials: { publicKey: 'ABCDEFGH', privateKey: 'private' } });
    const calls = Array.from({ length: 5 }, () => get(client));
    await server.arrived(1);
    const closing = client.close();
    await server.respond(1, ...challenge());
    await expect(Promise.all(calls)).resolves.toHaveLength(5);
    await closing;
  });

  it('lets a request that hangs end by its attemptTimeout, without a retry', async () => {
    const server = await startRawServer();
    const client = openBareClient(server, { maxRetries: 3, attemptTimeout: 1000 });
    const call = rejection(get(client), AtlasClosedError);
    await server.arrived(1);
    const closing = client.close();
    expect((await runClock(call)).cause).toMatchObject({ code: 'TIMEOUT' });
    await closing;
    expect(server.requests).toHaveLength(1);
  });
});
