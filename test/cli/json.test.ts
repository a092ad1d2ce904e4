import fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import packageJson from '../../package.json' with { type: 'json' };
import type { BackupFinding } from '../../src/check/index.js';
import { readBaseline } from '../../src/cli/baseline.js';
import { formatJson, writeReport } from '../../src/cli/json.js';
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
const parse = (report: Report) => JSON.parse(formatJson(report, ['a line']));

describe('the JSON', () => {
  it('has what was asked, the summary, what was not checked, and the findings in the order of the table', () => {
    vi.stubEnv('MONGODB_ATLAS_PUBLIC_KEY', 'mine');
    vi.stubEnv('MONGODB_ATLAS_BASE_URL', undefined);
    const project = [shop, billing, office, shop];
    const args = [...project.map((id) => `--project=${id}`), '--exclude=b/\x1b', '--exclude=*/o*d', '--exclude=*/old'];
    const report = { ...reportOf(findings, totals, [...args, '--max-age=x/*=schedule']), error: down };
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
        options: { project, exclude: ['b/\x1b', '*/o*d', '*/old'], maxAge: ['x/*=schedule'] },
        summary: {
          ...{ projects: 2, projectsNotListed: 1, clusters: 10 },
          ...{ none: 2, stale: 2, unknown: 1, paused: 1, new: 1, fresh: 3 },
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
      'a list that failed',
      { groupId: office, clusterType: 'flex', state: 'unknown', error: down },
      { error: down.toJSON() },
    ],
  ])('of %s has the fields that are known', (_name, finding, more) => {
    const { newest: _newest, ...same } = finding;
    expect(parse(reportOf([finding])).findings).toEqual([{ ...same, ...more }]);
  });

  it('has the fields of a finding in order, with the evidence', () => {
    const failed = new AtlasApiError('x', { status: 403 });
    const evidence = { cluster: { name: 'a' }, snapshots: [{ id: '1' }], restores: [], errors: [failed] };
    const all = { reason: 'monthly only', pitEnabled: true, lastFailed, evidence } as const;
    const [parsed] = parse(reportOf([{ ...all, ...backup(2 * day), ...ofShop('a'), state: 'stale' }])).findings;
    expect(Object.keys(parsed).join(' ')).toBe(
      'groupId groupName clusterName clusterType state reason snapshotId time age maxAge oldest backups pitEnabled lastFailed evidence',
    );
    expect(parsed.evidence).toEqual({ ...evidence, errors: [failed.toJSON()] });
  });
});

describe('the JSON in a file', () => {
  let folder = '';
  beforeEach(() => {
    folder = fs.mkdtempSync(join(tmpdir(), 'report-'));
    onTestFinished(() => fs.rmSync(folder, { recursive: true }));
  });

  it('a written report is a baseline with all its clusters', () => {
    const file = join(folder, 'a.json');
    fs.writeFileSync(file, 'an older report');
    expect(writeReport(file, formatJson(reportOf(findings, totals), []))).toBeUndefined();
    expect(fs.readdirSync(folder)).toEqual(['a.json']);
    const { clusters } = readBaseline(file);
    expect(clusters).toHaveLength(10 + 3);
    expect(clusters[0]).toMatchObject({ groupName: 'Billing', clusterName: 'gone' });
  });

  it.each<[name: string, text: string | undefined]>([
    ['is missing', undefined],
    ['is empty', ''],
    ['is cut', formatJson(reportOf([]), []).slice(0, -2)],
    ['is something else', '{"findings":[]}'],
    ['is of another format', formatJson(reportOf([]), []).replace('"formatVersion": 1', '"formatVersion": 2')],
    ['is of a check that could not list the projects', formatJson({ ...reportOf([]), error: down }, [])],
  ])('a baseline that %s is refused', (_name, text) => {
    const file = join(folder, 'a.json');
    if (text !== undefined) fs.writeFileSync(file, text);
    expect(() => readBaseline(file)).toThrow(`--baseline: ${file} is missing, or is not the report`);
  });

  it('a report that cannot be written whole leaves the older one as it was', () => {
    const file = join(folder, 'a.json');
    fs.writeFileSync(file, 'an older report');
    vi.spyOn(fs, 'writeFileSync').mockImplementationOnce((path) => {
      fs.copyFileSync(import.meta.filename, String(path));
      throw new Error('the disk is full');
    });
    expect(writeReport(file, '{}')).toBe('the disk is full');
    expect([fs.readdirSync(folder), fs.readFileSync(file, 'utf8')]).toEqual([['a.json'], 'an older report']);
  });

  it('a report that cannot be written leaves nothing behind', () => {
    fs.mkdirSync(join(folder, 'folder'));
    fs.symlinkSync('/dev/null', join(folder, 'link'));
    for (const name of ['folder', 'link', 'missing/a.json']) {
      expect(writeReport(join(folder, name), '{}'), name).toMatch(/^it is not a regular file$|ENOENT/);
    }
    expect(fs.readdirSync(folder)).toEqual(['folder', 'link']);
  });
});
