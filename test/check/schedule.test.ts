import { describe, expect, it } from 'vitest';
import { judgeSchedule, scheduleSchema } from '../../src/check/schedule.js';

const hour = 3_600_000;
const daily = { interval: 24 * hour };
const weekly = { interval: 7 * 24 * hour };
const none = { ...daily, reason: 'no schedule' };
type Item = [frequencyType: unknown, frequencyInterval?: unknown];
const policyOf = (...items: Item[]) => ({
  policyItems: items.map(([frequencyType, frequencyInterval]) => ({ frequencyType, frequencyInterval })),
});
const rare: Item[] = [
  ['monthly', 40],
  ['yearly', 12],
];

describe('a schedule', () => {
  it.each<[what: string, policies: object[], schedule: object]>([
    ['as Atlas creates it', [policyOf(['hourly', 6], ['daily', 1], ['weekly', 6], ...rare)], { interval: 6 * hour }],
    ['with an odd hourly interval beside another', [policyOf(['hourly', 0], ['hourly', 8])], { interval: 8 * hour }],
    ['with daily snapshots, whatever their interval', [policyOf(['daily', 2])], daily],
    ['with weekly snapshots at most', [policyOf(...rare, ['weekly', 6])], weekly],
    ['with monthly and yearly ones', [policyOf(...rare)], { ...daily, reason: 'monthly only' }],
    ['with yearly ones', [policyOf(['yearly', 1])], { ...daily, reason: 'yearly only' }],
    ['with a frequency that is not known', [policyOf(['weekly', 6], ['fortnightly', 1])], daily],
    ['with several policies', [policyOf(['yearly', 1]), policyOf(['daily', 1])], daily],
    ['with on-demand snapshots only', [policyOf(['ondemand', 1])], none],
    ['without policies', [], none],
  ])('%s gives the interval', (_what, policies, schedule) => {
    expect(judgeSchedule(scheduleSchema.parse({ policies, error: null }))).toStrictEqual(schedule);
  });

  it.each([0, -1, 25, 1.5, '6', null, undefined])('with an hourly interval of %j counts as daily', (interval) => {
    expect(judgeSchedule(scheduleSchema.parse({ policies: [policyOf(['hourly', interval])] }))).toStrictEqual(daily);
  });

  it.each<[body: unknown]>([
    [{ policies: null }],
    [{ policies: [{ policyItems: null }] }],
    [{ policies: [{ policyItems: ['daily'] }] }],
    [{ policies: [], error: 503 }],
    [[]],
  ])('is not %j', (body) => {
    expect(scheduleSchema.safeParse(body).success).toBe(false);
  });
});
