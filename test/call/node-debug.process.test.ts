import { expect, it, vi } from 'vitest';
import { runCode } from '../support/processes.js';
import { startRawServer } from '../support/raw-server.js';
import { answer, end, good, head, reset, send, sendRefusal, sendToken } from '../support/raw-steps.js';

/** Runs code with NODE_DEBUG set, and returns the lines of the log, without the prefix and with ms replaced. */
async function readLog(code: string): Promise<string[]> {
  vi.stubEnv('NODE_DEBUG', 'atlas-tenant-snapshots');
  const { stderr } = await runCode(`
    const path = ['32b6e34b3d91647abb20e7b8', 'Cluster0', '5cc310ace5dc7ce369814bc8'];
    const open = (options) => new atlas.TenantSnapshotsClient({ credentials: { accessToken: 'token' }, ...options });
    const get = (options) => open(options).getTenantSnapshot(...path).catch(() => undefined);
    ${code}`);
  return stderr
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => line.replace(/^ATLAS-TENANT-SNAPSHOTS \d+: /, '').replace(/\d+ ms/g, 'N ms'));
}

// It shows codes and messages of errors. test/client/secrets.test.ts shows that these have no secret.
it('logs one line per token request and per failure of the token store, without control characters', async () => {
  let requests = 0;
  const server = await startRawServer(({ target }) => {
    if (target !== '/api/oauth/token') return good;
    requests += 1;
    return requests === 1 ? [send(head(200, 'content-length: 9')), end] : sendToken();
  });
  const lines = await readLog(`
    process.removeAllListeners('warning');
    const fail = async () => { throw new Error('no\\u001b[31m\\r\\nstore') };
    const credentials = { clientId: 'mdb_sa_id_1', clientSecret: 'mdb_sa_sk_1' };
    const client = open({ baseUrl: '${server.url}', credentials, tokenStore: { get: fail, set: fail } });
    await client.getTenantSnapshot(...path);`);
  expect(lines).toEqual([
    'tokenStore: get() failed: no[31m store',
    'token request to /api/oauth/token got no response',
    'getTenantSnapshot at flex: attempt 1 ended with CONNECTION after N ms',
    expect.stringMatching(/^getTenantSnapshot at flex: retry in N ms: /),
    'tokenStore: get() failed: no[31m store',
    'token request ended with 200 after N ms',
    'tokenStore: set() failed: no[31m store',
    'getTenantSnapshot at flex: attempt 2 ended with 200 after N ms',
  ]);
});

it('logs the login if the environment has several, and one line per attempt and per retry, at both endpoints, without control characters', async () => {
  const server = await startRawServer(({ target, number }) => {
    if (number === 1) return [answer(503, { error: 503, detail: 'a\u001b[31m\r\n\u0085\u2028b' })];
    if (target.endsWith('/groups')) return [reset];
    if (target.endsWith('/clusters') || target.endsWith('/tenant/snapshots')) return [];
    return target.includes('/tenant/') ? good : sendRefusal(404);
  });
  const lines = await readLog(`
    const account = { MONGODB_ATLAS_CLIENT_ID: 'id', MONGODB_ATLAS_CLIENT_SECRET: 'secret' };
    Object.assign(process.env, { MONGODB_ATLAS_ACCESS_TOKEN: '', MONGODB_ATLAS_PUBLIC_KEY: 'key', ...account });
    open({ credentials: undefined });
    await get({ baseUrl: '${server.url}' });
    await open({ baseUrl: '${server.url}', maxRetries: 0 }).get('/api/atlas/v2/groups').catch(() => undefined);
    for (const options of [() => ({ timeout: 50 }), () => ({ signal: AbortSignal.timeout(50) })]) {
      await open({ baseUrl: '${server.url}' }).get('/api/atlas/v2/clusters', options()).catch(() => undefined);
    }
    // The 5 s of the tenant endpoint are over at once.
    const { setTimeout: later } = globalThis;
    globalThis.setTimeout = (run, ms) => later(run, ms === 5000 ? 50 : ms);
    await open({ baseUrl: '${server.url}' }).listTenantSnapshots(path[0], path[1]).catch(() => undefined);`);
  expect(lines).toEqual([
    'logs in with MONGODB_ATLAS_CLIENT_ID and MONGODB_ATLAS_CLIENT_SECRET',
    'getTenantSnapshot at flex: attempt 1 ended with 503 after N ms',
    expect.stringMatching(/^getTenantSnapshot at flex: retry in N ms: getTenantSnapshot failed .* 503: a\[31mb\. /),
    'getTenantSnapshot at flex: attempt 2 ended with 404 after N ms',
    'getTenantSnapshot at tenant: attempt 3 ended with 200 after N ms',
    'get: attempt 1 ended with CONNECTION after N ms',
    'get: attempt 1 ended with TIMEOUT after N ms',
    'get: attempt 1 ended with an abort after N ms',
    'listTenantSnapshots at flex: attempt 1 ended with 404 after N ms',
    'listTenantSnapshots at tenant: attempt 2 ended with TIMEOUT after N ms',
  ]);
});
