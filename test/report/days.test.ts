import { expect, it } from 'vitest';
import { findSpan, type Kind } from '../../src/report/days.js';
import { toSections } from '../../src/report/rows.js';
import {
  at,
  evidenceOf,
  finding,
  hour,
  knowledge,
  print,
  read,
  reportOf,
  shop,
  snapshot,
  textOf,
  titlesOf,
  write,
} from './support/reports.js';

const letters: Readonly<Record<Kind, string>> = {
  backup: 'b',
  within: 'w',
  over: 'o',
  off: 'f',
  paused: 'p',
  unknown: '?',
  skipped: 's',
  blank: '.',
};

/** A letter for each day of the first cluster. */
async function daysOf(reports: readonly object[]): Promise<string> {
  const history = await read(write(...reports));
  const span = findSpan(history) ?? { first: 0, last: 0 };
  const rows = toSections(history, span, knowledge).flatMap((section) => section.rows);
  const days = [...(rows.find(({ cluster }) => cluster.name === 'carts')?.days ?? [])];
  const letterOf = (day: number) => letters[days.find(([, some]) => some.has(day))?.[0] ?? 'blank'];
  return Array.from({ length: span.last - span.first + 1 }, (_, index) => letterOf(span.first + index)).join('');
}

const fresh = (days: readonly number[], evidence: object = {}, more: object = {}) =>
  finding('fresh', days, { ...evidenceOf(days, evidence), ...more });
const seen = (days: readonly number[], more?: object) => finding('fresh', days, more);
const stale = (days: readonly number[], more?: object) => finding('stale', days, more);
const scheduleOf = (...items: [frequencyType: string, retentionValue: number, retentionUnit: string][]) => {
  const toItem = ([frequencyType, retentionValue, retentionUnit]: (typeof items)[number]) => {
    return { frequencyType, retentionValue, retentionUnit };
  };
  return { schedule: { policies: [{ policyItems: items.map(toItem) }] } };
};
const on = (day: number, ...findings: unknown[]) => reportOf(day, findings);
const weekly = scheduleOf(['weekly', 4, 'weeks']);
const both = scheduleOf(['weekly', 4, 'weeks'], ['daily', 7, 'days']);
const rare = scheduleOf(['hourly', 2, 'days'], ['weekly', 4, 'weeks'], ['daily', 0, 'days'], ['monthly', 1, 'x']);
const monthly = scheduleOf(['monthly', 12, 'months']);
const off = finding('none', [], { reason: 'backup off' });
const none = finding('none');
const list = { ...shop, clusterType: 'dedicated', state: 'unknown', error: { code: 'TIMEOUT' } };
const other = { ...fresh([1]), clusterName: 'other' };
const skipped = { notChecked: [{ ...shop, clusterName: 'carts', clusterType: 'dedicated', reason: 'excluded' }] };
const error = { error: { code: 'TIMEOUT' } };
const maxAge = (text: string) => ({ options: { maxAge: [text] } });
const created = finding('new', [], { evidence: { cluster: { createDate: at(3) } } });
const whole = { type: 'shardedCluster' };
const shards = {
  cluster: { clusterType: 'SHARDED' },
  snapshots: [snapshot(1, whole), snapshot(2), snapshot(3, whole)],
};
const later = { age: 102 * hour, maxAge: 170 * hour };

it.each<[what: string, reports: object[], days: string]>([
  ['without evidence, only the newest and the oldest backup are known', [on(9, seen([5, 9]))], 'b???b'],
  ['without evidence, no backup follows the newest one', [on(9, stale([4, 6]))], 'b?booo'],
  ['without evidence, a later report knows what follows its newest', [on(2, seen([1])), on(4, seen([1, 4]))], 'b??b'],
  ['a state of a day counts if nothing says more', [on(3, stale([1])), on(5, seen([1, 5]))], 'boo?b'],
  ['a state before a backup of the day does not', [on(3, stale([1])), on(5, seen([3, 5]))], 'bob?b'],
  ['evidence has all backups since the oldest', [on(9, fresh([5, 6, 9]))], 'bboob'],
  ['the retention of a week may have dropped older ones', [on(14, fresh([1, 12, 14]))], 'b??????oooobob'],
  ['a schedule may keep backups for less time', [on(9, fresh([1, 7, 9], rare))], 'b?????bob'],
  ['Flex keeps the last eight, however old', [on(9, fresh([1, 9], {}, { clusterType: 'flex' }))], 'booooooob'],
  ['what was dropped between two reports is not known', [on(2, fresh([1, 2])), on(8, fresh([7, 8]))], 'bb????bb'],
  ['a backup that was dropped stays known', [on(2, fresh([2])), on(3, fresh([3], rare))], 'bb'],
  ['one report continues the other', [on(7, seen([6])), on(9, stale([6])), on(10, stale([6]))], 'boooo'],
  [
    'a day may be within the limit',
    [reportOf(7, [fresh([1, 3, 5, 7], {}, { maxAge: 50 * hour })], maxAge('50h'))],
    'bwbwbwb',
  ],
  ['the last day ends with the last report', [on(5, seen([4]))], 'bw'],
  ['so it is with a short history', [on(5, finding('short', [4]))], 'bw'],
  ['a weekly schedule raises the limit before a check needs it', [on(8, fresh([1, 8], weekly))], 'bwwwwwwb'],
  ['a schedule that has more than weekly backups does not', [on(8, fresh([6, 8], both))], 'bob'],
  ['a monthly schedule does not', [on(8, fresh([6, 8], monthly))], 'bob'],
  ['--max-age overrides the schedule', [reportOf(4, [fresh([1, 4], weekly)], maxAge('26h'))], 'boob'],
  ['for this cluster', [reportOf(4, [fresh([1, 4], weekly)], maxAge('Shop/carts=26h'))], 'boob'],
  ['but not for another', [reportOf(4, [fresh([1, 4], weekly)], maxAge('Shop/other=26h'))], 'bwwb'],
  ['also in an anonymized report', [reportOf(4, [fresh([1, 4], weekly)], { options: ['maxAge'] })], 'boob'],
  ['other options do not', [reportOf(4, [fresh([1, 4], weekly)], { options: ['evidence'] })], 'bwwb'],
  ['the limit of the check after a day applies', [on(8, fresh([8])), on(12, seen([8], later))], 'bwwww'],
  ['or of the one before', [on(12, seen([8], later)), on(13, stale([8]))], 'bwwwwo'],
  ['backup is off on the days whose report says so', [on(2, fresh([2])), on(3, off), on(5, off)], 'bf?f'],
  ['none at all is over the limit', [on(2, none), on(3, none)], 'oo'],
  ['a new cluster is within the limit, and blank before', [on(1, none), on(2, other), on(3, created)], '..w'],
  ['the first day of a pause is paused', [on(3, fresh([2])), on(5, finding('paused', [2]))], 'bppp'],
  ['a day is paused before a report that says so', [on(2, fresh([2])), on(4, finding('paused', [2]))], 'bpp'],
  ['the day of a report that says stale is not', [on(3, stale([1])), on(4, finding('paused', [1]))], 'boop'],
  ['an unknown cluster is not known', [on(2, finding('unknown')), on(3, finding('unknown', [1]))], 'b??'],
  ['later evidence may know it', [on(2, finding('unknown')), on(4, fresh([1, 4]))], 'boob'],
  ['a state that the page does not know is not known', [on(2, finding('great', [1]))], 'b?'],
  ['a cluster is not checked', [on(2, fresh([2])), reportOf(3, [], skipped), reportOf(5, [], skipped)], 'bs?s'],
  ['a cluster is not listed', [on(1, other), on(3, other), on(5, fresh([5])), on(7, other), on(9, other)], '.?.?b?.?.'],
  ['unless its list failed', [on(1, fresh([1])), on(3, list)], 'b??'],
  ['or the report is of other projects', [on(1, fresh([1])), reportOf(2, [], { options: { project: ['b'] } })], 'b?'],
  ['but of this one', [on(1, fresh([1])), reportOf(2, [], { options: { project: [shop.groupId] } })], 'b.'],
  ['or the report is of another server', [on(1, fresh([1])), reportOf(2, [], { server: 'x' })], 'b?'],
  ['or the check failed', [on(1, fresh([1])), reportOf(2, [], error), on(3, other)], 'b?.'],
  ['the last report of a day counts', [on(2, stale([1])), { ...on(2, fresh([2])), checkedAt: at(2, 20) }], 'bb'],
  ['a backup of a sharded cluster has all shards', [on(3, finding('fresh', [1, 3], { evidence: shards }))], 'bob'],
  ['the picture begins 35 days before', [on(2, fresh([-40, -33, 2], monthly))], `b${'o'.repeat(34)}b`],
])('%s', async (_what, reports, days) => {
  expect(await daysOf(reports)).toBe(days);
});

it('titles the bars and the marks, and counts them beside the project', async () => {
  const restore = { deliveryType: 'automated', finishedAt: at(3) };
  const restores = [
    { ...restore, id: '1' },
    { ...restore, id: '2', deliveryType: 'download' },
    { ...restore, id: '3', failed: true },
  ];
  const snapshots = [snapshot(1), { status: 'FAILED', startTime: at(2) }, snapshot(4), { status: 'failed' }];
  const found = fresh([1, 4], { snapshots, restores }, { lastFailed: { time: at(-60) } });
  const html = await print([on(4, found)]);
  expect(textOf(html)).toContain('1 cluster, all fresh; 1 gap; 1 with a failed snapshot; 1 restored\n');
  expect(titlesOf(html)).toEqual([
    '01: a backup',
    '04: a backup',
    '02 to 03: none, and over the limit (2 days)',
    '02: a snapshot failed',
    '03: restored',
  ]);
});
