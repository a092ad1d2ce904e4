import type { BackupCheckTotals, ClusterName } from './finding.js';
import { type Fields, fieldOf, isObject, itemsOf } from './json.js';

/** What a check looks at in a cluster. */
export type Cluster = Fields;

/** Reads an item of the list of clusters of this type. */
export function toCluster(type: ClusterName['clusterType'], listed: unknown): Cluster {
  const cluster = isObject(listed) ? listed : {};
  if (type === 'dedicated') return cluster;
  // What else is looked at has no meaning for a Flex cluster.
  const { name, stateName, createDate } = cluster;
  return { name, stateName, createDate };
}

/** Why a cluster of a list is not checked. Undefined if it is. */
export function reasonNotToCheck(cluster: Cluster): BackupCheckTotals['notChecked'][number]['reason'] | undefined {
  const { stateName, internalClusterRole: role } = cluster;
  if (runsOnlyOn('TENANT', cluster)) return 'free';
  if (stateName === 'DELETING') return 'deleting';
  return role === 'SYSTEM_CLUSTER' || role === 'INTERNAL_SHADOW_CLUSTER' ? 'internal' : undefined;
}

/** Whether a cluster of the dedicated ones is a Flex cluster, which has its own list. */
export function isListedTwice(cluster: Cluster): boolean {
  return runsOnlyOn('FLEX', cluster);
}

/** Whether a cluster has regions, and all of them are of this provider. */
function runsOnlyOn(provider: string, { replicationSpecs }: Cluster): boolean {
  const regions = itemsOf(replicationSpecs).flatMap((spec) => itemsOf(fieldOf(spec, 'regionConfigs')));
  return regions.length > 0 && regions.every((region) => fieldOf(region, 'providerName') === provider);
}

/** Whether a cluster is sharded. Without a known type, its number of shards decides. */
export function isSharded({ clusterType, replicationSpecs }: Cluster): boolean {
  if (clusterType === 'REPLICASET') return false;
  return clusterType === 'SHARDED' || clusterType === 'GEOSHARDED' || itemsOf(replicationSpecs).length > 1;
}

/** The edition of a cluster if it is not `CORE`. Such a cluster has backups that no list shows. */
export function otherEditionOf({ effectiveDatabaseEdition, databaseEdition }: Cluster): string | undefined {
  const edition = effectiveDatabaseEdition ?? databaseEdition;
  return typeof edition === 'string' && edition !== 'CORE' ? edition : undefined;
}
