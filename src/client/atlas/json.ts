// How to read JSON of Atlas that no schema has checked: any field may be missing or odd. Imports nothing, because each entry of the
// package bundles a copy.

/** A JSON object. Its fields may have any type. */
export type JsonObject = Record<string, unknown>;

/** Whether a JSON value is an object, and neither an array nor null. */
export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Returns the fields of a JSON object. Any other value has none. */
export function fieldsOf(value: unknown): JsonObject {
  return isObject(value) ? value : {};
}

/** The items of a JSON list. Any other value has none. */
export function itemsOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** Whether the links of a page lead to another one. */
export function hasNextLink(links: unknown): boolean {
  return itemsOf(links).some((link) => fieldsOf(link)['rel'] === 'next');
}

/** Whether a dedicated cluster is sharded. Without a known type, its number of shards decides. */
export function isSharded({ clusterType, replicationSpecs }: JsonObject): boolean {
  if (clusterType === 'REPLICASET') return false;
  return clusterType === 'SHARDED' || clusterType === 'GEOSHARDED' || itemsOf(replicationSpecs).length > 1;
}

/** Whether a snapshot is of a whole sharded cluster, and not of a single shard. */
export function isOfAllShards(snapshot: unknown): boolean {
  return fieldsOf(snapshot)['type'] === 'shardedCluster';
}

/** The items of all policies of a backup schedule, except `ondemand` items, which take no snapshots. */
export function scheduleItems(schedule: unknown): JsonObject[] {
  const items = itemsOf(fieldsOf(schedule)['policies']).flatMap((policy) => itemsOf(fieldsOf(policy)['policyItems']));
  return items.map(fieldsOf).filter(({ frequencyType }) => frequencyType !== 'ondemand');
}
