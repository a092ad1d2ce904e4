import { Agent } from 'undici';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { TenantSnapshotsClient } from '../../src/index.js';
import { get, openFaultClient } from '../support/fault-client.js';
import { expectNoUnhandledRejection } from '../support/fault-rejections.js';
import { startFaultServer } from '../support/fault-server.js';
import { answer, good } from '../support/fault-steps.js';

expectNoUnhandledRejection();

const calls = (count: number, client: TenantSnapshotsClient) =>
  Promise.all(Array.from({ length: count }, () => get(client)));

describe('10,000 concurrent calls', () => {
  it('succeed over at most 64 connections', async () => {
    const server = await startFaultServer(good);
    await expect(calls(10_000, openFaultClient(server))).resolves.toHaveLength(10_000);
    expect(server.requests).toHaveLength(10_000);
    expect(server.connections).toBeLessThanOrEqual(64);
    expect(server.connections).toBeGreaterThan(1);
  }, 30_000);

  it('lead to 10,001 requests with Digest', async () => {
    const challenge = [answer(401, '{}', 'www-authenticate: Digest realm="r", nonce="n", qop="auth"')];
    const server = await startFaultServer(({ authorization }) => (authorization === undefined ? challenge : good));
    const credentials = { publicKey: 'ABCDEFGH', privateKey: 'private' };
    await calls(10_000, openFaultClient(server, { credentials }));
    expect(server.requests).toHaveLength(10_001);
    expect(server.connections).toBeLessThanOrEqual(64);
    const counts = server.requests.map(({ authorization }) => /nc=(\w+)/.exec(authorization ?? '')?.[1]);
    expect(new Set(counts).size).toBe(10_001);
  }, 30_000);
});

it("uses as many connections as the caller's agent allows", async () => {
  const dispatcher = new Agent({ connections: 3 });
  onTestFinished(() => dispatcher.destroy());
  const server = await startFaultServer(good);
  await calls(100, openFaultClient(server, { dispatcher }));
  expect(server.connections).toBe(3);
});

it('resolves each call with its own response', async () => {
  const server = await startFaultServer(({ target }) => [answer(200, JSON.stringify({ id: target.slice(-24) }))]);
  const client = openFaultClient(server);
  const ids = Array.from({ length: 1000 }, (_, index) => index.toString(16).padStart(24, '0'));
  const snapshots = await Promise.all(
    ids.map((id) => client.getTenantSnapshot('32b6e34b3d91647abb20e7b8', 'Cluster0', id)),
  );
  expect(snapshots.map(({ id }) => id)).toEqual(ids);
});
