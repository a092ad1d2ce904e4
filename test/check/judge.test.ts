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

/** The limit and the reason, or the error of an unknown state. */
type Found = { maxAge?: number; reason?: string; error?: AnyAtlasError };
type Row = [facts: Given, state: string, found?: Found, schedule?: Schedule];

const day26 = { maxAge: 26 * hour };
const week2 = { maxAge: week + 2 * hour };
const down = new AtlasConnectionError('Down.');
const unread = unreadSchedule(down);
const cut: Doubt = { error: new AtlasInvalidResponseError('Cut short.'), isFreshCertain: true };
const future: Doubt = { error: new AtlasInvalidResponseError('An hour ahead.'), reason: 'future backup' };
const minHistory = 14 * day;
const young = { newest: hour, oldest: 3 * day, minHistory };

describe.each<[what: string, rows: Row[]]>([
  [
    'with a backup',
    [
      [{ newest: 26 * hour }, 'fresh', day26],
      [{ newest: 26 * hour + 1 }, 'stale', day26],
      [{ newest: 26 * hour }, 'fresh', day26, hourly],
      [{ newest: 26 * hour + 1, created: hour }, 'stale', day26],
      [{ newest: 2 * hour, maxAge: hour }, 'stale', { maxAge: hour }],
      [{ newest: week + 2 * hour + 1 }, 'stale', week2, weekly],
      [{ newest: week + 2 * hour, maxAge: hour }, 'stale', { maxAge: hour, reason: 'weekly schedule' }, weekly],
      [{ newest: week + 2 * hour + 1, maxAge: hour }, 'stale', { maxAge: hour }, weekly],
      [{ newest: hour, maxAge: hour }, 'fresh', { maxAge: hour }, weekly],
      [{ newest: 40 * day, maxAge: hour, paused: true }, 'stale', { maxAge: hour, reason: 'paused' }, weekly],
      [{ newest: 27 * hour }, 'stale', { ...day26, reason: 'monthly only' }, monthly],
      [{ newest: 30 * day + 26 * hour, paused: true }, 'paused', day26],
      [{ newest: 30 * day + 26 * hour + 1, paused: true }, 'stale', { ...day26, reason: 'paused' }],
      [{ newest: 30 * day + 26 * hour + 1, paused: true }, 'stale', { ...day26, reason: 'paused' }, noSchedule],
      [{ newest: 30 * day + 27 * hour, paused: true }, 'paused', week2, weekly],
      [{ newest: 27 * hour, paused: 'true' }, 'stale', day26],
      [{ newest: 8 * hour, maxAge }, 'fresh', { maxAge: 8 * hour }, hourly],
      [{ newest: 25 * hour, maxAge }, 'fresh', { ...day26, reason: 'monthly only' }, monthly],
      [{ newest: 30 * day + 8 * hour, maxAge, paused: true }, 'paused', { maxAge: 8 * hour }, hourly],
      [{ newest: 2 * hour, failed: hour }, 'fresh', day26],
    ],
  ],
  [
    'without a backup',
    [
      [{ created: 26 * hour - 1 }, 'new'],
      [{ created: 26 * hour }, 'none'],
      [{ created: 27 * hour, maxAge: 30 * day }, 'none'],
      [{ created: -26 * hour - 1 }, 'none'],
      [{ failed: hour }, 'none'],
      [{ created: week + 2 * hour - 1 }, 'new', {}, weekly],
      [{ created: 27 * hour }, 'none', { reason: 'no schedule' }, noSchedule],
      [{ created: hour, paused: true }, 'none', { reason: 'paused' }],
      [{ created: hour, maxAge }, 'new', { reason: 'no schedule' }, noSchedule],
    ],
  ],
  [
    'whose schedule cannot be read',
    [
      [{ newest: week + 2 * hour + 1 }, 'stale', { ...week2, reason: 'schedule unreadable' }, unread],
      [{ newest: week + 2 * hour }, 'unknown', { error: down }, unread],
      [{ newest: 2 * day, maxAge: hour }, 'stale', { maxAge: hour, reason: 'schedule unreadable' }, unread],
      [{ newest: 38 * day, paused: true }, 'stale', { ...week2, reason: 'paused' }, unread],
      [{ newest: 3 * hour, maxAge }, 'fresh', { maxAge: 3 * hour, reason: 'schedule unreadable' }, unread],
      [{ newest: 3 * hour + 1, maxAge }, 'unknown', { error: down }, unread],
      [{ newest: 8 * day, maxAge, paused: true }, 'paused', { ...week2, reason: 'schedule unreadable' }, unread],
      [{ created: week + 2 * hour }, 'none', { reason: 'schedule unreadable' }, unread],
      [{ created: week + 2 * hour - 1 }, 'unknown', { error: down }, unread],
      [{ created: 26 * hour - 1, maxAge }, 'new', { reason: 'schedule unreadable' }, unread],
      [{ created: hour, maxAge, paused: true }, 'none', { reason: 'paused' }, unread],
      [young, 'short', { ...day26, reason: 'schedule unreadable' }, unread],
    ],
  ],
  [
    'with a history',
    [
      [{ ...young, oldest: minHistory - 1 }, 'short', day26],
      [{ ...young, oldest: minHistory }, 'fresh', day26],
      [{ ...young, newest: 20 * day, oldest: 20 * day, paused: true }, 'paused', day26],
      [{ ...young, newest: 2 * day, paused: true }, 'short', day26],
      [{ ...young, newest: 27 * hour }, 'stale', day26],
      // Unless the backups reach back to the first 8 days of the cluster.
      [{ ...young, created: 11 * day }, 'fresh', day26],
      [{ ...young, created: 11 * day + 1 }, 'short', day26],
      [{ ...young, oldest: 13 * day, created: 21 * day }, 'fresh', day26],
      [{ ...young, oldest: 8 * day, created: 300 * day }, 'short', day26],
      // Days ahead is no time at which a cluster was created.
      [{ ...young, created: -2 * day }, 'short', day26],
    ],
  ],
  [
    'whose backups are in doubt',
    [
      [{ doubt: cut, newest: 26 * hour }, 'fresh', day26],
      [{ doubt: cut, newest: 27 * hour, failed: hour }, 'unknown', { error: cut.error }],
      [{ doubt: cut, newest: 27 * hour }, 'fresh', week2, weekly],
      [{ doubt: cut, newest: 27 * hour, paused: true }, 'unknown', { error: cut.error }],
      [{ doubt: cut, ...young }, 'unknown', { error: cut.error }],
      [{ doubt: cut, created: hour }, 'unknown', { error: cut.error }],
      [{ doubt: cut }, 'unknown', { error: cut.error }],
      [{ doubt: cut, newest: 27 * hour }, 'unknown', { error: down }, unread],
      [{ doubt: future, newest: 0 }, 'unknown', { error: future.error, reason: 'future backup' }],
    ],
  ],
])('a cluster %s', (_what, rows) => {
  it.each(rows)('with %j is %s (%j)', (facts, state, found, schedule = dailySchedule) => {
    const { restorable, lastFailed } = factsOf(facts).backups;
    expect(judge(factsOf(facts), schedule)).toStrictEqual({
      state,
      ...restorable,
      ...found,
      ...(lastFailed && { lastFailed }),
      ...(state === 'short' && { minHistory }),
    });
  });
});

it.each<[isNeeded: boolean, facts: Given]>([
  [true, { newest: 27 * hour }],
  [true, { newest: 27 * hour, doubt: { error: new AtlasInvalidResponseError('Cut.'), isFreshCertain: true } }],
  [false, { newest: 27 * hour, maxAge, doubt: { error: new AtlasInvalidResponseError('Odd.') } }],
  [true, { newest: 8 * day, maxAge: week + 2 * hour - 1 }],
  [false, { newest: 8 * day, maxAge: week + 2 * hour }],
  [false, { newest: hour, maxAge: hour }],
  [
    false,
    { newest: 27 * hour, maxAge: hour, doubt: { error: new AtlasInvalidResponseError('Cut.'), isFreshCertain: true } },
  ],
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
