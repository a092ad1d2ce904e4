import { beforeEach, describe, expect, it, vi } from 'vitest';
import {
  AtlasClosedError,
  AtlasInvalidArgumentError,
  type TenantSnapshotsClientOptions,
} from '../../src/client/index.js';
import { passTime, runClock, standStill, stopClock } from '../support/clock.js';
import { get, openAgent, openBareClient, openScripted } from '../support/open-client.js';
import { startRawServer } from '../support/raw-server.js';
import { good, type Script, sendChallenge } from '../support/raw-steps.js';
import { rejection } from '../support/rejection.js';
import { silent } from '../support/scripted-dispatcher.js';

const apiKey = { publicKey: 'ABCDEFGH', privateKey: 'private' };

beforeEach(stopClock);

// What it ends in each phase of a call is in early-end.test.ts.
describe('close()', () => {
  it('closes its connections, also by `await using`, and may be called several times', async () => {
    const server = await startRawServer(good);
    const client = openBareClient(server);
    await Promise.all(Array.from({ length: 10 }, () => get(client)));
    expect(server.open).toBe(10);
    {
      await using _same = client;
    }
    await expect.poll(() => server.open, { interval: 1 }).toBe(0);
    await Promise.all([client.close(), client.close()]);
  });

  it('ends all calls that are left after its timeout, in whatever order the others have ended', async () => {
    const { client } = openScripted([{}, silent]);
    const [first, ...left] = [get(client), get(client), get(client)];
    const ended = left.map((call) => rejection(call, AtlasClosedError));
    await first;
    await runClock(client.close({ timeout: 1_000 }));
    await expect(Promise.all(ended)).resolves.toHaveLength(2);
  });

  it("does not close the caller's agent", async () => {
    const dispatcher = openAgent();
    const server = await startRawServer(good);
    const client = openBareClient(server, { dispatcher });
    await get(client);
    await client.close();
    await standStill();
    await get(openBareClient(server, { dispatcher }));
    expect(server.connections).toBe(1);
  });

  it.each<[what: string, options: TenantSnapshotsClientOptions, response: Script, timeout?: number]>([
    ['a request', {}, good],
    ['a request, within its timeout', {}, good, 1_100],
    ['a request for a challenge', { credentials: apiKey }, sendChallenge()],
  ])('lets %s on the wire finish, and waits for it', async (_what, options, response, timeout) => {
    const server = await startRawServer(({ number }) => (number === 1 ? [] : good));
    const client = openBareClient(server, options);
    const calls = Promise.all([get(client), get(client)]);
    await server.arrived(1);
    const onClosed = vi.fn();
    const closing = client.close({ timeout }).then(onClosed);
    await passTime(1_000);
    expect(onClosed).not.toHaveBeenCalled();
    await server.respond(1, ...response);
    await expect(calls).resolves.toHaveLength(2);
    await closing;
    await expect.poll(() => server.open, { interval: 1 }).toBe(0);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('with a timeout limits the wait of an earlier close() too', async () => {
    const server = await startRawServer();
    const client = openBareClient(server);
    const call = rejection(get(client), AtlasClosedError);
    await server.arrived(1);
    const closing = Promise.all([client.close(), client.close({ timeout: 100 }), client.close({ timeout: 5_000 })]);
    await runClock(closing);
    await call;
    expect(performance.now()).toBeCloseTo(100, -2);
  });

  it('closes nothing if an option is invalid', async () => {
    const client = openBareClient(await startRawServer(good));
    for (const options of [{ timeout: 0 }, { timeout: 'soon' }, { limit: 1 }, null]) {
      const error = await rejection(Reflect.apply(client.close, client, [options]), AtlasInvalidArgumentError);
      expect(error).toMatchObject({
        operation: 'close',
        issues: [{ path: options?.timeout === undefined ? '' : 'timeout' }],
      });
    }
    expect(await get(client)).toMatchObject({ status: 'COMPLETED' });
  });
});

it('after close(), also while it is still waiting, a call sends nothing, and rejects with CLOSED or the reason of its signal', async () => {
  const server = await startRawServer();
  const client = openBareClient(server);
  const last = get(client);
  await server.arrived(1);
  const closing = client.close();
  await rejection(get(client), AtlasClosedError);
  await server.respond(1, ...good);
  await Promise.all([last, closing]);
  const late = await rejection(get(client), AtlasClosedError);
  expect(late.message).toBe('getTenantSnapshot was called after close(). Create a new client.');
  expect(late).not.toHaveProperty('path');
  await expect(get(client, { signal: AbortSignal.abort('reason') })).rejects.toBe('reason');
  expect(server.requests).toHaveLength(1);
});
