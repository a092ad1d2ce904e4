import { expect, it } from 'vitest';
import type { BackupFinding } from '../../src/check/index.js';
import { explain } from '../../src/cli/explain.js';
import { findProblems, formatNotices, formatProblems } from '../../src/cli/problems.js';
import {
  type AnyAtlasError,
  AtlasApiError,
  AtlasInvalidArgumentError,
  AtlasTimeoutError,
} from '../../src/client/index.js';
import { billing, down, login, office, ofShop, reportOf, shop, totals } from './support/reports.js';

const linesOf = (found: BackupFinding[], args: string[] = [], notChecked = totals.notChecked.slice(0, 0)) =>
  formatProblems(findProblems(reportOf(found, { notChecked }, args)), 20);
const isDown = explain(down, login);
const byIds = (...ids: string[]) => ids.map((id) => `--project=${id}`);
const fresh = { ...ofShop('new'), state: 'new' } as const;
const unknown = (clusterName: string, error: AnyAtlasError = down) =>
  ({ ...ofShop(clusterName), state: 'unknown', error }) as const;
const list = { groupId: office, clusterType: 'dedicated', state: 'unknown', error: down } as const;

it('errors of one kind share a line, with the first three names and the first message', () => {
  const api = (detail: string, errorCode?: string) => new AtlasApiError('x', { status: 503, errorCode, detail });
  const slow = (limitMs: number) =>
    new AtlasTimeoutError('x', { operation: 'getAll', limit: 'timeout', limitMs, attempts: 1 });
  const late = new AtlasTimeoutError('x', { operation: 'checkBackups', limit: 'timeout', limitMs: 9_000 });
  const bad = new AtlasInvalidArgumentError('x', { issues: [{ path: '', message: 'Al\x1b[2J\n\u2028tair' }] });
  const named: [string, AnyAtlasError][] = [
    ...['a', 'b', 'c', 'd'].map((name): [string, AnyAtlasError] => [name, down]),
    ...[api('one', 'BUSY'), api('two', 'BUSY'), api('one', 'SLOW'), api('::x ##[error] ##vso[task]'), api('y')].map(
      (error, index): [string, AnyAtlasError] => [`e${index}`, error],
    ),
    ...[slow(9_000), slow(7_000), late, bad, bad].map((error, index): [string, AnyAtlasError] => [`f${index}`, error]),
  ];
  const lines = linesOf([{ ...list, clusterType: 'flex' }, ...named.map(([name, error]) => unknown(name, error))]);
  expect(lines.map((line) => line.split(/ (?=Check|Run|Give|Atlas or)/)[0])).toEqual([
    `${office} / Flex clusters, Web Shop / a, Web Shop / b and 2 more: ${isDown.split(' Run')[0]}`,
    'Web Shop / e0, Web Shop / e1: The request failed with status 503 BUSY: one.',
    'Web Shop / e2: The request failed with status 503 SLOW: one.',
    'Web Shop / e3: The request failed with status 503: ::x ## [error] ##vso [task].',
    'Web Shop / e4: The request failed with status 503: y.',
    'Web Shop / f0, Web Shop / f1: Atlas did not answer within 9 s (attempts: 1).',
    'Web Shop / f2: The check ran out of time.',
    'Web Shop / f3, Web Shop / f4: Atlas sent data that cannot be used: Al[2Jtair.',
  ]);
});

it('a schedule that made a cluster unknown is named', () => {
  const error = new AtlasApiError('x', { status: 503, path: '/clusters/a/backup/schedule' });
  expect(linesOf([unknown('a', error)])).toEqual([
    expect.stringMatching(/^Web Shop \/ a: The schedule could not be read\. The request failed with status 503\./),
  ]);
});

it.each<[name: string, found: BackupFinding[], args: string[], lines: unknown[]]>([
  ['nothing if all is known', [{ ...ofShop('tests'), state: 'none' }], byIds(shop), []],
  [
    'a named project without clusters, but not one whose clusters are excluded or not listed',
    [list],
    [...byIds(office, billing, shop), '--exclude=*/old'],
    [`${office} / dedicated clusters: ${isDown}`, `${billing}: The project has no cluster that Atlas backs up.`],
  ],
  ['a cluster without a name', [unknown('')], [], [`Web Shop / (no name): ${isDown}`]],
  [
    'a pattern of --include that matches no cluster, or only free and internal ones, each in its own line',
    [list],
    ['Web Shop/old', `${office}/x`, 'Web Shop/s*', 'Gone/*\x1b'].map((text) => `--include=${text}`),
    [
      `${office} / dedicated clusters: ${isDown}`,
      ...['Web Shop/s*', 'Gone/*'].map((text) =>
        expect.stringMatching(`--include: ${text.replace('*', '[*]')} matches no cluster that Atlas backs up. Check`),
      ),
    ],
  ],
  [
    'a pattern of a limit that matches no cluster, and not one that matches a free one or may be of a list that failed',
    [fresh, list],
    [
      '--max-age=2h',
      '--max-age=Web Shop/s*=8d',
      '--max-age=Web Shop/cart=8h',
      `--min-history=${office}/x=1d`,
      '--min-history=a/b=1d',
    ],
    [
      `${office} / dedicated clusters: ${isDown}`,
      expect.stringMatching(/^--max-age: Web Shop\/cart matches no cluster\. Check/),
      expect.stringMatching(/^--min-history: a\/b matches no cluster\. Check/),
    ],
  ],
  ['not a list that a pattern leaves out', [fresh, list], ['--include=Web Shop/*'], []],
  ['that all are excluded', [], ['--exclude=Web Shop/*'], ['No cluster was checked: All of them are excluded.']],
])('they say %s', (_name, found, args, lines) => {
  const shadow = { ...ofShop('shadow'), reason: 'internal' as const };
  expect(linesOf(found, args, [...totals.notChecked, shadow])).toEqual(lines);
});

it('they say why there may be no cluster', () => {
  expect(linesOf([])).toEqual([expect.stringMatching(/^No cluster was checked: .* role, such as Project Read Only/)]);
});

it('patterns of --exclude that match nothing are named', () => {
  const used = ['Web Shop/a', 'Web Shop/old', 'Web Shop/sandbox', 'Gone/x', 'Billing/x'];
  const args = [...used, 'Web Shop/x\x1b'].map((text) => `--exclude=${text}`);
  const watched = ['Gone', 'Billing'].map((groupName) => ({ groupId: billing, groupName, clusterName: 'x' }));
  const notChecked = [...totals.notChecked, { ...ofShop('a'), reason: 'filtered' as const }];
  expect(formatNotices(reportOf([], { notChecked }, args), watched)).toEqual(['--exclude Web Shop/x matched nothing.']);
});

it.each([
  [60_000, undefined],
  [-60_001, '1 m behind'],
  [3_600_001, '1 h 0 m ahead of'],
])('a clock that is off by %i ms is said: %s', (clockOffset, difference) => {
  const lines = formatNotices(reportOf([fresh], { clockOffset }));
  expect(lines).toEqual(
    difference === undefined ? [] : [expect.stringContaining(` is ${difference} the clock of Atlas`)],
  );
});

it('what evidence could not be read is said in a line for each kind, with the role that is missing', () => {
  const errorAt = (path: string, status = 401, errorCode = 'USER_UNAUTHORIZED') =>
    new AtlasApiError('x', { status, errorCode, path: `/clusters/${path}` });
  const unscheduled = errorAt('d/backup/schedule', 404, 'BACKUP_CONFIG_NOT_FOUND');
  const finding = (clusterName: string, clusterType: 'flex' | 'dedicated', ...errors: AnyAtlasError[]) => ({
    ...{ ...fresh, clusterName, clusterType },
    evidence: { cluster: {}, errors },
  });
  const found = [
    finding('a', 'dedicated', errorAt('a/backup/restoreJobs'), errorAt('a/backup/schedule', 503, '')),
    finding('b', 'dedicated', errorAt('b/backup/restoreJobs')),
    finding('c', 'flex', errorAt('c/backup/restoreJobs')),
    // That is a problem already, and an answer.
    { ...unknown('d'), evidence: { cluster: {}, errors: [down, unscheduled] } },
  ];
  const report = reportOf(found);
  expect(formatNotices(report)).toEqual([
    expect.stringMatching(/^Evidence: restoreJobs of 2 clusters could not be read\. .* role Project Backup Manager\.$/),
    expect.stringMatching(/^Evidence: schedule of 1 cluster could not be read\. .* status 503\. /),
    expect.stringMatching(/^Evidence: restoreJobs of 1 cluster could not be read\. .* role Project Read Only\.$/),
  ]);
  expect(findProblems(report)).toHaveLength(1);
});
