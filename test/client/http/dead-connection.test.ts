import { describe, expect, it } from 'vitest';
import { AtlasConnectionError, type DispatcherLike, type TenantSnapshotsClient } from '../../../src/client/index.js';
import { runClock, stopClock } from '../../support/clock.js';
import { get, openAgent, openBareClient, openScripted } from '../../support/open-client.js';
import { startRawServer } from '../../support/raw-server.js';
import { end, good, reset, type Script } from '../../support/raw-steps.js';
import { rejection } from '../../support/rejection.js';
import { type Behavior, deadConnection } from '../../support/scripted-dispatcher.js';

const deaths: [how: string, script: Script][] = [
  ['resets connections', [reset]],
  ['closes connections', [end]],
];

describe.each(deaths)('if a server %s,', (_how, dies) => {
  it('a request on a new connection is sent once, with its retries four times', async () => {
    const server = await startRawServer(dies);
    expect(await rejection(get(openBareClient(server)), AtlasConnectionError)).toMatchObject({ attempts: 1 });
    expect(server.requests).toHaveLength(1);
    stopClock();
    const retried = get(openBareClient(server, { maxRetries: undefined }));
    expect(await runClock(rejection(retried, AtlasConnectionError))).toMatchObject({ attempts: 4 });
    expect(server.requests).toHaveLength(1 + 4);
  });

  it('a request on a used connection is sent once more, at no charge', async () => {
    const server = await startRawServer(({ before }) => (before === 0 ? good : dies));
    const client = openBareClient(server);
    for (let call = 1; call <= 3; call += 1) {
      const { response } = await get(client).withResponse();
      expect([response.attempts, server.requests.length]).toEqual([1, 2 * call - 1]);
    }
  });

  it('a request on a used connection is sent once more although another one opens a connection', async () => {
    const server = await startRawServer(({ number }) => (number === 1 || number > 3 ? good : dies));
    const client = openBareClient(server);
    await get(client);
    const ended = await Promise.allSettled([get(client), get(client)]);
    expect(ended.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    expect(server.requests.map(({ before }) => before).sort()).toEqual([0, 0, 0, 1]);
  });
});

it('an attempt over a dispatcher, which does not say whether a connection is new, sends its request twice at most', async () => {
  stopClock();
  const { client, dispatcher } = openScripted([deadConnection], { maxRetries: 1 });
  expect(await runClock(rejection(get(client), AtlasConnectionError))).toMatchObject({ attempts: 2 });
  expect(dispatcher.requests).toHaveLength(4);
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

  it('if the server closes each connection after a response', async () => {
    const server = await startRawServer([...good, end]);
    const client = openBareClient(server, { dispatcher: open() });
    await get(client);
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
