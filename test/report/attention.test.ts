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
  `no longer listed Shop / ${name}: last checked on 2026-11-0${day}, and not in the last report`;

it.each<[what: string, reports: Reports, lines: unknown[]]>([
  [
    'each bad state, the worst first, since when, and nothing good',
    [
      ...[on(1, 'a stale, b none'), on(2, 'a fresh, b unknown'), reportOf(3, [list])],
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
    'what an earlier report checked, and the last one lacks, or has as free or deleting',
    [
      on(1, 'a fresh, b fresh, c none, d fresh', { notChecked: [leftOut('f'), leftOut('g', 'free')] }),
      on(3, 'a fresh', { notChecked: [leftOut('c', 'free'), leftOut('d', 'deleting'), leftOut('e', 'free')] }),
    ],
    [
      `${gone('b', 1)}; newest known backup 2026-11-01 06:00 UTC.`,
      'no longer listed Shop / c: last checked on 2026-11-01, and now free.',
      'no longer listed Shop / d: last checked on 2026-11-01, and now deleting; newest known backup 2026-11-01 06:00 UTC.',
    ],
  ],
  [
    'the departures of the last report, and nothing else that has left',
    [
      on(1, 'a none, b none', { departed: [departed('c')] }),
      on(2, 'e none', {
        departed: [
          departed('b'),
          departed('d', 'project unlisted'),
          departed('e', 'replaced'),
          departed('a', 'excluded'),
        ],
        notChecked: [leftOut('a', 'excluded', 'Shop/a')],
      }),
    ],
    [
      'departed: unlisted Shop / b: watched since 2026-11-01 06:00 UTC; last checked on 2026-11-01, and not in the last report.',
      'departed: project unlisted Shop / d: watched since 2026-11-01 06:00 UTC; no report of this page has checked it.',
      'departed: replaced Shop / e: watched since 2026-11-01 06:00 UTC; now none, since the report of 2026-11-02.',
      'departed: excluded Shop / a: watched since 2026-11-01 06:00 UTC; last checked on 2026-11-01, and now excluded by Shop/a.',
    ],
  ],
  [
    'nothing that an option leaves out, and no departure that was acknowledged',
    [
      on(1, 'a stale, b stale, c fresh'),
      on(2, 'c fresh', { departed: [], notChecked: [leftOut('a', 'excluded', 'Shop/*')] }),
    ],
    ['No cluster.'],
  ],
  [
    'a list that failed, instead of its clusters',
    [on(2, 'a fresh'), reportOf(3, [list])],
    ['not read Shop, dedicated clusters: the list could not be read: No role.'],
  ],
  [
    'the problems that the last report names',
    [on(1, '', { problems: ['old'] }), on(2, '', { problems: ['A.'] })],
    ['No cluster.', 'Problems that the last check named', 'A.'],
  ],
])('names %s', async (_what, reports, lines) => {
  expect(under(await print(reports), 'Needs attention')).toEqual(lines);
});

it.each<[what: string, reports: Reports, lines: unknown[]]>([
  ['nothing', [on(1, 'a fresh')], []],
  [
    'failed checks, the newest first',
    [on(1, '', failed), on(2, '', { error: { code: 'CLOSED' } }), on(3, '')],
    ['The check of 2026-11-02 12:00 UTC failed: CLOSED', 'The check of 2026-11-01 12:00 UTC failed: Atlas is down.'],
  ],
  [
    'clocks that were off by more than a minute',
    [withClock(1, 60_000), withClock(2, 120_000), withClock(3, -90_000)],
    [
      'The clock of the check of 2026-11-03 12:01 UTC was 1 m behind.',
      'The clock of the check of 2026-11-02 11:58 UTC was 2 m ahead.',
    ],
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
    expect.stringContaining('stale Shop / c499:'),
    'and 2 more',
  ]);
});

it('has the rows of at most 500 clusters that are no longer listed', async () => {
  const many = Array.from({ length: 510 }, (_, index) => finding(`c${index}`, 'fresh', [1]));
  const html = await print([reportOf(1, many), on(2, 'a fresh')]);
  expect(html.split('<details class="row"')).toHaveLength(502);
  expect(html).toContain('and 10 more that are no longer listed');
});

it('names the files that are no reports, those of a folder without a report first', async () => {
  const broken = [on(1, ''), '{', { ...on(1, ''), formatVersion: 2 }, { ...on(1, ''), server: 5 }, withClock(1, 1e17)];
  const html = await print({ job: broken, other: ['{'] }, 1);
  expect(under(html, 'Files that are no reports').slice(0, 1)).toEqual([
    'other/000.json: It is not JSON, or only a part of it.',
  ]);
  expect(under(html, 'The reports')).toEqual([
    'job/001.json: It is not JSON, or only a part of it.',
    'job/002.json: Its formatVersion is 2, not 1.',
    expect.stringMatching(/^job\/003\.json: It is not a usable report: server: /),
    'job/004.json: Its clockOffset is 100000000000000000, which no clock has.',
  ]);
});

it('says in each chapter that its job is silent', async () => {
  const html = await print({ daily: [on(1, ''), on(2, 'a none')], weekly: [on(-6, ''), on(9, 'a stale')] });
  expect(under(html, 'Needs attention')).toEqual([
    'silent No report since 2026-11-02 12:00 UTC. The rest is as it was then.',
    'none Shop / a: since the report of 2026-11-02.',
  ]);
});

it('shows in the row of each job what it says of a cluster', async () => {
  const html = await print({
    one: [on(9, 'a stale, b fresh, c paused, d none, e unknown')],
    two: [
      reportOf(9, [list, finding('c', 'new')], {
        departed: [departed('c', 'replaced')],
        notChecked: [leftOut('e', 'free')],
      }),
    ],
  });
  const [, one = '', two = ''] = html.split('<h2 class="job"');
  expect(['a', 'b', 'c', 'd', 'e'].flatMap((name) => chipsOf(one, name))).toEqual([
    ...['stale, red', 'fresh, green', 'paused, yellow', 'none, red', 'unknown, magenta'],
  ]);
  expect(['a', 'c', 'e'].map((name) => chipsOf(two, name))).toEqual([
    [],
    ['departed: replaced, magenta'],
    ['left out, plain'],
  ]);
  const ids = [...html.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id);
  expect(new Set(ids).size).toBe(ids.length);
  expect(ids).toEqual(expect.arrayContaining([...html.matchAll(/ href="#([^"]+)"/g)].map(([, id]) => id)));
  expect(one).toContain('<a href="#j1c1"><bdi>Shop</bdi> / <bdi>d</bdi></a>');
  expect(two).toContain('<bdi>e</bdi> <small>free</small>');
});

it('shows a cluster whose list failed as not read, and one whose departure was acknowledged', async () => {
  const html = await print([on(1, 'a fresh'), reportOf(2, [list])]);
  expect(chipsOf(html)).toEqual(['not read, magenta']);
  expect(chipsOf(await print([on(1, 'a stale'), on(2, '', { departed: [] })]))).toEqual(['acknowledged, plain']);
});

it('keeps a departure while a list of its project fails, which compares nothing', async () => {
  const [before, left] = [on(1, 'a fresh, b fresh', { departed: [] }), on(2, 'b fresh', { departed: [departed('a')] })];
  const broken = (departures?: object) => reportOf(3, [list, finding('b', 'fresh')], departures);
  expect(chipsOf(await print([before, left, broken({ departed: [] })]))).toEqual(['departed: unlisted, magenta']);
  expect(chipsOf(await print([before, left, broken()]))).toEqual(['no longer listed, magenta']);
});
