import { describe, expect, it } from 'vitest';
import { judgeSchedule, scheduleSchema } from '../../src/check/schedule.js';

const hour = 3_600_000;
const daily = { limit: 26 * hour };
const none = { limit: 26 * hour, reason: 'no schedule' };
const policyOf = (...frequencies: unknown[]) => ({
  policyItems: frequencies.map((frequencyType) => ({ frequencyType, frequencyInterval: 12 })),
});

describe('a schedule', () => {
  it.each<[what: string, policies: object[], schedule: object]>([
    ['as Atlas creates it', [policyOf('hourly', 'daily', 'weekly', 'monthly', 'yearly')], daily],
    ['with hourly snapshots', [policyOf('hourly')], daily],
    ['with weekly snapshots at most', [policyOf('yearly', 'monthly', 'weekly')], { limit: (7 * 24 + 2) * hour }],
    ['with monthly and yearly ones', [policyOf('yearly', 'monthly')], { limit: 26 * hour, reason: 'monthly only' }],
    ['with yearly ones', [policyOf('yearly')], { limit: 26 * hour, reason: 'yearly only' }],
    ['with a frequency that is not known', [policyOf('weekly', 'fortnightly')], daily],
    ['with an odd frequency', [policyOf('weekly', 5)], daily],
    ['with several policies', [policyOf('yearly'), policyOf('daily')], daily],
    ['with on-demand snapshots only', [policyOf('ondemand')], none],
    ['with an empty policy', [policyOf()], none],
    ['without policies', [], none],
  ])('%s gives the limit', (_what, policies, schedule) => {
    expect(judgeSchedule(scheduleSchema.parse({ policies, error: null }))).toStrictEqual(schedule);
  });

  it.each<[body: unknown]>([
    [{}],
    [{ policies: null }],
    [{ policies: [{}] }],
    [{ policies: [{ policyItems: null }] }],
    [{ policies: [{ policyItems: ['daily'] }] }],
    [{ policies: [], error: 503 }],
    [{ policies: [], errorCode: 'UNEXPECTED_ERROR' }],
    [[]],
  ])('is not %j', (body) => {
    expect(scheduleSchema.safeParse(body).success).toBe(false);
  });

  it('with thousands of odd items is refused before any is parsed', () => {
    const items = Array(2000).fill(5);
    for (const policies of [items, [{ policyItems: items }]]) {
      expect(scheduleSchema.safeParse({ policies }).error?.issues).toHaveLength(1);
    }
  });
});
