import type { SnapshotSeed } from './seed.js';

/** The project and the cluster that every emulator starts with. */
export const DEFAULT_GROUP_ID = '32b6e34b3d91647abb20e7b8';
export const DEFAULT_CLUSTER_NAME = 'Cluster0';
/** The newest COMPLETED snapshot of that cluster. */
export const DEFAULT_SNAPSHOT_ID = '5cc310ace5dc7ce369814bcb';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const DAY = 24 * 60 * MINUTE;
const RETENTION = 8 * DAY;

/** One snapshot a day, oldest first as Atlas lists them. The newest is still running. */
export function defaultSnapshots(now: number): readonly SnapshotSeed[] {
  const today = Math.floor(now / DAY) * DAY;
  return [
    finished('5cc310ace5dc7ce369814bc8', 'FAILED', today - 4 * DAY),
    finished('5cc310ace5dc7ce369814bc9', 'COMPLETED', today - 3 * DAY),
    finished('5cc310ace5dc7ce369814bca', 'COMPLETED', today - 2 * DAY),
    finished(DEFAULT_SNAPSHOT_ID, 'COMPLETED', today - DAY),
    running('5cc310ace5dc7ce369814bcc', today),
  ];
}

function running(id: string, scheduled: number): SnapshotSeed {
  return {
    id,
    mongoDBVersion: '8.0.29',
    scheduledTime: new Date(scheduled),
    startTime: new Date(scheduled + 30 * SECOND),
    status: 'RUNNING',
  };
}

function finished(id: string, status: 'COMPLETED' | 'FAILED', scheduled: number): SnapshotSeed {
  return {
    expiration: new Date(scheduled + RETENTION),
    finishTime: new Date(scheduled + 2 * MINUTE),
    ...running(id, scheduled),
    status,
  };
}
