import { describe, expect, it } from 'vitest';
import { openFaultClient } from '../support/fault-client.js';
import { startFaultServer } from '../support/fault-server.js';
import { answer, good, snapshotJson } from '../support/fault-steps.js';
import { listPath, path } from '../support/snapshot-routes.js';

const list = [answer(200, `{"results":[${snapshotJson}],"totalCount":1}`)];
const query = (target: string | undefined) => [...new URL(target ?? '', 'http://localhost').searchParams.keys()];

describe('the option signal', () => {
  it('may be null, which counts as none', async () => {
    const server = await startFaultServer(({ target }) => (target.split('?')[0]?.endsWith('/snapshots') ? list : good));
    const client = openFaultClient(server);
    const options = { signal: null };
    await expect(client.getTenantSnapshot(...path, options)).resolves.toMatchObject({ status: 'COMPLETED' });
    await expect(client.listTenantSnapshots(...listPath, options)).resolves.toHaveLength(1);
    await expect(client.waitForTenantSnapshot(...path, options)).resolves.toMatchObject({ status: 'COMPLETED' });
    await expect(client.get('/api/atlas/v2/groups', options)).resolves.toMatchObject({ status: 'COMPLETED' });
  });
});

describe('the option pretty', () => {
  it.each([
    ['getTenantSnapshot', 'tenant', true],
    ['listTenantSnapshots', 'tenant', true],
    ['waitForTenantSnapshot', 'tenant', true],
    // MongoDB's specification does not list it there.
    ['getTenantSnapshot', 'flex', false],
    ['waitForTenantSnapshot', 'flex', false],
    ['listTenantSnapshots', 'flex', true],
  ] as const)('of %s at %s is sent: %s', async (method, endpoint, isSent) => {
    const server = await startFaultServer(method === 'listTenantSnapshots' ? list : good);
    const client = openFaultClient(server, { endpoint });
    if (method === 'listTenantSnapshots') await client.listTenantSnapshots(...listPath, { pretty: true });
    else await client[method](...path, { pretty: true });
    expect(query(server.requests[0]?.target).includes('pretty')).toBe(isSent);
  });

  it('is not sent if it is false', async () => {
    const server = await startFaultServer(good);
    await openFaultClient(server).getTenantSnapshot(...path, { pretty: false });
    expect(query(server.requests[0]?.target)).toEqual([]);
  });
});

describe('withResponse() of a wait', () => {
  it('has the last response, and the attempts of all polls', async () => {
    const running = answer(200, '{"status":"RUNNING"}', 'x-poll: first');
    const notFound = answer(404, '<h1>no</h1>');
    const server = await startFaultServer(({ number, target }) => {
      if (target.includes('/tenant/')) return [notFound];
      return number === 2 ? [running] : [answer(200, snapshotJson, 'x-poll: last', 'ratelimit-remaining: 7')];
    });
    const client = openFaultClient(server, { endpoint: 'auto' });
    const { data, response } = await client.waitForTenantSnapshot(...path, { pollInterval: 1 }).withResponse();
    expect(data.status).toBe('COMPLETED');
    // Tenant and Flex, then Flex alone.
    expect(response).toMatchObject({ status: 200, endpoint: 'flex', attempts: 3, rateLimit: { remaining: 7 } });
    expect(response.headers['x-poll']).toBe('last');
    expect(server.requests).toHaveLength(3);
  });

  it('rejects like the wait', async () => {
    const server = await startFaultServer([answer(200, '{"status":"FAILED"}')]);
    const wait = openFaultClient(server).waitForTenantSnapshot(...path);
    await expect(wait.withResponse()).rejects.toMatchObject({ code: 'SNAPSHOT_FAILED' });
  });
});
