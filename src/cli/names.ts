import type { BackupFinding } from '../check/index.js';
import { printable } from './output.js';

/** A finding with its names as the command shows them. */
export type NamedFinding = BackupFinding & {
  /** The name of the project, or else its ID. */
  readonly project: string;
  /** Empty if the cluster has no name, or the clusters could not be listed. */
  readonly cluster: string;
};

/** Adds the names that the command shows. */
export function nameFinding(finding: BackupFinding): NamedFinding {
  const { groupName = '', groupId, clusterName = '' } = finding;
  return { ...finding, project: shownName(groupName) || groupId, cluster: shownName(clusterName) };
}

// Atlas allows at most 64 characters. Cut first, so that a hostile name of a megabyte costs no time.
function shownName(name: string): string {
  return [...printable(name.slice(0, 1_000)).trim()].slice(0, 200).join('');
}
