import { Agent } from 'undici';
import { expect, it, onTestFinished } from 'vitest';
import type { TenantSnapshotsClient } from '../../src/index.js';
import { get, openBareClient } from '../support/open-client.js';
import { startRawServer } from '../support/raw-server.js';
import { answer, challenge, good } from '../support/raw-steps.js';
import { groupId } from '../support/snapshot-routes.js';

const calls = (count: number, client: TenantSnapshotsClient) =>
  Promise.all(Array.from({ length: count }, () => get(client)));

it('10,000 concurrent calls with Digest send 10,001 requests over at most 64 connections', async () => {
  const server = await startRawServer(({ authorization }) => (authorization === undefined ? challenge() : good));
  const credentials = { publicKey: 'ABCDEFGH', privateKey: 'private' };
  await calls(10_000, openBareClient(server, { credentials }));
  expect(server.requests).toHaveLength(10_001);
  expect(server.connections).toBeLessThanOrEqual(64);
  expect(server.connections).toBeGreaterThan(1);
  const counts = server.requests.map(({ authorization }) => /nc=(\w+)/.exec(authorization ?? '')?.[1]);
  expect(new Set(counts).size).toBe(10_001);
}, 30_000);

it("concurrent calls use as many connections as the caller's agent allows", async () => {
  const dispatcher = new Agent({ connections: 3 });
  onTestFinished(() => dispatcher.destroy());
  const server = await startRawServer(good);
  await calls(100, openBareClient(server, { dispatcher }));
  expect(server.connections).toBe(3);
});

it('each of 1,000 concurrent calls resolves with its own response', async () => {
  const server = await startRawServer(({ target }) => [answer(200, { id: target.slice(-24) })]);
  const client = openBareClient(server);
  const ids = Array.from({ length: 1000 }, (_, index) => index.toString(16).padStart(24, '0'));
  const snapshots = await Promise.all(ids.map((id) => client.getTenantSnapshot(groupId, 'Cluster0', id)));
  expect(snapshots.map(({ id }) => id)).toEqual(ids);
});
