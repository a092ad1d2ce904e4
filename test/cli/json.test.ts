import { describe, expect, it, vi } from 'vitest';
import packageJson from '../../package.json' with { type: 'json' };
import type { BackupFinding } from '../../src/check/index.js';
import type { CheckReport } from '../../src/cli/check-report.js';
import { formatJson } from '../../src/cli/json.js';
import { type Login, logins } from '../../src/client/config/environment.js';
import { AtlasApiError } from '../../src/client/index.js';
import { readReport } from '../../src/report/format.js';
import {
  backup,
  billing,
  day,
  down,
  findings,
  lastFailed,
  office,
  ofShop,
  reportOf,
  shop,
  totals,
} from './support/reports.js';

const left = { groupId: shop, groupName: 'Web Shop' };
const departed = [{ ...ofShop('b'), departure: 'unlisted' as const, since: '2026-07-01T06:17:00.000Z' }];
const textOf = (report: CheckReport) => formatJson(report, departed, [{ text: 'a line', isProblem: true }]);
const parse = (report: CheckReport) => JSON.parse(textOf(report));

describe('the JSON', () => {
  it('has what was asked, the summary, what was not checked, and the findings in the order of the table', () => {
    vi.stubEnv('MONGODB_ATLAS_PUBLIC_KEY', 'mine');
    vi.stubEnv('MONGODB_ATLAS_BASE_URL', undefined);
    const args = ['--include=*/*', '--exclude=b/\x1b', '--exclude=*/o*d', '--exclude=*/old'];
    const given = [...args, '--max-age=x/*=schedule', '--min-history=14d', '--output=x', '--json'];
    const report = { ...reportOf(findings, { ...totals, clockOffset: -90_000 }, given), error: down };
    const { findings: parsed, ...rest } = parse(report);
    expect(Object.entries(rest)).toStrictEqual(
      Object.entries({
        formatVersion: 1,
        checkedAt: '2026-08-10T12:00:30.000Z',
        finishedAt: '2026-08-10T12:00:31.500Z',
        maxAge: 93_600_000,
        version: packageJson.version,
        server: 'https://cloud.mongodb.com',
        login: 'API key',
        loginId: 'mine',
        options: {
          ...{ include: ['*/*'], exclude: ['b/\x1b', '*/o*d', '*/old'] },
          ...{ maxAge: ['x/*=schedule'], minHistory: ['14d'] },
        },
        summary: {
          ...{ projects: 2, projectsNotListed: 1, clusters: 11, clockOffset: -90_000 },
          ...{ none: 2, stale: 2, short: 1, unknown: 1, paused: 1, new: 1, fresh: 3 },
          ...{ free: 1, deleting: 1, internal: 0, excluded: 1, 'not included': 0, departed: 1 },
        },
        notChecked: [
          { groupId: billing, groupName: 'Billing', clusterName: 'gone', clusterType: 'dedicated', reason: 'deleting' },
          { ...left, clusterName: 'old', clusterType: 'flex', reason: 'excluded', pattern: '*/o*d' },
          { ...left, clusterName: 'sandbox', clusterType: 'flex', reason: 'free' },
        ],
        departed,
        problems: ['a line'],
        error: down.toJSON(),
      }),
    );
    expect(parsed.map(({ state }: BackupFinding) => state)).toEqual(report.findings.map(({ state }) => state));
  });

  it.each([
    [[], 93_600_000],
    [['--max-age=1h', '--max-age=x/y=2h'], 3_600_000],
    [['--max-age=schedule'], 'schedule'],
  ])('with %j, has the limit %j', (args, maxAge) => {
    expect(parse(reportOf([], {}, args))).toMatchObject({ maxAge });
  });

  it('has what is known of a finding', () => {
    const failed = new AtlasApiError('x', { status: 403 });
    const evidence = { cluster: { name: 'a' }, snapshots: [{ id: '1' }], restores: [], errors: [failed] };
    const known = { ...backup(2 * day), reason: 'monthly only', pitEnabled: true, minHistory: 14 * day } as const;
    const document = parse(
      reportOf([
        { ...known, lastFailed, evidence, ...ofShop('a'), state: 'short' },
        { groupId: office, clusterType: 'flex', state: 'unknown', error: down },
      ]),
    );
    expect(readReport(document).findings).toHaveLength(2);
    const [short, list] = document.findings;
    const { newest: _, ...others } = known;
    expect(short).toEqual({
      ...{ ...ofShop('a'), state: 'short', ...others },
      ...{ snapshotId: '5'.repeat(24), time: '2026-08-08T12:00:30.000Z' },
      oldest: { snapshotId: '4'.repeat(24), time: '2026-08-01T12:00:30.000Z' },
      lastFailed: { snapshotId: '6'.repeat(24), time: '2026-08-10T11:00:30.000Z' },
      evidence: { ...evidence, errors: [failed.toJSON()] },
    });
    expect(list).toEqual({ groupId: office, clusterType: 'flex', state: 'unknown', error: down.toJSON() });
  });

  it('has no part of an access token', () => {
    vi.stubEnv('MONGODB_ATLAS_ACCESS_TOKEN', 'secret');
    const [login] = logins as [Login, ...Login[]];
    expect(textOf({ ...reportOf([]), login })).not.toContain('secret');
  });

  it('has departed clusters only if an inventory was read', () => {
    expect(JSON.parse(formatJson(reportOf([]), undefined, []))).not.toHaveProperty('departed');
    expect(JSON.parse(formatJson(reportOf([]), [], []))).toMatchObject({ departed: [], summary: { departed: 0 } });
  });

  it('has no text that a terminal or a CI system obeys, and loses nothing', () => {
    const text = '\u009b2J\u202e\u2028\u{e0001}##[error]##vso[task.x]# # \\##[';
    const report = {
      ...reportOf([
        { ...ofShop(text), groupName: text, state: 'new', evidence: { cluster: { [text]: 1 }, errors: [] } },
      ]),
      error: down,
    };
    expect(textOf(report)).not.toMatch(/(?!\n)[\p{C}\u2028]|##\w*\[/u);
    expect(parse(report).findings[0]).toMatchObject({ groupName: text, evidence: { cluster: { [text]: 1 } } });
  });
});
