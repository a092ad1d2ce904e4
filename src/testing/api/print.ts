import { idOf } from '../ids.js';
import type { RestoreJobSeed, SnapshotSeed } from './seed.js';
import type { Cluster, Project } from './store.js';

/** The type of every event that the emulator has. */
export const EVENT_TYPE = 'TENANT_SNAPSHOT_COMPLETED_AUDIT';

const ORG_ID = '4e1b7c90d5a2368f0b9c7d51';

/** Prints a time as Atlas does, without fractions of a second. Returns any other value as it is. */
export function printTime(value: unknown): unknown {
  return value instanceof Date ? value.toISOString().replace(/\.\d+Z$/, 'Z') : value;
}

/** Prints a snapshot or a restore job with exactly the fields that it has. */
export function printBackup(backup: SnapshotSeed | RestoreJobSeed): object {
  return Object.fromEntries(Object.entries(backup).map(([name, value]) => [name, printTime(value)]));
}

/** Prints a cluster as the Flex API lists it. */
export function printFlexCluster({ id, groupId, name, createDate, stateName }: Cluster): object {
  return {
    backupSettings: { enabled: true },
    clusterType: 'REPLICASET',
    createDate: printTime(createDate),
    groupId,
    id,
    mongoDBVersion: '8.0.29',
    name,
    providerSettings: { backingProviderName: 'AWS', diskSizeGB: 5, providerName: 'FLEX', regionName: 'US_EAST_1' },
    stateName,
    tags: [],
    terminationProtectionEnabled: false,
    versionReleaseSystem: 'LTS',
  };
}

/** Prints a project as the list of projects has it. */
export function printProject({ id, name, clusters }: Project, origin: string): object {
  return {
    clusterCount: clusters.size,
    created: '2020-07-02T09:19:46Z',
    id,
    links: [{ href: `${origin}/api/atlas/v2/groups/${id}`, rel: 'self' }],
    name,
    orgId: ORG_ID,
    tags: [],
    withDefaultAlertsSettings: true,
  };
}

/** Prints the event of a completed Flex snapshot, as a project's activity feed has it. It does not name the cluster. */
export function printEvent({ id, finishTime }: SnapshotSeed, project: Project): object {
  return {
    created: printTime(finishTime),
    eventTypeName: EVENT_TYPE,
    groupId: project.id,
    id: idOf(`event of ${id}`),
    isGlobalAdmin: false,
    links: [],
    orgId: ORG_ID,
  };
}
