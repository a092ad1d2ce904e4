import { describe, expect, it } from 'vitest';
import { judge } from '../../src/check/finding.js';
import type { TenantSnapshot } from '../../src/index.js';

const hour = 3_600_000;
const now = Date.parse('2026-08-10T12:00:00Z');
const hoursAgo = (hours: number) => new Date(now - hours * hour);
const backup = (hours: number): TenantSnapshot => ({ status: 'COMPLETED', finishTime: hoursAgo(hours) });
const failure = (hours: number): TenantSnapshot => ({ status: 'FAILED', finishTime: hoursAgo(hours) });
const judgeWithin24Hours = (snapshots: TenantSnapshot[], createDate?: unknown) =>
  judge(snapshots, createDate, 24 * hour, now);

describe('a cluster', () => {
  it.each<[name: string, hours: number, state: string, age: number]>([
    ['is fresh if its newest backup is younger than maxAge', 23, 'fresh', 23 * hour],
    ['is fresh if it is as old as maxAge', 24, 'fresh', 24 * hour],
    ['is stale if it is older', 24 + 1 / hour, 'stale', 24 * hour + 1],
    ['has no negative age if the clock of Atlas is ahead', -1, 'fresh', 0],
  ])('%s', (_name, hours, state, age) => {
    expect(judgeWithin24Hours([backup(99), backup(hours)])).toEqual({ state, newest: backup(hours), age });
  });

  it.each<[name: string, createDate: unknown, state: string]>([
    ['is new if it was created less than 26 hours ago', hoursAgo(25.9).toISOString(), 'new'],
    ['is new if the clock of Atlas is ahead', hoursAgo(-1).toISOString(), 'new'],
    ['is new by a time with an offset', '2026-08-10T12:00:00+02:00', 'new'],
    ['has none if it was created 26 hours ago', hoursAgo(26).toISOString(), 'none'],
    ['has none if the date is days ahead', hoursAgo(-48).toISOString(), 'none'],
    ['has none without a date', undefined, 'none'],
    ['has none with a date of null', null, 'none'],
    ['has none with another text', 'today', 'none'],
    ['has none with a number', now, 'none'],
  ])('without a backup %s', (_name, createDate, state) => {
    expect(judgeWithin24Hours([{ status: 'RUNNING' }], createDate)).toEqual({ state });
  });

  it('with a backup is not new', () => {
    expect(judgeWithin24Hours([backup(25)], hoursAgo(25.5).toISOString()).state).toBe('stale');
  });

  it.each<[name: string, snapshots: TenantSnapshot[], lastFailed: TenantSnapshot | undefined]>([
    ['is reported if there is no backup', [failure(2), failure(1)], failure(1)],
    ['is reported if it is later than the newest backup', [failure(3), backup(2), failure(1)], failure(1)],
    ['is not reported if it is earlier', [failure(2), backup(1)], undefined],
    ['is not reported without a finishTime', [{ status: 'FAILED' }], undefined],
  ])('a failed snapshot %s', (_name, snapshots, lastFailed) => {
    expect(judgeWithin24Hours(snapshots).lastFailed).toEqual(lastFailed);
  });
});
