import type { TenantSnapshot } from './schemas.js';

/**
 * Finds the newest backup: the `COMPLETED` snapshot with the latest `finishTime`. The snapshots may be in any order.
 *
 * @returns the snapshot, or `undefined` if none is a backup.
 *
 * @example
 * ```ts
 * const newest = newestBackup(await client.listTenantSnapshots(groupId, 'Cluster0'));
 * ```
 */
export function newestBackup(snapshots: readonly TenantSnapshot[]): TenantSnapshot | undefined {
  return latestBy(snapshots, ({ status, finishTime }) => (status === 'COMPLETED' ? finishTime : undefined));
}

/**
 * Finds the item with the latest time.
 *
 * @param timeOf - returns undefined for an item that does not count.
 */
export function latestBy<T>(items: readonly T[], timeOf: (item: T) => Date | undefined): T | undefined {
  let latest: T | undefined;
  let latestTime = Number.NEGATIVE_INFINITY;
  for (const item of items) {
    // An invalid date is NaN, which is not later than anything.
    const time = timeOf(item)?.getTime() ?? Number.NaN;
    if (time > latestTime) {
      latest = item;
      latestTime = time;
    }
  }
  return latest;
}
