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

export function isCompleted({ status }: DedicatedSnapshot): boolean {
  return status === 'completed';
}

/** Whether a snapshot is of a whole sharded cluster, and not of a single shard. */
export function isOfAllShards({ type }: DedicatedSnapshot): boolean {
  return type === 'shardedCluster';
}

/** Parses the list of snapshots of a sharded cluster, which has one page. */
export const shardedListSchema = z.object({
  results: listSchema(dedicatedSnapshotSchema, 10_000),
  totalCount: anything,
  links: anything,
  ...noError,
});

/** Whether a list has more snapshots than its page. */
export function isCutShort({ results, totalCount, links }: z.infer<typeof shardedListSchema>): boolean {
  if (typeof totalCount === 'number' && totalCount > results.length) return true;
  return Array.isArray(links) && links.some((link) => fieldOf(link, 'rel') === 'next');
}
