import { describe, expect, it, vi } from 'vitest';
import {
  clusterName,
  flexListPath,
  flexPath,
  groupId,
  snapshotId,
  tenantListPath,
  tenantPath,
} from '../support/snapshot-routes.js';

describe('the endpoints', () => {
  const values = { groupId, clusterName, snapshotId };
  const paging = { includeCount: true, itemsPerPage: 500 };

  // In the test, so that mutation testing sees the test run the module's top-level code.
  async function load(name: 'snapshotOperation' | 'waitOperation' | 'listOperation') {
    vi.resetModules();
    const endpoints = await import('../../src/atlas/endpoints.js');
    return endpoints[name];
  }

  it.each([
    ['getTenantSnapshot', 'snapshotOperation', tenantPath, flexPath, undefined],
    ['waitForTenantSnapshot', 'waitOperation', tenantPath, flexPath, undefined],
    ['listTenantSnapshots', 'listOperation', tenantListPath, flexListPath, paging],
  ] as const)('have the paths and media types of %s', async (name, operationName, tenantPath, flexPath, query) => {
    const { tenant, flex, ...operation } = await load(operationName);
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
    ['snapshotOperation', ['groupId', 'clusterName', 'snapshotId']],
    ['waitOperation', ['groupId', 'clusterName', 'snapshotId']],
    ['listOperation', ['groupId', 'clusterName']],
  ] as const)('of %s validate %j', async (name, checked) => {
    const operation = await load(name);
    const bad = operation.argumentsSchema.safeParse({ groupId: '', clusterName: '', snapshotId: '' });
    expect(bad.error?.issues.map(({ path }) => path[0])).toEqual(checked);
    expect(operation.argumentsSchema.safeParse(values).success).toBe(true);
    expect(operation.resultSchema.safeParse({ results: [], status: 5 }).success).toBe(name === 'listOperation');
  });
});
