import { describe, expect, it } from 'vitest';
import { type Facts, judge, needsSchedule } from '../../src/check/judge.js';
import { dailySchedule, noSchedule, type Schedule } from '../../src/check/schedule.js';
import { AtlasConnectionError } from '../../src/index.js';

const hour = 3_600_000;
const day = 24 * hour;
const week = 7 * day;
const sentAt = Date.parse('2026-08-10T12:00:00Z');
const ago = (ms: number) => new Date(sentAt - ms);
const hourly: Schedule = { interval: 6 * hour };
const weekly: Schedule = { interval: week };
const monthly: Schedule = { interval: day, reason: 'monthly only' };
const maxAge = 'schedule';

const reach = { oldest: { time: ago(40 * day) }, backups: 8 };

/** `newest`, `failed` and `created` are ages in ms. */
interface Given {
  newest?: number;
  failed?: number;
  created?: number;
  paused?: unknown;
  backupEnabled?: boolean;
  maxAge?: Facts['maxAge'];
  databaseEdition?: string;
}

function factsOf({ newest, failed, created, maxAge, ...fields }: Given): Facts {
  return {
    cluster: { name: 'Ledger', createDate: created === undefined ? undefined : ago(created).toISOString(), ...fields },
    backups: {
      ...(newest !== undefined && { restorable: backupOf(newest) }),
      ...(failed !== undefined && { lastFailed: { time: ago(failed) } }),
      sentAt,
    },
    maxAge,
  };
}

const backupOf = (age: number) => ({ newest: { time: ago(age) }, age, ...reach });

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
    const found = { state, ...backupOf(facts.newest ?? 0), maxAge: limit, ...(reason && { reason }) };
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
    const known = facts.newest === undefined ? {} : backupOf(facts.newest);
    const verdict = {
      ...(limit && { maxAge: limit }),
      ...(state === 'unknown' ? { error } : { reason }),
    };
    expect(judge(factsOf(facts), { error })).toStrictEqual({ ...known, state, ...verdict });
  });
});

describe('a cluster of another edition', () => {
  it.each<[facts: Given, state: string, schedule?: Schedule]>([
    [{ newest: 26 * hour }, 'fresh'],
    [{ newest: 27 * hour }, 'unknown'],
    [{ newest: 27 * hour }, 'fresh', weekly],
    [{ newest: 27 * hour, paused: true }, 'paused'],
    [{ created: hour }, 'new'],
    [{}, 'unknown'],
  ])('%j is %s', (facts, state, schedule = dailySchedule) => {
    const judgement = judge(factsOf({ ...facts, databaseEdition: 'INFINITE' }), schedule);
    expect(judgement).toMatchObject({ state, ...(facts.newest && backupOf(facts.newest)) });
    if (state !== 'unknown') return;
    const error = { code: 'INVALID_RESPONSE', message: expect.stringContaining('edition of the cluster is INFINITE') };
    expect(judgement).toMatchObject({ reason: 'other edition', error });
    expect(judgement).not.toHaveProperty('maxAge');
  });
});

it.each<[facts: Given, state: string]>([
  [{}, 'none'],
  [{ created: hour }, 'new'],
  [{ newest: 2 * hour }, 'fresh'],
  [{ newest: 30 * hour }, 'stale'],
  [{ newest: 30 * hour, paused: true }, 'paused'],
  [{ newest: 30 * hour, databaseEdition: 'INFINITE' }, 'unknown'],
  [{ databaseEdition: 'INFINITE' }, 'unknown'],
])('of %j, which is %s, the failed snapshot is kept', (facts, state) => {
  const lastFailed = { time: ago(hour) };
  expect(judge(factsOf({ ...facts, failed: hour }), dailySchedule)).toMatchObject({ state, lastFailed });
});

describe('the schedule', () => {
  it.each<[isNeeded: boolean, facts: Given]>([
    [true, { newest: 27 * hour }],
    [true, { newest: 27 * hour, databaseEdition: 'INFINITE', backupEnabled: false }],
    [false, { newest: 27 * hour, maxAge: hour }],
    [false, { newest: 27 * hour, paused: true }],
    [true, { newest: 40 * day, paused: true }],
    [true, {}],
    [true, { created: 27 * hour, maxAge: hour }],
    [false, { created: hour }],
    [false, { paused: true }],
    [true, { newest: hour, maxAge }],
  ])('is needed: %s, for %j', (isNeeded, facts) => {
    expect(needsSchedule(factsOf(facts))).toBe(isNeeded);
  });
});
