import { expect, it } from 'vitest';
import { at, evidenceOf, finding, hour, print, reportOf, shop, snapshot, titlesOf } from './support/reports.js';

const fresh = (days: readonly number[], evidence: object = {}, more: object = {}) =>
  finding('fresh', days, { ...evidenceOf(days, evidence), ...more });
const scheduleOf = (...items: [frequencyType: string, retentionValue: number, retentionUnit?: string][]) => ({
  schedule: {
    policies: [
      {
        policyItems: items.map(([frequencyType, retentionValue, retentionUnit = 'days']) => ({
          frequencyType,
          retentionValue,
          retentionUnit,
        })),
      },
    ],
  },
});
const weekly = scheduleOf(['weekly', 4, 'weeks']);
const off = finding('none', [], { reason: 'backup off' });
const none = finding('none');
const failedList = { ...shop, clusterType: 'dedicated', state: 'unknown', error: { code: 'TIMEOUT' } };
const other = { ...fresh([1]), clusterName: 'other' };
const skipped = { notChecked: [{ ...shop, clusterName: 'carts', clusterType: 'dedicated', reason: 'excluded' }] };
const isPaused = { cluster: { paused: true } };
const maxAge = (text: string) => ({ options: { maxAge: [text] } });

type Case = [what: string, reports: object[], titles: string[]];

const cases: Case[] = [
  [
    'without evidence, only the newest and the oldest backup are known',
    [reportOf(9, [finding('fresh', [5, 9])])],
    ['05: a backup', '06 to 08: not known (3 days)', '09: a backup'],
  ],
  [
    'without evidence, no backup follows the newest one',
    [reportOf(9, [finding('stale', [4, 6])])],
    ['04: a backup', '05: not known', '06: a backup', '07 to 09: none, and over the limit (3 days)'],
  ],
  [
    'without evidence, a later report does not know what it has not listed',
    [reportOf(2, [finding('fresh', [1])]), reportOf(4, [finding('fresh', [1, 4])])],
    ['01: a backup', '02 to 03: not known (2 days)', '04: a backup'],
  ],
  [
    'a state of a day counts if nothing says more',
    [reportOf(3, [finding('stale', [1])]), reportOf(5, [finding('fresh', [1, 5])])],
    ['01: a backup', '02 to 03: none, and over the limit (2 days)', '04: not known', '05: a backup'],
  ],
  [
    'evidence has all backups since the oldest',
    [reportOf(9, [fresh([5, 6, 9])])],
    ['05 to 06: a backup (2 days)', '07 to 08: none, and over the limit (2 days)', '09: a backup'],
  ],
  [
    'the retention of a week may have dropped what is older',
    [reportOf(14, [fresh([1, 12, 14])])],
    [
      '01: a backup',
      '02 to 07: not known (6 days)',
      '08 to 11: none, and over the limit (4 days)',
      '12: a backup',
      '13: none, and over the limit',
      '14: a backup',
    ],
  ],
  [
    'a schedule may keep backups for less time',
    [reportOf(9, [fresh([1, 7, 9], scheduleOf(['hourly', 2], ['daily', 0], ['monthly', 1, 'x']))])],
    ['01: a backup', '02 to 06: not known (5 days)', '07: a backup', '08: none, and over the limit', '09: a backup'],
  ],
  [
    'Flex keeps the last eight, however old',
    [reportOf(14, [fresh([1, 14], {}, { clusterType: 'flex' })])],
    ['01: a backup', '02 to 13: none, and over the limit (12 days)', '14: a backup'],
  ],
  [
    'what a short retention dropped between two reports is not known',
    [reportOf(2, [fresh([1, 2])]), reportOf(8, [fresh([7, 8])])],
    ['01 to 02: a backup (2 days)', '03 to 06: not known (4 days)', '07 to 08: a backup (2 days)'],
  ],
  [
    'a backup that was dropped stays known',
    [reportOf(2, [fresh([2])]), reportOf(3, [fresh([3], scheduleOf(['daily', 1]))])],
    ['02 to 03: a backup (2 days)'],
  ],
  [
    'what the reports list one after the other is known',
    [reportOf(7, [finding('fresh', [6])]), reportOf(9, [finding('stale', [6])]), reportOf(10, [finding('stale', [6])])],
    ['06: a backup', '07 to 10: none, and over the limit (4 days)'],
  ],
  [
    'a day may be within the limit',
    [reportOf(4, [fresh([1, 3, 4], {}, { maxAge: 50 * hour })], maxAge('50h'))],
    ['01: a backup', '02: none, but within the limit', '03 to 04: a backup (2 days)'],
  ],
  [
    'the last day ends with the last report',
    [reportOf(5, [finding('fresh', [4])])],
    ['04: a backup', '05: none, but within the limit'],
  ],
  [
    'so it is with a short history',
    [reportOf(5, [finding('short', [4])])],
    ['04: a backup', '05: none, but within the limit'],
  ],
  [
    'a weekly schedule raises the limit before a check needs it',
    [reportOf(8, [fresh([1, 8], weekly)])],
    ['01: a backup', '02 to 07: none, but within the limit (6 days)', '08: a backup'],
  ],
  [
    'a schedule that has more than weekly backups does not',
    [reportOf(8, [fresh([6, 8], scheduleOf(['weekly', 4, 'weeks'], ['daily', 7]))])],
    ['06: a backup', '07: none, and over the limit', '08: a backup'],
  ],
  [
    'a monthly schedule does not',
    [reportOf(8, [fresh([6, 8], scheduleOf(['monthly', 12, 'months']))])],
    ['06: a backup', '07: none, and over the limit', '08: a backup'],
  ],
  [
    '--max-age overrides the schedule',
    [reportOf(8, [fresh([1, 8], weekly)], maxAge('26h'))],
    ['01: a backup', '02 to 07: none, and over the limit (6 days)', '08: a backup'],
  ],
  [
    'also in an anonymized report',
    [reportOf(8, [fresh([1, 8], weekly)], { options: ['maxAge'] })],
    ['01: a backup', '02 to 07: none, and over the limit (6 days)', '08: a backup'],
  ],
  [
    'without a schedule, the limit of a later check applies',
    [
      reportOf(8, [fresh([5, 8])]),
      reportOf(12, [finding('fresh', [8], { age: 102 * hour, maxAge: 170 * hour })]),
      reportOf(13, [finding('stale', [8], { age: 126 * hour })]),
    ],
    [
      '05: a backup',
      '06 to 07: none, but within the limit (2 days)',
      '08: a backup',
      '09 to 12: none, but within the limit (4 days)',
      '13: none, and over the limit',
    ],
  ],
  [
    'a backup may be over a limit of hours at the end of its day',
    [
      reportOf(2, [fresh([1, 2], {}, { maxAge: 9 * hour })]),
      reportOf(3, [finding('stale', [1, 3], { maxAge: 5 * hour })]),
    ],
    [
      '01: a backup, but over the limit at the end of the day',
      '02: a backup',
      '03: a backup, but over the limit at the end of the day',
    ],
  ],
  [
    'backup is off on the days whose report says so',
    [reportOf(2, [fresh([2])]), reportOf(3, [off]), reportOf(5, [off])],
    ['02: a backup', '03: backup off', '04: not known', '05: backup off'],
  ],
  [
    'none at all is over the limit',
    [reportOf(2, [none]), reportOf(3, [none])],
    ['02 to 03: none, and over the limit (2 days)'],
  ],
  [
    'a new cluster is within the limit, and blank before its creation',
    [reportOf(2, [other]), reportOf(3, [finding('new', [], { evidence: { cluster: { createDate: at(3) } } })])],
    ['03: none, but within the limit'],
  ],
  [
    'the first day of a pause is paused',
    [reportOf(2, [fresh([2])]), reportOf(3, [fresh([2], isPaused)]), reportOf(5, [finding('paused', [2])])],
    ['02: a backup', '03 to 05: paused (3 days)'],
  ],
  [
    'the day of a report that says stale is not paused',
    [reportOf(3, [finding('stale', [1])]), reportOf(4, [finding('paused', [1])])],
    ['01: a backup', '02 to 03: none, and over the limit (2 days)', '04: paused'],
  ],
  [
    'an unknown cluster is not known, and later evidence may say more',
    [reportOf(2, [finding('unknown')]), reportOf(4, [fresh([1, 4])]), reportOf(5, [finding('unknown', [3])])],
    ['01: a backup', '02: none, and over the limit', '03 to 04: a backup (2 days)', '05: not known'],
  ],
  [
    'a state that the page does not know is not known',
    [reportOf(2, [finding('great', [1])])],
    ['01: a backup', '02: not known'],
  ],
  [
    'a cluster is not checked on the days whose report says so',
    [reportOf(2, [fresh([2])]), reportOf(3, [], skipped), reportOf(5, [], skipped)],
    ['02: a backup', '03: not checked', '04: not known', '05: not checked'],
  ],
  [
    'days on which a report does not list the cluster are blank',
    [reportOf(1, [other]), reportOf(3, [other]), reportOf(5, [fresh([5])]), reportOf(7, [other]), reportOf(9, [other])],
    ['04: not known', '05: a backup', '06: not known'],
  ],
  [
    'unless its list failed',
    [reportOf(1, [fresh([1])]), reportOf(3, [failedList])],
    ['01: a backup', '02 to 03: not known (2 days)'],
  ],
  [
    'or the report is of other projects',
    [reportOf(1, [fresh([1])]), reportOf(2, [], { options: { project: ['b'.repeat(24)] } })],
    ['01: a backup', '02: not known'],
  ],
  [
    'or of another server',
    [reportOf(1, [fresh([1])]), reportOf(2, [], { server: 'https://other.example' })],
    ['01: a backup', '02: not known'],
  ],
  [
    'or the check failed',
    [reportOf(1, [fresh([1])]), reportOf(2, [], { error: { code: 'TIMEOUT' } }), reportOf(3, [other])],
    ['01: a backup', '02: not known'],
  ],
  [
    'the last report of a day counts',
    [reportOf(2, [finding('stale', [1])]), { ...reportOf(2, [fresh([2])]), checkedAt: at(2, 20) }],
    ['01 to 02: a backup (2 days)'],
  ],
  [
    'only a snapshot of all shards is a backup of a sharded cluster',
    [
      reportOf(3, [
        finding('fresh', [1, 3], {
          evidence: {
            cluster: { clusterType: 'SHARDED' },
            snapshots: [snapshot(1, { type: 'shardedCluster' }), snapshot(2), snapshot(3, { type: 'shardedCluster' })],
          },
        }),
      ]),
    ],
    ['01: a backup', '02: none, and over the limit', '03: a backup'],
  ],
  [
    'so it is with more than one shard of an unnamed type',
    [reportOf(2, [fresh([1, 2], { cluster: { replicationSpecs: [{}, {}] }, snapshots: [snapshot(1)] })])],
    ['01 to 02: a backup (2 days)'],
  ],
  [
    'failed snapshots and restores have marks',
    [
      reportOf(3, [
        fresh(
          [1, 3],
          {
            snapshots: [snapshot(1), { status: 'FAILED', startTime: at(2) }, snapshot(3)],
            restores: [
              { id: '1', deliveryType: 'automated', finishedAt: at(3) },
              { id: '2', deliveryType: 'download', finishedAt: at(2) },
              { id: '3', deliveryType: 'automated', finishedAt: at(2), failed: true },
            ],
          },
          { lastFailed: { time: at(3) } },
        ),
      ]),
    ],
    [
      '01: a backup',
      '02: none, and over the limit',
      '03: a backup',
      '02: a snapshot failed',
      '03: a snapshot failed',
      '03: restored',
    ],
  ],
];

it.each(cases)('%s', async (_what, reports, titles) => {
  expect(titlesOf(await print(reports))).toEqual(titles);
});

it('begins with the days that the first report lists, but not with those of more than 35 days before', async () => {
  const html = await print([reportOf(2, [fresh([-40, -33, 2], scheduleOf(['monthly', 12, 'months']))])]);
  expect(titlesOf(html)[0]).toBe('2026-09-28: a backup');
  expect(html).toContain('<dd>2026-09-21, 2026-09-28, 2026-11-02 (3 days)</dd>');
});
