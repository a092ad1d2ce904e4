import { describe, expect, it } from 'vitest';
import { clusterSchemas, isFree, isIgnored, isSharded, otherEditionOf } from '../../src/check/cluster.js';

const regions = (...names: unknown[]) => ({
  replicationSpecs: [{ regionConfigs: names.map((providerName) => ({ providerName })) }],
});
const dedicated = { name: 'Ledger', stateName: 'IDLE', internalClusterRole: 'NONE', ...regions('AWS') };

function classify(type: 'flex' | 'dedicated', changes: object) {
  const cluster = clusterSchemas[type].parse({ ...dedicated, ...changes });
  if (isIgnored(cluster)) return 'ignored';
  return isFree(cluster) ? 'free' : 'checked';
}

describe('a cluster of the list of dedicated ones', () => {
  it.each<[what: string, changes: object, outcome: string]>([
    ['in deletion', { stateName: 'DELETING', backupEnabled: false }, 'ignored'],
    ['of the system', { internalClusterRole: 'SYSTEM_CLUSTER' }, 'ignored'],
    ['that shadows another', { internalClusterRole: 'INTERNAL_SHADOW_CLUSTER' }, 'ignored'],
    ['of the Flex list', regions('FLEX'), 'ignored'],
    ['that is free', regions('TENANT'), 'free'],
    [
      'with an unknown state, role and provider',
      { stateName: 'X', internalClusterRole: 'X', ...regions('X') },
      'checked',
    ],
    ['with another provider beside TENANT', regions('TENANT', 'AWS'), 'checked'],
    ['with nothing but its name', { stateName: null, internalClusterRole: null, replicationSpecs: null }, 'checked'],
    ['without regions', { replicationSpecs: [{ regionConfigs: [] }] }, 'checked'],
    ['with odd regions', { replicationSpecs: [null, 5, { regionConfigs: 'AWS' }] }, 'checked'],
    [
      'with an odd region beside TENANT',
      { replicationSpecs: [...regions('TENANT').replicationSpecs, null] },
      'checked',
    ],
  ])('%s is %s', (_what, changes, outcome) => {
    expect(classify('dedicated', changes)).toBe(outcome);
  });
});

it.each(['flex', 'dedicated'] as const)('a %s cluster that is no object has no name', (type) => {
  expect(clusterSchemas[type].parse(null)).toEqual({ name: '' });
});

it.each<[what: string, changes: object, outcome: string]>([
  ['in deletion', { stateName: 'DELETING' }, 'ignored'],
  [
    'with fields that only dedicated clusters have',
    { internalClusterRole: 'SYSTEM_CLUSTER', ...regions('TENANT') },
    'checked',
  ],
])('a Flex cluster %s is %s', (_what, changes, outcome) => {
  expect(classify('flex', changes)).toBe(outcome);
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
  expect(isSharded({ name: 'Ledger', ...fields })).toBe(expected);
});

it.each<[fields: object, edition: string | undefined]>([
  [{}, undefined],
  [{ effectiveDatabaseEdition: null, databaseEdition: null }, undefined],
  [{ effectiveDatabaseEdition: 'CORE', databaseEdition: 'INFINITE' }, undefined],
  [{ effectiveDatabaseEdition: 'INFINITE', databaseEdition: 'CORE' }, 'INFINITE'],
  [{ effectiveDatabaseEdition: null, databaseEdition: 'INFINITE' }, 'INFINITE'],
  // It could be a secret that a server echoes.
  [{ databaseEdition: 'tok-en' }, 'unknown'],
  [{ databaseEdition: { toString: 5 } }, 'unknown'],
])('%j has the edition %s', (fields, edition) => {
  expect(otherEditionOf({ name: 'Ledger', ...fields })).toBe(edition);
});
