import { createHash } from 'node:crypto';
import type { SnapshotSeed } from './seed.js';
import type { Cluster } from './store.js';

/** Prints a time as Atlas does, without fractions of a second. */
function printTime(time: Date): string {
  return time.toISOString().replace(/\.\d+Z$/, 'Z');
}

/** Prints a snapshot with exactly the fields that it has. */
export function printSnapshot(snapshot: SnapshotSeed): object {
  const print = (value: unknown) => (value instanceof Date ? printTime(value) : value);
  return Object.fromEntries(Object.entries(snapshot).map(([name, value]) => [name, print(value)]));
}

/** Prints a cluster as the Flex API lists it. */
export function printFlexCluster({ groupId, name, createdAt }: Cluster): object {
  return {
    backupSettings: { enabled: true },
    clusterType: 'REPLICASET',
    createDate: printTime(new Date(createdAt)),
    groupId,
    // The same cluster has the same id in every run.
    id: createHash('sha256').update(`${groupId}/${name}`).digest('hex').slice(0, 24),
    mongoDBVersion: '8.0.29',
    name,
    providerSettings: { backingProviderName: 'AWS', diskSizeGB: 5, providerName: 'FLEX', regionName: 'US_EAST_1' },
    stateName: 'IDLE',
    tags: [],
    terminationProtectionEnabled: false,
    versionReleaseSystem: 'LTS',
  };
}
