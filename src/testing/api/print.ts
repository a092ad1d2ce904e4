import { idOf } from '../ids.js';
import type { RestoreJobSeed, SnapshotSeed } from './seed.js';
import type { Cluster, Project } from './store.js';

const HOUR = 3_600_000;

/** Prints a time as Atlas does, without fractions of a second. Returns any other value as it is. */
function printTime(value: unknown): unknown {
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
    orgId: '4e1b7c90d5a2368f0b9c7d51',
    tags: [],
    withDefaultAlertsSettings: true,
  };
}

/** Prints a dedicated or a free cluster as the Cluster API lists it. */
export function printCluster(cluster: Cluster, origin: string): object {
  const { id, groupId, name, kind, clusterType, createDate, stateName } = cluster;
  const self = `${origin}/api/atlas/v2/groups/${groupId}/clusters/${name}`;
  const shards = clusterType === 'REPLICASET' ? [0] : [0, 1];
  const region = kind === 'free' ? FREE_REGION : DEDICATED_REGION;
  return {
    backupEnabled: cluster.backupEnabled,
    biConnector: { enabled: false, readPreference: 'secondary' },
    clusterType,
    createDate: printTime(createDate),
    diskWarmingMode: 'FULLY_WARMED',
    effectiveDatabaseEdition: 'CORE',
    encryptionAtRestProvider: 'NONE',
    featureCompatibilityVersion: '8.0',
    globalClusterSelfManagedSharding: false,
    groupId,
    id,
    internalClusterRole: 'NONE',
    labels: [],
    links: [
      { href: self, rel: 'self' },
      { href: `${self}/backup/restoreJobs`, rel: 'https://cloud.mongodb.com/restoreJobs' },
      { href: `${self}/backup/snapshots`, rel: 'https://cloud.mongodb.com/snapshots' },
    ],
    mongoDBMajorVersion: '8.0',
    mongoDBVersion: '8.0.29',
    name,
    paused: cluster.paused,
    pitEnabled: cluster.pitEnabled,
    redactClientLogData: false,
    replicationSpecs: shards.map((shard) => ({
      id: idOf(`${groupId}/${name}/shard ${shard}`),
      regionConfigs: [region],
      zoneId: idOf(`${groupId}/${name}/zone`),
      zoneName: 'Zone 1',
    })),
    rootCertType: 'ISRGROOTX1',
    stateName,
    tags: [],
    terminationProtectionEnabled: false,
    versionReleaseSystem: 'LTS',
  };
}

const FREE_REGION = {
  backingProviderName: 'AWS',
  electableSpecs: { effectiveInstanceSize: 'M0', instanceSize: 'M0' },
  priority: 7,
  providerName: 'TENANT',
  regionName: 'US_EAST_1',
};

const DEDICATED_REGION = {
  analyticsSpecs: nodes(0),
  autoScaling: { compute: { enabled: false, scaleDownEnabled: false }, diskGB: { enabled: false } },
  electableSpecs: nodes(3),
  priority: 7,
  providerName: 'AWS',
  readOnlySpecs: nodes(0),
  regionName: 'US_EAST_1',
};

function nodes(nodeCount: number): object {
  return { diskIOPS: 3000, diskSizeGB: 30, ebsVolumeType: 'STANDARD', instanceSize: 'M10', nodeCount };
}

/** Prints the backup schedule of a dedicated cluster. Without policy items there is no next snapshot. */
export function printSchedule({ id, groupId, name, policyItems }: Cluster, origin: string): object {
  const nextSnapshot = policyItems.length === 0 ? {} : { nextSnapshot: printTime(new Date(Date.now() + HOUR)) };
  return {
    autoExportEnabled: false,
    clusterId: id,
    clusterName: name,
    copyPolicyItemsEnabled: false,
    copySettings: [],
    links: [
      { href: `${origin}/api/atlas/v2/groups/${groupId}/clusters/${name}/backup/schedule`, rel: 'self' },
      { href: `${origin}/api/public/v1.0/groups/${groupId}`, rel: 'https://cloud.mongodb.com/group' },
    ],
    ...nextSnapshot,
    policies: [{ id: idOf(`${groupId}/${name}/policy`), policyItems }],
    referenceHourOfDay: 3,
    referenceMinuteOfHour: 16,
    restoreWindowDays: 7,
    useOrgAndGroupNamesInExportPrefix: false,
  };
}
