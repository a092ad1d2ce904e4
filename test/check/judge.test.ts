import { describe, expect, it } from 'vitest';
import { dependsOnSchedule, type Evidence, judge } from '../../src/check/judge.js';
import { dailySchedule, noSchedule, type Schedule } from '../../src/check/schedule.js';

const hour = 3_600_000;
const day = 24 * hour;
const readAt = Date.parse('2026-08-10T12:00:00Z');
const ago = (ms: number) => new Date(readAt - ms);
const weekly: Schedule = { limit: 7 * day + 2 * hour };
const monthly: Schedule = { limit: 26 * hour, reason: 'monthly only' };

const restorable = { oldest: { time: ago(40 * day) }, backups: 8 };

interface Facts {
  /** The age of the newest backup, in ms. */
  newest?: number;
  /** ms. */
  failed?: number;
  /** ms since the cluster was created. */
  created?: number;
  paused?: unknown;
  maxAge?: number;
}

function evidenceOf({ newest, failed, created, paused, maxAge }: Facts): Evidence {
  return {
    cluster: { paused, createDate: created === undefined ? undefined : ago(created).toISOString() },
    backups: {
      ...(newest !== undefined && { restorable: { ...restorable, newest: { time: ago(newest) }, age: newest } }),
      ...(failed !== undefined && { lastFailed: { time: ago(failed) } }),
      readAt,
    },
    maxAge,
  };
}

type Row = [facts: Facts, state: string, reason?: string | undefined, schedule?: Schedule | undefined];

describe('a cluster with a backup', () => {
  it.each<Row>([
    [{ newest: 0 }, 'fresh'],
    [{ newest: 26 * hour }, 'fresh'],
    [{ newest: 26 * hour + 1 }, 'stale'],
    [{ newest: 26 * hour + 1, created: hour }, 'stale'],
    [{ newest: 2 * hour, maxAge: hour }, 'stale'],
    [{ newest: 30 * hour, maxAge: 30 * hour }, 'fresh'],
    [{ newest: 7 * day + 2 * hour }, 'fresh', undefined, weekly],
    [{ newest: 7 * day + 2 * hour + 1 }, 'stale', undefined, weekly],
    [{ newest: 27 * hour }, 'stale', 'monthly only', monthly],
    [{ newest: 27 * hour }, 'stale', 'no schedule', noSchedule],
    [{ newest: 25 * hour, paused: true }, 'fresh'],
    [{ newest: 27 * hour, paused: true }, 'paused'],
    [{ newest: 30 * day + 26 * hour, paused: true }, 'paused'],
    [{ newest: 30 * day + 26 * hour + 1, paused: true }, 'stale', 'paused'],
    [{ newest: 30 * day + 26 * hour + 1, paused: true }, 'stale', 'no schedule', noSchedule],
    [{ newest: 30 * day + 27 * hour, paused: true }, 'paused', undefined, weekly],
    [{ newest: 30 * day + 2 * hour, paused: true, maxAge: hour }, 'stale', 'paused'],
    [{ newest: 27 * hour, paused: 'true' }, 'stale'],
  ])('%j is %s (%s)', (facts, state, reason, schedule = dailySchedule) => {
    const limit = facts.maxAge ?? schedule.limit;
    const backup = { ...restorable, newest: { time: ago(facts.newest ?? 0) }, age: facts.newest, maxAge: limit };
    expect(judge(evidenceOf(facts), schedule)).toStrictEqual({ state, ...backup, ...(reason && { reason }) });
  });
});

describe('a cluster without a backup', () => {
  it.each<Row>([
    [{ created: 26 * hour - 1 }, 'new'],
    [{ created: 26 * hour }, 'none'],
    [{ created: hour, maxAge: 1 }, 'new'],
    [{ created: 27 * hour, maxAge: 30 * day }, 'none'],
    [{ created: -26 * hour }, 'new'],
    [{ created: -26 * hour - 1 }, 'none'],
    [{}, 'none'],
    [{ created: 7 * day + 2 * hour - 1 }, 'new', undefined, weekly],
    [{ created: 7 * day + 2 * hour, maxAge: 30 * day }, 'none', undefined, weekly],
    [{ created: -26 * hour - 1 }, 'none', undefined, weekly],
    [{ created: 27 * hour }, 'none', 'monthly only', monthly],
    [{ created: 27 * hour }, 'none', 'no schedule', noSchedule],
    [{ created: hour, paused: true }, 'none', 'paused'],
  ])('%j is %s (%s)', (facts, state, reason, schedule) => {
    expect(judge(evidenceOf(facts), schedule)).toStrictEqual({ state, ...(reason && { reason }) });
  });
});

describe('a failed snapshot', () => {
  it.each<[what: string, facts: Facts, state: string]>([
    ['without any backup', { failed: 30 * hour }, 'none'],
    ['of a new cluster', { failed: hour, created: hour }, 'new'],
    ['after a fresh backup', { newest: 2 * hour, failed: hour }, 'fresh'],
    ['after a stale one', { newest: 30 * hour, failed: hour }, 'stale'],
    ['of a paused cluster', { newest: 30 * hour, failed: 29 * hour, paused: true }, 'paused'],
  ])('%s is reported', (_what, facts, state) => {
    expect(judge(evidenceOf(facts))).toMatchObject({ state, lastFailed: { time: ago(facts.failed ?? 0) } });
  });
});

describe('the schedule', () => {
  it.each<[matters: boolean, facts: Facts]>([
    [true, { newest: 27 * hour }],
    [false, { newest: 27 * hour, maxAge: hour }],
    [false, { newest: hour }],
    [false, { newest: 27 * hour, paused: true }],
    [true, { newest: 40 * day, paused: true }],
    [true, {}],
    [true, { created: 27 * hour, maxAge: hour }],
    [false, { created: hour }],
    [false, { paused: true }],
  ])('matters: %s, for %j', (matters, facts) => {
    const evidence = evidenceOf(facts);
    expect(dependsOnSchedule(judge(evidence), evidence)).toBe(matters);
  });
});
