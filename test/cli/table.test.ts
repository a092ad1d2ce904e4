import { describe, expect, it, vi } from 'vitest';
import type { BackupFinding } from '../../src/check/index.js';
import type { CheckReport } from '../../src/cli/check-report.js';
import { formatTable } from '../../src/cli/table.js';
import { type AnyAtlasError, AtlasApiError, AtlasAuthenticationError } from '../../src/client/index.js';
import {
  backup,
  day,
  down,
  findings,
  hour,
  lastFailed,
  office,
  ofShop,
  reportOf,
  shop,
  totals,
} from './support/reports.js';

const format = (report: CheckReport, departed = 0) => formatTable(report, { departed, isColored: false });
const textOf = (...found: BackupFinding[]) => format(reportOf(found));

describe('the table', () => {
  it('has the worst first, then follows the names, and lines up', () => {
    expect(format(reportOf(findings, totals), 3).split('\n')).toEqual([
      'Project                   Cluster   Type       State    Newest (UTC)      Age       Note',
      'Billing                   ledger    dedicated  none     -                 -         backup off',
      'Web Shop                  tests     flex       none     -                 -         latest snapshot failed',
      'Web Shop                  users     flex       stale    2026-08-07 04:00  3 d 8 h   limit 26 h',
      'Billing                   invoices  dedicated  stale    2026-08-08 12:00  2 d       no schedule, limit 26 h',
      'Billing                   taxes     dedicated  short    2026-08-10 11:00  1 h       history 7 d 1 h of 14 d',
      `${office}  -         dedicated  unknown  -                 -         CONNECTION`,
      `${office}  -         flex       unknown  -                 -         CONNECTION`,
      'Web Shop                  orders    flex       unknown  -                 -         CONNECTION',
      'Billing                   audits    dedicated  paused   2026-07-29 12:00  12 d',
      'Billing                   drafts    dedicated  new      -                 -',
      'Billing                   reports   dedicated  fresh    2026-08-07 12:00  3 d       limit 7 d 2 h, latest snapshot failed',
      'Web Shop                  Archive   flex       fresh    2026-08-10 11:30  30 m      latest snapshot failed',
      'Web Shop                  carts     flex       fresh    2026-08-10 06:48  5 h 12 m',
      '',
      'Clusters: 11 in 2 projects (2 none, 2 stale, 1 short, 1 unknown, 1 paused, 1 new, 3 fresh). Lists that failed: 2. Departed: 3. Not checked: 1 free, 1 deleting, 1 not included',
    ]);
  });

  const api = (status: number, errorCode?: string) => new AtlasApiError('x', { status, errorCode });

  it.each<[error: AnyAtlasError, note: string, reason?: 'schedule unreadable']>([
    [api(404, '::CLUSTER_NOT_FOUND\x1b'), ': :CLUSTER_NOT_FOUND'],
    [api(503), '503'],
    [new AtlasAuthenticationError('x', { status: 401 }), '401'],
    [down, 'CONNECTION'],
    [down, 'schedule unreadable', 'schedule unreadable'],
  ])('of an unknown cluster shows what is known, and notes why: %s', (error, note, reason) => {
    const why = { error, reason, lastFailed };
    const known = { ...backup(2 * day), maxAge: undefined };
    const [, row] = textOf({ ...ofShop('carts'), state: 'unknown', ...why, ...known }).split('\n');
    expect(row).toMatch(/unknown +2026-08-08 12:00 +2 d /);
    expect(row?.endsWith(`  ${note}, latest snapshot failed`)).toBe(true);
  });

  it.each<[args: string[], limit: number, note: string, end: string]>([
    [[], 26 * hour, '', '(1 fresh)'],
    [[], 7 * day + 2 * hour, 'limit 7 d 2 h', '(1 fresh)'],
    [[], 90_000, 'limit 1 m', '(1 fresh)'],
    [['--max-age=c/*=2h'], 2 * hour, 'limit 2 h', '(1 fresh)'],
    [['--max-age=26d', '--max-age=c/*=2h'], 2 * hour, 'limit 2 h', '(1 fresh). Limit: 26 d'],
    [['--max-age=26d'], 26 * day, '', '(1 fresh). Limit: 26 d'],
    [['--max-age=26h'], 26 * hour, '', '(1 fresh). Limit: 26 h'],
    [['--max-age=schedule'], 26 * hour, '', '(1 fresh). Limit: by schedule'],
    [['--max-age=schedule'], 8 * hour, 'limit 8 h', '(1 fresh). Limit: by schedule'],
  ])('with %j, and a limit of %i ms for a cluster, notes "%s" and ends with "%s"', (args, limit, note, end) => {
    const found = { ...ofShop('carts'), state: 'fresh' as const, ...backup(hour, limit) };
    const lines = format(reportOf([found], {}, args)).split('\n');
    expect(lines[1]?.split(' 1 h')[1]?.trim()).toBe(note);
    expect(lines[3]).toBe(`Clusters: 1 in 2 projects ${end}`);
  });

  it('is left out without a cluster, and the summary ends with the server, then the limit', () => {
    vi.stubEnv('MONGODB_ATLAS_BASE_URL', 'http://127.0.0.1:4010/');
    const { notChecked } = totals;
    const report = reportOf([], { notChecked: [...notChecked, { ...ofShop('x'), reason: 'internal' }] }, [
      '--exclude=*/o*',
      '--max-age=2h',
    ]);
    expect(format(report)).toBe(
      'Clusters: 0 in 2 projects. Not checked: 1 free, 1 deleting, 1 internal, 1 excluded. Server: http://127.0.0.1:4010. Limit: 2 h',
    );
  });

  it('has only the problems and warnings if asked for, and the whole summary', () => {
    const [all, some] = [[], ['--problems']].map((args) => format(reportOf(findings, {}, args)).replaceAll(/ +/g, ' '));
    expect(some).toBe(all?.replaceAll(/^(?!.*latest snapshot failed).* (paused|new|fresh) .*\n/gm, ''));
    const unscheduled = { ...ofShop('carts'), state: 'fresh', ...backup(hour), reason: 'no schedule' } as const;
    expect(format(reportOf([unscheduled], {}, ['--problems']))).toContain('no schedule');
  });

  it('may have any number of rows', () => {
    expect(format(reportOf(Array(130_000).fill(findings[0])))).toContain('Clusters: 130000 in');
  });

  it('colors the states only', () => {
    const colored = formatTable(reportOf(findings), { departed: 0, isColored: true });
    for (const state of ['31mnone   ', '31mstale  ', '31mshort  ', '35munknown', '33mpaused ', '32mfresh  ']) {
      expect(colored).toContain(`\x1b[${state}\x1b[39m`);
    }
    // biome-ignore lint/suspicious/noControlCharactersInRegex: The colors are control characters.
    expect(colored.replaceAll(/\x1b\[\d+m/g, '')).toBe(textOf(...findings));
  });

  it.each<[what: string, groupName: string, clusterName: string, row: string]>([
    ['control characters', 'Web\x1b[2J\r\nShop\u009b\u202e', 'or\u0000ders', 'Web[2J Shop  orders'],
    ['no visible character', ' \u200b', 'orders', `${shop}  orders`],
    ['many characters', 'x'.repeat(999), '🚀'.repeat(999), `${'x'.repeat(999)}  ${'🚀'.repeat(999)}`],
    ['commands of GitHub', ' :\u200b:add-mask::x', '::y::z', ': :add-mask::x  : :y::z'],
    ['commands of Azure', '##[error]', 'a##vso[task]', '## [error]  a##vso [task]'],
  ])('copes with names that have %s', (_name, groupName, clusterName, row) => {
    const [, line = ''] = textOf({ ...ofShop(clusterName), groupName, state: 'none' }).split('\n');
    expect(line.replace(/ +flex +none.*/, '').replace(/ {2,}/, '  ')).toBe(row);
  });
});
