import { expect, it } from 'vitest';
import { isSharded } from '../../../src/client/atlas/json.js';

it.each<[cluster: Record<string, unknown>, expected: boolean]>([
  [{ clusterType: 'SHARDED' }, true],
  [{ clusterType: 'GEOSHARDED', replicationSpecs: [{}] }, true],
  [{ clusterType: 'REPLICASET', replicationSpecs: [{}, {}] }, false],
  [{ clusterType: 'X', replicationSpecs: [{}, {}] }, true],
  [{ replicationSpecs: [{}, {}] }, true],
  [{ replicationSpecs: [{}] }, false],
  [{ clusterType: null, replicationSpecs: 'two' }, false],
])('%j is sharded: %s', (cluster, expected) => {
  expect(isSharded(cluster)).toBe(expected);
});
