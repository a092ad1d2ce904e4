import type { TenantSnapshot } from '../atlas/schemas.js';
import { AtlasSnapshotFailedError } from '../errors/errors.js';
import type { CallScope } from './scope.js';

/** How to poll a snapshot. */
export interface PollOptions {
  readonly onPoll: ((snapshot: TenantSnapshot) => void | Promise<void>) | undefined;
  /** ms from the start of one poll to the start of the next. */
  readonly pollInterval: number;
}

/** Polls a snapshot until it is complete. */
export async function pollUntilComplete(
  poll: () => Promise<TenantSnapshot>,
  { onPoll, pollInterval }: PollOptions,
  scope: CallScope,
): Promise<TenantSnapshot> {
  for (;;) {
    const nextPollAt = performance.now() + pollInterval;
    const snapshot = await poll();
    scope.progress.snapshotStatus = snapshot.status;
    if (onPoll !== undefined) await scope.waitForCaller(async () => onPoll(snapshot), 'waiting for onPoll');
    if (snapshot.status === 'COMPLETED') return snapshot;
    if (snapshot.status === 'FAILED') {
      // Masking keeps the shape of a snapshot.
      const masked = scope.progress.createMask().json(snapshot) as TenantSnapshot;
      throw new AtlasSnapshotFailedError(masked, scope.progress);
    }
    await scope.sleep(nextPollAt - performance.now(), 'waiting to poll again');
  }
}
