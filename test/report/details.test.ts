import { expect, it } from 'vitest';
import {
  at,
  detailsOf,
  evidenceOf,
  finding,
  hour,
  print,
  reportOf,
  shop,
  snapshot,
  textOf,
} from './support/reports.js';

const schedule = (frequencyType: string, more: object = {}) => ({
  policies: [{ policyItems: [{ frequencyType, frequencyInterval: 6, retentionValue: 7, retentionUnit: 'days' }] }],
  ...more,
});
const job = (id: string, more: object) => ({ id, deliveryType: 'automated', targetClusterName: 'drill', ...more });

it('answers the ten questions about a cluster', async () => {
  const cluster = {
    createDate: at(-30),
    backupEnabled: true,
    encryptionAtRestProvider: 'AWS',
    terminationProtectionEnabled: true,
  };
  const copySettings = [{ regionName: 'US_WEST_2' }];
  const denied = { path: '/api/x/restoreJobs', status: 401, errorCode: 'USER_UNAUTHORIZED' };
  const first = evidenceOf([1, 2], {
    cluster: { ...cluster, encryptionAtRestProvider: 'NONE' },
    snapshots: [
      snapshot(1, { copyRegions: ['US_WEST_2'] }),
      snapshot(2, { copyRegions: [], masterKeyUUID: 'key-1' }),
      snapshot(3, { status: 'inProgress' }),
    ],
    schedule: schedule('hourly', { copySettings, restoreWindowDays: 3 }),
    restores: [
      job('1', { finishedAt: at(1, 9), snapshotId: 's-1' }),
      job('2', { timestamp: at(1) }),
      job('3', { timestamp: at(1) }),
      job('4', { finishedAt: at(2, 9), cancelled: true }),
      job('5', { deliveryType: 'download', finishedAt: at(2, 9) }),
      job('6', { deliveryType: 'download' }),
    ],
  });
  const second = evidenceOf([3], {
    cluster,
    schedule: schedule('daily', { copySettings, restoreWindowDays: 3 }),
    restores: [job('2', { timestamp: at(2), finishedAt: at(3, 9) })],
  });
  const third = { evidence: { cluster, errors: [denied, {}] } };
  const html = await print([
    reportOf(2, [finding('fresh', [1, 2], { age: 6 * hour, pitEnabled: true, ...first })]),
    reportOf(3, [finding('fresh', [3], { age: 7 * hour, pitEnabled: true, ...second })]),
    reportOf(4, [finding('stale', [3], { age: 30 * hour, maxAge: 27 * hour, pitEnabled: false, ...third })]),
    reportOf(6, [{ ...finding('fresh', [6]), clusterName: 'other' }]),
  ]);
  expect(detailsOf(html)).toEqual({
    State: ['fresh: 2026-11-02 to 2026-11-03 (2 days)', 'stale: 2026-11-04'],
    'Days with a backup': ['2026-11-01 to 2026-11-03 (3 days)'],
    'Days without, and over the limit': ['2026-11-04'],
    'Days not known': ['2026-11-05'],
    'Days not listed': ['2026-11-06'],
    'Highest age at a check': ['30 h (check of 2026-11-04 12:00 UTC)'],
    'Retention in fact': ['1 backup, back to 2026-11-03 06:00 UTC: 30 h (check of 2026-11-04 12:00 UTC)'],
    'Newest backup': ['2026-11-03 06:00 UTC'],
    'Newest backup with copies': ['2026-11-01 06:00 UTC, copies: US_WEST_2'],
    'Last restore': ['2026-11-03 09:00 UTC, the snapshot of 2026-11-02 06:00 UTC, to drill'],
    Restores: ['the snapshot s-1, to drill: 2026-11-01', 'the snapshot of 2026-11-02 06:00 UTC, to drill: 2026-11-03'],
    'Restores, not completed, by the first report of each': [
      'the snapshot of 2026-11-01 06:00 UTC, to drill: 2026-11-02',
      'to drill: 2026-11-02',
    ],
    'Downloads, which are no restores': ['to drill: 2026-11-02'],
    'Downloads, which are no restores, not completed, by the first report of each': ['to drill: 2026-11-02'],
    'Not read': [
      'restore jobs: 2026-11-04',
      'restoreJobs (USER_UNAUTHORIZED): 2026-11-04',
      'a part (an error without a code): 2026-11-04',
    ],
    'Limit of the check': ['26 h: 2026-11-02 to 2026-11-03 (2 days)', '27 h: 2026-11-04'],
    Backup: ['on'],
    'Schedule and retention': ['daily for 7 days (report of 2026-11-03)'],
    'Copies by schedule': ['US_WEST_2 (report of 2026-11-03)'],
    'Point in time': ['off'],
    'Window of point in time': ['3 days (report of 2026-11-03)'],
    Encryption: ['with a key of yours (AWS)'],
    'Termination protection': ['on'],
    Changes: [
      '2026-11-02 to 2026-11-03: Schedule and retention: hourly (6 h) for 7 days → daily for 7 days',
      '2026-11-02 to 2026-11-03: Encryption: with the key of Atlas → with a key of yours (AWS)',
      '2026-11-03 to 2026-11-04: Point in time: on → off',
    ],
    'Project ID': [shop.groupId],
  });
});

it('answers about a Flex cluster', async () => {
  const times = { scheduledTime: at(2, 5), startTime: at(2, 5), finishTime: at(2) };
  const restore = {
    status: 'COMPLETED',
    snapshotFinishedDate: at(1),
    restoreFinishedDate: at(2, 9),
    targetDeploymentItemName: 'drill',
  };
  const failed = { ...restore, status: 'FAILED', restoreFinishedDate: at(2, 10) };
  const evidence = {
    cluster: { backupSettings: { enabled: true } },
    snapshots: [
      { status: 'COMPLETED', ...times },
      { status: 'FAILED', ...times, finishTime: at(1) },
    ],
    restores: [restore, failed],
  };
  const html = await print([
    reportOf(2, [finding('fresh', [2], { clusterType: 'flex', backups: undefined, evidence })]),
  ]);
  expect(detailsOf(html)).toMatchObject({
    'Failed snapshots': ['2026-11-01'],
    'Retention in fact': ['back to 2026-11-02 06:00 UTC: 6 h (check of 2026-11-02 12:00 UTC)'],
    'Newest backup': ['2026-11-02 06:00 UTC'],
    'Last restore': ['2026-11-02 09:00 UTC, the snapshot of 2026-11-01 06:00 UTC, to drill'],
    'Restores, not completed, by the first report of each': [
      'the snapshot of 2026-11-01 06:00 UTC, to drill: 2026-11-02',
    ],
    Backup: ['on'],
    'Schedule and retention': ['one a day, the last 8 are kept (no setting)'],
    Changes: ['none'],
  });
});

it('counts a copy of a sharded cluster only if every shard has it', async () => {
  const members = [{ copyRegions: ['A', 'B'] }, { copyRegions: ['B'] }, {}];
  const evidence = {
    cluster: { clusterType: 'SHARDED' },
    snapshots: [snapshot(2, { type: 'shardedCluster', members })],
    restores: [],
  };
  const html = await print([reportOf(2, [finding('fresh', [2], { reason: 'no schedule', evidence })])]);
  expect(detailsOf(html)).toMatchObject({
    State: ['fresh (no schedule): 2026-11-02'],
    'Newest backup with copies': ['2026-11-02 06:00 UTC, copies: B'],
    'Last restore': ['none in the restore jobs that were read'],
    'Schedule and retention': ['none'],
    'Limit of the check': ['26 h'],
  });
});

it('says why a cluster was not checked, or is unknown', async () => {
  const names = { ...shop, clusterName: 'carts', clusterType: 'dedicated' };
  const error = { status: 503, message: 'Atlas is down.' };
  const html = await print([
    reportOf(1, [finding('unknown', [], { error })]),
    reportOf(2, [], { notChecked: [{ ...names, reason: 'excluded', pattern: 'Shop/c*' }] }),
    reportOf(3, [], { notChecked: [{ ...names, reason: 'free' }] }),
    reportOf(4, [finding('unknown', [], { error })]),
  ]);
  expect(detailsOf(html)).toEqual({
    State: ['unknown (503): 2026-11-01, 2026-11-04 (2 days)'],
    'Not checked': ['excluded by Shop/c*: 2026-11-02', 'free: 2026-11-03'],
    'Error at the last check': ['Atlas is down.'],
    'Days not known': ['2026-11-01, 2026-11-04 (2 days)'],
    'Days not checked': ['2026-11-02 to 2026-11-03 (2 days)'],
    Changes: ['none'],
    'Project ID': [shop.groupId],
  });
});

it('says how the checks were run, and what it cannot show', async () => {
  const html = textOf(
    await print([
      reportOf(1, []),
      reportOf(2, [], { error: {} }),
      reportOf(4, [], { options: { timeout: '5m' } }),
      reportOf(6, [], { error: {} }),
    ]),
  );
  expect(html).toContain(
    [
      'Days with a report\n2026-11-01, 2026-11-04 (2 days)\nDays without a report\n2026-11-02 to 2026-11-03, 2026-11-05 to 2026-11-06 (4 days)',
      'Checks',
      'version 0.1.0, https://cloud.mongodb.com, API key, options {}: 2026-11-01 to 2026-11-02, 2026-11-06 (3 days)',
      'version 0.1.0, https://cloud.mongodb.com, API key, options {"timeout":"5m"}: 2026-11-04',
      'Projects listed\n1: 2026-11-01, 2026-11-04 (2 days)',
    ].join('\n'),
  );
  expect(html).toContain('What this page cannot show\nThe reports prove nothing about the time before the first one');
});
