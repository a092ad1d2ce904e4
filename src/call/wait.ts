import type { TenantSnapshot } from '../atlas/schemas.js';
import { AtlasSnapshotFailedError } from '../errors/errors.js';
import type { CallScope } from './scope.js';

/** How to wait for a snapshot. */
export interface WaitPlan {
  readonly poll: () => Promise<TenantSnapshot>;
  readonly onPoll: ((snapshot: TenantSnapshot) => void | Promise<void>) | undefined;
  /** ms from the start of one poll to the start of the next. */
  readonly pollInterval: number;
}

/** Polls a snapshot until it is complete. */
export async function pollUntilComplete(
  { poll, onPoll, pollInterval }: WaitPlan,
  scope: CallScope,
): Promise<TenantSnapshot> {
  for (;;) {
    const nextPollAt = performance.now() + pollInterval;
    const snapshot = await poll();
    scope.progress.snapshotStatus = snapshot.status;
    // close() waits for this wait, and onPoll may wait for close(), so close() ends the wait for onPoll.
    if (onPoll !== undefined) await scope.waitUntilClosed(callAsync(onPoll, snapshot), 'waiting for onPoll');
    if (snapshot.status === 'COMPLETED') return snapshot;
    if (snapshot.status === 'FAILED') throw new AtlasSnapshotFailedError(snapshot, scope.progress);
    await scope.sleep(nextPollAt - performance.now(), 'waiting to poll again');
  }
}

async function callAsync(
  onPoll: (snapshot: TenantSnapshot) => void | Promise<void>,
  snapshot: TenantSnapshot,
): Promise<void> {
  await onPoll(snapshot);
}
