import { describe, expect, it } from 'vitest';
import { formatDuration, formatTable } from '../../src/cli/table.js';
import { backup, day, excluded, findings, hour, minute, office, ofShop, reportOf, shop } from './support/reports.js';

const textOf = (...found: Parameters<typeof reportOf>[0]) => formatTable(reportOf(found), false, false);

describe('the table', () => {
  it('has the worst first, then follows the names, and lines up', () => {
    expect(formatTable(reportOf(findings, { excluded }, 2, 3), false, false).split('\n')).toEqual([
      'Project                   Cluster   Type       State    Newest backup (UTC)  Age',
      'Billing                   ledger    dedicated  none     -                    -           backup off',
      'Web Shop                  tests     flex       none     -                    -           latest snapshot failed',
      'Web Shop                  users     flex       stale    2026-08-07 04:00     3 d 8 h     limit 1 d 2 h',
      'Billing                   invoices  dedicated  stale    2026-08-08 12:00     2 d 0 h     no schedule, limit 1 d 2 h',
      `${office}  -         dedicated  unknown  -                    -`,
      `${office}  -         flex       unknown  -                    -`,
      'Web Shop                  orders    flex       unknown  -                    -',
      'Billing                   audits    dedicated  paused   2026-07-29 12:00     12 d 0 h',
      'Billing                   drafts    dedicated  new      -                    -',
      'Billing                   reports   dedicated  fresh    2026-08-07 12:00     3 d 0 h     limit 7 d 2 h, latest snapshot failed',
      'Web Shop                  Archive   flex       fresh    2026-08-10 11:30     30 min      latest snapshot failed',
      'Web Shop                  carts     flex       fresh    2026-08-10 06:48     5 h 12 min',
      '',
      'Clusters: 10 in 2 projects (2 none, 2 stale, 1 unknown, 1 paused, 1 new, 3 fresh). Not checked: 3 free, 1 excluded. ' +
        'Projects with clusters that could not be listed: 1',
    ]);
  });

  it('does not note a limit that --max-age raised', () => {
    const found = { ...ofShop('carts'), state: 'fresh' as const, ...backup(hour, 99 * hour) };
    expect(formatTable(reportOf([found], { maxAge: 99 * hour }), false, false)).not.toContain('limit');
  });

  it.each([
    [minute - 1, '59 s'],
    [minute, '1 min'],
  ])('notes the limit of a stale cluster: %i ms as %s', (limit, text) => {
    const found = { ...ofShop('carts'), state: 'stale' as const, ...backup(2 * day, limit) };
    expect(formatTable(reportOf([found], { maxAge: limit }), false, false)).toMatch(`  limit ${text}\n`);
  });

  it('has only the problems if asked for, and the whole summary', () => {
    const [all, some] = [false, true].map((only) =>
      formatTable(reportOf(findings), only, false).replaceAll(/ +/g, ' '),
    );
    expect(some).toBe(all?.replaceAll(/^.* (paused|new|fresh) .*\n/gm, ''));
  });

  it('copes with many clusters', () => {
    const report = reportOf([{ ...ofShop('carts'), state: 'new' }]);
    const many = Array(130_000).fill(report.findings[0]);
    expect(formatTable({ ...report, findings: many }, false, false).match(/carts/g)).toHaveLength(130_000);
  });

  it('colors the states only', () => {
    const colored = formatTable(reportOf(findings), false, true);
    for (const state of ['31mnone   ', '31mstale  ', '35munknown', '33mpaused ', '32mfresh  ']) {
      expect(colored).toContain(`\x1b[${state}\x1b[39m`);
    }
    // biome-ignore lint/suspicious/noControlCharactersInRegex: The colors are control characters.
    expect(colored.replaceAll(/\x1b\[\d+m/g, '')).toBe(textOf(...findings));
  });

  it.each<[what: string, groupName: string, clusterName: string, row: string]>([
    ['control characters', 'Web\x1b[2J\r\n Shop\u009b\u202e', 'or\u0000ders', 'Web[2J Shop  orders'],
    ['line separators', 'Web\u2028Shop', 'or\u2029ders\u0085', 'WebShop  orders'],
    ['no visible character', ' \u200b', 'orders', `${shop}  orders`],
    ['more than 200 characters', 'x'.repeat(201), '🚀'.repeat(201), `${'x'.repeat(200)}  ${'🚀'.repeat(200)}`],
    ['commands of GitHub', ' :\u200b:add-mask::x', '::y::z', ': :add-mask::x  : :y::z'],
    ['commands of Azure', '##[error]', 'a##vso[task]', '## [error]  a##vso [task]'],
  ])('copes with names that have %s', (_name, groupName, clusterName, row) => {
    const [, line = ''] = textOf({ ...ofShop(clusterName), groupName, state: 'none' }).split('\n');
    expect(line.replace(/ +flex +none.*/, '').replace(/ {2,}/, '  ')).toBe(row);
  });

  it.each([
    ['Chinese', '在庫管理', '在庫管理  orders'],
    ['kana and full width', 'かきＡ゛', 'かきＡ゛  orders'],
    ['Korean', '결제', '결제      orders'],
    ['emoji', '🚀 a', '🚀 a      orders'],
    ['combining accents', 'e\u0301te\u0301', 'e\u0301te\u0301       orders'],
  ])('lines up with %s', (_name, groupName, row) => {
    const wide = { ...ofShop('orders'), groupName, state: 'none' } as const;
    // The longest name takes up eight columns.
    expect(textOf(wide, { ...wide, groupName: '12345678' })).toContain(`\n${row}   flex  none`);
  });

  it.each([
    [3, 'Clusters: 0 in 3 projects. Not checked: 1 free'],
    [1, 'Clusters: 0 in 1 project. Not checked: 1 free'],
  ])('is left out if there is no cluster in %i projects', (projects, text) => {
    expect(formatTable(reportOf([], {}, projects, 1), false, false)).toBe(text);
  });
});

it.each([
  [0, '0 min'],
  [minute - 1, '0 min'],
  [59 * minute, '59 min'],
  [hour, '1 h 0 min'],
  [day - 1, '23 h 59 min'],
  [day, '1 d 0 h'],
  [100 * day + 23.9 * hour, '100 d 23 h'],
])('a duration of %i ms is shown as %s', (duration, text) => {
  expect(formatDuration(duration)).toBe(text);
});
