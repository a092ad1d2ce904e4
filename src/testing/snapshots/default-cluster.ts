import type { SnapshotSeed } from './seed.js';

/** The project and the cluster that every emulator starts with. */
export const DEFAULT_GROUP_ID = '32b6e34b3d91647abb20e7b8';
export const DEFAULT_GROUP_NAME = 'Project 0';
export const DEFAULT_CLUSTER_NAME = 'Cluster0';
/** The newest COMPLETED snapshot of that cluster. */
export const DEFAULT_SNAPSHOT_ID = '5cc310ace5dc7ce369814bcb';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const RETENTION = 8 * DAY;

/**
 * One snapshot a day, oldest first as Atlas lists them. A last one is still running. It is off the daily schedule, so that
 * the newest backup is only hours old.
 */
export function defaultSnapshots(now: number): readonly SnapshotSeed[] {
  const minute = Math.floor(now / MINUTE) * MINUTE;
  const daily = minute - 5 * HOUR;
  return [
    finished('5cc310ace5dc7ce369814bc8', 'FAILED', daily - 3 * DAY),
    finished('5cc310ace5dc7ce369814bc9', 'COMPLETED', daily - 2 * DAY),
    finished('5cc310ace5dc7ce369814bca', 'COMPLETED', daily - DAY),
    finished(DEFAULT_SNAPSHOT_ID, 'COMPLETED', daily),
    running('5cc310ace5dc7ce369814bcc', minute - MINUTE),
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
