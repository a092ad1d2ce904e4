import { describe, expect, it } from 'vitest';
import { AtlasConnectionError, type DispatcherLike, type TenantSnapshotsClient } from '../../../src/client/index.js';
import { runClock, stopClock } from '../../support/clock.js';
import { get, openAgent, openBareClient, openScripted } from '../../support/open-client.js';
import { startRawServer } from '../../support/raw-server.js';
import { answer, end, good, reset, type Script } from '../../support/raw-steps.js';
import { rejection } from '../../support/rejection.js';
import { type Behavior, deadConnection } from '../../support/scripted-dispatcher.js';
import { listPath } from '../../support/snapshot-routes.js';

const deaths: [how: string, script: Script][] = [
  ['resets it', [reset]],
  ['closes it', [end]],
];

// No test here has retries: sending a request again is no retry.
describe.each(deaths)('a server that accepts a connection and %s gets the request again', (_how, dies) => {
  it.each([0, 1, 2, 3])('at no charge, %i times', async (times) => {
    const server = await startRawServer(({ number }) => (number <= times ? dies : good));
    const { response } = await get(openBareClient(server)).withResponse();
    expect(response.attempts).toBe(1);
    expect(server.requests).toHaveLength(times + 1);
  });

  it('three times at most for each request of a call, such as each page of a list', async () => {
    const page = (number: number) => ({ results: [{ id: String(number).padStart(24, '0') }], totalCount: 3 });
    const server = await startRawServer(({ number }) => (number % 4 === 0 ? [answer(200, page(number))] : dies));
    const list = openBareClient(server, { endpoint: 'flex' }).listTenantSnapshots(...listPath);
    const { data, response } = await list.withResponse();
    expect([data.length, response.attempts, server.requests.length]).toEqual([3, 3, 12]);
  });
});

it('an attempt sends its request again three times at most', async () => {
  stopClock();
  const { client, dispatcher } = openScripted([deadConnection], { maxRetries: 1 });
  expect(await runClock(rejection(get(client), AtlasConnectionError))).toMatchObject({ attempts: 2 });
  expect(dispatcher.requests).toHaveLength(8);
});

it('a request is sent again after a turn of the event loop, when undici has noticed that the connection is gone', async () => {
  let soon = 0;
  const lose: Behavior = (request) => {
    setImmediate(() => {
      soon = dispatcher.requests.length;
    });
    request.behave(deadConnection);
  };
  const { client, dispatcher } = openScripted([lose, {}]);
  await get(client);
  expect([soon, dispatcher.requests.length]).toEqual([1, 2]);
});

it('a request whose connection dies before it was sent is not sent again', async () => {
  const { client, dispatcher } = openScripted([(request) => request.fail(deadConnection)]);
  await rejection(get(client), AtlasConnectionError);
  expect(dispatcher.requests).toHaveLength(1);
});

const dispatchers: [name: string, open: () => DispatcherLike | undefined][] = [
  ['the default pool', () => undefined],
  ['an agent with one connection', () => openAgent({ connections: 1 })],
];

describe.each(dispatchers)('over %s, no call is lost', (_name, open) => {
  const calls = (count: number, client: TenantSnapshotsClient) =>
    Promise.all(Array.from({ length: count }, () => get(client)));

  it.each<[how: string, first: Script, later: Script]>([
    ['closes each connection after a response', [...good, end], good],
    ['closes a kept connection at the next request', good, [end]],
    ['resets a kept connection at the next request', good, [reset]],
  ])('if the server %s', async (_how, first, later) => {
    // As many dead connections in the pool as the times that a request is sent again.
    const dead = 3;
    const server = await startRawServer(({ before, connection }) => {
      if (before === 0) return first;
      return connection <= dead ? later : good;
    });
    const client = openBareClient(server, { dispatcher: open() });
    for (let call = 0; call < 2; call += 1) {
      await expect(get(client)).resolves.toMatchObject({ status: 'COMPLETED' });
    }
    await calls(dead, client);
    await expect(calls(64, client)).resolves.toHaveLength(64);
    expect(server.mostOpen).toBeLessThanOrEqual(64);
  });

  it('if all connections end while the event loop is blocked', async () => {
    const server = await startRawServer(good);
    const client = openBareClient(server, { dispatcher: open() });
    await calls(64, client);
    server.closeConnections();
    await expect(calls(100, client)).resolves.toHaveLength(100);
    expect(server.mostOpen).toBeLessThanOrEqual(64);
  });
});
