import { idOf } from '../ids.js';
import { printTime } from './print.js';
import type { Cluster } from './store.js';

const HOUR = 3_600_000;

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
    effectiveDatabaseEdition: cluster.effectiveDatabaseEdition,
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
export function printSchedule({ id, groupId, name, policyItems }: Cluster, origin: string, now: number): object {
  const nextSnapshot = policyItems.length === 0 ? {} : { nextSnapshot: printTime(new Date(now + HOUR)) };
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
