import { describe, expect, it } from 'vitest';
import { newestBackup, type TenantSnapshot } from '../../src/index.js';

const at = (status: string, day?: number): TenantSnapshot => ({
  id: `${status} ${day}`,
  status,
  ...(day !== undefined && { finishTime: new Date(day * 86_400_000) }),
});

describe('newestBackup', () => {
  it.each<[what: string, snapshots: TenantSnapshot[], newest: string | undefined]>([
    ['the last of a list from the oldest', [at('COMPLETED', 1), at('COMPLETED', 2)], 'COMPLETED 2'],
    ['the first of a list from the newest', [at('COMPLETED', 2), at('COMPLETED', 1)], 'COMPLETED 2'],
    ['one in the middle', [at('COMPLETED', 1), at('COMPLETED', 3), at('COMPLETED', 2)], 'COMPLETED 3'],
    ['the newest that completed', [at('COMPLETED', 1), at('FAILED', 2), at('RUNNING', 3)], 'COMPLETED 1'],
    ['one that has a finishTime', [at('COMPLETED'), at('COMPLETED', 1), at('COMPLETED')], 'COMPLETED 1'],
    ['one that finished before 1970', [at('COMPLETED', -1)], 'COMPLETED -1'],
    ['nothing if none has completed', [at('FAILED', 1), at('QUEUED'), {}], undefined],
    ['nothing if none has a finishTime', [at('COMPLETED')], undefined],
    ['nothing if a finishTime is invalid', [at('COMPLETED', Number.NaN)], undefined],
    ['nothing in an empty list', [], undefined],
  ])('is %s', (_name, snapshots, newest) => {
    expect(newestBackup(Object.freeze(snapshots))?.id).toBe(newest);
  });
});
