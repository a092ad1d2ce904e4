import { HttpResponse, http } from 'msw';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { z } from 'zod';
import type { Operation } from '../src/endpoints.js';
import {
  type AtlasPromise,
  AtlasResponseError,
  AtlasValidationError,
  type CallOptions,
  clusterNameSchema,
  groupIdSchema,
  TenantSnapshotsClient,
} from '../src/index.js';
import { startMswServer } from './support/msw-server.js';
import { rejection } from './support/rejection.js';
import {
  clusterName,
  flexListPath,
  flexPath,
  groupId,
  snapshotId,
  tenantListPath,
  tenantPath,
} from './support/snapshot-routes.js';

describe('the endpoints', () => {
  const values = { groupId, clusterName, snapshotId };
  const paging = 'includeCount=true&itemsPerPage=500';

  // Loaded by the test itself, as all that the module does is done when it is loaded.
  async function load(name: 'getTenantSnapshot' | 'waitForTenantSnapshot' | 'listTenantSnapshots') {
    vi.resetModules();
    const endpoints = await import('../src/endpoints.js');
    return endpoints[name];
  }

  it.each([
    ['getTenantSnapshot', tenantPath, flexPath, undefined],
    ['waitForTenantSnapshot', tenantPath, flexPath, undefined],
    ['listTenantSnapshots', tenantListPath, flexListPath, paging],
  ] as const)('of %s', async (name, tenantPath, flexPath, query) => {
    const { tenant, flex, ...operation } = await load(name);
    expect(operation.name).toBe(name);
    expect({ ...tenant, path: tenant.path(values) }).toEqual({ accept: 'application/json', path: tenantPath });
    expect({ ...flex, path: flex.path(values) }).toEqual({
      accept: 'application/vnd.atlas.2024-11-13+json',
      path: flexPath,
      ...(query && { query }),
    });
  });

  it.each([
    ['getTenantSnapshot', ['groupId', 'clusterName', 'snapshotId']],
    ['waitForTenantSnapshot', ['groupId', 'clusterName', 'snapshotId']],
    ['listTenantSnapshots', ['groupId', 'clusterName']],
  ] as const)('of %s check %j', async (name, checked) => {
    const operation = await load(name);
    const bad = operation.values.safeParse({ groupId: '', clusterName: '', snapshotId: '' });
    expect(bad.error?.issues.map(({ path }) => path[0])).toEqual(checked);
    expect(operation.values.safeParse(values).success).toBe(true);
    expect(operation.schema.safeParse({ results: [], status: 5 }).success).toBe(name === 'listTenantSnapshots');
  });
});

interface Restore {
  id: string;
}

const restores = ({ groupId = '', clusterName = '' }: Readonly<Record<string, string>>) =>
  `groups/${groupId}/clusters/${clusterName}`;

// The entry.
const getRestore: Operation<Restore> = {
  name: 'getRestore',
  values: z.object({ groupId: groupIdSchema, clusterName: clusterNameSchema, restoreId: z.string().regex(/^r\d+$/) }),
  schema: z.object({ id: z.string() }),
  tenant: {
    accept: 'application/json',
    path: (values) => `/api/atlas/v1.0/${restores(values)}/backup/tenant/restores/${values['restoreId']}`,
  },
  flex: {
    accept: 'application/vnd.atlas.2024-11-13+json',
    path: (values) => `/api/atlas/v2/${restores(values)}/backup/restoreJobs/${values['restoreId']}`,
  },
};

// The method.
class Client extends TenantSnapshotsClient {
  getRestore(groupId: string, clusterName: string, restoreId: string, options?: CallOptions): AtlasPromise<Restore> {
    return this.callEndpoint(getRestore, { groupId, clusterName, restoreId }, options);
  }
}

function openFurther(baseUrl: string): Client {
  const client = new Client({ baseUrl, credentials: { accessToken: 'token-1' } });
  onTestFinished(() => client.close());
  return client;
}

describe('a further endpoint is one entry and one method', () => {
  const tenantRestore = `/api/atlas/v1.0/groups/${groupId}/clusters/Cluster0/backup/tenant/restores/r1`;
  const flexRestore = `/api/atlas/v2/groups/${groupId}/clusters/Cluster0/backup/restoreJobs/r1`;

  it('that is asked, checked and typed as the others are', async () => {
    const server = await startMswServer(http.get(`*${tenantRestore}`, () => HttpResponse.json({ id: 'a', more: 1 })));
    const { data, response } = await openFurther(server.url).getRestore(groupId, 'Cluster0', 'r1').withResponse();
    expect(data satisfies Restore).toEqual({ id: 'a' });
    expect(response).toMatchObject({ status: 200, endpoint: 'tenant', attempts: 1 });
    expect(server.requests[0]?.path).toBe(tenantRestore);
  });

  it('that survives the sunset as the others do', async () => {
    vi.spyOn(process, 'emitWarning').mockImplementation(() => undefined);
    const server = await startMswServer(
      http.get(`*${tenantRestore}`, () => new HttpResponse(null, { status: 410 })),
      http.get(`*${flexRestore}`, () => HttpResponse.json({ id: 'a' })),
    );
    await openFurther(server.url).getRestore(groupId, 'Cluster0', 'r1', { pretty: true });
    expect(server.requests.map(({ path }) => path)).toEqual([
      `${tenantRestore}?pretty=true`,
      `${flexRestore}?pretty=true`,
    ]);
  });

  it('whose bad arguments and answers are its own', async () => {
    const server = await startMswServer(http.get(`*${tenantRestore}`, () => HttpResponse.json({ id: 5 })));
    const client = openFurther(server.url);
    const invalid = await rejection(client.getRestore('x', 'Cluster0', 'q'), AtlasValidationError);
    expect(invalid).toMatchObject({ operation: 'getRestore', issues: [{ path: 'groupId' }, { path: 'restoreId' }] });
    expect(server.requests).toEqual([]);
    const broken = await rejection(client.getRestore(groupId, 'Cluster0', 'r1'), AtlasResponseError);
    expect(broken).toMatchObject({ operation: 'getRestore', issues: [{ path: 'id' }] });
  });
});
