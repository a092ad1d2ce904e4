import { expect, it } from 'vitest';
import { at, evidenceOf, finding, hour, print, reportOf, shop, textOf } from './support/reports.js';

const named = (clusterName: string, state: string, days: readonly number[] = [], more: object = {}) =>
  finding(state, days, { clusterName, ...more });
const fresh = (clusterName: string, day: number) => named(clusterName, 'fresh', [day]);
const skipped = (clusterName: string) => ({ ...shop, clusterName, clusterType: 'dedicated', reason: 'excluded' });
const list = { ...shop, clusterType: 'dedicated', state: 'unknown', error: { message: 'No role.' } };
const failed = (error: object) => ({ error, findings: undefined });

const lasting = 'What is wrong with a report stays here as long as the report is on the page.';

/** The lines from one heading to the next one of these. */
const between = (html: string, first: string, ...next: readonly string[]): string[] => {
  const [, after = ''] = textOf(html).split(`\n${first}\n`);
  const lines = after.split('\n').filter(Boolean);
  return lines.slice(
    0,
    lines.findIndex((line) => next.includes(line)),
  );
};

it('sums up the last check and the clusters, the worst first', async () => {
  const restored = evidenceOf([4], { restores: [{ id: '1', finishedAt: at(2, 9) }] });
  const last = [named('a', 'fresh', [4], restored), fresh('b', 4), named('c', 'none'), named('d', 'great', [4])];
  const reports = [reportOf(1, [fresh('a', 1)]), reportOf(4, last, { notChecked: [skipped('f')] })];
  expect(textOf(await print(reports)).split('\nNeeds')[0]).toBe(
    [
      '2 of 4 clusters need attention.\nLast check 2026-11-04 12:00 UTC.',
      'Backups of MongoDB Atlas, by the reports of atlas-tenant-snapshots check. Made 2026-11-30 13:00 UTC. All days are those of UTC.',
      'Server\nhttps://cloud.mongodb.com\nReports\non 2 of 4 days, 2026-11-01 to 2026-11-04\nRestored\n1 cluster',
      'Clusters\n1 none 1 great 2 fresh\nLeft out\n1 excluded',
    ].join('\n'),
  );
});

it.each<[what: string, reports: object[], lines: string[]]>([
  [
    'each state that needs a look, the worst first, and since when',
    [
      reportOf(1, [fresh('a', 1), named('b', 'none', [], { reason: 'backup off' })]),
      reportOf(3, [named('a', 'stale', [1], { age: 54 * hour }), named('b', 'none')]),
      reportOf(4, [named('a', 'fresh', [1, 4]), named('b', 'new')]),
      reportOf(6, [
        named('a', 'stale', [4], { age: 54 * hour }),
        named('b', 'none'),
        named('c', 'stale', [2], { age: 102 * hour, maxAge: undefined }),
        named('d', 'short', [5], { age: 30 * hour, oldest: { time: at(1) }, minHistory: 240 * hour }),
        named('e', 'unknown', [], { error: { code: 'TIMEOUT', message: 'Atlas is slow.' } }),
        named('g', 'constructor'),
      ]),
    ],
    [
      'none Shop / b: none since the report of 2026-11-06.',
      'stale Shop / c: stale since the report of 2026-11-06; newest backup 2026-11-02 06:00 UTC, 4 d 6 h old at the check.',
      'stale Shop / a: stale since the report of 2026-11-06; newest backup 2026-11-04 06:00 UTC, 2 d 6 h old at the check (limit 26 h).',
      'short Shop / d: short since the report of 2026-11-06; newest backup 2026-11-05 06:00 UTC, 30 h old at the check (limit 26 h); oldest backup 2026-11-01 06:00 UTC, 10 d of history needed.',
      'unknown Shop / e: TIMEOUT; unknown since the report of 2026-11-06; Atlas is slow.',
      'constructor Shop / g: constructor since the report of 2026-11-06.',
    ],
  ],
  [
    'the same state before and after an unknown one, and the newest backup that was known',
    [
      reportOf(2, [named('a', 'stale', [1]), named('b', 'fresh', [1])]),
      reportOf(3, [named('a', 'unknown'), named('b', 'none')]),
      reportOf(4, [named('a', 'stale', [1]), named('b', 'none')]),
    ],
    [
      expect.stringMatching(/b: none since the report of 2026-11-03; newest known backup 2026-11-01 06:00 UTC\./),
      expect.stringContaining('a: stale since the report of 2026-11-02;'),
    ],
  ],
  [
    'clusters that are no longer listed, and were not left out by a pattern',
    [
      reportOf(
        1,
        ['a', 'b', 'c', 'd', 'e'].map((name) => named(name, 'stale', [1])),
        { notChecked: [skipped('z')] },
      ),
      reportOf(2, [fresh('a', 2)], { notChecked: [skipped('d')], options: { exclude: ['Shop/c', 5] } }),
      reportOf(3, [fresh('a', 3), fresh('c', 3)]),
      reportOf(5, [fresh('a', 5)], { options: { exclude: ['Shop/e'] } }),
    ],
    [
      'stale when left out Shop / e: stale on 2026-11-01, and excluded by Shop/e since; no other job checks it.',
      ...['b: last listed on 2026-11-01', 'c: last listed on 2026-11-03', 'd: last listed on 2026-11-02'].map((text) =>
        expect.stringContaining(`no longer listed Shop / ${text}: deleted, or a role was lost; newest backup `),
      ),
    ],
  ],
  [
    'no Flex cluster that was upgraded',
    [reportOf(1, [{ ...fresh('a', 1), clusterType: 'flex' }]), reportOf(2, [fresh('a', 2)])],
    ['No cluster.'],
  ],
  [
    'a list that failed, instead of its clusters',
    [reportOf(1, [fresh('a', 1), list]), reportOf(2, [fresh('a', 2)]), reportOf(3, [list])],
    ['unknown Shop, dedicated clusters: could not be listed. No role.'],
  ],
])('names what needs attention: %s', async (_what, reports, lines) => {
  expect(between(await print(reports), 'Needs attention', 'The reports')).toEqual(lines);
});

it('names the problems that the last check named', async () => {
  const problems = ['A: gone.', 'B: late.'];
  const reports = [reportOf(1, [], { problems: ['old'] }), reportOf(2, [fresh('a', 2)], { problems })];
  const lines = between(await print(reports), 'Problems that the last check named', 'Gaps of this period');
  expect(lines).toEqual(problems);
});

it('counts what is no longer listed and what a failed list hides, and says why in the row', async () => {
  const x = { ...fresh('x', 1), clusterType: 'flex' };
  const gone = await print([
    reportOf(1, [fresh('x', 1), x]),
    reportOf(3, [fresh('x', 3), { ...list, clusterName: 'y' }]),
  ]);
  expect(textOf(gone)).toContain('Clusters\n1 unknown 1 fresh 1 no longer listed\n');
  expect(textOf(await print([reportOf(1, [fresh('a', 1), x]), reportOf(3, [list, { ...x, time: at(3) }])]))).toContain(
    'Clusters\n1 unknown 1 fresh\n',
  );
  const text = textOf(await print([reportOf(1, [fresh('a', 1)]), reportOf(2, [list]), reportOf(3, [fresh('a', 3)])]));
  expect(text).toContain(`Could not be listed\ndedicated clusters: No role: 2026-11-02\nProject ID\n${shop.groupId}\n`);
  expect(text).toContain('Restored\nnot known\n');
});

it('links to each row and to each list that failed, across projects', async () => {
  const billing = { groupId: 'b'.repeat(24), groupName: '' };
  const findings = [named('a', 'stale', [1]), named('b', 'none', [], billing), named('a', 'fresh', [1], billing), list];
  const html = await print([reportOf(1, [...findings, { ...list, clusterType: 'flex' }])]);
  const links = [...html.matchAll(/<a href="#(\w+)">(.*?)<\/a>/g)].map(([, id, text = '']) => {
    return [textOf(text), html.split(` id="${id}"`).length - 1];
  });
  expect(links).toEqual([
    [`${billing.groupId} / b`, 1],
    ['Shop / a', 1],
    ['Shop, flex clusters', 1],
    ['Shop, dedicated clusters', 1],
    // In the table of gaps.
    [`${billing.groupId} / b`, 1],
  ]);
  expect([...html.matchAll(/<span class="name"><bdi>(\w)<\/bdi>/g)].map(([, name]) => name)).toEqual(['b', 'a', 'a']);
});

it.each<[what: string, reports: (object | string)[], madeOn: number, problems: unknown[]]>([
  [
    'a check that failed',
    [
      reportOf(1, [], failed({ code: 'TIMEOUT' })),
      reportOf(2, [fresh('a', 2)]),
      reportOf(3, [], failed({ message: 'Atlas is down.' })),
    ],
    3,
    ['The check of 2026-11-01 12:00 UTC failed: TIMEOUT', 'The check of 2026-11-03 12:00 UTC failed: Atlas is down.'],
  ],
  ['nothing if the last one is 26 hours old', [{ ...reportOf(1, []), checkedAt: at(1, 11) }], 2, []],
  [
    'a last one that is older',
    [{ ...reportOf(1, []), checkedAt: at(1, 10.9) }],
    2,
    [expect.stringContaining('26 h 6 m before')],
  ],
  [
    'a job that no longer runs, and a clock that was wrong',
    [
      reportOf(1, [fresh('a', 1)], { options: { include: ['Shop/a'] } }),
      reportOf(1, [fresh('b', 1)], { options: { exclude: ['Shop/a'] } }),
      reportOf(3, [fresh('b', 3)], { options: { exclude: ['Shop/a'] }, summary: { clockOffset: -120_000 } }),
    ],
    3,
    [
      'A job has made no report since 2026-11-01 12:00 UTC: --include Shop/a.',
      'The clock of the check of 2026-11-03 12:02 UTC was 2 m behind.',
    ],
  ],
  [
    'a clock that is wrong',
    [reportOf(3, [])],
    2,
    ['The last check is dated 2026-11-03 12:00 UTC, after this page was made. Check the clock of its machine.'],
  ],
  [
    'a report that contradicts itself, also if a later one does not',
    [reportOf(3, [named('a', 'fresh', [1], { age: 54 * hour })]), reportOf(4, [fresh('a', 4)])],
    4,
    ['Shop / a: the report of 2026-11-03 contradicts itself: fresh, but 2 d 6 h old, with a limit of 26 h.'],
  ],
  [
    'files that are no reports',
    ['{'],
    1,
    ['No file is a usable report of a check.', expect.stringMatching(/1\.json: It is not JSON/)],
  ],
  [
    'that no report lists clusters',
    [reportOf(1, [], failed({}))],
    1,
    [
      'No report lists clusters: every check failed to list the projects.',
      'The check of 2026-11-01 12:00 UTC failed: an error without a code',
    ],
  ],
])('says what is wrong with the reports: %s', async (_what, reports, madeOn, problems) => {
  expect(
    between(
      await print(reports, madeOn),
      'The reports',
      lasting,
      'Jobs',
      'Gaps of this period',
      'How the checks were run',
    ),
  ).toEqual(problems);
});

it('labels the picture for those who do not see it, and dates the last check that listed clusters', async () => {
  const more = { lastFailed: { time: at(1) }, ...evidenceOf([1], { restores: [{ finishedAt: at(1) }] }) };
  const html = await print([
    reportOf(1, [], failed({})),
    reportOf(2, [named('a<', 'fresh', [1], more)]),
    reportOf(4, [named('a<', 'stale', [1])]),
    reportOf(5, [], failed({})),
  ]);
  expect([...html.matchAll(/aria-label="(.*?)"/g)].map(([, label]) => label)).toEqual([
    'Reports on 2 days: 2026-11-02, 2026-11-04 (2 days). The check failed on 2026-11-01.',
    'a&lt;, dedicated, stale. 2026-11-01 to 2026-11-04: a backup on 1 day; none, and over the limit on 3 days; a snapshot failed on 1 day; restored on 1 day.',
  ]);
  expect(textOf(html)).toContain('Last check 2026-11-05 12:00 UTC, failed.\n');
  expect(textOf(html)).toContain('Last check that listed clusters\n2026-11-04 12:00 UTC\n');
  expect(textOf(html)).toContain('Reports\non 2 of 5 days, 2026-11-01 to 2026-11-05\n');
});

it.each([
  [1, 3, ['Nov 1', 'Nov 2', 'Nov 3']],
  [1, 30, ['Nov 2', 'Nov 9', 'Nov 16', 'Nov 23']],
  [1, 60, ['Nov 2', 'Nov 16', 'Nov 30', 'Dec 14']],
  [-60, 75, ['Sep', 'Oct', 'Nov', 'Dec', '2027']],
  [1, 500, ['Nov', '2027', 'Mar', 'May', 'Jul', 'Sep', 'Nov', '2028']],
])('has an axis from %i to %i November', async (first, last, labels) => {
  const html = await print([reportOf(first, [named('a', 'none')]), reportOf(last, [named('a', 'none')])], last);
  const axis = /<g id="axis">(.*?)<\/g>/s.exec(html)?.[1] ?? '';
  expect([...axis.matchAll(/>([^<]+)<\/text>/g)].map(([, label]) => label)).toEqual(labels);
  expect(html.split('<use href="#axis"/>').length).toBe(2);
});

it('lists the gaps, also those that are over, the newest first', async () => {
  const off = named('b', 'none', [], { reason: 'backup off' });
  const reports = [
    reportOf(2, [named('a', 'stale', [-1]), fresh('b', 2)]),
    reportOf(4, [named('a', 'stale', [-1]), off]),
    reportOf(5, [fresh('a', 5), off]),
    reportOf(7, [named('a', 'stale', [5]), off]),
  ];
  expect(between(await print(reports), 'State now', 'Each day')).toEqual([
    ...['Shop / a', '2026-11-06', 'still open', '2', 'stale'],
    ...['Shop / b', '2026-11-04', 'still open', '4', 'none'],
    // There is no report of the third day.
    ...['Shop / a', '2026-10-31', '2026-11-04', '5', 'stale'],
  ]);
});

it('says of each job on which days it made reports', async () => {
  const every = [1, 2, 3, 4].map((day) => reportOf(day, [fresh('a', day)]));
  const some = [1, 4].map((day) => reportOf(day, [fresh('b', day)], { options: { include: ['Shop/b'] } }));
  expect(between(await print([...every, ...some], 4), 'Last check', 'Gaps of this period')).toEqual([
    ...['without options that choose or judge clusters', '4, on 4 of 4 days'],
    ...['2026-11-01 12:00 UTC', '2026-11-04 12:00 UTC'],
    ...['--include Shop/b', '2, on 2 of 4 days, none on 2026-11-02 to 2026-11-03'],
    ...['2026-11-01 12:00 UTC', '2026-11-04 12:00 UTC'],
  ]);
});

it('lists at most 50 gaps, and at most 500 clusters of a state, and says how many more', async () => {
  const many = Array.from({ length: 502 }, (_, index) => named(`c${index}`, 'stale', [1]));
  const html = await print([reportOf(3, many)]);
  expect(between(html, 'Needs attention', 'The reports').slice(499)).toEqual([
    expect.stringContaining('stale Shop / c'),
    'and 2 more',
  ]);
  expect(between(html, 'State now', 'Each day').slice(249)).toEqual(['stale', 'And 452 older gaps.']);
});

it('says what was left out, by reason and pattern, and calls a free cluster free', async () => {
  const notChecked = [
    { ...skipped('m0'), reason: 'free' },
    { ...skipped('load-1'), pattern: '*/load-*' },
    { ...skipped('load-2'), pattern: '*/load-*' },
    { ...skipped('b'), pattern: 'Shop/b' },
  ];
  const html = await print([reportOf(1, [fresh('b', 1)]), reportOf(2, [fresh('a', 2)], { notChecked })]);
  expect(between(html, 'What was left out', 'How the checks were run')).toEqual([
    ...['1 excluded by Shop/b', 'Shop / b (fresh when it was last checked)'],
    ...['2 excluded by */load-*', 'Shop / load-1', 'Shop / load-2'],
    ...['1 free', 'Shop / m0'],
  ]);
  expect(textOf(html)).toContain('Left out\n3 excluded, 1 free\n');
  expect(textOf(html)).toMatch(/^m0 free/m);
});
