import { describe, expect, it } from 'vitest';
import { at, evidenceOf, finding, hour, print, reportOf, shop, textOf } from './support/reports.js';

const named = (clusterName: string, state: string, days: readonly number[] = [], more: object = {}) =>
  finding(state, days, { clusterName, ...more });
const names = (clusterName: string) => ({ ...shop, clusterName, clusterType: 'flex' });

/** The lines from one heading to the next. */
const between = (text: string, first: string, last: string): string[] => {
  const [, after = ''] = text.split(`\n${first}\n`);
  return after.split(`\n${last}\n`)[0]?.split('\n').filter(Boolean) ?? [];
};
const attention = async (reports: object[]): Promise<string[]> =>
  between(textOf(await print(reports)), 'Needs attention', 'Each day');

it('sums up the last check and the clusters, the worst first', async () => {
  const restores = [{ id: '1', finishedAt: at(2, 9) }];
  const text = textOf(
    await print([
      reportOf(1, [named('a', 'fresh', [1])]),
      reportOf(
        4,
        [
          named('a', 'fresh', [4], evidenceOf([4], { restores })),
          named('b', 'fresh', [4]),
          named('c', 'none'),
          named('d', 'great', [4]),
          named('e', 'paused', [1]),
        ],
        { notChecked: [{ ...names('f'), reason: 'free' }] },
      ),
    ]),
  );
  expect(text.split('\nNeeds')[0]).toBe(
    [
      'Backups of MongoDB Atlas',
      'By the reports of atlas-tenant-snapshots check. Made 2026-11-30 13:00 UTC. All days are those of UTC.',
      'Last check\n2026-11-04 12:00 UTC\nServer\nhttps://cloud.mongodb.com',
      'Reports\non 2 of 4 days, 2026-11-01 to 2026-11-04\nRestored\n1 cluster',
      'Clusters\n1 none 1 great 1 paused 2 fresh 1 not checked',
      'The reports\nThe last check was 26 d 1 h before this page was made: more than 26 h.',
    ].join('\n'),
  );
});

describe('names what needs attention', () => {
  it('with the time since when, and what was before', async () => {
    const lines = await attention([
      reportOf(1, [named('a', 'fresh', [1]), named('b', 'none', [], { reason: 'backup off' })]),
      reportOf(3, [named('a', 'stale', [1], { age: 54 * hour, lastFailed: { time: at(2) } }), named('b', 'none')]),
      reportOf(4, [named('a', 'fresh', [1, 4]), named('b', 'new')]),
      reportOf(6, [
        named('a', 'stale', [4], { age: 54 * hour, lastFailed: { time: at(6) } }),
        named('b', 'none'),
        named('c', 'stale', [2], { age: 102 * hour, maxAge: undefined }),
        named('d', 'short', [5], { age: 30 * hour, oldest: { time: at(1) }, minHistory: 240 * hour }),
        named('e', 'unknown', [], { error: { code: 'TIMEOUT', message: 'Atlas is slow.' } }),
        named('f', 'great'),
        named('g', 'constructor'),
      ]),
    ]);
    expect(lines).toEqual([
      'none Shop / b: none since the report of 2026-11-06; over the limit on 2026-11-03, 2026-11-06.',
      'stale Shop / c: stale since the report of 2026-11-06; newest backup 2026-11-02 06:00 UTC, 4 d 6 h old at the check; over the limit on 2026-11-06.',
      'stale Shop / a: stale since the report of 2026-11-06; newest backup 2026-11-04 06:00 UTC, 2 d 6 h old at the check (limit 26 h); over the limit on 2026-11-02 to 2026-11-03, 2026-11-05 to 2026-11-06; a snapshot failed on 2026-11-02, 2026-11-06.',
      'short Shop / d: short since the report of 2026-11-06; newest backup 2026-11-05 06:00 UTC, 30 h old at the check (limit 26 h); oldest backup 2026-11-01 06:00 UTC, 10 d of history needed.',
      'unknown Shop / e: TIMEOUT; unknown since the report of 2026-11-06; Atlas is slow.',
      'great Shop / f: great since the report of 2026-11-06.',
      'constructor Shop / g: constructor since the report of 2026-11-06.',
    ]);
  });

  it('with the last three times of many', async () => {
    const lines = await attention([
      reportOf(9, [named('a', 'stale', [1, 3, 5, 7], { ...evidenceOf([1, 3, 5, 7]), clusterType: 'flex' })], {
        options: { maxAge: ['26h'] },
      }),
    ]);
    expect(lines[0]).toMatch(
      /over the limit on other days, and on 2026-11-04, 2026-11-06, 2026-11-08 to 2026-11-09\.$/,
    );
  });

  it('with a link to each row, across projects', async () => {
    const billing = { groupId: 'b'.repeat(24), groupName: '' };
    const html = await print([
      reportOf(1, [named('a', 'stale', [1]), named('b', 'none', [], billing), named('a', 'fresh', [1], billing)]),
    ]);
    const links = [...html.matchAll(/<a href="#(\w+)">(.*?)<\/a>/g)].map(([, id, text = '']) => [
      textOf(text),
      html.split(` id="${id}"`).length - 1,
    ]);
    expect(links).toEqual([
      [`${billing.groupId} / b`, 1],
      ['Shop / a', 1],
    ]);
    const order = [...html.matchAll(/<span class="name"><bdi>(\w)<\/bdi>/g)].map(([, name]) => name);
    expect(order).toEqual(['b', 'a', 'a']);
  });

  it('with the clusters that are no longer listed', async () => {
    const before = reportOf(
      1,
      ['a', 'b', 'c', 'd', 'e'].map((name) => named(name, 'stale', [1])),
      {
        notChecked: [{ ...names('free'), reason: 'free' }],
      },
    );
    const skipped = { ...shop, clusterName: 'd', clusterType: 'dedicated', reason: 'excluded' };
    const lines = await attention([
      before,
      reportOf(2, [named('a', 'fresh', [2])], { notChecked: [skipped], options: { exclude: ['Shop/c', 5] } }),
      reportOf(3, [named('a', 'fresh', [3]), named('c', 'fresh', [3])]),
      reportOf(5, [named('a', 'fresh', [5])], { options: { exclude: ['Shop/e'] } }),
    ]);
    expect(lines).toEqual([
      'no longer listed Shop / b: last listed on 2026-11-01: deleted, or a role was lost; newest backup 2026-11-01 06:00 UTC.',
      'no longer listed Shop / c: last listed on 2026-11-03: deleted, or a role was lost; newest backup 2026-11-03 06:00 UTC.',
    ]);
    const text = textOf(
      await print([before, reportOf(2, [named('a', 'fresh', [2])], { options: { exclude: ['Shop/e'] } })]),
    );
    expect(text).toContain('5 no longer listed 1 fresh');
  });

  it('with a list that failed, instead of its clusters', async () => {
    const list = { ...shop, clusterType: 'dedicated', state: 'unknown', error: { message: 'No role.' } };
    const reports = [
      reportOf(1, [named('a', 'fresh', [1]), { ...named('x', 'fresh', [1]), clusterType: 'flex' }]),
      reportOf(2, [list, { ...list, clusterType: 'flex' }]),
      reportOf(3, [list, { ...named('x', 'fresh', [3]), clusterType: 'flex' }]),
    ];
    expect(await attention(reports)).toEqual(['unknown Shop, dedicated clusters: could not be listed. No role.']);
    const html = await print(reports);
    expect(textOf(html)).toContain('Clusters\n1 unknown 1 fresh\n');
    expect(html).toContain(' id="p1"');
    expect(await attention([reportOf(3, [list])])).toEqual([
      'unknown Shop, dedicated clusters: could not be listed. No role.',
    ]);
  });

  it('with the problems that the last check named', async () => {
    const problems = ['A: gone.', 'B: late.'];
    const reports = [reportOf(1, [], { problems: ['old'] }), reportOf(2, [named('a', 'fresh', [2])], { problems })];
    expect(await attention(reports)).toEqual([
      'No cluster, by the last check that listed them.',
      'Problems that the last check named',
      ...problems,
    ]);
  });
});

describe('says what is wrong with the reports', () => {
  const problems = async (reports: (object | string)[], madeOn: number) =>
    between(textOf(await print(reports, madeOn)), 'The reports', 'Needs attention');

  it('if a check failed, and if the last one did', async () => {
    const reports = [
      reportOf(1, [], { error: { code: 'TIMEOUT' } }),
      reportOf(2, [named('a', 'fresh', [2])]),
      reportOf(3, [], { error: { message: 'Atlas is down.' }, findings: undefined }),
    ];
    expect(await problems(reports, 3)).toEqual([
      'The check of 2026-11-01 12:00 UTC failed: TIMEOUT',
      'The check of 2026-11-03 12:00 UTC failed: Atlas is down.',
    ]);
    const html = await print(reports);
    expect(textOf(html)).toContain('Last check\n2026-11-03 12:00 UTC, failed\n');
    expect(textOf(html)).toContain('Last check that listed clusters\n2026-11-02 12:00 UTC\n');
    expect(html).toContain('aria-label="Reports on 1 day: 2026-11-02."');
  });

  it('if the last one is more than 26 hours old', async () => {
    const report = { ...reportOf(1, []), checkedAt: at(1, 11) };
    expect(await problems([report], 2)).toEqual([]);
    expect(await problems([{ ...report, checkedAt: at(1, 10.9) }], 2)).toEqual([
      expect.stringContaining('26 h 6 m before'),
    ]);
  });

  it('if none lists clusters', async () => {
    expect(await problems(['{'], 1)).toEqual([
      'No file is a usable report of a check.',
      expect.stringMatching(/1\.json: It is not JSON/),
    ]);
    expect(await problems([reportOf(1, [], { error: {} })], 1)).toEqual([
      'No report lists clusters: every check failed to list the projects.',
      'The check of 2026-11-01 12:00 UTC failed: an error without a code',
    ]);
  });
});

it('labels the picture for those who do not see it', async () => {
  const html = await print([
    reportOf(1, [], { error: {} }),
    reportOf(2, [
      named('a<', 'fresh', [1], {
        lastFailed: { time: at(1) },
        ...evidenceOf([1], { restores: [{ finishedAt: at(1) }] }),
      }),
    ]),
    reportOf(3, [], { error: {} }),
    reportOf(4, [named('a<', 'stale', [1])]),
  ]);
  expect([...html.matchAll(/aria-label="(.*?)"/g)].map(([, label]) => label)).toEqual([
    'Reports on 2 days: 2026-11-02, 2026-11-04 (2 days). The check failed on 2026-11-01, 2026-11-03 (2 days).',
    'a&lt;, dedicated, stale. 2026-11-01 to 2026-11-04: a backup on 1 day; none, and over the limit on 3 days; a snapshot failed on 1 day; restored on 1 day.',
  ]);
});

it.each([
  [1, 3, ['Nov 1', 'Nov 2', 'Nov 3']],
  [1, 30, ['Nov 2', 'Nov 9', 'Nov 16', 'Nov 23', 'Nov 30']],
  [-60, 75, ['Sep', 'Oct', 'Nov', 'Dec', '2027']],
])('has an axis from %i to %i November', async (first, last, labels) => {
  const html = await print([reportOf(first, [named('a', 'none')]), reportOf(last, [named('a', 'none')])]);
  const axis = /<g id="axis">(.*?)<\/g>/s.exec(html)?.[1] ?? '';
  expect([...axis.matchAll(/>([^<]+)<\/text>/g)].map(([, label]) => label)).toEqual(labels);
  expect(html.split('<use href="#axis"/>').length).toBe(3);
});
