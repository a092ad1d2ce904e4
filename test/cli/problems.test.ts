import { expect, it, vi } from 'vitest';
import type { BackupFinding } from '../../src/check/index.js';
import type { CheckReport } from '../../src/cli/check-report.js';
import type { Line } from '../../src/cli/lines.js';
import { describeBadBackups, describeLogins, describeNotices } from '../../src/cli/notices.js';
import { findProblems } from '../../src/cli/problems.js';
import { type Login, logins } from '../../src/client/config/environment.js';
import { type AnyAtlasError, AtlasApiError, AtlasTimeoutError } from '../../src/client/index.js';
import { backup, day, down, office, ofShop, reportOf, totals } from './support/reports.js';

const textsOf = (lines: Line[], isProblem: boolean) => {
  expect(lines.filter((line) => line.isProblem !== isProblem)).toEqual([]);
  return lines.map(({ text }) => text);
};
const linesOf = (found: BackupFinding[], args: string[] = [], notChecked = totals.notChecked.slice(0, 0)) =>
  textsOf(findProblems(reportOf(found, { notChecked }, args)), true);
const noticesOf = (report: CheckReport) => textsOf(describeNotices(report), false);
const fresh = { ...ofShop('new'), state: 'new' } as const;
const unknown = (clusterName: string, error: AnyAtlasError = down) =>
  ({ ...ofShop(clusterName), state: 'unknown', error }) as const;
const list = { groupId: office, clusterType: 'dedicated', state: 'unknown', error: down } as const;

it('equal errors share a line, with the first three names and the first message of the client', () => {
  const api = (what: string, status: number, errorCode?: string) =>
    new AtlasApiError(what, { status, errorCode, advice: 'Wait.' });
  const lines = linesOf([
    { ...list, clusterType: 'flex' },
    ...['a', 'b', 'c', 'd'].map((name) => unknown(name)),
    unknown('e', api('::x ##[error] Al\x1b[2J\n\u2028tair', 503, 'BUSY')),
    unknown('f', api('Later.', 503, 'BUSY')),
    unknown('g', api('Other.', 503)),
    unknown('h', api('Other.', 502)),
  ]);
  expect(lines).toEqual([
    `${office} / Flex clusters, Web Shop / a, Web Shop / b and 2 more: ${down.message}`,
    'Web Shop / e, Web Shop / f: ::x ## [error] Al[2J tair Wait.',
    'Web Shop / g: Other. Wait.',
    'Web Shop / h: Other. Wait.',
  ]);
});

it('if the time of the check was the limit, the advice is an option of the command, and it says if Atlas did not answer', () => {
  const advice = 'Raise it.';
  const late = (operation: string) => new AtlasTimeoutError('Late.', { operation, limit: 'timeout', advice });
  const slow = new AtlasTimeoutError('Late.', { operation: 'getAll', limit: 'attemptTimeout', advice });
  const more = 'Give the check more time with --timeout.';
  const silent = 'Atlas did not answer. If it is slow, give the check more time with --timeout.';
  const messageOf = (...found: BackupFinding[]) => linesOf(found)[0]?.split(': ')[1];
  expect(messageOf(unknown('a', late('checkBackups')))).toBe(`Late. ${more}`);
  expect(messageOf(unknown('a', late('getAll')))).toBe(`Late. ${more}`);
  expect(messageOf({ ...list, error: late('checkBackups') })).toBe(`Late. ${more}`);
  expect(messageOf({ ...list, error: late('getAll') })).toBe(`Late. ${silent}`);
  expect(messageOf(unknown('a', late('checkBackups')), { ...list, error: late('getAll') })).toContain(silent);
  expect(messageOf({ ...list, error: slow })).toBe('Late. Raise it.');
  expect(messageOf(unknown('a', new AtlasApiError('Limited.', { status: 429, advice })))).toBe(`Limited. ${more}`);
});

it('stale and missing backups have a line with what to look at first', () => {
  const stale = ['a', 'b', 'c', 'd'].map((name) => ({ ...ofShop(name), state: 'stale', ...backup(2 * day) }) as const);
  const lines = describeBadBackups(reportOf([{ ...ofShop('e'), state: 'none' }, ...stale, fresh, list]));
  expect(textsOf(lines, false)).toEqual([
    expect.stringMatching(
      /^Web Shop \/ e: There is no backup\. Look first .* docs\/check\/alarm\.md in the package atlas-tenant-snapshots\.$/,
    ),
    expect.stringMatching(/^Web Shop \/ a, .* and 1 more: The newest backup is too old\. Look first .*-snapshots\.$/),
  ]);
});

it.each<[name: string, found: BackupFinding[], args: string[], lines: unknown[]]>([
  ['nothing if all is known', [{ ...ofShop('tests'), state: 'none' }], [], []],
  [
    'a pattern of --include that matches no cluster, or only free and internal ones, each in its own line',
    [list],
    ['Web Shop/old', `${office}/x`, 'Web Shop/s*', 'Gone/*\x1b'].map((text) => `--include=${text}`),
    [
      `${office} / dedicated clusters: ${down.message}`,
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
      `${office} / dedicated clusters: ${down.message}`,
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

it('patterns of --exclude that match nothing are named', () => {
  const args = ['Web Shop/a', 'Web Shop/old', 'Web Shop/sandbox', 'Web Shop/x\x1b'].map((text) => `--exclude=${text}`);
  const notChecked = [...totals.notChecked, { ...ofShop('a'), reason: 'filtered' as const }];
  expect(noticesOf(reportOf([], { notChecked }, args))).toEqual(['--exclude Web Shop/x matched nothing.']);
});

it('an environment with several logins is said, unless they are the same one', () => {
  const set = (names: string[], value: string) => {
    for (const name of names) vi.stubEnv(`MONGODB_ATLAS_${name}`, value);
  };
  const [token, apiKey, sameKey] = logins.filter(({ name }) => name !== 'service account') as [Login, Login, Login];
  set(['CLIENT_ID', 'CLIENT_SECRET', 'ACCESS_TOKEN'], '');
  set(['PUBLIC_KEY', 'PRIVATE_KEY', 'PUBLIC_API_KEY', 'PRIVATE_API_KEY'], 'mine');
  expect(describeLogins(apiKey)).toEqual([]);
  expect(describeLogins(sameKey)).toEqual([]);
  set(['ACCESS_TOKEN', 'PUBLIC_API_KEY'], '');
  vi.stubEnv('MONGODB_ATLAS_ACCESS_TOKEN', 'x');
  expect(textsOf(describeLogins(token), false)).toEqual([
    'The environment has several logins. Used: MONGODB_ATLAS_ACCESS_TOKEN. Ignored: MONGODB_ATLAS_PUBLIC_KEY, MONGODB_ATLAS_PRIVATE_KEY.',
  ]);
});

it.each([
  [60_000, undefined],
  [-60_001, '1 m behind'],
  [3_600_001, '1 h ahead of'],
])('a clock that is off by %i ms is said: %s', (clockOffset, difference) => {
  const lines = noticesOf(reportOf([fresh], { clockOffset }));
  expect(lines).toEqual(
    difference === undefined ? [] : [expect.stringContaining(` is ${difference} the clock of Atlas`)],
  );
});

it('what evidence could not be read is said in a line for each kind, with the role that is missing', () => {
  const errorAt = (path: string, status = 401, errorCode = 'USER_UNAUTHORIZED') =>
    new AtlasApiError(`Status ${status}.`, { status, errorCode, path: `/clusters/${path}` });
  const unscheduled = errorAt('d/backup/schedule', 404, 'BACKUP_CONFIG_NOT_FOUND');
  const finding = (clusterName: string, clusterType: 'flex' | 'dedicated', ...errors: AnyAtlasError[]) => ({
    ...{ ...fresh, clusterName, clusterType },
    evidence: { cluster: {}, errors },
  });
  const found = [
    finding('a', 'dedicated', errorAt('a/backup/restoreJobs'), errorAt('a/backup/schedule', 503, '')),
    finding('b', 'dedicated', errorAt('b/backup/restoreJobs')),
    finding('c', 'flex', errorAt('c/backup/restoreJobs')),
    finding('e', 'dedicated', new AtlasTimeoutError('Late.', { limit: 'timeout', advice: 'Raise it.' })),
    // That is a problem already, and an answer.
    { ...unknown('d'), evidence: { cluster: {}, errors: [down, unscheduled] } },
  ];
  const report = reportOf(found);
  const role = 'Restores of dedicated clusters need the role Project Backup Manager.';
  expect(noticesOf(report)).toEqual([
    `Evidence: restoreJobs of 2 clusters could not be read. Status 401. ${role}`,
    'Evidence: schedule of 1 cluster could not be read. Status 503.',
    'Evidence: restoreJobs of 1 cluster could not be read. Status 401.',
    'Evidence: a part of 1 cluster could not be read. Late. Give the check more time with --timeout.',
  ]);
  expect(findProblems(report)).toHaveLength(1);
});
