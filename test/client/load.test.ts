import { expect, it } from 'vitest';
import { hexId } from '../support/atlas-bodies.js';
import { openBareClient } from '../support/open-client.js';
import { startRawServer } from '../support/raw-server.js';
import { answer, challenge } from '../support/raw-steps.js';
import { groupId } from '../support/snapshot-routes.js';

it('10,000 concurrent Digest calls each get their own response: 10,001 requests, at most 64 connections', async () => {
  const server = await startRawServer(({ authorization, target }) =>
    authorization === undefined ? challenge() : [answer(200, { id: target.slice(-24) })],
  );
  const client = openBareClient(server, { credentials: { publicKey: 'ABCDEFGH', privateKey: 'private' } });
  const ids = Array.from({ length: 10_000 }, (_, index) => hexId(index));
  const snapshots = await Promise.all(ids.map((id) => client.getTenantSnapshot(groupId, 'Cluster0', id)));
  expect(snapshots.map(({ id }) => id)).toEqual(ids);
  expect(server.requests).toHaveLength(10_001);
  expect(server.connections).toBeLessThanOrEqual(64);
  expect(server.connections).toBeGreaterThan(1);
  const counts = server.requests.map(({ authorization }) => /nc=(\w+)/.exec(authorization ?? '')?.[1]);
  expect(new Set(counts).size).toBe(10_001);
}, 30_000);
