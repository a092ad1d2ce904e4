/**
 * A check whether every Flex and dedicated cluster has a recent backup.
 *
 * @packageDocumentation
 */
export { checkBackups } from './check-backups.js';
export type {
  BackupCheckTotals,
  BackupEvidence,
  BackupFinding,
  BackupSnapshot,
  BackupState,
  ClusterName,
} from './finding.js';
export type { BackupCheckOptions, MaxAge } from './options.js';
