import { setImmediate as turn } from 'node:timers/promises';
import { Agent } from 'undici';
import { describe, expect, it, onTestFinished } from 'vitest';
import { AtlasConnectionError, type DispatcherLike } from '../../src/index.js';
import { get, openFaultClient } from '../support/fault-client.js';
import { expectNoUnhandledRejection } from '../support/fault-rejections.js';
import { startFaultServer } from '../support/fault-server.js';
import { answer, end, good, head, pause, reset, type Script, send, snapshotJson } from '../support/fault-steps.js';
import { rejection } from '../support/rejection.js';

expectNoUnhandledRejection();

const calls = (count: number, call: () => Promise<unknown>) => Promise.all(Array.from({ length: count }, call));

const disconnects: [what: string, script: Script][] = [
  ['a FIN', [end]],
  ['a RST', [reset]],
];

const dispatchers: [name: string, open: () => DispatcherLike | undefined][] = [
  ['the default pool', () => undefined],
  ["the caller's agent", () => closed(new Agent({ connections: 64 }))],
  ['an agent with one connection', () => closed(new Agent({ connections: 1 }))],
];

function closed<T extends DispatcherLike & { destroy(): Promise<void> }>(agent: T): T {
  onTestFinished(() => agent.destroy());
  return agent;
}

/** The number of dead connections in the pool, which is at most the number of times that a call is sent again. */
const dead = 3;

describe.each(dispatchers)('over %s', (_name, open) => {
  it('does not use a connection that the server has closed', async () => {
    const server = await startFaultServer(good);
    const client = openFaultClient(server, { dispatcher: open() });
    await get(client);
    server.closeConnections();
    await turn();
    await turn();
    await expect(get(client)).resolves.toMatchObject({ status: 'COMPLETED' });
    expect(server.requests).toHaveLength(2);
  });

  it('loses no call to a server that closes the connection after each response', async () => {
    const server = await startFaultServer([...good, end]);
    const client = openFaultClient(server, { dispatcher: open() });
    for (let call = 0; call < 20; call += 1) await get(client);
    expect(server.connections).toBe(20);
  });

  it('loses none of 200 concurrent calls to a server that closes the connection after each response', async () => {
    const server = await startFaultServer([...good, end]);
    const client = openFaultClient(server, { dispatcher: open() });
    await expect(calls(200, () => get(client))).resolves.toHaveLength(200);
    expect(server.mostOpen).toBeLessThanOrEqual(64);
  });

  it.each(disconnects)(
    'sends a request again on a new connection after a kept one ended with %s',
    async (_what, gone) => {
      const server = await startFaultServer(({ before }) => (before === 0 ? good : gone));
      const client = openFaultClient(server, { dispatcher: open() });
      for (let call = 0; call < 5; call += 1) {
        await expect(get(client)).resolves.toMatchObject({ status: 'COMPLETED' });
        await turn();
      }
      expect(server.connections).toBe(5);
    },
  );

  it.each(disconnects)('a call succeeds after several kept connections ended with %s', async (_what, gone) => {
    const server = await startFaultServer(({ before }) => (before === 0 ? good : gone));
    const client = openFaultClient(server, { dispatcher: open() });
    await calls(dead, () => get(client));
    await turn();
    await expect(get(client)).resolves.toMatchObject({ status: 'COMPLETED' });
  });

  it.each(disconnects)(
    '200 concurrent calls succeed after several kept connections ended with %s',
    async (_what, gone) => {
      const server = await startFaultServer(({ before, connection }) =>
        before === 0 || connection > dead ? good : gone,
      );
      const client = openFaultClient(server, { dispatcher: open() });
      await calls(dead, () => get(client));
      await turn();
      await expect(calls(200, () => get(client))).resolves.toHaveLength(200);
    },
  );

  it('200 concurrent calls succeed after all connections ended while the event loop was blocked', async () => {
    const server = await startFaultServer(good);
    const client = openFaultClient(server, { dispatcher: open() });
    await calls(64, () => get(client));
    server.closeConnections();
    await expect(calls(200, () => get(client))).resolves.toHaveLength(200);
  });
});

it('reports a truncated body on a kept connection', async () => {
  const cut = [send(head(200, 'content-length: 99')), send(snapshotJson), end];
  const server = await startFaultServer([good, cut]);
  const client = openFaultClient(server);
  await get(client);
  await turn();
  await rejection(get(client), AtlasConnectionError);
  expect([server.requests.length, server.connections]).toEqual([2, 1]);
});

it('reports a server that resets every request after a few attempts', async () => {
  const server = await startFaultServer([good, [reset]]);
  const client = openFaultClient(server);
  await get(client);
  await turn();
  const error = await rejection(get(client), AtlasConnectionError);
  expect(error.attempts).toBe(1);
  expect(server.requests.length).toBeLessThanOrEqual(1 + 1 + 3);
});

it('uses one connection for consecutive calls', async () => {
  const server = await startFaultServer([pause(1), answer(200, snapshotJson)]);
  const client = openFaultClient(server);
  for (let call = 0; call < 5; call += 1) {
    await get(client);
    await turn();
  }
  expect(server.connections).toBe(1);
});
