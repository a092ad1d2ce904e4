import { describe, expect, it } from 'vitest';
import packageJson from '../../package.json' with { type: 'json' };
import type { BackupFinding } from '../../src/check/index.js';
import { readCheckOptions } from '../../src/cli/check-options.js';
import { formatJson } from '../../src/cli/json.js';
import { withNames } from '../../src/cli/names.js';
import type { Report } from '../../src/cli/report.js';
import {
  backup,
  day,
  down,
  excluded,
  findings,
  lastFailed,
  office,
  ofShop,
  reportOf,
  shop,
  totals,
} from './support/reports.js';

const parse = (report: Report) => JSON.parse(formatJson(report));

describe('the JSON', () => {
  it('has what was asked, the summary, what was not checked, and the findings in the order of the table', () => {
    const list = withNames<BackupFinding>({ groupId: office, clusterType: 'flex', state: 'unknown', error: down });
    const report = reportOf(findings, { excluded: [...excluded, list] }, totals);
    const { findings: parsed, ...rest } = parse(report);
    expect(rest).toStrictEqual({
      formatVersion: 1,
      checkedAt: '2026-08-10T12:00:30.000Z',
      maxAge: 93_600_000,
      version: packageJson.version,
      server: 'https://cloud.mongodb.com',
      login: 'API key',
      options: {},
      summary: {
        ...{ projects: 2, projectsNotListed: 1, clusters: 10 },
        ...{ none: 2, stale: 2, unknown: 1, paused: 1, new: 1, fresh: 3, free: 2, excluded: 1 },
      },
      notChecked: [
        { groupId: shop, groupName: 'Web Shop', clusterName: 'playground', reason: 'free' },
        { groupId: shop, groupName: 'Web Shop', clusterName: 'sandbox', reason: 'free' },
        { groupId: shop, groupName: 'Web Shop', clusterName: 'old', clusterType: 'flex', reason: 'excluded' },
      ],
    });
    expect(parsed.map(({ state }: BackupFinding) => state)).toEqual(report.findings.map(({ state }) => state));
  });

  it('has the options as given', () => {
    const args = [`--project=${shop}`, `--project=${shop}`, '--include=a/*', '--exclude=b/\x1b', '--max-age=schedule'];
    const { given, maxAge = 0 } = readCheckOptions(args);
    expect(parse(reportOf([], { options: given, maxAge }))).toMatchObject({
      maxAge: 'schedule',
      options: { project: [shop, shop], include: ['a/*'], exclude: ['b/\x1b'], maxAge: 'schedule' },
    });
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
      'a list that failed',
      { groupId: office, clusterType: 'flex', state: 'unknown', error: down },
      { error: down.toJSON() },
    ],
  ])('of %s has the fields that are known', (_name, finding, more) => {
    const { newest: _newest, ...same } = finding;
    expect(parse(reportOf([finding])).findings).toEqual([{ ...same, ...more }]);
  });

  it('escapes what a terminal or a line reader could take for something else', () => {
    const clusterName =
      '##vso[a\u0000\n\u001b\u007f\u0085\u009b\u00ad\u200b\u2028\u2029\u202e\ufeff\ue000\u{e0001}\ud800é🚀';
    const json = formatJson(reportOf([{ ...ofShop(clusterName), state: 'none' }]));
    expect(json.replaceAll('\n', '')).not.toMatch(/[\p{C}\u2028\u2029]|##/u);
    expect(json).toContain('\\u009b\\u00ad\\u200b\\u2028\\u2029\\u202e\\ufeff\\ue000\\udb40\\udc01\\ud800é🚀');
    expect(JSON.parse(json).findings[0].clusterName).toBe(clusterName);
  });
});
