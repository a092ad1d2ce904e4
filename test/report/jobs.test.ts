import { expect, it } from 'vitest';
import { findSpan } from '../../src/report/days.js';
import { toSections } from '../../src/report/rows.js';
import { at, evidenceOf, finding, hour, knowledge, read, reportOf, shop, snapshot, write } from './support/reports.js';

const named = (clusterName: string, state: string, days: readonly number[] = [], more: object = {}) =>
  finding(state, days, { clusterName, ...more });
const fresh = (day: number, more: object = {}) => named('a', 'fresh', [day], more);
const stale = (day: number) => named('a', 'stale', [day]);
const other = (day: number) => named('b', 'fresh', [day]);
const leftOut = (reason: string, more: object = {}) => ({
  notChecked: [{ ...shop, clusterName: 'a', clusterType: 'dedicated', reason, ...more }],
});
const excluded = leftOut('excluded', { pattern: 'Shop/a' });
const list = { ...shop, clusterType: 'dedicated', state: 'unknown', error: { message: 'No role.' } };
const only = { options: { include: ['Shop/a'] } };
const without = { options: { exclude: ['Shop/a'] }, ...excluded };
const token = { login: 'access token' };
const billing = { groupId: 'b'.repeat(24), groupName: 'Billing' };
const atHour = (report: object, day: number, hours: number) => ({ ...report, checkedAt: at(day, hours) });

/** What the page says of the cluster `a`, then its concerns, then the lists that failed. */
async function judged(reports: readonly object[]): Promise<string> {
  const history = await read(write(...reports));
  const sections = toSections(history, findSpan(history) ?? { first: 0, last: 0 }, knowledge);
  const rows = sections.flatMap((section) => section.rows).filter(({ cluster }) => cluster.name === 'a');
  const labels = rows.flatMap(({ standing, concerns }) => [standing, ...concerns]).map(({ label }) => label);
  return [...labels, ...sections.flatMap(({ failedLists }) => failedLists.map(([type]) => `no ${type}`))].join(', ');
}

it.each<[what: string, reports: object[], said: string]>([
  [
    'what a job found stands, whatever another one says later',
    [reportOf(2, [stale(1)], only), atHour(reportOf(2, [other(2)], without), 2, 13)],
    'stale',
  ],
  [
    'also if that one is more lenient',
    [
      reportOf(2, [stale(1)]),
      atHour(reportOf(2, [fresh(1, { maxAge: 99 * hour })], { options: { maxAge: ['99h'] } }), 2, 13),
    ],
    'stale',
  ],
  [
    'until its next report',
    [reportOf(2, [stale(1)], only), reportOf(2, [], without), reportOf(3, [fresh(3)], only)],
    'fresh',
  ],
  [
    'also of a job that died',
    [
      reportOf(1, [named('a', 'none')], only),
      reportOf(2, [named('a', 'none')], only),
      ...[1, 2, 9].map((day) => reportOf(day, [other(day)], without)),
    ],
    'none',
  ],
  [
    'whose good states are of a day',
    [
      reportOf(1, [fresh(1)], only),
      reportOf(2, [fresh(2)], only),
      ...[1, 2, 9].map((day) => reportOf(day, [other(day)], without)),
    ],
    'fresh on 2026-11-02',
  ],
  [
    'unless it runs once a week',
    [
      reportOf(1, [fresh(1)], only),
      reportOf(8, [fresh(8)], only),
      ...[7, 17].map((day) => reportOf(day, [other(day)], without)),
    ],
    'fresh',
  ],
  [
    'a check by hand counts until another one checks the cluster',
    [reportOf(1, [other(1)]), atHour(reportOf(2, [stale(1)], only), 2, 1), reportOf(4, [other(4)])],
    'stale, no longer listed',
  ],
  [
    'and not after it',
    [reportOf(1, [fresh(1)]), atHour(reportOf(1, [stale(-1)], only), 1, 15), reportOf(4, [fresh(4)])],
    'fresh',
  ],
  ['a job may change its options', [reportOf(1, [stale(-1)], only), reportOf(2, [fresh(2)])], 'fresh'],
  ['or its login', [reportOf(1, [stale(-1)], { loginId: 'x' }), reportOf(2, [fresh(2)], { loginId: 'y' })], 'fresh'],
  ['but not before it is due', [reportOf(1, [stale(-1)], only), atHour(reportOf(1, [fresh(1)]), 1, 23)], 'stale'],
  ['nor its server', [reportOf(1, [stale(-1)]), reportOf(2, [fresh(2)], { server: 'x' })], 'stale'],
  [
    'a job says nothing of a project that it never listed',
    [
      reportOf(1, [fresh(1)], { loginId: 'x' }),
      atHour(reportOf(1, [{ ...other(1), ...billing }], { loginId: 'y' }), 1, 13),
    ],
    'fresh',
  ],
  [
    'nor do two tokens of two organizations',
    [1, 2].flatMap((day) => [
      reportOf(day, [fresh(day)], token),
      atHour(reportOf(day, [{ ...other(day), ...billing }], token), day, 13),
    ]),
    'fresh',
  ],
  [
    'a cluster that only one of two jobs lists',
    [
      reportOf(1, [fresh(1)], only),
      atHour(reportOf(1, [], excluded), 1, 13),
      reportOf(2, [fresh(2)], only),
      atHour(reportOf(2, [other(2)]), 2, 11),
    ],
    'fresh',
  ],
  [
    'that neither lists',
    [reportOf(1, [fresh(1)], only), reportOf(1, [other(1)], without), reportOf(2, [], only), reportOf(2, [other(2)])],
    'no longer listed',
  ],
  ['a good cluster that is left out is calm', [reportOf(1, [fresh(1)]), reportOf(2, [], without)], 'not checked'],
  ['a bad one is not', [reportOf(2, [stale(1)]), reportOf(3, [], without)], 'not checked, stale when left out'],
  [
    'also if it is deleted then',
    [reportOf(2, [stale(1)]), reportOf(3, [other(3)], { options: { exclude: ['Shop/a'] } })],
    'no longer listed, stale when left out',
  ],
  [
    'or its project is left out',
    [reportOf(2, [stale(1)]), reportOf(3, [], { options: { project: [billing.groupId] } })],
    'no longer listed, stale when left out',
  ],
  [
    'unless another job checks it',
    [reportOf(2, [stale(1)]), atHour(reportOf(3, [fresh(3)], only), 3, 11), reportOf(3, [], without)],
    'fresh',
  ],
  [
    'a cluster that became free',
    [reportOf(1, [fresh(1)]), reportOf(2, [], leftOut('free'))],
    'not checked, became free',
  ],
  ['one that always was', [reportOf(1, [], leftOut('free')), reportOf(2, [], leftOut('free'))], 'not checked'],
  [
    'another cluster of that name',
    [reportOf(1, [fresh(1, { clusterId: '1' })]), reportOf(2, [fresh(2)]), reportOf(3, [fresh(3, { clusterId: '2' })])],
    'fresh, another cluster',
  ],
  ['a list that failed', [reportOf(1, [fresh(1)]), reportOf(2, [list])], 'unknown, no dedicated'],
  [
    'of a check by hand, until another one reads it',
    [reportOf(1, [other(1)]), atHour(reportOf(1, [list], only), 1, 13), reportOf(4, [fresh(4)])],
    'fresh',
  ],
  ['a state that its report contradicts', [reportOf(3, [fresh(1, { age: 54 * hour })])], 'fresh, said by the report'],
  ['a cluster that is in a report twice', [reportOf(2, [stale(0), fresh(2)])], 'fresh, said by the report'],
  [
    'a fresh one without its limit',
    [reportOf(9, [fresh(2, { maxAge: undefined, age: 174 * hour })], { maxAge: 26 * hour })],
    'fresh, said by the report',
  ],
  [
    'backups that were deleted',
    [
      reportOf(2, [
        named(
          'a',
          'fresh',
          [1, 2],
          evidenceOf([], { snapshots: [1, 2].map((day) => snapshot(day, { expiresAt: at(9) })) }),
        ),
      ]),
      reportOf(3, [named('a', 'fresh', [3], evidenceOf([3]))]),
    ],
    'fresh, backups deleted',
  ],
])('%s', async (_what, reports, said) => {
  expect(await judged(reports)).toBe(said);
});

it('sorts the reports by the clock of Atlas, and tells the jobs apart', async () => {
  const slow = {
    ...reportOf(1, [stale(1)], only),
    checkedAt: at(1, 12),
    summary: { projects: 1, clockOffset: -36 * hour },
  };
  const files = write(slow, reportOf(2, [fresh(2)], only), reportOf(2, [other(2)], without), 'x');
  const { jobs, clocks, files: read_, checks } = await read(files);
  expect(checks.map(({ time }) => new Date(time).toISOString())).toEqual([at(2, 12), at(2, 12), at(3, 0)]);
  expect(clocks).toEqual([{ time: Date.parse(at(3, 0)), offset: -36 * hour }]);
  expect(jobs.map(({ label, checks }) => [label, checks.length])).toEqual([
    ['--include Shop/a', 2],
    ['--exclude Shop/a', 1],
  ]);
  expect(read_.map(({ file, sha256 }) => [files.indexOf(file), sha256.length])).toEqual([
    [1, 64],
    [2, 64],
    [0, 64],
  ]);
});

it.each([
  ['a second summary', { options: { summary: {} } }, 'It was changed while it was read, or has two summaries.'],
  ['an odd clock', { summary: { clockOffset: 1e16 } }, 'Its clockOffset is 10000000000000000, which no clock has.'],
])('does not use a report with %s', async (_what, more, why) => {
  const { summary, ...report } = reportOf(2, [fresh(2)], { summary: { clockOffset: 90_000 }, ...more });
  const { unusable } = await read(write({ ...report, summary }));
  expect(unusable.map((one) => one.why)).toEqual([why]);
});
