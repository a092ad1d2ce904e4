import { createServer, Socket } from 'node:net';
import { expect, it, onTestFinished, vi } from 'vitest';
import { freePort } from '../support/free-port.js';
import { get, openBareClient } from '../support/open-client.js';
import { listen } from '../support/tls.js';

const limit = 64;
const always = Number.POSITIVE_INFINITY;

/** Counts the sockets of the process, from connect() until they are closed. */
function countSockets() {
  const open = new Set<Socket>();
  let total = 0;
  let most = 0;
  const { connect } = Socket.prototype;
  vi.spyOn(Socket.prototype, 'connect').mockImplementation(function (this: Socket, ...options) {
    open.add(this);
    this.on('close', () => open.delete(this));
    total += 1;
    most = Math.max(most, open.size);
    return connect.apply(this, options);
  });
  return {
    total: () => total,
    most: () => most,
    /** The number of sockets that are still in use. */
    used: () => [...open].filter(({ destroyed }) => !destroyed).length,
  };
}

/** A port whose first connections are reset. The others get no response by default, not even to a TLS handshake. */
function resettingPort(resets: number, serve = (_socket: Socket) => {}): Promise<number> {
  const accepted: Socket[] = [];
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    if (accepted.push(socket) <= resets) socket.resetAndDestroy();
    else serve(socket);
  });
  onTestFinished(() => {
    for (const socket of accepted) socket.destroy();
  });
  return listen(server);
}

it.each<[how: string, scheme: string, port: () => Promise<number>, attemptTimeout: number]>([
  ['are refused', 'http', freePort, 5_000],
  ['are reset', 'http', () => resettingPort(always), 5_000],
  ['are reset during the TLS handshake', 'https', () => resettingPort(always), 5_000],
  ['time out', 'https', () => resettingPort(0), 50],
])('at most 64 connections are open at once while they %s', async (_how, scheme, port, attemptTimeout) => {
  const url = `${scheme}://127.0.0.1:${await port()}`;
  const sockets = countSockets();
  const client = openBareClient({ url }, { attemptTimeout });
  const calls = await Promise.allSettled(Array.from({ length: 80 }, () => get(client)));
  expect(calls.filter(({ status }) => status === 'rejected')).toHaveLength(80);
  expect(sockets.total()).toBeGreaterThan(limit);
  expect(sockets.most()).toBeLessThanOrEqual(limit);
});

it.each([
  ['hang', 0],
  ['hang after others were reset', limit],
])('no connection is left after close() while new ones %s', async (_how, resets) => {
  const port = await resettingPort(resets);
  const sockets = countSockets();
  const client = openBareClient({ url: `https://127.0.0.1:${port}` });
  const controller = new AbortController();
  const { signal } = controller;
  const calls = Promise.allSettled(Array.from({ length: 200 }, () => get(client, { signal })));
  await expect.poll(sockets.total, { interval: 1 }).toBeGreaterThan(resets);
  await expect.poll(sockets.used, { interval: 1 }).toBeGreaterThan(0);
  controller.abort();
  await calls;
  await client.close();
  expect(sockets.used()).toBe(0);
});

// Otherwise idle connections that the pool has forgotten would count, and the next calls would wait until they are closed.
it('connections opened after resets serve all further calls', async () => {
  const response = 'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 2\r\n\r\n{}';
  const port = await resettingPort(limit, (socket) => {
    socket.on('data', () => setImmediate(() => socket.write(response)));
  });
  const sockets = countSockets();
  const client = openBareClient({ url: `http://127.0.0.1:${port}` }, { maxRetries: 2 });
  for (const _round of [1, 2]) await Promise.all(Array.from({ length: 300 }, () => get(client)));
  expect(sockets.total()).toBe(2 * limit);
});
