import { expect, it, vi } from 'vitest';
import { useProcesses } from '../support/fault-process.js';
import { startFaultServer } from '../support/fault-server.js';
import { answer, good, refusal, reset } from '../support/fault-steps.js';

const runProcess = useProcesses();

/** Runs code with NODE_DEBUG set, and returns the lines of the log, without the prefix and with ms replaced. */
async function readLog(code: string, debug = 'atlas-tenant-snapshots'): Promise<string[]> {
  vi.stubEnv('NODE_DEBUG', debug);
  const { output } = await runProcess(code);
  return output
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => line.replace(/^ATLAS-TENANT-SNAPSHOTS \d+: /, '').replace(/\d+ ms/g, 'N ms'));
}

const open = (baseUrl: string, credentials: string, options = '') => `
  const client = new atlas.TenantSnapshotsClient({ baseUrl: '${baseUrl}', credentials: ${credentials}, ${options} });
  const path = ['32b6e34b3d91647abb20e7b8', 'Cluster0', '5cc310ace5dc7ce369814bc8'];
  const call = (promise) => promise.catch(() => undefined);`;

it('logs one line per attempt and per retry', async () => {
  let count = 0;
  const server = await startFaultServer(({ target }) => {
    count += 1;
    if (count === 1) return refusal(503);
    return target.includes('/tenant/') ? refusal(404) : good;
  });
  const lines = await readLog(`${open(server.url, "{ accessToken: 'token' }")}
    await call(client.getTenantSnapshot(...path));`);
  expect(lines).toEqual([
    'getTenantSnapshot at tenant: attempt 1 ended with 503 after N ms',
    expect.stringMatching(/^getTenantSnapshot at tenant: retry in N ms: getTenantSnapshot failed with status 503 /),
    'getTenantSnapshot at tenant: attempt 2 ended with 404 after N ms',
    'getTenantSnapshot at flex: attempt 3 ended with 200 after N ms',
  ]);
});

it('logs the error code of an attempt without a response', async () => {
  const server = await startFaultServer([reset]);
  const lines = await readLog(`${open(server.url, "{ accessToken: 'token' }", "endpoint: 'flex', maxRetries: 0")}
    await call(client.listTenantSnapshots(path[0], path[1]));
    await call(client.get('/api/atlas/v2/groups'));`);
  expect(lines[0]).toBe('listTenantSnapshots at flex: attempt 1 ended with CONNECTION after N ms');
  expect(lines[1]).toMatch(/^get: attempt 1 ended with CONNECTION after N ms$/);
  expect(lines).toHaveLength(2);
});

it('logs no secret', async () => {
  const challenge = 'www-authenticate: Digest realm="r", nonce="a-secret-nonce", qop="auth"';
  const server = await startFaultServer(({ target, authorization = '' }) => {
    if (target.endsWith('/token')) return [answer(200, '{"access_token":"fetched-token","expires_in":3600}')];
    if (authorization === '') return [answer(401, '{}', challenge)];
    // Echoes the login in a retryable error.
    return [answer(503, JSON.stringify({ error: 503, errorCode: 'X', detail: authorization }))];
  });
  const logins = [
    "{ accessToken: 'static-token' }",
    "{ accessToken: () => 'given-token' }",
    "{ clientId: 'id', clientSecret: 'client-secret' }",
    "{ publicKey: 'public-key', privateKey: 'private-key' }",
  ];
  const calls = logins.map(
    (login) => `{ ${open(server.url, login, 'maxRetries: 1')}
    await call(client.getTenantSnapshot(...path)); }`,
  );
  const log = (await readLog(calls.join('\n'))).join('\n');
  expect(log.match(/: attempt \d/g)).toHaveLength(8);
  expect(log.match(/: retry in/g)).toHaveLength(4);
  expect(log).not.toMatch(/static-token|given-token|fetched-token|client-secret|private-key/);
  for (const { authorization } of server.requests) {
    const response = /response="(\w+)"/.exec(authorization ?? '')?.[1];
    if (response !== undefined) expect(log).not.toContain(response);
  }
});

it.each(['', 'http', 'other'])('logs nothing with NODE_DEBUG=%j', async (debug) => {
  const server = await startFaultServer(good);
  const lines = await readLog(
    `${open(server.url, "{ accessToken: 'token' }")} await call(client.getTenantSnapshot(...path));`,
    debug,
  );
  expect(lines.filter((line) => line.includes('getTenantSnapshot'))).toEqual([]);
});
