import { beforeEach, describe, expect, it, vi } from 'vitest';
import { AtlasClosedError } from '../../src/client/index.js';
import { standStill, stopClock } from '../support/clock.js';
import { get, openAgent, openBareClient, openScripted } from '../support/open-client.js';
import { startRawServer } from '../support/raw-server.js';
import { good } from '../support/raw-steps.js';
import { rejection } from '../support/rejection.js';
import { silent } from '../support/scripted-dispatcher.js';

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

  it('ends all calls that run, and they have been rejected when it resolves', async () => {
    const { client } = openScripted([{}, silent]);
    await get(client);
    const onEnded = vi.fn();
    const running = [get(client), get(client)].map((call) => rejection(call, AtlasClosedError).then(onEnded));
    await client.close();
    expect(onEnded).toHaveBeenCalledTimes(2);
    await Promise.all(running);
  });

  it('has ended a call whose response is complete, but whose connection is not free yet', async () => {
    const order: string[] = [];
    const { client } = openScripted([(request) => request.reply()]);
    const call = get(client).catch(() => undefined);
    const ended = call.then(() => order.push('call'));
    await Promise.resolve();
    await client.close();
    order.push('closed');
    await ended;
    expect(order).toEqual(['call', 'closed']);
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
});

it('after close(), a call sends nothing, and rejects with CLOSED or the reason of its signal', async () => {
  const server = await startRawServer(good);
  const client = openBareClient(server);
  const closing = client.close();
  await rejection(get(client), AtlasClosedError);
  await closing;
  const late = await rejection(get(client), AtlasClosedError);
  expect(late.message).toContain('getTenantSnapshot was called after close(). ');
  expect(late).not.toHaveProperty('path');
  await expect(get(client, { signal: AbortSignal.abort('reason') })).rejects.toBe('reason');
  expect(server.requests).toHaveLength(0);
});
