import type { BackupFinding } from '../check/index.js';
import { printable } from './output.js';

/** The project as the command shows it: its name, or else its ID. */
export function projectOf({ groupName = '', groupId }: BackupFinding): string {
  return printable(groupName).trim() || groupId;
}

/** The cluster as the command shows it. Empty if the clusters could not be listed. */
export function clusterOf({ clusterName = '' }: BackupFinding): string {
  return printable(clusterName);
}
