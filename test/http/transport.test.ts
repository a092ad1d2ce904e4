import { expect, it } from 'vitest';
import { connectTimeout } from '../../src/http/transport.js';
import { get, openBareClient } from '../support/open-client.js';
import { startRawServer } from '../support/raw-server.js';

it.each([
  [50, 50],
  [1_500.5, 1_501],
  [9_999, 9_999],
  [15_000, 10_000],
])('with an attemptTimeout of %d ms, opening a connection may take %d ms', (attemptTimeout, limit) => {
  expect(connectTimeout(attemptTimeout)).toBe(limit);
});

it('no connection is left after close() while new ones hang', async () => {
  // Never answers the TLS handshake.
  const server = await startRawServer();
  const client = openBareClient({ url: `https://127.0.0.1:${server.port}` });
  const stop = new AbortController();
  const calls = Promise.allSettled(Array.from({ length: 3 }, () => get(client, { signal: stop.signal })));
  await expect.poll(() => server.open, { interval: 1 }).toBe(3);
  stop.abort();
  await calls;
  await client.close();
  await expect.poll(() => server.open, { interval: 1 }).toBe(0);
});
