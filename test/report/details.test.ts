import { expect, it } from 'vitest';
import {
  at,
  detailsOf,
  failed,
  finding,
  hour,
  leftOut,
  list,
  on,
  print,
  reportOf,
  shop,
  titlesOf,
  under,
} from './support/reports.js';

const a = (day: number, evidence: object = {}, more: object = {}) =>
  reportOf(day, [finding('a', 'fresh', [day], { evidence, ...more })]);

it('has all states and limits by day, and the backups at the last check', async () => {
  const html = await print([
    reportOf(1, [finding('a', 'none', [], { reason: 'backup off' })]),
    reportOf(2, [finding('a', 'short', [1, 2], { maxAge: 48 * hour, minHistory: 48 * hour, age: 6 * hour })]),
    reportOf(3, [list]),
    reportOf(4, [
      finding('a', 'unknown', [], { error: { status: 500, message: 'Broken.' }, lastFailed: { time: at(3) } }),
    ]),
    reportOf(5, [], { notChecked: [leftOut('a', 'excluded', 'Shop/*')] }),
    reportOf(7, [finding('a', 'stale', [1, 2], { age: 126 * hour, minHistory: 48 * hour, clusterId: '5' })]),
  ]);
  expect(detailsOf(html)).toEqual({
    State: [
      ...['none (backup off): 2026-11-01', 'short: 2026-11-02', 'unknown (its list could not be read): 2026-11-03'],
      ...['unknown (500): 2026-11-04', 'excluded by Shop/*: 2026-11-05', 'stale: 2026-11-07'],
    ],
    'Limit of the check': ['2 d: 2026-11-02', '26 h: 2026-11-07'],
    'Newest backup': ['2026-11-02 06:00 UTC, 5 d 6 h old'],
    'Oldest backup': ['2026-11-01 06:00 UTC'],
    'Number of backups': ['2'],
    'History needed': ['2 d'],
    'Days with a backup': ['2026-11-01 to 2026-11-02 (2 days)'],
    'Failed snapshots': ['2026-11-03'],
    'Cluster ID': ['5'],
    'Project ID': [shop.groupId],
  });
});

it('says of which check the backups are, if it is not the last, and which error the last one met', async () => {
  const broken = { error: { code: 'TIMEOUT', message: 'Slow.' } };
  const left = await print([a(1), reportOf(2, [], { notChecked: [leftOut('a')] })]);
  expect(detailsOf(left)).toMatchObject({ 'Newest backup': ['2026-11-01 06:00 UTC (check of 2026-11-01 12:00 UTC)'] });
  expect(detailsOf(await print([reportOf(2, [finding('a', 'unknown', [], broken)])]))).toEqual({
    State: ['unknown (TIMEOUT): 2026-11-02'],
    Error: ['Slow.'],
    'Project ID': [shop.groupId],
  });
});

const item = { frequencyType: 'daily', frequencyInterval: 1, retentionValue: 7, retentionUnit: 'days' };
const hourly = { frequencyType: 'hourly', frequencyInterval: 6, retentionValue: 2, retentionUnit: 'days' };

it('shows how a cluster was configured, and what changed', async () => {
  const cluster = { encryptionAtRestProvider: 'NONE', terminationProtectionEnabled: false };
  const schedule = {
    policies: [{ policyItems: [hourly, item] }],
    restoreWindowDays: 3,
    copySettings: [{ regionName: 'EU' }, { regionName: 'US' }],
  };
  const later = a(2, { cluster: { encryptionAtRestProvider: 'AWS' }, schedule: { policies: 5, copySettings: [] } });
  const html = await print([later, a(1, { cluster, schedule }, { pitEnabled: true })]);
  expect(detailsOf(html)).toMatchObject({
    'Schedule and retention': ['hourly (every 6 h) for 2 days, daily for 7 days: 2026-11-01', 'none: 2026-11-02'],
    'Copies by schedule': ['EU, US: 2026-11-01', 'none: 2026-11-02'],
    'Point in time': ['on'],
    'Window of point in time': ['3 days'],
    Encryption: ['with the key of Atlas: 2026-11-01', 'with a key of yours (AWS): 2026-11-02'],
    'Termination protection': ['off'],
  });
  const odd = { schedule: { policies: [{ policyItems: [{ frequencyType: 'daily' }] }], restoreWindowDays: 3 } };
  const bare = detailsOf(await print([a(1, odd, { pitEnabled: false }), a(2, {}, { reason: 'no schedule' }), a(3)]));
  expect(bare['Schedule and retention']).toEqual(['daily for ? ?: 2026-11-01', 'none: 2026-11-02']);
  expect(bare).not.toHaveProperty('Window of point in time');
});

it('has the restores, as the last report has them, with the age of their snapshots', async () => {
  const running = { id: '1', status: 'RUNNING', snapshotFinishedDate: at(1), targetDeploymentItemName: 'b' };
  const done = { ...running, status: 'COMPLETED', restoreFinishedDate: at(3, 9) };
  const others = [
    { id: '2', finishedAt: at(2), deliveryType: 'download', snapshotId: '9', deliveryUrl: 'secret' },
    { id: '3', finishedAt: at(2), failed: true, timestamp: at(1), targetClusterName: 'c' },
    { id: '4', finishedAt: at(2, 7), cancelled: true },
    { ...done, id: '5', status: 'FAILED', targetDeploymentItemName: undefined },
  ];
  const html = await print([a(4, { restores: [done, ...others] }), a(2, { restores: [running] })]);
  expect(detailsOf(html)['Restores']).toEqual([
    '2026-11-02 06:00 UTC, snapshot 9, a download, which is no restore',
    '2026-11-03 09:00 UTC, snapshot of 2026-11-01 06:00 UTC (2 d 3 h old then), to b',
    'not completed, snapshot of 2026-11-01 06:00 UTC, to a target without a name',
    'not completed, snapshot of 2026-11-01 06:00 UTC, to c',
    'not completed, to a target without a name',
  ]);
  expect(titlesOf(html).filter((title) => title.includes('restored'))).toEqual(['03: restored']);
  expect(html).not.toContain('secret');
  expect(detailsOf(await print([a(1, { restores: [] })]))['Restores']).toEqual(['none that were read']);
});

it('reads evidence in which anything may be odd, and says what is not there', async () => {
  const errors = [{ path: '/api/atlas/v2/groups/x/backup/restoreJobs', status: 403 }, {}];
  const local = { status: 'COMPLETED', finishTime: '2026-11-01T06:00:00' };
  const ahead = { status: 'COMPLETED', finishTime: '2026-11-04T00:30:00+02:00' };
  const flexFailure = { status: 'FAILED', scheduledTime: at(1) };
  const snapshots = [
    null,
    5,
    {},
    { status: 'failed' },
    local,
    ahead,
    flexFailure,
    { status: 'completed', createdAt: 'x' },
  ];
  const html = await print([a(2, { cluster: [], snapshots, schedule: 5, restores: [null, { id: {} }], errors })]);
  const details = detailsOf(html);
  expect(details['Days with a backup']).toEqual(['2026-11-02 to 2026-11-03 (2 days)']);
  expect(details['Failed snapshots']).toEqual(['2026-11-01']);
  expect(details['Not read']).toEqual([
    'restoreJobs (403): 2026-11-02',
    'a part (an error without a code): 2026-11-02',
  ]);
});

it('counts no snapshot of a single shard as a backup', async () => {
  const ofShard = { status: 'completed', createdAt: at(1), type: 'replicaSet' };
  const snapshots = [ofShard, { ...ofShard, createdAt: at(2), type: 'shardedCluster' }];
  const html = await print([a(3, { cluster: { clusterType: 'SHARDED' }, snapshots })]);
  expect(detailsOf(html)['Days with a backup']).toEqual(['2026-11-02 to 2026-11-03 (2 days)']);
});

it('says what was left out, by pattern, since when, and how it was before', async () => {
  const by = (pattern: string) => leftOut(pattern.slice(-1), 'excluded', pattern);
  const html = await print([
    reportOf(1, [finding('b', 'fresh', [1])], { notChecked: [by('*/a')] }),
    reportOf(2, [], { notChecked: [by('*/a'), by('Shop/b')] }),
    reportOf(3, [], { notChecked: [leftOut('m0', 'free'), by('*/a'), by('Shop/b')] }),
  ]);
  expect(under(html, 'What was left out')).toEqual([
    ...['1 excluded by */a', 'Shop / a: since 2026-11-01, not checked before'],
    ...['1 excluded by Shop/b', 'Shop / b: since 2026-11-02, fresh before'],
    ...['1 free', 'Shop / m0: since 2026-11-03, not checked before'],
  ]);
});

it('says how the checks were run, in words', async () => {
  const options = { include: ['A/*', 'B/*'], exclude: ['A/x'], maxAge: ['48h'], minHistory: ['7d'], timeout: '5m' };
  const html = await print([
    reportOf(1, []),
    on(2, '', failed),
    reportOf(4, [], { options: { ...options, inventory: 'i.jsonl', evidence: true } }),
  ]);
  expect(under(html, 'How the checks were run').slice(0, 7)).toEqual([
    ...['Days without a report', '2026-11-03', 'Checks'],
    'version 0.1.0, https://cloud.mongodb.com, API key, every cluster: 2026-11-01 to 2026-11-02 (2 days)',
    'version 0.1.0, https://cloud.mongodb.com, API key, only A/*, B/*, without A/x, limit 48h, history 7d, inventory i.jsonl, evidence, timeout 5m: 2026-11-04',
    ...['Projects listed', '1: 2026-11-01, 2026-11-04 (2 days)'],
  ]);
});
