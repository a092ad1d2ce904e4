import { idOf } from './ids.js';
import type { PolicyItemSeed, SnapshotSeed } from './seed.js';

/** The project and the Flex cluster that every emulator starts with, and the newest COMPLETED snapshot of that cluster. */
export const DEFAULTS = {
  groupId: '32b6e34b3d91647abb20e7b8',
  groupName: 'Project 0',
  clusterName: 'Cluster0',
  snapshotId: '5cc310ace5dc7ce369814bcb',
} as const;

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const FLEX_RETENTION = 8 * DAY;
const DAILY_RETENTION = 7 * DAY;

/**
 * The snapshots of that cluster: one a day, oldest first as Atlas lists them. A last one is still running. It is off the daily schedule, so that
 * the newest backup is only hours old.
 */
export function defaultFlexSnapshots(now: number): readonly SnapshotSeed[] {
  const minute = Math.floor(now / MINUTE) * MINUTE;
  const daily = minute - 5 * HOUR;
  return [
    finished('5cc310ace5dc7ce369814bc8', 'FAILED', daily - 3 * DAY),
    finished('5cc310ace5dc7ce369814bc9', 'COMPLETED', daily - 2 * DAY),
    finished('5cc310ace5dc7ce369814bca', 'COMPLETED', daily - DAY),
    finished(DEFAULTS.snapshotId, 'COMPLETED', daily),
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
    expiration: new Date(scheduled + FLEX_RETENTION),
    finishTime: new Date(scheduled + 2 * MINUTE),
    ...running(id, scheduled),
    status,
  };
}

function policyItem(frequencyType: string, frequencyInterval: number, retentionValue: number, retentionUnit: string) {
  return { frequencyInterval, frequencyType, id: idOf(frequencyType), retentionUnit, retentionValue };
}

/** The policy of a new dedicated cluster: every 6 hours, every day, on Saturday, on the last day of the month, in December. */
export const DEFAULT_POLICY_ITEMS: readonly PolicyItemSeed[] = [
  policyItem('hourly', 6, 7, 'days'),
  policyItem('daily', 1, 7, 'days'),
  policyItem('weekly', 6, 4, 'weeks'),
  policyItem('monthly', 40, 12, 'months'),
  policyItem('yearly', 12, 1, 'years'),
];

/** The snapshots of a dedicated cluster whose seed has none: one a day, oldest first, the newest about five hours old. */
export function defaultDedicatedSnapshots(groupId: string, clusterName: string, now: number): readonly SnapshotSeed[] {
  const daily = now - 5 * HOUR;
  return [daily - 2 * DAY, daily - DAY, daily].map((time) => dedicatedSnapshot(groupId, clusterName, time));
}

function dedicatedSnapshot(groupId: string, clusterName: string, time: number): SnapshotSeed {
  const path = `groups/${groupId}/clusters/${clusterName}`;
  // An ObjectId begins with its time.
  const id = Math.floor(time / SECOND).toString(16) + idOf(path).slice(8);
  return {
    cloudProvider: 'AWS',
    copyRegions: [],
    createdAt: new Date(time + MINUTE),
    expiresAt: new Date(time + DAILY_RETENTION),
    frequencyType: 'daily',
    id,
    links: [{ href: `https://cloud.mongodb.com/api/atlas/v2/${path}/backup/snapshots/${id}`, rel: 'self' }],
    mongodVersion: '8.0.29',
    policyItems: [idOf('daily')],
    replicaSetName: clusterName,
    snapshotType: 'scheduled',
    status: 'completed',
    storageSizeBytes: 1_582_854_144,
    type: 'replicaSet',
  };
}
