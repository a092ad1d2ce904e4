import { expect, it } from 'vitest';
import {
  at,
  chipsOf,
  failed,
  finding,
  hour,
  leftOut,
  list,
  on,
  print,
  type Reports,
  reportOf,
  shop,
  under,
  withClock,
} from './support/reports.js';

const departed = (clusterName: string, departure = 'unlisted') => ({
  ...{ ...shop, clusterName, clusterType: 'dedicated', departure },
  since: at(1),
});

const gone = (name: string, day: number) =>
  `no longer listed Shop / ${name}: last listed on 2026-11-0${day}: deleted, or a role was lost`;

it.each<[what: string, reports: Reports, lines: unknown[]]>([
  [
    'each bad state, the worst first, since when, and nothing good',
    [
      ...[on(1, 'a stale, b none'), on(2, 'a fresh, b none')],
      reportOf(4, [
        finding('a', 'stale', [2], { age: 54 * hour }),
        finding('b', 'none', [], { reason: 'backup off' }),
        finding('c', 'stale', [1], { age: 102 * hour, maxAge: undefined }),
        finding('d', 'short', [3], { age: 30 * hour, oldest: { time: at(1) }, minHistory: 240 * hour }),
        finding('e', 'unknown', [], { error: { code: 'TIMEOUT', message: 'Atlas is slow.' } }),
        ...['paused', 'new', 'fresh'].map((state) => finding(state, state, [4])),
      ]),
    ],
    [
      'none Shop / b: backup off; since the report of 2026-11-01.',
      'stale Shop / c: since the report of 2026-11-04; newest backup 2026-11-01 06:00 UTC, 4 d 6 h old at the check.',
      'stale Shop / a: since the report of 2026-11-04; newest backup 2026-11-02 06:00 UTC, 2 d 6 h old at the check (limit 26 h).',
      'short Shop / d: since the report of 2026-11-04; newest backup 2026-11-03 06:00 UTC, 30 h old at the check (limit 26 h); oldest backup 2026-11-01 06:00 UTC, 10 d of history needed.',
      'unknown Shop / e: since the report of 2026-11-04; Atlas is slow.',
    ],
  ],
  [
    'what an earlier report lists, or has as free or deleting, and the last one lacks',
    [
      on(1, 'a fresh, b fresh'),
      on(2, 'a fresh', { notChecked: [leftOut('c', 'free'), leftOut('d', 'deleting')] }),
      on(3, 'a fresh'),
    ],
    [`${gone('b', 1)}; newest known backup 2026-11-01 06:00 UTC.`, `${gone('c', 2)}.`, `${gone('d', 2)}.`],
  ],
  [
    'nothing that was left out while it was good, and then left, but what was bad',
    [on(1, 'a fresh, b none'), on(2, '', { notChecked: [leftOut('a'), leftOut('b')] }), on(3, 'c fresh')],
    [`${gone('b', 2)}.`],
  ],
  [
    'the departures of the last report, and nothing else that has left',
    [
      on(1, 'a stale, b stale', { departed: [departed('c')] }),
      on(2, 'e fresh', { departed: [departed('b'), departed('d', 'project unlisted'), departed('e', 'replaced')] }),
    ],
    [
      'departed: unlisted Shop / b: watched since 2026-11-01 06:00 UTC.',
      'departed: project unlisted Shop / d: watched since 2026-11-01 06:00 UTC.',
      'departed: replaced Shop / e: watched since 2026-11-01 06:00 UTC.',
    ],
  ],
  [
    'what was bad when it was left out, unless another job checks it',
    {
      one: [
        on(1, 'a stale, b stale, c fresh'),
        on(2, '', { notChecked: ['a', 'b', 'c'].map((name) => leftOut(name, 'excluded', 'Shop/*')) }),
      ],
      two: [on(2, 'b fresh')],
    },
    ['stale when left out Shop / a: stale before, and excluded by Shop/* since; no other job checks it. job one'],
  ],
  [
    'a list that failed, instead of its clusters',
    [on(2, 'a fresh'), reportOf(3, [list])],
    ['unknown Shop, dedicated clusters: the list could not be read: No role.'],
  ],
  [
    'no cluster that one job no longer lists and another one checks, but each problem that both find',
    { one: [on(1, 'a fresh, b stale'), on(2, 'b stale')], two: [on(2, 'a fresh, b none')] },
    [
      'none Shop / b: since the report of 2026-11-02. job two',
      expect.stringMatching(/^stale Shop \/ b: since the report of 2026-11-01; newest backup .* job one$/),
    ],
  ],
  [
    'a job that is silent for more than 26 hours and one and a half of its last interval, and whatever it found',
    {
      daily: [1, 2].map((day) => on(day, 'a fresh, b stale')),
      weekly: [on(-6, ''), on(1, 'c fresh')],
      live: [on(9, 'd fresh')],
    },
    [expect.stringMatching(/^stale Shop \/ b: /), 'silent daily: no report since 2026-11-02 12:00 UTC. job daily'],
  ],
  [
    'the problems that the last report of each job names',
    {
      one: [on(1, '', { problems: ['old'] }), on(2, '', { problems: ['A.'] })],
      two: [on(1, '', { problems: ['B.'] })],
    },
    ['No cluster.', 'Problems that the last check of each job named', 'A. job one', 'B. job two'],
  ],
])('names %s', async (_what, reports, lines) => {
  expect(under(await print(reports), 'Needs attention')).toEqual(lines);
});

it.each<[what: string, reports: Reports, lines: unknown[]]>([
  ['nothing', [on(1, 'a fresh')], []],
  [
    'files that are none',
    [on(1, ''), '{', { ...on(1, ''), formatVersion: 2 }, { ...on(1, ''), server: 5 }],
    [
      'job/1.json: It is not JSON, or only a part of it.',
      'job/2.json: Its formatVersion is 2, not 1.',
      expect.stringMatching(/^job\/3\.json: It is not a usable report: server: /),
    ],
  ],
  [
    'failed checks, the newest first, with their jobs',
    { one: [on(1, '', failed), on(3, '')], two: [on(2, '', { error: { code: 'CLOSED' } })] },
    [
      'The check of 2026-11-02 12:00 UTC failed: CLOSED job two',
      'The check of 2026-11-01 12:00 UTC failed: Atlas is down. job one',
    ],
  ],
  [
    'clocks that were off by more than a minute',
    [withClock(1, 60_000), withClock(2, 120_000)],
    ['The clock of the check of 2026-11-02 11:58 UTC was 2 m ahead.'],
  ],
  [
    'servers, logins and options of several jobs in a folder',
    [
      on(1, '', { options: { include: ['A/*'], evidence: true } }),
      on(2, '', { server: 'https://cloud.mongodbgov.com' }),
      on(3, '', { loginId: 'abc', options: { include: ['A/*'] } }),
    ],
    [
      '2 servers (https://cloud.mongodb.com, https://cloud.mongodbgov.com)',
      '2 logins (API key, API key abc)',
      'options that take turns',
    ].map((what) => `The reports of a folder have ${what}. If they are of several jobs, give each its own folder.`),
  ],
  [
    'no options that were changed once, or that choose nothing',
    [on(1, ''), on(2, '', { options: { evidence: true } }), on(3, ''), on(4, '', { options: { exclude: ['A/*'] } })],
    [],
  ],
])('says what is wrong with the reports: %s', async (_what, reports, lines) => {
  expect(under(await print(reports), 'The reports')).toEqual(lines);
});

it('lists at most 500 of a kind, and says how many more', async () => {
  const many = Array.from({ length: 502 }, (_, index) => finding(`c${index}`, 'stale', [1]));
  expect(under(await print([reportOf(3, many)]), 'Needs attention').slice(499)).toEqual([
    expect.stringContaining('stale Shop / c'),
    'and 2 more',
  ]);
});

it('has the rows of at most 500 clusters that are no longer listed', async () => {
  const many = Array.from({ length: 510 }, (_, index) => finding(`c${index}`, 'fresh', [1]));
  const html = await print([reportOf(1, many), on(2, 'a fresh')]);
  expect(html.split('<details class="row"')).toHaveLength(502);
  expect(html).toContain('and 10 more that are no longer listed');
});

it('shows what a cluster is in its row, the worst of all jobs, and that of a silent one in gray with its date', async () => {
  const html = await print({
    old: [on(1, 'a paused, b stale, c new')],
    live: [on(9, 'c fresh, d new', { notChecked: [leftOut('e')], departed: [departed('d', 'replaced')] })],
  });
  const chips = ['a', 'b', 'c', 'd', 'e'].map((name) => chipsOf(html, name).join('; '));
  expect(chips).toEqual([
    ...['paused on 2026-11-01, plain', 'stale, red', 'fresh, green'],
    ...['new, plain; departed: replaced, magenta', 'left out, plain'],
  ]);
});
