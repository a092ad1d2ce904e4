import { describe, expect, it, vi } from 'vitest';
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
  const paging = { includeCount: true, itemsPerPage: 500 };

  // In the test, so that mutation testing sees the test run the module's top-level code.
  async function load(name: 'getTenantSnapshot' | 'waitForTenantSnapshot' | 'listTenantSnapshots') {
    vi.resetModules();
    const endpoints = await import('../src/atlas/endpoints.js');
    return endpoints[name];
  }

  it.each([
    ['getTenantSnapshot', tenantPath, flexPath, undefined],
    ['waitForTenantSnapshot', tenantPath, flexPath, undefined],
    ['listTenantSnapshots', tenantListPath, flexListPath, paging],
  ] as const)('have the paths and media types of %s', async (name, tenantPath, flexPath, query) => {
    const { tenant, flex, ...operation } = await load(name);
    expect(operation.name).toBe(name);
    expect({ ...tenant, path: tenant.path(values) }).toEqual({
      accept: 'application/json',
      path: tenantPath,
      takesPretty: true,
    });
    expect({ ...flex, path: flex.path(values) }).toEqual({
      accept: 'application/vnd.atlas.2024-11-13+json',
      path: flexPath,
      takesPretty: name === 'listTenantSnapshots',
      ...(query && { query }),
    });
  });

  it.each([
    ['getTenantSnapshot', ['groupId', 'clusterName', 'snapshotId']],
    ['waitForTenantSnapshot', ['groupId', 'clusterName', 'snapshotId']],
    ['listTenantSnapshots', ['groupId', 'clusterName']],
  ] as const)('of %s validate %j', async (name, checked) => {
    const operation = await load(name);
    const bad = operation.values.safeParse({ groupId: '', clusterName: '', snapshotId: '' });
    expect(bad.error?.issues.map(({ path }) => path[0])).toEqual(checked);
    expect(operation.values.safeParse(values).success).toBe(true);
    expect(operation.schema.safeParse({ results: [], status: 5 }).success).toBe(name === 'listTenantSnapshots');
  });
});
