import { expect, it } from 'vitest';
import {
  at,
  detailsOf,
  failed,
  finding,
  leftOut,
  list,
  on,
  print,
  reportOf,
  textOf,
  titlesOf,
  under,
} from './support/reports.js';

const a = (state: string, days: readonly number[] = [], more: object = {}) => finding('a', state, days, more);
const without = { notChecked: [leftOut('a'), leftOut('b')] };
const snapshot = (day: number, status = 'completed') => ({ status, createdAt: at(day) });

it('draws the state of each day, and a dot for each backup that the reports name', async () => {
  const html = await print([
    reportOf(1, [
      a('fresh', [-40, -3, 1], { evidence: { snapshots: [snapshot(-2), snapshot(-1), snapshot(0, 'failed')] } }),
    ]),
    { ...on(2, 'a new'), checkedAt: at(2, 3) },
    reportOf(2, [a('stale', [1])]),
    reportOf(3, [a('none', [], { lastFailed: { time: at(3) } })]),
    reportOf(4, [list]),
    on(5, '', { notChecked: [leftOut('a')] }),
    on(6, ''),
    reportOf(8, [a('short', [8])]),
    on(9, '', failed),
    reportOf(10, [a('paused', [8], { evidence: { restores: [{ id: '1', finishedAt: at(9) }] } })]),
  ]);
  expect(titlesOf(html).sort()).toEqual([
    ...['01: a backup', '01: fresh', '02: stale', '03: a snapshot failed', '03: none', '04: unknown', '05: left out'],
    ...['08: a backup', '08: short', '09: restored', '10: paused'],
    ...['2026-10-29 to 2026-10-30: a backup (2 days)', '2026-10-31: a snapshot failed'],
  ]);
  expect(/aria-label="(a,.*?)"/.exec(html)?.[1]).toBe(
    'a, dedicated, paused. 2026-10-29 to 2026-11-10: fresh on 1 day; stale on 1 day; none on 1 day; unknown on 1 day; left out on 1 day; short on 1 day; paused on 1 day; a backup on 4 days; a snapshot failed on 2 days; restored on 1 day.',
  );
  expect(html).toContain(
    'aria-label="Reports on 8 days: 2026-11-01 to 2026-11-06, 2026-11-08, 2026-11-10 (8 days). A check failed on 2026-11-09."',
  );
});

it('draws runs as bars and dotted lines, and marks in the middle of their days', async () => {
  const evidence = { restores: [{ id: '1', finishedAt: at(3) }] };
  const html = await print([
    on(1, 'a fresh'),
    on(2, 'a fresh'),
    on(3, '', failed),
    reportOf(4, [a('none', [], { evidence, lastFailed: { time: at(4) } })]),
  ]);
  const drawn = html.replace(/<title>.*?<\/title>/g, '');
  const pictures = [...drawn.matchAll(/<svg class="days".*?>(<use href="#grid"\/>)(.*?)<\/svg>/g)];
  expect(pictures.map(([, , shapes]) => shapes)).toEqual([
    '<g class="a-report"><rect x="0%" width="50%"></rect><rect x="75%"></rect></g><g class="a-check-failed"><rect x="50%"></rect></g>',
    '<g class="fresh"><rect x="0%" width="50%"></rect></g><g class="none"><rect x="75%"></rect></g><g class="a-backup"><line x1="12.5%" x2="40%" y1="13.5" y2="13.5" pathLength="1.1"></line></g><use href="#failed" x="87.5%"></use><use href="#restored" x="62.5%"></use>',
  ]);
  expect(html).toContain('<line x1="50%" x2="50%" y2="30"/>');
  expect(html).toContain(
    'aria-label="Reports on 3 days: 2026-11-01 to 2026-11-02, 2026-11-04 (3 days). A check failed on 2026-11-03."',
  );
});

it('draws what the last report of a day says, and has only what is used in the legend', async () => {
  const early = { ...on(2, 'a none'), checkedAt: at(2, 3) };
  const html = await print([early, on(2, 'a stale')]);
  expect(titlesOf(html)).toContain('02: stale');
  expect(textOf(/<ul class="legend">.*?<\/ul>/s.exec(html)?.[0] ?? '')).toBe('stale\na backup');
  expect(detailsOf(html)).toMatchObject({ State: ['stale: 2026-11-02'] });
});

it.each([
  [1, 3, ['Nov 1', 'Nov 2', 'Nov 3']],
  [1, 60, ['Nov 2', 'Nov 16', 'Nov 30', 'Dec 14']],
  [-60, 75, ['Sep', 'Oct', 'Nov', 'Dec', '2027']],
  [1, 500, ['Nov', '2027', 'Mar', 'May', 'Jul', 'Sep', 'Nov', '2028']],
])('has an axis from %i to %i November', async (first, last, labels) => {
  const html = await print([reportOf(first, [a('none')]), reportOf(last, [a('none')])], last);
  const axis = /<g id="axis">(.*?)<\/g>/s.exec(html)?.[1] ?? '';
  expect([...axis.matchAll(/>([^<]+)<\/text>/g)].map(([, label]) => label)).toEqual(labels);
  expect(html.split('<use href="#axis"/>').length).toBe(2);
  expect(html.includes('<div class="long"')).toBe(last - first > 75);
});

it.each<[what: string, reports: readonly object[], gaps: readonly string[]]>([
  [
    'the newest first, open only if the last report says so, and over if a later day is good',
    [on(1, 'a stale'), on(2, 'a none'), reportOf(4, [a('short', [-1])]), on(5, 'a fresh'), on(6, 'a stale')],
    ['2026-11-06, still open, 1, stale', '2026-11-01, 2026-11-04, 4, stale'],
  ],
  [
    'one through days without a report, failed checks and lists, and unknown',
    [on(1, 'a none'), on(3, '', failed), reportOf(4, [list]), on(5, 'a unknown'), on(7, 'a none')],
    ['2026-11-01, still open, 7, none'],
  ],
  ['not known if its list failed', [on(1, 'a none'), reportOf(2, [list])], ['2026-11-01, not known, 1, not read']],
  ['not known if the check failed', [on(1, 'a none'), on(2, '', failed)], ['2026-11-01, not known, 1, none']],
  [
    'not known if it was left out, which interrupts it',
    [on(1, 'b none'), on(2, '', without), on(3, 'b none'), on(4, '', without)],
    ['2026-11-03, not known, 1, left out', '2026-11-01, not known, 1, left out'],
  ],
  [
    'open only if nothing interrupts it',
    [on(1, 'b none'), on(2, '', without), on(3, 'b none')],
    ['2026-11-03, still open, 1, none', '2026-11-01, not known, 1, none'],
  ],
  ['none', [on(1, 'a fresh')], []],
])('lists gaps: %s', async (_what, reports, gaps) => {
  const text = under(await print(reports), 'Gaps of this period').join(', ');
  const found = text.split(/, Shop \/ [ab], /).slice(1);
  expect(found).toEqual(gaps);
});

it('does not know the end of a gap if the job is silent', async () => {
  const html = await print([on(1, 'a none')], 9);
  expect(under(html, 'Gaps of this period').slice(5)).toEqual(['Shop / a', '2026-11-01', 'not known', '1', 'none']);
});

it('shows 50 gaps, and the rest behind a click', async () => {
  const many = Array.from({ length: 502 }, (_, index) => finding(`c${index}`, 'stale', [1]));
  const lines = under(await print([reportOf(3, many)]), 'Gaps of this period');
  expect(lines.slice(254, 257)).toEqual(['stale', '452 older gaps', 'Cluster']);
  expect(lines.at(-1)).toBe('and 2 more: the details of each cluster have all its states.');
});

it('sums up each project in a line, the worst first, which is closed if all is well', async () => {
  const of = (name: string) => ({ groupId: name.repeat(4), groupName: name });
  const [billing, crm, data] = [of('Billing'), of('CRM'), of('Data')];
  const other = finding('a', 'fresh', [3], data);
  const html = await print([
    reportOf(1, [
      finding('a', 'fresh', [1], billing),
      a('unknown'),
      finding('b', 'none', [], { ...billing, lastFailed: { time: at(1) } }),
    ]),
    reportOf(2, [a('stale', [1])], { notChecked: [{ ...leftOut('b'), ...billing }] }),
    reportOf(
      3,
      [
        ...[finding('a', 'fresh', [3], billing), finding('b', 'fresh', [3], billing), finding('c', 'new')],
        ...[finding('a', 'stale', [1], crm), finding('b', 'fresh', [3], crm), { ...list, ...data }, other],
      ],
      { notChecked: [leftOut('a')] },
    ),
  ]);
  const heads = [...html.matchAll(/<details class="project"( open)?><summary>(.*?)<\/summary>/g)];
  expect(heads.map(([, open = '', text = '']) => textOf(text).replace('\n', ' ') + open)).toEqual([
    'Data 1 cluster, all fresh open',
    'CRM 2 clusters: 1 stale, 1 fresh; 1 with a gap open',
    'Shop 1 cluster, all new; 1 left out; 1 with a gap',
    'Billing 2 clusters, all fresh; 1 with a gap; 1 left out on some days; 1 with a failed snapshot',
  ]);
  const alone = await print([reportOf(1, [list]), on(2, 'a fresh'), reportOf(3, [list]), on(4, 'a fresh')]);
  expect(alone).toMatch(/<details class="project" open>.*1 cluster, all fresh; 1 unknown on some days</);
});
