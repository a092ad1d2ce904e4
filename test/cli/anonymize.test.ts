import { beforeEach, describe, expect, it, vi } from 'vitest';
import { type BackupFinding, checkBackups } from '../../src/check/index.js';
import { Anonymizer } from '../../src/cli/anonymize.js';
import { runCommand } from '../../src/cli/commands.js';
import { formatJson, toDocument } from '../../src/cli/json.js';
import { AtlasApiError } from '../../src/index.js';
import { runClock, stopClock } from '../support/clock.js';
import { setEnvironment } from '../support/defaults.js';
import { environmentOf, openEmulator } from '../support/open-emulator.js';
import { backup, day, ofShop, reportOf, shop, totals } from './support/reports.js';

const groups = '/api/atlas/v2/groups';
const lists = { flex: 'flexClusters', dedicated: 'clusters' } as const;

function anonymized(...args: Parameters<typeof reportOf>) {
  const document = toDocument(reportOf(...args), ['a line']);
  return JSON.parse([...formatJson(document, new Anonymizer(document))].join(''));
}

describe('an anonymous report', () => {
  beforeEach(() => setEnvironment({ MONGODB_ATLAS_PUBLIC_KEY: 'mine' }));

  const error = new AtlasApiError('carts failed', {
    ...{ status: 404, errorCode: 'CLUSTER_NOT_FOUND', detail: 'No carts.', reason: 'Not Found', parameters: ['carts'] },
    ...{ operation: 'getAll', endpoint: 'flex', path: '/carts', attempts: 2, retryAfterMs: 5 },
  });
  const facts = { name: 'AtlasApiError', code: 'API_ERROR', status: 404, errorCode: 'CLUSTER_NOT_FOUND' };
  const evidence = {
    cluster: {
      ...{ name: 'carts', groupId: shop, paused: false, diskSizeGB: 10.5, createDate: '2024-12-19T17:05:10Z' },
      ...{ stateName: 'IDLE', mongoDBVersion: '8.0.4', clusterType: 'Web Shop', links: [], note: '' },
      replicationSpecs: [{ id: '5'.repeat(24), regionConfigs: [{ providerName: 'AWS' }], zoneName: 'Zone 1' }],
      connectionStrings: { standard: 'mongodb+srv://carts.example', awsPrivateLink: { 'vpce-1': 'carts' } },
      tags: [{ key: 'owner', value: 'Ada' }],
    },
    snapshots: [{ id: '6'.repeat(24), status: 'COMPLETED', description: 'Ada', copyRegions: ['US_EAST_1', 'Ada L'] }],
    restores: [{ targetClusterName: 'users', deliveryType: 'RESTORE' }],
    errors: [error],
  };
  const found: BackupFinding[] = [
    { ...ofShop('carts'), state: 'stale', reason: 'no schedule', ...backup(2 * day), evidence },
    { ...ofShop('users'), state: 'unknown', error: new AtlasApiError('x', { status: 503, errorCode: 'Ada L' }) },
  ];

  it('keeps what is no name, and replaces the same by the same', () => {
    const { findings, notChecked, ...rest } = anonymized(found, totals, [
      '--exclude=*/old',
      '--max-age=9d',
      '--evidence',
    ]);
    expect(rest).toMatchObject({ server: 'https://cloud.mongodb.com', login: 'API key', maxAge: 9 * day });
    expect(rest.options).toEqual(['exclude', 'evidence', 'maxAge']);
    expect(Object.keys(rest)).not.toEqual(expect.arrayContaining([expect.stringMatching(/problems|loginId/)]));
    const { groupId } = findings[0];
    expect(groupId).toMatch(/^a{8}0{15}\d$/);
    const snapshotId = expect.stringMatching(/^6{8}0{15}\d$/);
    const project = { groupId, groupName: 'project1', clusterType: 'flex' };
    const time = '2026-08-08T12:00:30.000Z';
    expect(findings).toMatchObject([
      { ...project, clusterName: 'cluster1', state: 'stale', reason: 'no schedule', time, age: 2 * day },
      { ...project, clusterName: 'cluster2', state: 'unknown', error: { name: 'AtlasApiError', status: 503 } },
    ]);
    expect(findings[1].error).not.toHaveProperty('errorCode');
    expect(notChecked).toMatchObject([
      { clusterName: 'cluster3', reason: 'deleting' },
      { ...project, clusterName: 'cluster4', reason: 'excluded', pattern: expect.stringMatching(/^text\d$/) },
      { ...project, clusterName: 'cluster5', reason: 'free' },
    ]);
    const text = expect.stringMatching(/^text\d+$/);
    expect(findings[0].evidence).toEqual({
      cluster: {
        ...{ name: 'cluster1', groupId, paused: false, diskSizeGB: 10.5, createDate: '2024-12-19T17:05:10Z' },
        ...{ stateName: 'IDLE', mongoDBVersion: '8.0.4', clusterType: 'project1', links: [], note: '' },
        replicationSpecs: [{ id: findings[0].snapshotId, regionConfigs: [{ providerName: 'AWS' }], zoneName: text }],
        connectionStrings: {
          standard: text,
          awsPrivateLink: {
            [Object.keys(findings[0].evidence.cluster.connectionStrings.awsPrivateLink)[0] ?? '']: 'cluster1',
          },
        },
        tags: [{ key: text, value: text }],
      },
      snapshots: [{ id: snapshotId, status: 'COMPLETED', description: text, copyRegions: ['US_EAST_1', text] }],
      restores: [{ targetClusterName: 'cluster2', deliveryType: 'RESTORE' }],
      errors: [{ ...facts, operation: 'getAll', attempts: 2 }],
    });
    expect(JSON.stringify({ findings, notChecked })).not.toMatch(/carts|users|Shop|Billing|Ada|vpce|owner|mongodb/);
  });

  it('names no server but those of Atlas, and has the facts of an error', () => {
    vi.stubEnv('MONGODB_ATLAS_BASE_URL', 'https://atlas.example');
    const report = toDocument({ ...reportOf([]), error }, []);
    expect(new Anonymizer(report).document(report)).toMatchObject({ server: 'other', error: facts });
    vi.stubEnv('MONGODB_ATLAS_BASE_URL', 'https://cloud.mongodbgov.com/');
    expect(anonymized([]).server).toBe('https://cloud.mongodbgov.com');
  });
});

it('an anonymous report with evidence can be replayed, and gives the same states', async () => {
  setEnvironment();
  const atlas = await openEmulator();
  stopClock();
  const groupId = 'a'.repeat(24);
  const snapshots = (hours: number) => [
    { id: 'd'.repeat(24), status: 'completed', createdAt: new Date(Date.now() - hours * 3_600_000) },
  ];
  const seed = (clusterName: string, fields: object) =>
    atlas.seed({ groupId, groupName: 'Shop', clusterName, dedicated: true, ...fields });
  seed('stale', { snapshots: snapshots(80) });
  seed('none', { backupEnabled: false });
  seed('paused', { paused: true, snapshots: snapshots(90) });
  seed('short', { snapshots: snapshots(3), createDate: new Date(0) });
  seed('new', { dedicated: false, createDate: new Date(), snapshots: [] });
  seed('weekly', { snapshots: snapshots(100), policyItems: [{ frequencyType: 'weekly' }] });
  seed('shards', { clusterType: 'SHARDED' });
  seed('infinite', { effectiveDatabaseEdition: 'INFINITE', snapshots: [] });
  seed('refused', {});
  seed('broken', {});
  const pathOf = (name: string) => `${groups}/${groupId}/clusters/${name}/backup/snapshots`;
  const always = { times: Number.POSITIVE_INFINITY };
  atlas.respond({ ...always, status: 403, path: pathOf('refused') });
  atlas.respond({ ...always, status: 503, path: pathOf('broken') });
  for (const [name, value] of Object.entries(environmentOf(atlas))) vi.stubEnv(name, value);
  const written = { stdout: '', stderr: '' };
  const stream = (name: 'stdout' | 'stderr') => ({ isTTY: false, write: (text: string) => (written[name] += text) });
  const args = ['check', '--json', '--evidence', '--anonymize', '--min-history', '*/short=14d'];
  const output = { stdout: stream('stdout'), stderr: stream('stderr') };
  expect(await runClock(runCommand(args, output, new AbortController().signal), 1_000)).toBe(2);
  const report = JSON.parse(written.stdout);
  const shown = (findings: { clusterName?: string | undefined; state: string }[]) =>
    findings.map(({ clusterName, state }) => `${clusterName} ${state}`).sort();
  expect(new Set(report.findings.map(({ state }: BackupFinding) => state)).size).toBe(7);

  vi.setSystemTime(Date.parse(report.finishedAt) - (report.summary.clockOffset ?? 0));
  const short = report.findings.find(({ state }: BackupFinding) => state === 'short').clusterName;
  const minHistory = ({ clusterName }: { clusterName: string }) => (clusterName === short ? 14 * day : undefined);
  const replay = async () => {
    const findings: BackupFinding[] = [];
    for await (const finding of checkBackups(clientOf(report.findings), { minHistory })) findings.push(finding);
    return findings;
  };
  // A 503 is asked for again, until it has lasted two minutes.
  expect(shown(await runClock(replay(), 1_000))).toEqual(shown(report.findings));
});

interface Replayed {
  readonly groupId: string;
  readonly clusterType: keyof typeof lists;
  readonly clusterName: string;
  readonly evidence: { cluster: unknown; snapshots?: unknown; schedule?: unknown };
  readonly error?: { status: number; errorCode?: string };
}

/** A client that answers what a report has as its evidence. */
function clientOf(findings: readonly Replayed[]): Parameters<typeof checkBackups>[0] {
  const answers = new Map<string, unknown>();
  const add = (path: string, item: unknown) => answers.set(path, [...[answers.get(path) ?? []].flat(), item]);
  for (const id of new Set(findings.map(({ groupId }) => groupId))) add(groups, { id });
  for (const { groupId, clusterType, clusterName, evidence, error } of findings) {
    const list = `${groups}/${groupId}/${lists[clusterType]}`;
    add(list, evidence.cluster);
    answers.set(
      `${list}/${clusterName}/backup/snapshots`,
      evidence.snapshots ?? (error && new AtlasApiError('x', error)),
    );
    answers.set(`${list}/${clusterName}/backup/schedule`, evidence.schedule);
  }
  const answer = async (path: string) => {
    const found = answers.get(path);
    if (found instanceof Error) throw found;
    return found;
  };
  const getAll = async (path: string) => [(await answer(path)) ?? []].flat();
  // What was not read, was not there: only the list of a sharded cluster, and a schedule.
  const get = async (path: string) => (await answer(path)) ?? { results: [], policies: [] };
  return { get, getAll };
}
