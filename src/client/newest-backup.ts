import { isDate } from 'node:util/types';
import type { DedicatedSnapshot, TenantSnapshot } from './atlas/snapshots.js';
import { AtlasInvalidArgumentError } from './errors/errors.js';

/**
 * Finds the newest backup of a cluster. Of a Flex cluster, that is the `COMPLETED` snapshot with the latest `finishTime`; of a
 * dedicated cluster, the `completed` one with the latest `createdAt`. If several have it, returns the first one. The snapshots
 * may be in any order. Whether the backup has expired does not matter.
 *
 * @param snapshots - the result of `listTenantSnapshots()`, or of `getAll()` with `dedicatedSnapshotSchema`.
 * @returns the snapshot, or `undefined` if none is a backup.
 * @throws {@link AtlasInvalidArgumentError} if the time of a completed snapshot is not a Date, because no schema has parsed it.
 *
 * @example
 * ```ts
 * const newest = newestBackup(await client.listTenantSnapshots(groupId, 'Cluster0'));
 * ```
 */
export function newestBackup<S extends Pick<TenantSnapshot, 'finishTime'>>(
  snapshots: readonly S[],
): (S & { finishTime: Date }) | undefined;
/** Of a dedicated cluster. */
export function newestBackup<S extends Pick<DedicatedSnapshot, 'createdAt'>>(
  snapshots: readonly S[],
): (S & { createdAt: Date }) | undefined;
export function newestBackup(snapshots: readonly Readonly<Record<string, unknown>>[]): unknown {
  let newest: unknown;
  let latest = Number.NEGATIVE_INFINITY;
  for (const snapshot of snapshots) {
    const time = backupTime(snapshot);
    if (time > latest) {
      newest = snapshot;
      latest = time;
    }
  }
  return newest;
}

/** When a backup was complete, in ms since 1970; NaN if the snapshot is no backup. */
function backupTime({ status, finishTime, createdAt }: Readonly<Record<string, unknown>>): number {
  if (status === 'COMPLETED') {
    const howToRead = 'listTenantSnapshots(), or with getAll() and tenantSnapshotSchema';
    return toMs('finishTime', finishTime, howToRead);
  }
  if (status === 'completed') return toMs('createdAt', createdAt, 'getAll() and dedicatedSnapshotSchema');
  return Number.NaN;
}

function toMs(name: string, time: unknown, howToRead: string): number {
  if (time === undefined) return Number.NaN;
  // Not instanceof: it may come from another realm.
  if (isDate(time)) return time.getTime();
  const what = `newestBackup got a completed snapshot whose ${name} is not a Date.`;
  const advice = `Read the list with ${howToRead}.`;
  const issues = [{ path: name, message: 'must be a Date' }];
  throw new AtlasInvalidArgumentError(what, { operation: 'newestBackup', issues, advice });
}
