import { describe, expect, it } from 'vitest';
import { answer, type Script, sendRefusal } from '../support/raw-steps.js';
import { ago, checkLedger, hour, list } from './support/open-atlas.js';

type Answers = Record<string, Script>;

const snapshot = (type: string, age: number, status = 'completed') => ({ type, status, createdAt: ago(age) });
const single = (age: number, status?: string) => snapshot('replicaSet', age, status);
const whole = (age: number, status?: string) => snapshot('shardedCluster', age, status);
const page = (results: object[], more: object = {}): Script => [answer(200, { results, ...more })];
const unknown = (code: string, text: string) => ({
  state: 'unknown',
  error: expect.objectContaining({ code, message: expect.stringContaining(text) }),
});
const unusable = (text: string) => unknown('INVALID_RESPONSE', text);

describe('a sharded cluster', () => {
  const sharded = { clusterType: 'SHARDED' };
  const ownList = 'snapshots/shardedClusters';
  const onlySingle = unusable('only snapshots of single shards');
  const none: Script = [answer(404, { errorCode: 'BACKUP_CONFIG_NOT_FOUND' })];
  const odd = { error: null, totalCount: 0, links: [null] };

  it.each<[what: string, first: object[], second: Script, finding: object, calls: number]>([
    ['with a backup', [single(hour), whole(2 * hour)], [], { age: expect.closeTo(2 * hour, -4) }, 1],
    ['with a failure of all shards', [single(hour), whole(hour, 'failed')], [], { state: 'none' }, 2],
    ['with a backup in its own list', [single(30 * hour)], page([whole(hour)]), { state: 'fresh' }, 2],
    ['with an old one in its own list', [], page([single(hour), whole(30 * hour)]), { state: 'stale' }, 3],
    ['with single shards only', [single(hour)], page([single(hour)]), onlySingle, 2],
    ['with failed single shards', [single(hour, 'failed')], page([]), { state: 'none' }, 3],
    ['without any snapshot', [], page([], odd), { state: 'none' }, 3],
    ['whose own list fails', [], sendRefusal(403), unknown('API_ERROR', '403'), 2],
    ['whose own list has an error', [], page([whole(hour)], { error: 503 }), unusable('error: must be absent'), 2],
    ['whose own list is none', [], [answer(200, {})], unusable('results: must be a list'), 2],
    ['whose own list has a next page', [], page([], { links: [{ rel: 'next' }] }), unusable('cut short'), 2],
    ['whose own list has too few', [], page([], { totalCount: 1 }), unusable('cut short'), 2],
  ])('%s', async (_what, first, second, finding, calls) => {
    const answers: Answers = { snapshots: list(first), [ownList]: second, schedule: none };
    const { finding: found, paths } = await checkLedger(sharded, answers);
    expect(found).toMatchObject(finding);
    expect(paths).toHaveLength(calls);
  });

  it('is unknown with single shards only, also if it is new, and is read without a query', async () => {
    const answers = { snapshots: list([single(hour)]), [ownList]: page([]) };
    const { server, finding } = await checkLedger({ ...sharded, createDate: ago(hour) }, answers);
    expect(finding).toMatchObject(onlySingle);
    const { target, headers } = server.requests.at(-1) ?? {};
    expect(target).toMatch(/\/shardedClusters$/);
    expect(headers?.['accept']).toBe('application/vnd.atlas.2023-01-01+json');
  });
});
