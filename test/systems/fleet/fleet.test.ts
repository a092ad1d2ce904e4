import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, it, onTestFinished, vi } from 'vitest';
import { openSharedToken } from '../../../examples/shared-token.mjs';
import { openClient } from '../../support/open-client.js';
import { freePort, runProcess, startProcess } from '../../support/processes.js';
import { clusterName, groupId } from '../../support/snapshot-routes.js';
import { makeCertificates, openConnectProxy, openTlsFront } from '../../support/tls.js';

const example = ['examples/shared-token.mjs', groupId, clusterName];
const account = { MONGODB_ATLAS_CLIENT_ID: 'mdb_sa_id_1', MONGODB_ATLAS_CLIENT_SECRET: 'mdb_sa_sk_1' };
const basic = `Basic ${btoa('mdb_sa_id_1:mdb_sa_sk_1')}`;

/** A Redis that writes nothing to disk. It ends with the test. */
async function openRedis() {
  const port = String(await freePort());
  const { output, ended } = startProcess('redis-server', ['--port', port, '--bind', '127.0.0.1', '--save', '']);
  const isReady = () => output.stdout.includes('Ready to accept connections');
  await Promise.race([vi.waitUntil(isReady, { timeout: 60_000 }), ended]);
  /** Runs a command of Redis. Returns its result. */
  const run = async (...command: string[]) => (await runProcess('redis-cli', ['-p', port, ...command])).stdout.trim();
  return { url: `redis://127.0.0.1:${port}`, run };
}

/** An Atlas on which only the latest token is valid. It ends with the test. */
async function openAtlas() {
  const atlas = { tokens: 0, url: '' };
  const server = createServer(({ url, headers }, response) => {
    const { authorization } = headers;
    if (url === '/api/oauth/token' && authorization === basic) {
      atlas.tokens += 1;
      response.end(JSON.stringify({ access_token: `t${atlas.tokens}`, expires_in: 3_600 }));
    } else if (authorization === `Bearer t${atlas.tokens}`) {
      response.end('{"results":[{"id":"5cc310ace5dc7ce369814bc8","status":"COMPLETED"}],"totalCount":1}');
    } else {
      response.writeHead(401).end('{}');
    }
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  onTestFinished(() => void server.close());
  // A TCP server that listens has a port.
  atlas.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return atlas;
}

/** Runs the example in that many processes at once, which all succeed. */
async function runFleet(size: number, env: Record<string, string>) {
  const members = Array.from({ length: size }, () => startProcess(process.execPath, example, { env }).ended);
  const success = { exitCode: 0, stdout: '5cc310ace5dc7ce369814bc8 COMPLETED\n', stderr: '' };
  for (const outcome of await Promise.all(members)) expect(outcome).toMatchObject(success);
}

it('processes that start at once share one token, and replace it once after Atlas has revoked it', async () => {
  const [atlas, redis] = [await openAtlas(), await openRedis()];
  const env = { ...account, MONGODB_ATLAS_BASE_URL: atlas.url, REDIS_URL: redis.url };
  await runFleet(12, env);
  expect(atlas.tokens).toBe(1);
  const left = Number(await redis.run('pttl', await redis.run('keys', '*atlas-token')));
  expect(left).toBeGreaterThan(3_000_000);
  expect(left).toBeLessThanOrEqual(0.9 * 3_600_000);

  // Revokes the token.
  atlas.tokens += 1;
  // As if ten seconds had passed.
  await redis.run('del', 'atlas-token-lock');
  await runFleet(12, env);
  expect(atlas.tokens).toBe(3);
});

it('so do concurrent calls of one process', async () => {
  const [atlas, redis] = [await openAtlas(), await openRedis()];
  for (const [name, value] of Object.entries({ ...account, MONGODB_ATLAS_BASE_URL: atlas.url }))
    vi.stubEnv(name, value);
  const { accessToken, close } = openSharedToken(redis.url);
  onTestFinished(close);
  const client = openClient({ credentials: { accessToken }, maxRetries: 0 });
  const callAll = () => Promise.all(Array.from({ length: 50 }, () => client.listTenantSnapshots(groupId, clusterName)));
  await callAll();
  expect(atlas.tokens).toBe(1);
  atlas.tokens += 1;
  await redis.run('del', 'atlas-token-lock');
  await callAll();
  expect(atlas.tokens).toBe(3);
});

it('the request for the token goes through the proxy of HTTPS_PROXY, as every other', async () => {
  const [atlas, redis, proxy] = [await openAtlas(), await openRedis(), await openConnectProxy()];
  const { ca, server } = await makeCertificates();
  const { url } = await openTlsFront(atlas.url, server);
  await runFleet(2, {
    ...account,
    MONGODB_ATLAS_BASE_URL: url,
    REDIS_URL: redis.url,
    HTTPS_PROXY: proxy.url,
    NODE_EXTRA_CA_CERTS: ca.certFile,
  });
  expect(atlas.tokens).toBe(1);
  // Two processes read, and one of them fetched the token.
  expect(proxy.tunnels).toEqual(Array(3).fill(new URL(url).host));
});

it('without Redis, a call fails, and its error has the cause', async () => {
  const env = { ...account, REDIS_URL: `redis://127.0.0.1:${await freePort()}` };
  const { exitCode, stderr } = await startProcess(process.execPath, example, { env }).ended;
  expect(exitCode).toBe(1);
  expect(stderr).toMatch(/AtlasAuthenticationError: .* The accessToken function failed\..*\[cause\]: .*Redis/s);
});
