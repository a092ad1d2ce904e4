import { expect, it } from 'vitest';
import { printPage } from '../../src/report/page.js';
import {
  at,
  failed,
  finding,
  leftOut,
  list,
  on,
  print,
  type Reports,
  read,
  reportOf,
  sentenceOf,
  textOf,
  under,
  write,
} from './support/reports.js';

const good = (day: number) => on(day, 'a fresh');

it.each<[sentence: string, reports: Reports, madeOn: number]>([
  ['No cluster needs attention.', [good(1)], 2],
  ['1 of 2 clusters needs attention.', [on(2, 'a stale, b new')], 2],
  [
    '2 of 3 clusters need attention.',
    [
      on(1, 'a fresh, b fresh, c fresh, d fresh'),
      on(2, 'a none, c fresh', { notChecked: [leftOut('d'), leftOut('e')] }),
    ],
    2,
  ],
  [
    'No cluster needs attention, and 2 lists could not be read.',
    [good(1), reportOf(2, [list, { ...list, clusterType: 'flex' }])],
    2,
  ],
  ['The last check failed. No cluster needed attention.', [good(1), on(2, '', failed)], 2],
  ['The last check is 6 d old: 2026-11-01 12:00 UTC. 1 of 1 cluster needed attention.', [on(1, 'a none')], 7],
  [
    'The last check is 26 h 30 m old: 2026-11-01 10:00 UTC. No cluster needed attention.',
    [{ ...good(1), checkedAt: at(1, 10) }],
    2,
  ],
  [
    'The last check failed. The last check is 2 d old: 2026-11-02 12:00 UTC. No cluster needed attention, and 1 list could not be read.',
    [good(1), reportOf(1, [list]), on(2, '', failed)],
    4,
  ],
  [
    'The last check of 1 of 2 jobs failed. No cluster needed attention.',
    { one: [good(2)], two: [good(1), on(2, '', failed)] },
    2,
  ],
  ['2 of 3 jobs are silent. No cluster needed attention.', { one: [good(2)], two: [good(4)], three: [good(7)] }, 7],
  ['No cluster needs attention.', { daily: [good(6), good(7)], weekly: [good(-5), good(2)] }, 7],
  [
    '1 of 1 cluster needs attention, and 1 list could not be read.',
    { one: [reportOf(2, [list])], two: [reportOf(2, [finding('a', 'stale'), list])] },
    2,
  ],
  ['No cluster needs attention, and 1 file is no report.', [good(1), '{'], 1],
  [
    '1 of 2 jobs is silent. No cluster needed attention, and 2 files are no reports.',
    { one: [good(2), '{', '{'], two: [good(7)] },
    7,
  ],
  [
    'The last check of 1 of 2 jobs failed. 1 of 1 cluster needed attention.',
    { one: [on(1, '', failed)], two: [on(1, 'a none')] },
    1,
  ],
  ['No cluster was checked.', [on(1, '', { notChecked: [leftOut('a', 'free')] })], 1],
  ['The last check failed. No report lists clusters.', [on(1, '', failed)], 1],
])('begins with: %s', async (sentence, reports, madeOn) => {
  const html = await print(reports, madeOn);
  expect(sentenceOf(html)).toBe(sentence);
  expect(textOf(/<title>(.*?)<\/title>/.exec(html)?.[1] ?? '')).toBe(sentenceOf(html));
});

it('sums up the reports and the clusters, the worst first, and what was left out', async () => {
  const evidence = { restores: [{ id: '1', finishedAt: '2026-11-02T09:00:00Z', targetClusterName: 't' }] };
  const html = await print(
    [
      on(1, 'a fresh'),
      on(2, '', failed),
      reportOf(4, [finding('a', 'fresh', [4], { evidence }), finding('b', 'none'), finding('c', 'fresh', [4])], {
        notChecked: [leftOut('d', 'free'), leftOut('e'), leftOut('f')],
      }),
    ],
    4,
  );
  expect(textOf(html).split('\nNeeds')[0]?.split('\n').slice(1)).toEqual([
    'Backups of MongoDB Atlas, by the reports of atlas-tenant-snapshots check. Made 2026-11-04 12:30 UTC. All days are those of UTC.',
    ...['Server', 'https://cloud.mongodb.com', 'Last check', '2026-11-04 12:00 UTC'],
    ...[
      'Period',
      '2026-11-01 to 2026-11-04',
      'Reports',
      'on 2 of 4 days; a check failed on 1 day',
      'Restored',
      '1 cluster',
    ],
    ...['Clusters', '1 none 2 fresh', 'Left out', '1 free, 2 excluded'],
  ]);
});

it('lists several jobs by their folders, with those that are silent', async () => {
  const html = await print({
    one: [good(1), good(2)],
    three: [good(8), on(9, '', failed)],
    two: [good(1), good(3), good(9)],
  });
  const jobs = textOf(html).split('\nJobs\n')[1]?.split('\nJob one')[0]?.split('\n').slice(4);
  expect(jobs).toEqual([
    ...['one', '2, on 2 of 2 days', '2026-11-02 12:00 UTC silent', '1 fresh'],
    ...['three', '2, on 1 of 2 days; a check failed on 1 day'],
    ...['2026-11-09 12:00 UTC failed', '1 fresh'],
    ...['two', '3, on 3 of 9 days', '2026-11-09 12:00 UTC', '1 fresh'],
  ]);
  expect(await print([good(1), good(2)])).not.toContain('<h2>Jobs</h2>');
});

it('says how many of those left out were bad then, which come first in their list', async () => {
  const departed = [{ ...leftOut('c'), departure: 'excluded', since: at(1) }];
  const notChecked = ['a', 'b', 'c'].map((name) => leftOut(name));
  const html = await print([on(1, 'a fresh, b stale, c fresh'), on(2, '', { departed, notChecked })]);
  expect(textOf(html)).toContain('3 excluded; when left out, 1 was stale');
  expect(under(html, 'What was left out').slice(1)).toEqual([
    'Shop / b: since 2026-11-02, stale before',
    'Shop / c: since 2026-11-02, fresh before',
    'Shop / a: since 2026-11-02, fresh before',
  ]);
});

it('prints the same page, whatever the order of the files', async () => {
  const files = write({
    'one/a': on(1, 'a fresh'),
    'one/b': on(1, 'a stale'),
    'two/a': on(1, 'a none', { notChecked: [{ ...leftOut('b'), groupName: 'Renamed' }] }),
    'two/c': '{',
    'two/d': on(2, 'b fresh'),
  });
  const pages = new Set<string>();
  for (const order of permutationsOf(files)) pages.add([...printPage(await read(order), 0)].join('\n'));
  expect(pages.size).toBe(1);
});

const permutationsOf = (all: readonly string[]): string[][] =>
  all.length === 0
    ? [[]]
    : all.flatMap((one) => permutationsOf(all.filter((other) => other !== one)).map((rest) => [one, ...rest]));

it('takes reports in any order, and a report that is there twice', async () => {
  const reports = [reportOf(3, [finding('a', 'fresh', [3])]), reportOf(1, [finding('a', 'stale', [1])]), on(2, '')];
  const html = await print([...reports, reports[1] ?? {}], 3);
  expect(sentenceOf(html)).toBe('No cluster needs attention.');
  expect(under(html, 'Gaps of this period')).toContain('2026-11-01');
});

it('ends with every file, its SHA-256 if it could be read, and what no report shows', async () => {
  const [a = '', b = ''] = write({ a: '{', b: on(1, '') });
  const history = await read([a, b, '/missing']);
  const html = [...printPage(history, 0)].join('');
  expect(under(html, 'The files')).toEqual([
    ...['3 files', 'File', 'Time of the check', 'SHA-256'],
    ...['/missing', "ENOENT: no such file or directory, open '/missing'", 'not read'],
    ...[a, 'It is not JSON, or only a part of it.', '021fb596db81e6d02bf3d2586ee3981fe519f275c0ac9ca76bbcf2ebb4097d96'],
    ...[b, '2026-11-01 12:00 UTC', history.files[2]?.sha256],
  ]);
  expect(textOf(html).split('What this page cannot show\n')[1]?.split('\n')).toHaveLength(7);
});
