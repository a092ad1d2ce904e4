import { expect, it } from 'vitest';
import { findDeleted, listBackups } from '../../src/report/deletions.js';
import { readReport } from '../../src/report/format.js';
import { at, finding, reportOf, snapshot } from './support/reports.js';

/** The finding of a report whose evidence has these snapshots. */
function findingOf(snapshots: readonly unknown[] | undefined, more: object = {}) {
  const [found] = readReport(reportOf(5, [finding('fresh', [5], { evidence: { snapshots, ...more } })])).findings;
  if (found === undefined) throw new Error('The report has no finding.');
  return found;
}

const until = (dayOfMonth: number, expiry: number) => snapshot(dayOfMonth, { expiresAt: at(expiry) });

it.each<[what: string, before: unknown[], next: unknown[] | undefined, days: number[]]>([
  ['backups that are gone', [until(1, 9), until(2, 9), until(3, 9)], [until(3, 9)], [1, 2]],
  ['all of them', [until(1, 9)], [], [1]],
  ['no backup that has expired, or that was about to', [until(1, 5), until(2, 6)], [], []],
  ['no backup without an expiry', [snapshot(1)], [], []],
  ['no backup that failed', [{ ...until(1, 9), status: 'failed' }], [], []],
  ['nothing if no list was read', [until(1, 9)], undefined, []],
])('finds %s', (_what, before, next, days) => {
  const deleted = findDeleted(listBackups(findingOf(before)) ?? new Map(), findingOf(next), Date.parse(at(5, 12)));
  expect(deleted).toEqual(days.map((day) => Date.parse(at(day))));
});

it('finds nothing in a list of single shards', () => {
  const before = listBackups(findingOf([until(1, 9)])) ?? new Map();
  const next = findingOf([until(2, 9)], { cluster: { clusterType: 'SHARDED' } });
  expect(findDeleted(before, next, Date.parse(at(5, 12)))).toEqual([]);
});
