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

const givenUp: [what: string, script: Script][] = [
  ['a FIN', [end]],
  ['a RST', [reset]],
];

const dispatchers: [name: string, open: () => DispatcherLike | undefined][] = [
  ['its own connections', () => undefined],
  ['an agent passed in', () => closed(new Agent({ connections: 64 }))],
  ['an agent of one connection', () => closed(new Agent({ connections: 1 }))],
];

function closed<T extends DispatcherLike & { destroy(): Promise<void> }>(agent: T): T {
  onTestFinished(() => agent.destroy());
  return agent;
}

describe.each(dispatchers)('a kept connection that the server gave up, over %s', (_name, open) => {
  it('and told so, is not used', async () => {
    const server = await startFaultServer(good);
    const client = openFaultClient(server, { dispatcher: open() });
    await get(client);
    server.closeConnections();
    await turn();
    await turn();
    await expect(get(client)).resolves.toMatchObject({ status: 'COMPLETED' });
    expect(server.requests).toHaveLength(2);
  });

  it('and told so at once with its answer, is no loss to the next call', async () => {
    const server = await startFaultServer([...good, end]);
    const client = openFaultClient(server, { dispatcher: open() });
    for (let call = 0; call < 20; call += 1) await get(client);
    expect(server.connections).toBe(20);
  });

  it.each(givenUp)('without a word before, is no loss to a call that meets %s', async (_what, gone) => {
    const server = await startFaultServer(({ before }) => (before === 0 ? good : gone));
    const client = openFaultClient(server, { dispatcher: open() });
    for (let call = 0; call < 5; call += 1) {
      await expect(get(client)).resolves.toMatchObject({ status: 'COMPLETED' });
      await turn();
    }
    expect(server.connections).toBe(5);
  });

  it.each(givenUp)(
    'with all others, without a word before, is no loss to a call that meets %s',
    async (_what, gone) => {
      const server = await startFaultServer(({ before }) => (before === 0 ? good : gone));
      const client = openFaultClient(server, { dispatcher: open() });
      await calls(64, () => get(client));
      await turn();
      await expect(get(client)).resolves.toMatchObject({ status: 'COMPLETED' });
    },
  );

  it.each(givenUp)(
    'with all others, without a word before, is no loss to 200 calls that meet %s',
    async (_what, gone) => {
      const server = await startFaultServer(({ before, connection }) =>
        before === 0 || connection > 64 ? good : gone,
      );
      const client = openFaultClient(server, { dispatcher: open() });
      await calls(64, () => get(client));
      await turn();
      await expect(calls(200, () => get(client))).resolves.toHaveLength(200);
    },
  );

  it('after each answer, is no loss to 200 calls at once', async () => {
    const server = await startFaultServer([...good, end]);
    const client = openFaultClient(server, { dispatcher: open() });
    await expect(calls(200, () => get(client))).resolves.toHaveLength(200);
    expect(server.mostOpen).toBeLessThanOrEqual(64);
  });

  it('while the event loop was blocked, all of them at once, is no loss', async () => {
    const server = await startFaultServer(good);
    const client = openFaultClient(server, { dispatcher: open() });
    await calls(64, () => get(client));
    server.closeConnections();
    await expect(calls(200, () => get(client))).resolves.toHaveLength(200);
  });
});

describe('what is no matter of a kept connection is told', () => {
  it('a reset on a new connection', async () => {
    const server = await startFaultServer([reset]);
    await rejection(get(openFaultClient(server)), AtlasConnectionError);
    expect(server.requests).toHaveLength(1);
  });

  it('a cut in the body, on a kept connection', async () => {
    const cut = [send(head(200, 'content-length: 99')), send(snapshotJson), end];
    const server = await startFaultServer([good, cut]);
    const client = openFaultClient(server);
    await get(client);
    await turn();
    await rejection(get(client), AtlasConnectionError);
    expect([server.requests.length, server.connections]).toEqual([2, 1]);
  });

  it('a server that resets every request', async () => {
    const server = await startFaultServer([good, [reset]]);
    const client = openFaultClient(server);
    await get(client);
    await turn();
    const error = await rejection(get(client), AtlasConnectionError);
    expect(error.attempts).toBe(1);
    // One on the kept connection, one on a new.
    expect(server.requests).toHaveLength(3);
    expect(server.connections).toBe(2);
  });
});

it('a connection is used again, call after call', async () => {
  const server = await startFaultServer([pause(1), answer(200, snapshotJson)]);
  const client = openFaultClient(server);
  for (let call = 0; call < 5; call += 1) {
    await get(client);
    await turn();
  }
  expect(server.connections).toBe(1);
});
