import { describe, expect, it, vi } from 'vitest';
import packageJson from '../../package.json' with { type: 'json' };
import type { BackupFinding } from '../../src/check/index.js';
import { formatJson, toDocument } from '../../src/cli/json.js';
import type { Report } from '../../src/cli/report.js';
import { AtlasApiError } from '../../src/index.js';
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
const textOf = (report: Report) => [...formatJson(toDocument(report, ['a line']))].join('');
const parse = (report: Report) => JSON.parse(textOf(report));

describe('the JSON', () => {
  it('has what was asked, the summary, what was not checked, and the findings in the order of the table', () => {
    vi.stubEnv('MONGODB_ATLAS_PUBLIC_KEY', 'mine');
    vi.stubEnv('MONGODB_ATLAS_BASE_URL', undefined);
    const project = [shop, billing, office, shop];
    const args = [...project.map((id) => `--project=${id}`), '--exclude=b/\x1b', '--exclude=*/o*d', '--exclude=*/old'];
    const given = [...args, '--max-age=x/*=schedule', '--min-history=14d', '--anonymize', '--output=x', '--json'];
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
          ...{ project, exclude: ['b/\x1b', '*/o*d', '*/old'], anonymize: true },
          ...{ maxAge: ['x/*=schedule'], minHistory: ['14d'] },
        },
        summary: {
          ...{ projects: 2, projectsNotListed: 1, clusters: 11, clockOffset: -90_000 },
          ...{ none: 2, stale: 2, short: 1, unknown: 1, paused: 1, new: 1, fresh: 3 },
          ...{ free: 1, deleting: 1, internal: 0, excluded: 1, 'not included': 0 },
        },
        notChecked: [
          { groupId: billing, groupName: 'Billing', clusterName: 'gone', clusterType: 'dedicated', reason: 'deleting' },
          { ...left, clusterName: 'old', clusterType: 'flex', reason: 'excluded', pattern: '*/o*d' },
          { ...left, clusterName: 'sandbox', clusterType: 'flex', reason: 'free' },
        ],
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

  const newest = { snapshotId: '5'.repeat(24), time: '2026-08-08T12:00:30.000Z' };
  const oldest = { snapshotId: '4'.repeat(24), time: '2026-08-01T12:00:30.000Z' };

  it.each<[name: string, finding: BackupFinding, more: object]>([
    [
      'a cluster with a backup and a later failure',
      { ...ofShop('Archive'), state: 'stale', reason: 'no schedule', ...backup(2 * day), lastFailed, pitEnabled: true },
      { ...newest, oldest, lastFailed: { snapshotId: '6'.repeat(24), time: '2026-08-10T11:00:30.000Z' } },
    ],
    ['a cluster without a backup', { ...ofShop('tests'), state: 'none', reason: 'backup off' }, {}],
    [
      'an unknown cluster with a backup',
      { ...ofShop('orders'), state: 'unknown', error: down, ...backup(2 * day), maxAge: undefined },
      { ...newest, oldest, error: down.toJSON() },
    ],
    [
      'a cluster with a short history',
      { ...ofShop('taxes'), state: 'short', ...backup(2 * day), minHistory: 14 * day },
      { ...newest, oldest },
    ],
    [
      'a list that failed',
      { groupId: office, clusterType: 'flex', state: 'unknown', error: down },
      { error: down.toJSON() },
    ],
  ])('of %s has the fields that are known', (_name, finding, more) => {
    const { newest: _newest, ...same } = finding;
    expect(parse(reportOf([finding])).findings).toEqual([{ ...same, ...more }]);
  });

  it('begins a finding with the names and the state, and has the evidence', () => {
    const failed = new AtlasApiError('x', { status: 403 });
    const evidence = { cluster: { name: 'a' }, snapshots: [{ id: '1' }], restores: [], errors: [failed] };
    const all = { reason: 'monthly only', pitEnabled: true, lastFailed, evidence } as const;
    const [parsed] = parse(reportOf([{ ...all, ...backup(2 * day), ...ofShop('a'), state: 'stale' }])).findings;
    expect(Object.keys(parsed).join(' ')).toMatch(
      /^groupId groupName clusterName clusterType state reason snapshotId time .*evidence/,
    );
    expect(parsed.evidence).toEqual({ ...evidence, errors: [failed.toJSON()] });
  });

  it('has no text that a terminal or a CI system obeys, and loses nothing', () => {
    const text = '\u009b2J\u202e\u2028\u{e0001}##[error]##vso[task.x]# # \\##[';
    const report = { ...reportOf([{ ...ofShop(text), groupName: text, state: 'new' }]), error: down };
    expect(textOf(report)).not.toMatch(/(?!\n)[\p{C}\u2028]|##\w*\[/u);
    expect(parse(report).findings[0]).toMatchObject({ groupName: text, clusterName: text });
  });

  it.each<[name: string, evidence: object, isWritten: boolean]>([
    ['deep', JSON.parse(`${'['.repeat(20_000)}${']'.repeat(20_000)}`), false],
    ['flat', ['a'], true],
  ])('names all findings if the evidence of one is %s', (_name, cluster, isWritten) => {
    const error = new AtlasApiError('x', { status: 403 });
    const found = ['a', 'b'].map((name) => ({ ...ofShop(name), state: 'new' as const }));
    const evidence = { cluster, errors: [error] };
    const { findings: written } = parse(
      reportOf(found.map((one, index) => (index === 0 ? { ...one, evidence } : one))),
    );
    expect(written.map(({ clusterName }: BackupFinding) => clusterName)).toEqual(['a', 'b']);
    const { errors } = written[0].evidence;
    expect(errors[0].message).toBe(isWritten ? 'x' : 'The evidence is too large, or nested too deeply, to be written.');
  });
});
