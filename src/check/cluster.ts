import { z } from 'zod';
import { anything, fieldOf } from './schemas.js';

// One odd cluster must not fail the list. A missing name becomes an empty one, which is reported as invalid.
const name = anything.transform((value) => (typeof value === 'string' ? value : ''));
const flexSchema = z.object({ name, stateName: anything, createDate: anything });
const dedicatedSchema = flexSchema.extend({
  backupEnabled: anything,
  paused: anything,
  pitEnabled: anything,
  internalClusterRole: anything,
  clusterType: anything,
  replicationSpecs: anything,
  effectiveDatabaseEdition: anything,
  databaseEdition: anything,
});

/** A cluster, as a list of Atlas has it. A Flex cluster has only the first three fields. */
export type Cluster = z.infer<typeof dedicatedSchema>;

/** Parses a cluster of the list of each type. */
export const clusterSchemas: Readonly<Record<'flex' | 'dedicated', z.ZodType<Cluster>>> = {
  flex: flexSchema.catch({ name: '' }),
  dedicated: dedicatedSchema.catch({ name: '' }),
};

const internalRoles: readonly unknown[] = ['SYSTEM_CLUSTER', 'INTERNAL_SHADOW_CLUSTER'];

/** Whether a check skips a cluster: Atlas is deleting it, uses it internally, or lists it as a Flex cluster too. */
export function isIgnored(cluster: Cluster): boolean {
  const { stateName, internalClusterRole } = cluster;
  return stateName === 'DELETING' || internalRoles.includes(internalClusterRole) || runsOnlyOn('FLEX', cluster);
}

/** Whether a cluster is free (M0). Atlas has no backups of it. */
export function isFree(cluster: Cluster): boolean {
  return runsOnlyOn('TENANT', cluster);
}

/** Whether a cluster has regions, and all of them are of this provider. */
function runsOnlyOn(provider: string, { replicationSpecs }: Cluster): boolean {
  const regions = itemsOf(replicationSpecs).flatMap((spec) => itemsOf(fieldOf(spec, 'regionConfigs')));
  return regions.length > 0 && regions.every((region) => fieldOf(region, 'providerName') === provider);
}

/** The items of a list. Anything else counts as a list with an unknown item. */
const itemsOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [undefined]);

const shardedTypes: readonly unknown[] = ['SHARDED', 'GEOSHARDED'];

/** Whether a cluster is sharded. Without a known type, its number of shards decides. */
export function isSharded({ clusterType, replicationSpecs }: Cluster): boolean {
  if (clusterType === 'REPLICASET') return false;
  return shardedTypes.includes(clusterType) || itemsOf(replicationSpecs).length > 1;
}

/** The edition of a cluster if it is not `CORE`. Such a cluster has backups that no list shows. */
export function otherEditionOf({ effectiveDatabaseEdition, databaseEdition }: Cluster): string | undefined {
  const edition = effectiveDatabaseEdition ?? databaseEdition ?? 'CORE';
  if (edition === 'CORE') return undefined;
  // Any other text could be a secret that a server echoes.
  return typeof edition === 'string' && /^[A-Za-z]\w{0,19}$/.test(edition) ? edition : 'unknown';
}
