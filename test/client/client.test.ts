import { readFileSync } from 'node:fs';
import { describe, expect, it, vi } from 'vitest';
import { AtlasApiError, type TenantSnapshotsClient } from '../../src/index.js';
import { runClock, stopClock } from '../support/clock.js';
import { get, openBareClient, openScripted } from '../support/open-client.js';
import { startRawServer } from '../support/raw-server.js';
import { good } from '../support/raw-steps.js';
import { rejection } from '../support/rejection.js';
import { listPath, path, tenantPath } from '../support/snapshot-routes.js';

const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
const ownAgent = `atlas-tenant-snapshots/${version} node/${process.versions.node}`;

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

  it.each([
    [undefined, ownAgent],
    ['', ownAgent],
    ['report/2 (ops)', `report/2 (ops) ${ownAgent}`],
  ])('with the userAgent %j has the User-Agent %j', async (userAgent, expected) => {
    const { client, dispatcher } = openScripted([], { userAgent });
    await get(client);
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
    const { client } = openScripted([{ status: 503 }], { endpoint: 'flex' });
    const other = { maxRetries: undefined, timeout: undefined, attemptTimeout: undefined, endpoint: undefined };
    expect(await rejection(get(client, other), AtlasApiError)).toMatchObject({ attempts: 1, endpoint: 'flex' });
    const own = { maxRetries: 1, timeout: 10_000, endpoint: 'tenant' } as const;
    const error = await runClock(rejection(get(client, own), AtlasApiError));
    expect(error).toMatchObject({ attempts: 2, endpoint: 'tenant' });
  });

  it.each<
    [method: string, call: (client: TenantSnapshotsClient, options: { signal: AbortSignal }) => Promise<unknown>]
  >([
    ['getTenantSnapshot', (client, options) => client.getTenantSnapshot(...path, options)],
    ['listTenantSnapshots', (client, options) => client.listTenantSnapshots(...listPath, options)],
    ['get', (client, options) => client.get('/api/atlas/v2/groups', options)],
    ['getAll', (client, options) => client.getAll('/api/atlas/v2/groups', options)],
  ])('of %s: a signal that has already aborted sends nothing', async (_method, call) => {
    const { client, dispatcher } = openScripted([]);
    const reason = { of: 'mine' };
    await expect(call(client, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    expect(dispatcher.requests).toEqual([]);
  });
});
