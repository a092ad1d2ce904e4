import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { AtlasInvalidArgumentError, newestBackup } from '../../src/client/index.js';
import { thrown } from '../support/rejection.js';

type Snapshot = { id: string; status: string };
const day = (count: number) => new Date(count * 86_400_000);

describe.each([
  ['finishTime', 'COMPLETED', 'FAILED', 'listTenantSnapshots(), or with getAll() and tenantSnapshotSchema'],
  ['createdAt', 'completed', 'failed', 'getAll() and dedicatedSnapshotSchema'],
] as const)('newestBackup by %s', (name, completed, failed, howToRead) => {
  const at = (status: string, time?: unknown, id = `${status} ${time}`): Snapshot => ({
    id,
    status,
    ...(time !== undefined && { [name]: time }),
  });
  // A cast, because some of the times are none.
  const newest = (snapshots: Snapshot[]) => newestBackup(Object.freeze(snapshots) as readonly { finishTime?: Date }[]);
  const backup = at(completed, day(3));
  const [older, ancient] = [at(completed, day(1)), at(completed, day(-1))];
  const foreign = at(completed, runInNewContext('new Date(0)'));

  it.each<[what: string, snapshots: Snapshot[], newest: Snapshot | undefined]>([
    ['the newest, in any order', [older, backup, at(completed, day(2))], backup],
    ['the first of two of the same time', [backup, at(completed, day(3), 'second')], backup],
    ['the newest that completed', [older, at(failed, day(2)), at('RUNNING', day(4)), at('inProgress', 'later')], older],
    ['one that is older than 1970', [at(failed), ancient], ancient],
    ['one whose date is of another realm', [foreign], foreign],
    ['one that has a time, if others have none', [at(completed), older, at(completed, day(Number.NaN))], older],
    ['nothing if none has completed', [at(failed, day(2)), at('constructor', day(1))], undefined],
    ['nothing if none has a valid time', [at(completed), at(completed, day(Number.NaN))], undefined],
    ['nothing in an empty list', [], undefined],
  ])('is %s', (_what, snapshots, expected) => {
    expect(newest(snapshots)).toEqual(expected);
  });

  it.each(['2026-08-02T17:05:10Z', 1_785_690_310_000, null, {}])(
    'throws if a completed one has the time %j',
    (time) => {
      const { message, issues } = thrown(() => newest([backup, at(completed, time)]), AtlasInvalidArgumentError);
      const what = `newestBackup got a completed snapshot whose ${name} is not a Date.`;
      expect(message).toBe(`${what} Read the list with ${howToRead}.`);
      expect(issues).toEqual([{ path: name, message: 'must be a Date' }]);
    },
  );
});
