import { idOf } from '../ids.js';
import type { PolicyItemSeed, RestoreJobSeed, SnapshotSeed } from './seed.js';

/** The project and the Flex cluster that every emulator starts with, and the newest COMPLETED snapshot of that cluster. */
export const DEFAULTS = {
  groupId: '32b6e34b3d91647abb20e7b8',
  groupName: 'Project 0',
  clusterName: 'Cluster0',
  snapshotId: '5cc310ace5dc7ce369814bcb',
} as const;

/** What a cluster has if its seed does not say it. */
export interface Backups {
  readonly snapshots: readonly SnapshotSeed[];
  readonly restoreJobs: readonly RestoreJobSeed[];
}

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const FLEX_RETENTION = 8 * DAY;
const DAILY_RETENTION = 7 * DAY;

/**
 * The backups of that cluster. One snapshot a day, oldest first as Atlas lists them. A last one is still running. It is off the
 * daily schedule, so that the newest backup is only hours old. Two were restored, and the newest restore is listed first.
 */
export function defaultFlexBackups(): Backups {
  const minute = Math.floor(Date.now() / MINUTE) * MINUTE;
  const daily = minute - 5 * HOUR;
  const [first, second] = ['5cc310ace5dc7ce369814bc9', '5cc310ace5dc7ce369814bca'] as const;
  const snapshots = [
    finished('5cc310ace5dc7ce369814bc8', 'FAILED', daily - 3 * DAY),
    finished(first, 'COMPLETED', daily - 2 * DAY),
    finished(second, 'COMPLETED', daily - DAY),
    finished(DEFAULTS.snapshotId, 'COMPLETED', daily),
    running('5cc310ace5dc7ce369814bcc', minute - MINUTE),
  ];
  return { snapshots, restoreJobs: [flexRestoreJob(second, daily - DAY), flexRestoreJob(first, daily - 2 * DAY)] };
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

/** A restore of the snapshot of this time, an hour later. */
function flexRestoreJob(snapshotId: string, scheduled: number): RestoreJobSeed {
  const restored = scheduled + HOUR;
  return {
    deliveryType: 'RESTORE',
    expirationDate: new Date(restored + 4 * HOUR),
    id: idOf(`restore of ${snapshotId}`),
    instanceName: DEFAULTS.clusterName,
    projectId: DEFAULTS.groupId,
    restoreFinishedDate: new Date(restored + 3 * MINUTE),
    restoreScheduledDate: new Date(restored),
    snapshotFinishedDate: new Date(scheduled + 2 * MINUTE),
    snapshotId,
    status: 'COMPLETED',
    targetDeploymentItemName: DEFAULTS.clusterName,
    targetProjectId: DEFAULTS.groupId,
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

type DedicatedCluster = Readonly<Record<'groupId' | 'name' | 'clusterType', string>>;

/**
 * The backups of a dedicated cluster whose seed has no snapshots: three daily ones, the newest about five hours old.
 * The other two were restored. Both lists begin with the newest, as Atlas's do.
 */
export function defaultDedicatedBackups(cluster: DedicatedCluster): Backups {
  const daily = Date.now() - 5 * HOUR;
  const snapshots = [daily, daily - DAY, daily - 2 * DAY].map((time) => dedicatedSnapshot(cluster, time));
  const restored = snapshots.slice(1);
  return { snapshots, restoreJobs: restored.map(({ id, createdAt }) => dedicatedRestoreJob(cluster, id, createdAt)) };
}

function dedicatedSnapshot({ groupId, name, clusterType }: DedicatedCluster, time: number) {
  const path = `groups/${groupId}/clusters/${name}`;
  // An ObjectId begins with its time.
  const id = Math.floor(time / SECOND).toString(16) + idOf(path).slice(8);
  const copies = { cloudProvider: 'AWS', copyRegions: [] };
  const snapshot = {
    createdAt: new Date(time + MINUTE),
    // Atlas counts the retention from the end of the snapshot, which no field has.
    expiresAt: new Date(time + 130 * SECOND + DAILY_RETENTION),
    frequencyType: 'daily',
    id,
    links: [{ href: `https://cloud.mongodb.com/api/atlas/v2/${path}/backup/snapshots/${id}`, rel: 'self' }],
    mongodVersion: '8.0.29',
    policyItems: [idOf('daily')],
    snapshotType: 'scheduled',
    status: 'completed',
    storageSizeBytes: 1_582_854_144,
  };
  if (clusterType === 'REPLICASET') return { ...copies, ...snapshot, replicaSetName: name, type: 'replicaSet' };
  const members = ['shard-0', 'shard-1', 'config-0'].map((member) => ({
    ...copies,
    id: idOf(`${id} of ${member}`),
    replicaSetName: `${name}-${member}`,
  }));
  const snapshotIds = members.map((member) => member.id);
  return { configServerType: 'DEDICATED', ...snapshot, members, snapshotIds, type: 'shardedCluster' };
}

/** A restore of a snapshot to its own cluster, an hour later. */
function dedicatedRestoreJob({ groupId, name }: DedicatedCluster, snapshotId: string, createdAt: Date): RestoreJobSeed {
  return {
    cancelled: false,
    deliveryType: 'automated',
    expired: false,
    failed: false,
    finishedAt: new Date(createdAt.getTime() + HOUR),
    id: idOf(`restore of ${snapshotId}`),
    links: [],
    snapshotId,
    targetClusterName: name,
    targetGroupId: groupId,
    timestamp: createdAt,
  };
}
