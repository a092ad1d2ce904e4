import type { SnapshotSeed } from './snapshots.js';

/** The project and the cluster that every emulator starts with. */
export const DEFAULT_GROUP_ID = '32b6e34b3d91647abb20e7b8';
export const DEFAULT_CLUSTER_NAME = 'Cluster0';

const DAY = 86_400_000;
const MINUTE = 60_000;
const KEPT_DAYS = 8;
const VERSION = '8.0.4';

const RUNNING_ID = '5cc310ace5dc7ce369814bcc';
const COMPLETED_IDS = ['5cc310ace5dc7ce369814bcb', '5cc310ace5dc7ce369814bca', '5cc310ace5dc7ce369814bc9'] as const;
const FAILED_ID = '5cc310ace5dc7ce369814bc8';

/** The newest of its snapshots that is COMPLETED. */
export const DEFAULT_SNAPSHOT_ID: string = COMPLETED_IDS[0];

function completed(id: string, scheduled: number): SnapshotSeed {
  return {
    id,
    status: 'COMPLETED',
    mongoDBVersion: VERSION,
    scheduledTime: new Date(scheduled),
    startTime: new Date(scheduled + 7 * MINUTE),
    finishTime: new Date(scheduled + 9 * MINUTE),
    expiration: new Date(scheduled + KEPT_DAYS * DAY),
  };
}

/** Daily snapshots, newest first: one runs, three are done, the oldest failed and says little, as Atlas's do. */
export function defaultSnapshots(now: number): readonly SnapshotSeed[] {
  const today = Math.floor(now / DAY) * DAY;
  const running: SnapshotSeed = {
    id: RUNNING_ID,
    status: 'RUNNING',
    mongoDBVersion: VERSION,
    scheduledTime: new Date(today),
    startTime: new Date(today + 7 * MINUTE),
    finishTime: null,
    expiration: null,
  };
  const failed: SnapshotSeed = {
    finishTime: new Date(today - 4 * DAY + 8 * MINUTE),
    id: FAILED_ID,
    mongoDBVersion: VERSION,
    scheduledTime: new Date(today - 4 * DAY),
    startTime: new Date(today - 4 * DAY + 7 * MINUTE),
    status: 'FAILED',
  };
  return [running, ...COMPLETED_IDS.map((id, index) => completed(id, today - (index + 1) * DAY)), failed];
}
