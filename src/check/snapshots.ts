import { z } from 'zod';
import { anything, fieldOf, listSchema, noError } from './schemas.js';

/** Picks what a check needs of a dedicated cluster's snapshot. */
export const dedicatedSnapshotSchema = z.object({
  id: anything,
  type: anything,
  status: anything,
  createdAt: anything,
  expiresAt: anything,
});

/** A snapshot of a dedicated cluster. */
export type DedicatedSnapshot = z.infer<typeof dedicatedSnapshotSchema>;

export const isCompleted = ({ status }: DedicatedSnapshot) => status === 'completed';

/** Whether a snapshot is of a whole sharded cluster, and not of a single shard. */
export const isOfAllShards = ({ type }: DedicatedSnapshot) => type === 'shardedCluster';

/** Parses the list of snapshots of a sharded cluster. It takes no query, so all of it has to be on the first page. */
export const shardedListSchema = z
  .object({ results: listSchema(dedicatedSnapshotSchema, 10_000), totalCount: anything, links: anything, ...noError })
  .refine(({ results, totalCount, links }) => {
    if (Array.isArray(links) && links.some((link) => fieldOf(link, 'rel') === 'next')) return false;
    return typeof totalCount !== 'number' || totalCount <= results.length;
  }, 'the list is cut short');
