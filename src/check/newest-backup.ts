import type { SnapshotStatus, TenantSnapshot } from '../atlas/schemas.js';

/**
 * Finds the newest backup: the `COMPLETED` snapshot with the latest `finishTime`. The snapshots may be in any order.
 *
 * @returns the snapshot, or `undefined` if none has completed.
 *
 * @example
 * ```ts
 * const newest = newestBackup(await client.listTenantSnapshots(groupId, 'Cluster0'));
 * ```
 */
export function newestBackup(snapshots: readonly TenantSnapshot[]): TenantSnapshot | undefined {
  return latest(snapshots, 'COMPLETED');
}

/** The snapshot with this status that finished last. */
export function latest(snapshots: readonly TenantSnapshot[], status: SnapshotStatus): TenantSnapshot | undefined {
  let found: TenantSnapshot | undefined;
  for (const snapshot of snapshots) {
    if (snapshot.status === status && finishedAt(snapshot) > finishedAt(found)) found = snapshot;
  }
  return found;
}

/** When a snapshot finished, in ms since 1970; `-Infinity` if it did not, or if there is none. */
export function finishedAt(snapshot: TenantSnapshot | undefined): number {
  return snapshot?.finishTime?.getTime() ?? Number.NEGATIVE_INFINITY;
}
