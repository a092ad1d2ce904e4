import { readFileSync } from 'node:fs';
import { describe, expect, it, vi } from 'vitest';
import { AtlasApiError, type CallOptions } from '../../src/index.js';
import { runClock, stopClock } from '../support/clock.js';
import { get, openBareClient, openClient } from '../support/open-client.js';
import { startRawServer } from '../support/raw-server.js';
import { good } from '../support/raw-steps.js';
import { rejection } from '../support/rejection.js';
import { scriptedDispatcher } from '../support/scripted-dispatcher.js';
import {
  flexListPath,
  flexPath,
  flexType,
  listPath,
  path,
  tenantListPath,
  tenantPath,
} from '../support/snapshot-routes.js';

const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
const ownAgent = `atlas-tenant-snapshots/${version} node/${process.versions.node}`;

/** A call with each method. */
const calls = {
  getTenantSnapshot: (client, options) => client.getTenantSnapshot(...path, options),
  listTenantSnapshots: (client, options) => client.listTenantSnapshots(...listPath, options),
  waitForTenantSnapshot: (client, options) => client.waitForTenantSnapshot(...path, options),
  get: (client, { endpoint, ...options }) => client.get('/api/atlas/v2/groups', options),
} satisfies Record<string, (client: ReturnType<typeof openClient>, options: CallOptions) => Promise<unknown>>;
type Method = keyof typeof calls;

describe('a request', () => {
  it('is a GET with no headers except Accept, User-Agent and the credentials', async () => {
    const server = await startRawServer(good);
    await get(openBareClient(server));
    expect(server.requests.map(({ head, body }) => (head + body).split('\r\n'))).toEqual([
      [
        `GET ${tenantPath} HTTP/1.1`,
        `host: 127.0.0.1:${server.port}`,
        'connection: keep-alive',
        'accept: application/json',
        `user-agent: ${ownAgent}`,
        'authorization: Bearer token-of-the-test',
        '',
        '',
      ],
    ]);
  });

  const flexQuery = '?includeCount=true&itemsPerPage=500';

  it.each<[method: Method, endpoint: 'tenant' | 'flex', path: string, accept: string, pretty: boolean]>([
    ['getTenantSnapshot', 'tenant', tenantPath, 'application/json', true],
    ['waitForTenantSnapshot', 'tenant', tenantPath, 'application/json', true],
    ['listTenantSnapshots', 'tenant', tenantListPath, 'application/json', true],
    // MongoDB's specification does not list pretty for one snapshot at Flex.
    ['getTenantSnapshot', 'flex', flexPath, flexType, false],
    ['waitForTenantSnapshot', 'flex', flexPath, flexType, false],
    ['listTenantSnapshots', 'flex', flexListPath + flexQuery, flexType, true],
  ])('of %s at %s has its path, media type and query', async (method, endpoint, path, accept, takesPretty) => {
    const join = path.includes('?') ? '&' : '?';
    const queries: [options: CallOptions, query: string][] = [
      [{}, ''],
      [{ envelope: false, pretty: false, signal: null }, ''],
      [{ envelope: true }, `${join}envelope=true`],
      [{ pretty: true }, takesPretty ? `${join}pretty=true` : ''],
      [{ envelope: true, pretty: true }, `${join}envelope=true${takesPretty ? '&pretty=true' : ''}`],
    ];
    for (const [options, query] of queries) {
      const dispatcher = scriptedDispatcher({ body: { status: 'COMPLETED', results: [], totalCount: 0 } });
      await calls[method](openClient({ dispatcher, endpoint }), options);
      expect(dispatcher.requests.map((request) => [request.options.path, request.headers['accept']])).toEqual([
        [path + query, accept],
      ]);
    }
  });

  it.each([
    [undefined, ownAgent],
    ['', ownAgent],
    ['report/2 (ops)', `report/2 (ops) ${ownAgent}`],
  ])('with the userAgent %j has the User-Agent %j', async (userAgent, expected) => {
    const dispatcher = scriptedDispatcher();
    await get(openClient({ dispatcher, userAgent }));
    expect(dispatcher.requests[0]?.headers['user-agent']).toBe(expected);
  });
});

it('the constructor opens no connection, and requests no token', async () => {
  const server = await startRawServer();
  const accessToken = vi.fn(() => 'token-1');
  const tokenStore = { get: vi.fn(async () => undefined), set: vi.fn(async () => undefined) };
  const before = process.getActiveResourcesInfo();
  openBareClient(server, { credentials: { accessToken } });
  openBareClient(server, { credentials: { clientId: 'a', clientSecret: 'b' }, tokenStore });
  openBareClient(server, { credentials: { publicKey: 'a', privateKey: 'b' } });
  expect(process.getActiveResourcesInfo()).toEqual(before);
  await new Promise(setImmediate);
  expect(server.connections).toBe(0);
  expect(accessToken).not.toHaveBeenCalled();
  expect(tokenStore.get).not.toHaveBeenCalled();
});

describe('the options of a call', () => {
  it("override the client's, unless they are undefined", async () => {
    stopClock();
    const dispatcher = scriptedDispatcher({ status: 503 });
    const client = openClient({ dispatcher, maxRetries: 0, endpoint: 'flex' });
    const other = { maxRetries: undefined, timeout: undefined, attemptTimeout: undefined, endpoint: undefined };
    expect(await rejection(get(client, other), AtlasApiError)).toMatchObject({ attempts: 1, endpoint: 'flex' });
    const own = { maxRetries: 1, timeout: 10_000, endpoint: 'tenant' } as const;
    const error = await runClock(rejection(get(client, own), AtlasApiError));
    expect(error).toMatchObject({ attempts: 2, endpoint: 'tenant' });
  });

  it.each(Object.keys(calls) as Method[])('of %s: a signal that has already aborted sends nothing', async (method) => {
    const dispatcher = scriptedDispatcher();
    const reason = { of: 'mine' };
    const call = calls[method](openClient({ dispatcher }), { signal: AbortSignal.abort(reason) });
    await expect(call).rejects.toBe(reason);
    expect(dispatcher.requests).toEqual([]);
  });
});
