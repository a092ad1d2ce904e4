import type { BackupFinding } from '../check/index.js';
import { printable } from './output.js';

/** A cluster, or the clusters of a project that could not be listed. */
type Cluster = Pick<BackupFinding, 'groupId' | 'groupName' | 'clusterName'>;

/** A cluster with its names as the command shows them. */
export type Named<T extends Cluster = Cluster> = T & {
  /** The name of the project, or else its ID. */
  readonly project: string;
  /** Empty if the cluster has no name, or the clusters could not be listed. */
  readonly cluster: string;
};

/** A finding with its names as the command shows them. */
export type NamedFinding = Named<BackupFinding>;

/** Adds the names that the command shows. */
export function withNames<T extends Cluster>(cluster: T): Named<T> {
  const { groupName = '', groupId, clusterName = '' } = cluster;
  return { ...cluster, project: shownText(groupName) || groupId, cluster: shownText(clusterName) };
}

/** Makes a short text of Atlas printable. Atlas allows at most 64 characters in a name. */
export function shownText(text: string): string {
  // Cut first, so that a hostile text of a megabyte costs no time.
  return [...printable(text.slice(0, 1_000)).trim()].slice(0, 200).join('');
}

/** Whether it is a cluster, and not a list that failed. */
export function isCluster<T extends Cluster>(found: T): found is T & { clusterName: string } {
  return found.clusterName !== undefined;
}
