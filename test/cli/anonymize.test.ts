import { beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { type BackupFinding, checkBackups } from '../../src/check/index.js';
import { Anonymizer } from '../../src/cli/anonymize.js';
import { formatJson, toDocument } from '../../src/cli/json.js';
import { AtlasApiError, AtlasConnectionError, AtlasTimeoutError } from '../../src/client/index.js';
import { setEnvironment } from '../support/defaults.js';
import { environmentOf, openEmulator } from '../support/open-emulator.js';
import { backup, day, ofShop, reportOf, totals } from './support/reports.js';
import { run } from './support/run.js';

const groups = '/api/atlas/v2/groups';
const lists = { flex: 'flexClusters', dedicated: 'clusters' } as const;

describe('an anonymous report', () => {
  beforeEach(() => setEnvironment({ MONGODB_ATLAS_PUBLIC_KEY: 'mine' }));

  function anonymized(found: BackupFinding[], more: object = {}) {
    const report = { ...reportOf(found, totals, ['--exclude=*/old', '--max-age=9d', '--evidence']), ...more };
    const document = toDocument(report, ['a line']);
    return JSON.parse([...formatJson(document, new Anonymizer(document))].join(''));
  }

  const error = new AtlasApiError('carts failed', {
    ...{ status: 404, errorCode: 'CLUSTER_NOT_FOUND', detail: 'No carts.', reason: 'Not Found', path: '/carts' },
    ...{ operation: 'getAll', attempts: 2, retryAfterMs: 5 },
  });
  const others = [
    new AtlasTimeoutError('carts', { limit: 'timeout', limitMs: 5 }),
    new AtlasConnectionError('carts', { kind: 'certificate' }),
  ];
  const facts = { name: 'AtlasApiError', code: 'API_ERROR', status: 404, errorCode: 'CLUSTER_NOT_FOUND' };
  const text = expect.stringMatching(/^text\d+$/);
  const objectId = expect.stringMatching(/^6{8}0{15}\d$/);

  it('keeps what it has of its own, without names', () => {
    const users = {
      ...ofShop('users'),
      state: 'unknown',
      error: new AtlasApiError('x', { status: 503, errorCode: 'Ada L' }),
    };
    const carts = { ...ofShop('carts'), state: 'stale', reason: 'no schedule', ...backup(2 * day) };
    const { findings, notChecked, ...rest } = anonymized([users, carts] as BackupFinding[]);
    expect(rest).toMatchObject({ server: 'https://cloud.mongodb.com', login: 'API key', maxAge: 9 * day });
    expect(rest.options).toEqual(['exclude', 'evidence', 'maxAge']);
    expect([rest.problems, rest.loginId, findings[1].error.errorCode]).toEqual([undefined, undefined, undefined]);
    const project = { groupId: expect.stringMatching(/^a{8}0{15}\d$/), groupName: 'project1', clusterType: 'flex' };
    expect(findings).toMatchObject([
      { ...project, clusterName: 'cluster1', state: 'stale', reason: 'no schedule', time: '2026-08-08T12:00:30.000Z' },
      { ...project, clusterName: 'cluster2', state: 'unknown', error: { name: 'AtlasApiError', status: 503 } },
    ]);
    expect(notChecked).toMatchObject([
      { clusterName: 'cluster3', reason: 'deleting' },
      { ...project, clusterName: 'cluster4', reason: 'excluded', pattern: text },
      { ...project, clusterName: 'cluster5', reason: 'free' },
    ]);
  });

  it.each<[what: string, cluster: object, expected: object]>([
    ['numbers, flags and times', { a: 10.5, b: true, c: null, d: '2024-12-19T17:05:10Z' }, {}],
    ['words of Atlas', { stateName: 'IDLE', mongoDBVersion: '8.0.4', list: [{ copyRegions: ['US_EAST_1'] }] }, {}],
    ['but no other words there', { stateName: 'Ada Lovelace', type: 'x'.repeat(41) }, { stateName: text, type: text }],
    [
      'but no names',
      { name: 'users', target: 'carts', own: 'Web Shop' },
      { name: 'cluster2', target: 'cluster1', own: 'project1' },
    ],
    ['but no other texts', { tags: [{ key: 'owner', note: '' }] }, { tags: [{ key: text, note: '' }] }],
    ['the time of an ID', { id: '6'.repeat(24) }, { id: objectId }],
  ])('keeps %s of the evidence', (_what, cluster, expected) => {
    const evidence = { cluster, errors: [error, ...others] };
    const { findings } = anonymized([
      { ...ofShop('carts'), state: 'none', evidence },
      { ...ofShop('users'), state: 'none' },
    ]);
    expect(findings[0].evidence).toEqual({
      cluster: { ...cluster, ...expected },
      errors: [
        { ...facts, operation: 'getAll', attempts: 2 },
        { name: 'AtlasTimeoutError', code: 'TIMEOUT', limit: 'timeout', limitMs: 5 },
        { name: 'AtlasConnectionError', code: 'CONNECTION', kind: 'certificate' },
      ],
    });
  });

  it('has no keys that are names, and copes with evidence that is nested deeply', () => {
    const deep = JSON.parse(`${'['.repeat(20_000)}${']'.repeat(20_000)}`);
    const found = [{ 'vpce-1': 'carts' }, deep].map((cluster, index) => {
      return { ...ofShop(`c${index}`), state: 'none', evidence: { cluster, errors: [] } } as const;
    });
    const [keyed, nested] = anonymized(found).findings;
    expect(Object.keys(keyed.evidence.cluster)).toEqual([text]);
    expect(nested).toMatchObject({
      clusterName: 'cluster2',
      evidence: { errors: [{ message: expect.stringContaining('deeply') }] },
    });
  });

  it.each([
    ['https://atlas.example', 'other'],
    ['https://cloud.mongodbgov.com/', 'https://cloud.mongodbgov.com'],
  ])('says of %s that it is %s, and has the facts of an error', (url, server) => {
    vi.stubEnv('MONGODB_ATLAS_BASE_URL', url);
    expect(anonymized([], { error })).toMatchObject({ server, error: facts });
  });
});

it('an anonymous report with evidence can be replayed, and gives the same states', async () => {
  setEnvironment();
  const atlas = await openEmulator();
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
  for (const name of ['refused', 'broken']) seed(name, {});
  const pathOf = (name: string) => `${groups}/${groupId}/clusters/${name}/backup/snapshots`;
  const always = { times: Number.POSITIVE_INFINITY };
  atlas.respond({ ...always, status: 403, path: pathOf('refused') });
  atlas.respond({ ...always, status: 409, path: pathOf('broken') });
  for (const [name, value] of Object.entries(environmentOf(atlas))) vi.stubEnv(name, value);
  const args = ['check', '--json', '--evidence', '--anonymize', '--min-history', '*/short=14d'];
  const { exitCode, stdout } = await run(args);
  expect(exitCode).toBe(2);
  const report = JSON.parse(stdout);
  const shown = (findings: { clusterName?: string | undefined; state: string }[]) =>
    findings.map(({ clusterName, state }) => `${clusterName} ${state}`).sort();
  expect(new Set(report.findings.map(({ state }: BackupFinding) => state)).size).toBe(7);

  vi.useFakeTimers({ toFake: ['Date'] });
  onTestFinished(() => void vi.useRealTimers());
  vi.setSystemTime(Date.parse(report.finishedAt) - (report.summary.clockOffset ?? 0));
  const short = report.findings.find(({ state }: BackupFinding) => state === 'short').clusterName;
  const minHistory = ({ clusterName }: { clusterName: string }) => (clusterName === short ? 14 * day : undefined);
  const replay = async () => {
    const findings: BackupFinding[] = [];
    for await (const finding of checkBackups(clientOf(report.findings), { minHistory })) findings.push(finding);
    return findings;
  };
  expect(shown(await replay())).toEqual(shown(report.findings));
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
