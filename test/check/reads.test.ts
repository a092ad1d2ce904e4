import { describe, expect, it } from 'vitest';
import { answer, refusal, type Script } from '../support/raw-steps.js';
import { ago, checkLedger, hour, list } from './support/open-atlas.js';

type Answers = Record<string, Script>;

const snapshot = (type: string, age: number, status = 'completed') => ({ type, status, createdAt: ago(age) });
const single = (age: number, status?: string) => snapshot('replicaSet', age, status);
const whole = (age: number, status?: string) => snapshot('shardedCluster', age, status);
const page = (results: object[], more: object = {}): Script => [answer(200, { results, ...more })];
const error = (code: string, text: string) =>
  expect.objectContaining({
    code,
    message: expect.stringContaining(text),
    path: expect.stringMatching(/^\/api\/.*\/Ledger\/backup\/snapshots/),
  });
const unusable = (text: string) => ({ state: 'unknown', error: error('INVALID_RESPONSE', text) });

describe('a sharded cluster', () => {
  const sharded = 'snapshots/shardedClusters';
  const onlyFirst = ['snapshots'];
  const both = ['snapshots', sharded];
  const all = ['schedule', ...both];
  const notFound: Script = [answer(404, { errorCode: 'BACKUP_CONFIG_NOT_FOUND' })];
  const next = { links: [null, { rel: 'next' }] };

  it.each<[what: string, first: object[], second: Script, finding: object, paths: string[]]>([
    [
      'with a backup',
      [single(hour), whole(2 * hour)],
      [],
      { state: 'fresh', age: expect.closeTo(2 * hour, -4) },
      onlyFirst,
    ],
    [
      'with a failure of all shards',
      [single(hour), whole(hour, 'failed')],
      [],
      { state: 'none' },
      ['schedule', ...onlyFirst],
    ],
    ['with a backup in its own list', [single(30 * hour)], page([whole(hour)]), { state: 'fresh' }, both],
    ['with an old one in its own list', [], page([single(hour), whole(30 * hour)]), { state: 'stale' }, all],
    [
      'with single shards only',
      [single(hour)],
      page([single(hour)]),
      unusable('only snapshots of single shards'),
      both,
    ],
    ['with failed single shards', [single(hour, 'failed')], page([]), { state: 'none' }, all],
    ['without any snapshot', [], page([], { error: null, totalCount: 0, links: null }), { state: 'none' }, all],
    ['whose own list fails', [], refusal(403), { state: 'unknown', error: error('API_ERROR', '403') }, both],
    ['whose own list has an error', [], page([whole(hour)], { error: 503 }), unusable('error'), both],
    ['whose own list is none', [], [answer(200, {})], unusable('results: must be a list'), both],
    ['whose own list has a next page', [], page([whole(30 * hour)], next), unusable('cut short'), all],
    ['whose own list has too few', [], page([], { totalCount: 1 }), unusable('cut short'), all],
    ['whose own list is cut after a backup', [], page([whole(hour)], next), { state: 'fresh' }, both],
  ])('%s', async (_what, first, second, finding, paths) => {
    const answers: Answers = { snapshots: list(first), [sharded]: second, schedule: notFound };
    expect(await checkLedger({ clusterType: 'SHARDED' }, answers)).toMatchObject({ finding, paths });
  });

  it('is asked for its own list without a query', async () => {
    const { server } = await checkLedger({ clusterType: 'SHARDED' }, { snapshots: list([]), [sharded]: page([]) });
    const { target = '', headers } = server.requests.find(({ target }) => target.includes(sharded)) ?? {};
    expect(target).toMatch(/\/shardedClusters$/);
    expect(headers?.['accept']).toBe('application/vnd.atlas.2023-01-01+json');
  });

  it('is unknown with single shards only, also if it is new', async () => {
    const fields = { clusterType: 'SHARDED', createDate: ago(hour) };
    const { finding } = await checkLedger(fields, { snapshots: list([single(hour)]), [sharded]: page([]) });
    expect(finding).toMatchObject(unusable('only snapshots of single shards'));
  });
});

describe('a cluster of another edition', () => {
  const infinite = { effectiveDatabaseEdition: 'INFINITE' };
  const off = { ...infinite, backupEnabled: false };
  const weekly: Script = [answer(200, { policies: [{ policyItems: [{ frequencyType: 'weekly' }] }] })];

  it.each<[what: string, fields: object, snapshots: object[], finding: object, isScheduleRead: boolean]>([
    ['with a backup', infinite, [single(hour)], { state: 'fresh' }, false],
    ['with a backup, but with backup off', off, [single(hour)], { state: 'fresh' }, false],
    ['with an old backup', infinite, [single(200 * hour)], unusable('INFINITE'), true],
    ['with an old backup that its schedule allows', infinite, [single(30 * hour)], { state: 'fresh' }, true],
    ['without a backup', infinite, [], unusable('INFINITE'), true],
    ['without a backup, and with backup off', off, [], unusable('INFINITE'), false],
    ['without a backup that is new', { ...off, createDate: ago(hour) }, [], { state: 'new' }, false],
    ['that is paused', { ...infinite, paused: true }, [single(30 * hour)], { state: 'paused' }, false],
  ])('%s', async (_what, fields, snapshots, finding, isScheduleRead) => {
    const paths = isScheduleRead ? ['schedule', 'snapshots'] : ['snapshots'];
    const answers = { snapshots: list(snapshots), schedule: weekly };
    expect(await checkLedger(fields, answers)).toMatchObject({ finding, paths });
  });
});
