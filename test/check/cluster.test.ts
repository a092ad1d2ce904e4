import { describe, expect, it } from 'vitest';
import { isListedTwice, isSharded, otherEditionOf, reasonNotToCheck, toCluster } from '../../src/check/cluster.js';

const regions = (...names: unknown[]) => ({
  replicationSpecs: [{ regionConfigs: names.map((providerName) => ({ providerName })) }],
});
const dedicated = { name: 'Ledger', stateName: 'IDLE', internalClusterRole: 'NONE', ...regions('AWS') };
const deleting = { stateName: 'DELETING', backupEnabled: false };

describe('a cluster of the list of dedicated ones', () => {
  it.each<[what: string, changes: object, reason: string | undefined]>([
    ['in deletion', deleting, 'deleting'],
    ['of the system', { internalClusterRole: 'SYSTEM_CLUSTER' }, 'internal'],
    ['that shadows another', { internalClusterRole: 'INTERNAL_SHADOW_CLUSTER' }, 'internal'],
    ['that is free', regions('TENANT'), 'free'],
    ['that is free, in deletion', { ...regions('TENANT'), ...deleting }, 'free'],
    [
      'with an unknown state, role and provider',
      { stateName: 'X', internalClusterRole: 'X', ...regions('X') },
      undefined,
    ],
    ['with another provider beside TENANT', regions('TENANT', 'AWS'), undefined],
    ['with nothing but its name', { stateName: null, internalClusterRole: null, replicationSpecs: null }, undefined],
    ['with odd regions', { replicationSpecs: [null, 5, { regionConfigs: 'TENANT' }] }, undefined],
    ['with an odd region beside TENANT', regions('TENANT', null), undefined],
  ])('%s is not checked because it is: %s', (_what, changes, reason) => {
    expect(reasonNotToCheck(toCluster('dedicated', { ...dedicated, ...changes }))).toBe(reason);
  });

  it.each([
    ['FLEX', true],
    ['AWS', false],
  ])('of the provider %s has another list: %s', (provider, expected) => {
    expect(isListedTwice(regions(provider))).toBe(expected);
  });
});

it('of a Flex cluster only the fields count that it can have', () => {
  const cluster = toCluster('flex', { ...dedicated, ...deleting, internalClusterRole: 'SYSTEM_CLUSTER' });
  expect(cluster).toStrictEqual({ name: 'Ledger', stateName: 'DELETING', createDate: undefined });
  expect(reasonNotToCheck(cluster)).toBe('deleting');
});

it.each(['flex', 'dedicated'] as const)('a %s cluster that is no object has no name', (type) => {
  expect(toCluster(type, null)['name']).toBe(undefined);
});

it.each<[fields: object, isSharded: boolean]>([
  [{ clusterType: 'SHARDED' }, true],
  [{ clusterType: 'GEOSHARDED', replicationSpecs: [{}] }, true],
  [{ clusterType: 'REPLICASET', replicationSpecs: [{}, {}] }, false],
  [{ clusterType: 'X', replicationSpecs: [{}, {}] }, true],
  [{ replicationSpecs: [{}, {}] }, true],
  [{ replicationSpecs: [{}] }, false],
  [{ clusterType: null, replicationSpecs: 'two' }, false],
])('%j is sharded: %s', (fields, expected) => {
  expect(isSharded({ ...fields })).toBe(expected);
});

it.each<[fields: object, edition: string | undefined]>([
  [{}, undefined],
  [{ effectiveDatabaseEdition: null, databaseEdition: null }, undefined],
  [{ effectiveDatabaseEdition: 'CORE', databaseEdition: 'INFINITE' }, undefined],
  [{ effectiveDatabaseEdition: 'INFINITE', databaseEdition: 'CORE' }, 'INFINITE'],
  [{ databaseEdition: 5 }, undefined],
])('%j has the edition %s', (fields, edition) => {
  expect(otherEditionOf({ ...fields })).toBe(edition);
});
