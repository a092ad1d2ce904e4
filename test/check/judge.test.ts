import { describe, expect, it } from 'vitest';
import { type Doubt, readCluster, type Schedule, unreadSchedule } from '../../src/check/facts.js';
import { type Facts, judge, needsSchedule } from '../../src/check/judge.js';
import {
  type AnyAtlasError,
  AtlasApiError,
  AtlasConnectionError,
  AtlasInvalidResponseError,
} from '../../src/client/index.js';

const hour = 3_600_000;
const day = 24 * hour;
const week = 7 * day;
const sentAt = Date.parse('2026-08-10T12:00:00Z');
const ago = (ms: number) => new Date(sentAt - ms);
const dailySchedule: Schedule = { interval: day };
const hourly: Schedule = { interval: 6 * hour };
const weekly: Schedule = { interval: week };
const monthly: Schedule = { ...dailySchedule, reason: 'monthly only' };
const noSchedule = unreadSchedule(new AtlasApiError('None.', { status: 404, errorCode: 'BACKUP_CONFIG_NOT_FOUND' }));
const maxAge = 'schedule';

const reach = { oldest: { time: ago(40 * day) }, backups: 8 };

/** `newest`, `oldest`, `failed` and `created` are ages in ms. */
interface Given {
  newest?: number;
  oldest?: number;
  failed?: number;
  created?: number;
  paused?: unknown;
  maxAge?: Facts['maxAge'];
  minHistory?: number;
  doubt?: Doubt;
}

function factsOf(given: Given, clusterType: 'flex' | 'dedicated' = 'dedicated'): Facts {
  const { newest, failed, created, maxAge, minHistory, doubt, ...fields } = given;
  const createDate = created === undefined ? undefined : ago(created).toISOString();
  const cluster = readCluster({ groupId: 'a'.repeat(24), clusterType }, { ...fields, createDate });
  const restorable = newest === undefined ? undefined : backupOf(given);
  const lastFailed = failed === undefined ? undefined : { time: ago(failed) };
  return { cluster, backups: { sentAt, restorable, lastFailed, doubt }, maxAge, minHistory };
}

const backupOf = ({ newest = 0, oldest }: Given) => ({
  newest: { time: ago(newest) },
  age: newest,
  ...reach,
  ...(oldest !== undefined && { oldest: { time: ago(oldest) } }),
});

type Row = [facts: Given, state: string, reason?: string | undefined, schedule?: Schedule | undefined];

describe('a cluster with a backup', () => {
  it.each<[facts: Given, state: string, limit: number, reason?: string | undefined, schedule?: Schedule]>([
    [{ newest: 26 * hour }, 'fresh', 26 * hour],
    [{ newest: 26 * hour + 1 }, 'stale', 26 * hour],
    [{ newest: 26 * hour }, 'fresh', 26 * hour, undefined, hourly],
    [{ newest: 26 * hour + 1, created: hour }, 'stale', 26 * hour],
    [{ newest: 2 * hour, maxAge: hour }, 'stale', hour],
    [{ newest: week + 2 * hour + 1 }, 'stale', week + 2 * hour, undefined, weekly],
    [{ newest: 27 * hour }, 'stale', 26 * hour, 'monthly only', monthly],
    [{ newest: 27 * hour }, 'stale', 26 * hour, 'no schedule', noSchedule],
    [{ newest: 30 * day + 26 * hour, paused: true }, 'paused', 26 * hour],
    [{ newest: 30 * day + 26 * hour + 1, paused: true }, 'stale', 26 * hour, 'paused'],
    [{ newest: 30 * day + 26 * hour + 1, paused: true }, 'stale', 26 * hour, 'paused', noSchedule],
    [{ newest: 30 * day + 27 * hour, paused: true }, 'paused', week + 2 * hour, undefined, weekly],
    [{ newest: 27 * hour, paused: 'true' }, 'stale', 26 * hour],
    [{ newest: 8 * hour, maxAge }, 'fresh', 8 * hour, undefined, hourly],
    [{ newest: 25 * hour, maxAge }, 'fresh', 26 * hour, 'monthly only', monthly],
    [{ newest: 30 * day + 8 * hour, maxAge, paused: true }, 'paused', 8 * hour, undefined, hourly],
  ])('%j is %s by a limit of %i ms (%s)', (facts, state, limit, reason, schedule = dailySchedule) => {
    const found = { state, ...backupOf(facts), maxAge: limit, ...(reason && { reason }) };
    expect(judge(factsOf(facts), schedule)).toStrictEqual(found);
  });
});

describe('a cluster without a backup', () => {
  it.each<Row>([
    [{ created: 26 * hour - 1 }, 'new'],
    [{ created: 26 * hour }, 'none'],
    [{ created: 27 * hour, maxAge: 30 * day }, 'none'],
    [{ created: -26 * hour - 1 }, 'none'],
    [{}, 'none'],
    [{ created: week + 2 * hour - 1 }, 'new', undefined, weekly],
    [{ created: 27 * hour }, 'none', 'no schedule', noSchedule],
    [{ created: hour, paused: true }, 'none', 'paused'],
    [{ created: hour, maxAge }, 'new', 'no schedule', noSchedule],
  ])('%j is %s (%s)', (facts, state, reason, schedule = dailySchedule) => {
    expect(judge(factsOf(facts), schedule)).toStrictEqual({ state, ...(reason && { reason }) });
  });
});

describe('a cluster whose schedule cannot be read', () => {
  const error = new AtlasConnectionError('Atlas is down.');
  const mildest = week + 2 * hour;
  const strictest = 3 * hour;

  it.each<[facts: Given, state: string, limit?: number | undefined, reason?: string]>([
    [{ newest: mildest + 1 }, 'stale', mildest],
    [{ newest: mildest }, 'unknown'],
    [{ newest: 30 * day + mildest + 1, paused: true }, 'stale', mildest, 'paused'],
    [{ newest: strictest, maxAge }, 'fresh', strictest],
    [{ newest: strictest + 1, maxAge }, 'unknown'],
    [{ newest: mildest + 1, maxAge, paused: true }, 'paused', mildest],
    [{ created: mildest }, 'none'],
    [{ created: mildest - 1 }, 'unknown'],
    [{ created: 26 * hour - 1, maxAge }, 'new'],
    [{ created: hour, maxAge, paused: true }, 'none', undefined, 'paused'],
    [{}, 'none'],
  ])('%j is %s', (facts, state, limit, reason = 'schedule unreadable') => {
    const known = facts.newest === undefined ? {} : backupOf(facts);
    const verdict = {
      ...(limit && { maxAge: limit }),
      ...(state === 'unknown' ? { error } : { reason }),
    };
    expect(judge(factsOf(facts), unreadSchedule(error))).toStrictEqual({ ...known, state, ...verdict });
  });
});

describe('a cluster with a history', () => {
  const minHistory = 14 * day;
  it.each<[facts: Given, state: string, limit?: number | undefined, schedule?: Schedule]>([
    [{ newest: hour, oldest: minHistory - 1 }, 'short'],
    [{ newest: hour, oldest: minHistory }, 'fresh'],
    [{ newest: 20 * day, oldest: 20 * day, paused: true }, 'paused'],
    [{ newest: 2 * day, oldest: 3 * day, paused: true }, 'short'],
    [{ newest: 27 * hour, oldest: 3 * day }, 'stale'],
    // Unless the backups reach back to the first 8 days of the cluster.
    [{ newest: hour, oldest: 3 * day, created: 11 * day }, 'fresh'],
    [{ newest: hour, oldest: 3 * day, created: 11 * day + 1 }, 'short'],
    [{ newest: hour, oldest: 13 * day, created: 21 * day }, 'fresh'],
    [{ newest: hour, oldest: 8 * day, created: 300 * day }, 'short'],
    // Days ahead is no time at which a cluster was created.
    [{ newest: hour, oldest: 3 * day, created: -2 * day }, 'short'],
    [{ newest: hour, oldest: 3 * day }, 'short', 26 * hour, unreadSchedule(new AtlasConnectionError('Down.'))],
    [{ newest: 2 * day, oldest: 3 * day, paused: true }, 'short', 170 * hour, weekly],
  ])('%j is %s', (facts, state, limit = 26 * hour, schedule = dailySchedule) => {
    const found = { state, ...backupOf(facts), maxAge: limit, ...(state === 'short' && { minHistory }) };
    const { reason } = schedule;
    expect(judge(factsOf({ ...facts, minHistory }), schedule)).toStrictEqual({ ...found, ...(reason && { reason }) });
  });
});

describe('a cluster whose backups are in doubt', () => {
  const future: Doubt = { error: new AtlasInvalidResponseError('An hour ahead.'), reason: 'future backup' };
  const cut: Doubt = { error: new AtlasInvalidResponseError('Cut short.'), isFreshCertain: true };
  const down = new AtlasConnectionError('Down.');
  it.each<[facts: Given, state: string, error?: AnyAtlasError | undefined, schedule?: Schedule]>([
    [{ doubt: cut, newest: 26 * hour }, 'fresh'],
    [{ doubt: cut, newest: 27 * hour }, 'unknown', cut.error],
    [{ doubt: cut, newest: 27 * hour }, 'fresh', undefined, weekly],
    [{ doubt: cut, newest: 27 * hour, paused: true }, 'unknown', cut.error],
    [{ doubt: cut, newest: hour, oldest: 3 * day, minHistory: 14 * day }, 'unknown', cut.error],
    [{ doubt: cut, created: hour }, 'unknown', cut.error],
    [{ doubt: cut }, 'unknown', cut.error],
    [{ doubt: cut, newest: 27 * hour }, 'unknown', down, unreadSchedule(down)],
    [{ doubt: future, newest: 0 }, 'unknown', future.error],
  ])('%j is %s', (facts, state, error, schedule = dailySchedule) => {
    const judgement = judge(factsOf(facts), schedule);
    const reason = error === future.error ? { reason: future.reason } : {};
    const limit = state === 'fresh' && { maxAge: Math.max(26 * hour, schedule.interval + 2 * hour) };
    const known = facts.newest === undefined ? {} : backupOf(facts);
    expect(judgement).toStrictEqual({ state, ...known, ...limit, ...(error && { error }), ...reason });
  });
});

it.each<[facts: Given, state: string]>([
  [{}, 'none'],
  [{ newest: 2 * hour }, 'fresh'],
  [{ newest: 30 * hour }, 'stale'],
  [{ newest: 30 * hour, doubt: { error: new AtlasInvalidResponseError('Odd.') } }, 'unknown'],
])('of %j, which is %s, the failed snapshot is kept', (facts, state) => {
  const lastFailed = { time: ago(hour) };
  expect(judge(factsOf({ ...facts, failed: hour }), dailySchedule)).toMatchObject({ state, lastFailed });
});

it.each<[isNeeded: boolean, facts: Given]>([
  [true, { newest: 27 * hour }],
  [true, { newest: 27 * hour, doubt: { error: new AtlasInvalidResponseError('Cut.'), isFreshCertain: true } }],
  [false, { newest: 27 * hour, maxAge, doubt: { error: new AtlasInvalidResponseError('Odd.') } }],
  [false, { newest: 27 * hour, maxAge: hour }],
  [false, { newest: 27 * hour, paused: true }],
  [true, { newest: 40 * day, paused: true }],
  [true, {}],
  [true, { created: 27 * hour, maxAge: hour }],
  [false, { created: hour }],
  [false, { paused: true }],
  [true, { newest: hour, maxAge }],
])('the schedule is needed: %s, for %j', (isNeeded, facts) => {
  expect(needsSchedule(factsOf(facts))).toBe(isNeeded);
  expect(needsSchedule(factsOf(facts, 'flex'))).toBe(false);
});
