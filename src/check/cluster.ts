import { z } from 'zod';

const anything = z.unknown().optional();

// One odd cluster must not fail the list. A missing name becomes an empty one, which is reported as invalid.
const flexSchema = z.object({ name: z.string().catch(''), stateName: anything, createDate: anything });
const dedicatedSchema = flexSchema.extend({
  backupEnabled: anything,
  paused: anything,
  internalClusterRole: anything,
  replicationSpecs: anything,
});

/** A cluster, as a list of Atlas has it. A Flex cluster has only the first three fields. */
export type Cluster = z.infer<typeof dedicatedSchema>;

/** Parses a cluster of the list of each type. */
export const clusterSchemas: Readonly<Record<'flex' | 'dedicated', z.ZodType<Cluster>>> = {
  flex: flexSchema,
  dedicated: dedicatedSchema,
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

const regionSchema = z.object({ providerName: z.string() });
const regionsSchema = z.array(z.object({ regionConfigs: z.array(regionSchema) }));

/** Whether a cluster has regions, and all of them are of this provider. */
function runsOnlyOn(provider: string, { replicationSpecs }: Cluster): boolean {
  const { data = [] } = regionsSchema.safeParse(replicationSpecs);
  const regions = data.flatMap(({ regionConfigs }) => regionConfigs);
  return regions.length > 0 && regions.every(({ providerName }) => providerName === provider);
}
