import { describe, expect, it } from 'vitest';
import {
  formatAge,
  formatJson,
  formatRemarks,
  formatText,
  type Report,
  sortFindings,
  summarize,
} from '../../src/check/report.js';
import { AtlasClosedError, AtlasConnectionError, type BackupFinding } from '../../src/index.js';

const [minute, hour, day] = [60_000, 3_600_000, 86_400_000];
const [shop, billing, office] = ['a', 'b', 'c'].map((digit) => digit.repeat(24)) as [string, string, string];
const now = Date.parse('2026-08-10T12:00:30Z');
const down = new AtlasConnectionError('Atlas is down.');

const ofShop = (clusterName: string) => ({ groupId: shop, groupName: 'Web Shop', clusterName });
const ofBilling = (clusterName: string) => ({ groupId: billing, groupName: 'Billing', clusterName });
const backup = (age: number) => ({
  age,
  newest: { id: '5'.repeat(24), status: 'COMPLETED', finishTime: new Date(now - age) },
});
const failed = { id: '6'.repeat(24), status: 'FAILED', finishTime: new Date(now - hour) };

const findings: BackupFinding[] = [
  { ...ofShop('carts'), state: 'fresh', ...backup(5 * hour + 12 * minute) },
  { ...ofShop('Archive'), state: 'fresh', ...backup(30 * minute), lastFailed: failed },
  { ...ofBilling('drafts'), state: 'new' },
  { ...ofShop('orders'), state: 'unknown', error: down },
  { groupId: office, state: 'unknown', error: down },
  { ...ofBilling('invoices'), state: 'stale', ...backup(2 * day) },
  { ...ofShop('users'), state: 'stale', ...backup(3 * day + 8 * hour) },
  { ...ofShop('tests'), state: 'none', lastFailed: failed },
];

function reportOf(unsorted: BackupFinding[], more: Partial<Report> = {}): Report {
  const projects = new Set(unsorted.map(({ groupId }) => groupId)).size;
  return {
    checkedAt: new Date(now),
    maxAge: 26 * hour,
    findings: sortFindings(unsorted),
    summary: summarize(unsorted, projects),
    ...more,
  };
}

const textOf = (...unsorted: BackupFinding[]) => formatText(reportOf(unsorted), false);
const remarksOf = (report: Report, groupIds: string[] = []) => formatRemarks(report, groupIds);

describe('the table', () => {
  it('has the worst first, then follows the names, and lines up', () => {
    expect(formatText(reportOf(findings), false).split('\n')).toEqual([
      'Project                   Flex cluster  State    Newest backup (UTC)  Age',
      'Web Shop                  tests         none     -                    -           latest snapshot failed',
      'Web Shop                  users         stale    2026-08-07 04:00     3 d 8 h',
      'Billing                   invoices      stale    2026-08-08 12:00     2 d 0 h',
      `${office}  -             unknown  -                    -`,
      'Web Shop                  orders        unknown  -                    -',
      'Billing                   drafts        new      -                    -',
      'Web Shop                  Archive       fresh    2026-08-10 11:30     30 min      latest snapshot failed',
      'Web Shop                  carts         fresh    2026-08-10 06:48     5 h 12 min',
      '',
      'Flex clusters: 7 in 2 projects (1 none, 2 stale, 1 unknown, 1 new, 2 fresh). Projects that could not be listed: 1.',
    ]);
  });

  it('colors the states only', () => {
    const colored = formatText(reportOf(findings), true);
    expect(colored).toContain('\x1b[31mnone   \x1b[39m');
    expect(colored).toContain('\x1b[32mfresh  \x1b[39m');
    // biome-ignore lint/suspicious/noControlCharactersInRegex: The colors are control characters.
    expect(colored.replaceAll(/\x1b\[\d+m/g, '')).toBe(formatText(reportOf(findings), false));
  });

  it.each<[what: string, groupName: string, clusterName: string, row: string]>([
    ['control characters', 'Web\x1b[2J\r\n Shop\u009b\u202e', 'or\u0000ders', 'Web[2J Shop  orders'],
    ['no visible character', ' \u200b', 'orders', `${shop}  orders`],
    ['a long name', 'x'.repeat(200), 'y'.repeat(200), `${'x'.repeat(200)}  ${'y'.repeat(200)}`],
  ])('copes with names that have %s', (_name, groupName, clusterName, row) => {
    const text = textOf({ groupId: shop, groupName, clusterName, state: 'none' });
    expect(
      text
        .split('\n')[1]
        ?.replace(/ +none.*/, '')
        .replace(/ {2,}/, '  '),
    ).toBe(row);
  });

  it.each([
    ['Chinese', '在庫管理', '在庫管理  orders'],
    ['kana and full width', 'かきＡ゛', 'かきＡ゛  orders'],
    ['Korean', '결제', '결제      orders'],
    ['emoji', '🚀 a', '🚀 a      orders'],
    ['combining accents', 'e\u0301te\u0301', 'e\u0301te\u0301       orders'],
  ])('lines up with %s', (_name, groupName, row) => {
    // The longest name takes up eight columns.
    const text = textOf(
      { ...ofShop('orders'), groupName, state: 'none' },
      { ...ofShop('orders'), groupName: '12345678', state: 'none' },
    );
    expect(text).toContain(`\n${row}        none`);
  });

  it.each([
    [3, 'Flex clusters: 0 in 3 projects'],
    [1, 'Flex clusters: 0 in 1 project'],
  ])('is left out if there is no cluster in %i projects', (projects, text) => {
    expect(formatText(reportOf([], { summary: summarize([], projects) }), false)).toBe(text);
  });

  it.each([
    [0, '0 min'],
    [minute - 1, '0 min'],
    [59 * minute, '59 min'],
    [hour, '1 h 0 min'],
    [day - 1, '23 h 59 min'],
    [day, '1 d 0 h'],
    [100 * day + 23.9 * hour, '100 d 23 h'],
  ])('shows an age of %i ms as %s', (age, text) => {
    expect(formatAge(age)).toBe(text);
  });
});

describe('the remarks', () => {
  const unknown = (clusterName: string, error = down) => ({ ...ofShop(clusterName), state: 'unknown' as const, error });

  it('name what they are about, those with the same message in one line', () => {
    const other = new AtlasConnectionError('Atlas\x1b[2J is\n slow.');
    const report = reportOf([
      ...['a', 'b', 'c', 'd', 'e'].map((name) => unknown(name)),
      ...['f', 'g', 'h'].map((name) => unknown(name, other)),
    ]);
    expect(remarksOf(report)).toEqual([
      'Web Shop / a, Web Shop / b, Web Shop / c and 2 more: Atlas is down.',
      'Web Shop / f, Web Shop / g, Web Shop / h: Atlas[2J is slow.',
    ]);
  });

  it('name a project that could not be listed, and one without a cluster', () => {
    expect(remarksOf(reportOf([{ groupId: office, state: 'unknown', error: down }]), [office, billing])).toEqual([
      `${office}: Atlas is down.`,
      `${billing}: The project has no Flex cluster. This check does not cover dedicated and free clusters.`,
    ]);
  });

  it.each<[name: string, report: Report, remarks: string[]]>([
    ['say why no cluster may be there', reportOf([]), [expect.stringContaining('role, such as Project Read Only')]],
    ['say why the projects could not be listed', reportOf([], { error: down }), ['Projects: Atlas is down.']],
    ['are left out if all clusters are known', reportOf([{ ...ofShop('tests'), state: 'none' }]), []],
  ])('%s', (_name, report, remarks) => {
    expect(remarksOf(report)).toEqual(remarks);
  });
});

describe('the JSON', () => {
  const parse = (report: Report) => JSON.parse(formatJson(report));

  it('has the summary, and the findings in the order of the table', () => {
    const { findings: parsed, ...rest } = parse(reportOf(findings));
    expect(rest).toEqual({
      checkedAt: '2026-08-10T12:00:30.000Z',
      maxAge: 93_600_000,
      summary: { projects: 2, projectsNotListed: 1, clusters: 7, none: 1, stale: 2, unknown: 1, new: 1, fresh: 2 },
    });
    expect(parsed.map(({ state }: BackupFinding) => state)).toEqual(sortFindings(findings).map(({ state }) => state));
  });

  it.each<[name: string, finding: BackupFinding, more: object]>([
    [
      'a cluster with a backup and a later failure',
      { ...ofShop('Archive'), state: 'fresh', ...backup(2 * hour), lastFailed: failed },
      {
        snapshotId: '5'.repeat(24),
        finishTime: '2026-08-10T10:00:30.000Z',
        lastFailed: { snapshotId: '6'.repeat(24), finishTime: '2026-08-10T11:00:30.000Z' },
      },
    ],
    ['a cluster without a backup', { ...ofShop('tests'), state: 'none' }, {}],
    ['an unknown cluster', { ...ofShop('orders'), state: 'unknown', error: down }, { error: down.toJSON() }],
    ['a project without a list', { groupId: office, state: 'unknown', error: down }, { error: down.toJSON() }],
  ])('of %s has the fields that are known', (_name, finding, more) => {
    const { newest: _newest, lastFailed: _lastFailed, error: _error, ...same } = finding;
    expect(parse(reportOf([finding])).findings).toStrictEqual([{ ...same, ...more }]);
  });

  it('has the error if the projects could not be listed', () => {
    const error = new AtlasClosedError('Closed.');
    expect(parse(reportOf([], { error }))).toMatchObject({ findings: [], error: error.toJSON() });
  });
});
