import type { BackupFinding } from '../check/index.js';
import { printable } from './output.js';

/** A cluster, or the clusters of a project that could not be listed. */
export type Found = Pick<BackupFinding, 'groupId' | 'groupName' | 'clusterName'>;

/** Returns the name of a project as the command shows it, or else its ID. */
export function projectOf({ groupId, groupName = '' }: Found): string {
  return printable(groupName).trim() || groupId;
}

/** Returns the name of a cluster as the command shows it. Empty if it has none, or the clusters could not be listed. */
export function clusterOf({ clusterName = '' }: Found): string {
  return printable(clusterName).trim();
}

/** Whether it is a cluster, and not a list that failed. */
export function isCluster<T extends Found>(found: T): found is T & { clusterName: string } {
  return found.clusterName !== undefined;
}
