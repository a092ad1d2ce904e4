/**
 * A check whether every Flex and dedicated cluster has a recent backup.
 *
 * @packageDocumentation
 */
export { type BackupCheckTotals, checkBackups } from './check-backups.js';
export type { BackupFinding, BackupSnapshot, BackupState } from './finding.js';
export type { BackupCheckOptions } from './options.js';
