// Node reads NODE_DEBUG before any test runs. test/docs/documents.test.ts shows the log of a process that has it.
import { beforeEach, expect, it, vi } from 'vitest';
import { runClock, standStill, stopClock } from '../../support/clock.js';
import { get, openClient } from '../../support/open-client.js';
import { startRawServer } from '../../support/raw-server.js';
import { answer, end, good, head, reset, send, sendRefusal, sendToken } from '../../support/raw-steps.js';
import { flexListPath, flexPath, listPath, tenantPath } from '../../support/snapshot-routes.js';

const { lines } = vi.hoisted(() => ({ lines: [] as string[] }));

vi.mock('node:util', async (importActual) => {
  const util = await importActual<typeof import('node:util')>();
  const debuglog = (section: string) => {
    const enabled = section === 'atlas-tenant-snapshots';
    const log = (...values: unknown[]) => enabled && lines.push(util.format(...values));
    return Object.assign(log, { enabled });
  };
  return { ...util, debuglog };
});

beforeEach(() => {
  lines.length = 0;
  stopClock();
});

/** The log, with times and numbers replaced. Attempts and waits take at most 10 s here. */
const log = () => lines.map((line) => line.replace(/\b\d{1,4} ms/g, 'N ms').replace(/^call \d+/, 'call N'));

it('logs one line per token request', async () => {
  let requests = 0;
  const server = await startRawServer(({ target }) => {
    if (target !== '/api/oauth/token') return good;
    requests += 1;
    return requests === 1 ? [send(head(200, 'content-length: 9')), end] : sendToken();
  });
  const credentials = { clientId: 'mdb_sa_id_1', clientSecret: 'mdb_sa_sk_1' };
  await runClock(get(openClient({ baseUrl: server.url, credentials })));
  const call = `call N: GET ${flexPath}`;
  expect(log()).toEqual([
    'call N: POST /api/oauth/token ended with CONNECTION after N ms',
    `${call}: attempt 1 ended with CONNECTION after N ms`,
    expect.stringContaining(`${call}: retry in N ms: getTenantSnapshot could not log in. `),
    'call N: POST /api/oauth/token ended with 200 after N ms',
    `${call}: attempt 2 ended with 200 after N ms`,
  ]);
});

it('logs one line per attempt and per retry, at both endpoints, without control characters', async () => {
  const server = await startRawServer(({ target, number }) => {
    if (number === 1) return [answer(503, { error: 503, detail: 'a\u001b[31m\r\n\u0085\u2028b' })];
    if (target.endsWith('/groups')) return [reset];
    if (target.endsWith('/clusters') || target.endsWith('/tenant/snapshots')) return [];
    return target.includes('/tenant/') ? good : sendRefusal(404);
  });
  const client = openClient({ baseUrl: server.url });
  const ended = (call: Promise<unknown>) => runClock(call.catch(() => undefined));
  await ended(get(client));
  await ended(client.get('/api/atlas/v2/groups', { maxRetries: 0 }));
  await ended(client.get('/api/atlas/v2/clusters', { timeout: 100 }));
  const stop = new AbortController();
  const aborted = client.get('/api/atlas/v2/clusters', { signal: stop.signal });
  await standStill();
  stop.abort();
  await ended(aborted);
  await ended(client.listTenantSnapshots(...listPath));
  const clusters = 'GET /api/atlas/v2/clusters';
  expect(log()).toEqual([
    `call N: GET ${flexPath}: attempt 1 ended with 503 after N ms`,
    expect.stringMatching(/: retry in N ms: getTenantSnapshot failed .* 503: a\[31m b\. /),
    `call N: GET ${flexPath}: attempt 2 ended with 404 after N ms`,
    `call N: GET ${tenantPath}: attempt 3 ended with 200 after N ms`,
    'call N: GET /api/atlas/v2/groups: attempt 1 ended with CONNECTION after N ms',
    `call N: ${clusters}: attempt 1 ended with TIMEOUT after N ms`,
    `call N: ${clusters}: attempt 1 ended with an abort after N ms`,
    expect.stringMatching(`call N: GET ${flexListPath}.*: attempt 1 ended with 404 after N ms`),
    expect.stringMatching(`call N: GET .*/tenant/snapshots: attempt 2 ended with TIMEOUT after N ms`),
  ]);
  const numbers = lines.map((line) => line.split(':')[0]);
  expect(new Set(numbers).size).toBe(5);
});
