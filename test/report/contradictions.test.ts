import { expect, it } from 'vitest';
import { findContradictions, findDeleted, listBackups } from '../../src/report/contradictions.js';
import { readReport } from '../../src/report/lenient.js';
import { at, evidenceOf, finding, hour, reportOf, snapshot } from './support/reports.js';

const day = 24 * hour;
const checked = { time: Date.parse(at(5, 12)), end: Date.parse(at(5, 12.1)), maxAge: undefined };
const old = { age: 54 * hour };
const fresh = { age: 6 * hour };
const sharded = (...types: string[]) => ({
  ...fresh,
  evidence: { cluster: { clusterType: 'SHARDED' }, snapshots: types.map((type) => snapshot(3, { type })) },
});
const created = (dayOfMonth: number) => ({ evidence: { cluster: { createDate: at(dayOfMonth) } } });
const expired = { ...evidenceOf([]).evidence, snapshots: [snapshot(5), snapshot(4, { expiresAt: at(5, 11) })] };
const unsuitable = [snapshot(5, { status: 'failed' }), snapshot(3), { status: 'completed', finishTime: at(5) }, 1];

it.each<[what: string, found: object, texts: string[]]>([
  ['fresh, and within the limit', finding('fresh', [5], fresh), []],
  ['fresh, but older', finding('fresh', [3], old), ['fresh, but 2 d 6 h old, with a limit of 26 h']],
  ['fresh, but without a backup', finding('fresh'), ['fresh, but without a backup']],
  ['fresh, and without a limit', finding('fresh', [3], { ...old, maxAge: undefined }), []],
  ['stale, and older', finding('stale', [3], old), []],
  ['stale, but within the limit', finding('stale', [5], fresh), ['stale, but 6 h old, with a limit of 26 h']],
  ['paused for less than 30 days', finding('paused', [3], old), []],
  [
    'paused for longer',
    finding('paused', [-30], { age: 35 * day + 6 * hour }),
    [expect.stringMatching(/^paused, but 35 d/)],
  ],
  ['without an age, at most a day over the limit', finding('fresh', [3.2]), []],
  ['without an age, more than that', finding('fresh', [2]), [expect.stringMatching(/^fresh, but 3 d 6 h old/)]],
  ['an age that ends before the check', finding('fresh', [4], fresh), [expect.stringMatching(/was not 6 h old/)]],
  ['an age that ends after it', finding('fresh', [5], { age: 7 * hour }), [expect.stringMatching(/was not 7 h old/)]],
  ['a backup less than an hour ahead', finding('fresh', [5], { time: at(5, 13), age: 0 }), []],
  ['the newest backup of the evidence', finding('fresh', [5], { ...fresh, ...evidenceOf([3, 5]) }), []],
  [
    'not the newest one',
    finding('fresh', [5], { ...fresh, ...evidenceOf([3]) }),
    [expect.stringMatching(/listed is of 2026-11-03 06/)],
  ],
  [
    'no backup in the evidence',
    finding('fresh', [5], { ...fresh, ...evidenceOf([]) }),
    [expect.stringMatching(/listed is none$/)],
  ],
  [
    'a backup in the evidence of none',
    finding('none', [], evidenceOf([3])),
    [expect.stringMatching(/^none, but .* of 2026-11-03 06/)],
  ],
  [
    'an expired backup in the evidence',
    finding('none', [], { evidence: { snapshots: [snapshot(4, { expiresAt: at(5, 11) })] } }),
    [],
  ],
  ['an expired one beside it', finding('fresh', [5], { ...fresh, evidence: expired }), []],
  [
    'snapshots that are no backups',
    finding('fresh', [5], { ...fresh, evidence: { snapshots: unsuitable } }),
    [expect.stringMatching(/of 2026-11-03 06/)],
  ],
  ['evidence without snapshots', finding('fresh', [5], { ...fresh, evidence: { cluster: {} } }), []],
  [
    'snapshots of all shards',
    finding('fresh', [5], sharded('shardedCluster')),
    [expect.stringMatching(/of 2026-11-03 06/)],
  ],
  ['snapshots of single shards', finding('fresh', [5], sharded('replicaSet')), []],
  ['new for a week', finding('new', [], created(-1)), []],
  ['new for longer', finding('new', [], created(-3)), ['new, but created on 2026-10-28 06:00 UTC']],
  [
    'paused, but the cluster was not',
    finding('paused', [3], { ...old, evidence: { cluster: { paused: false } } }),
    ['paused, but the cluster was not'],
  ],
  ['nothing of an unknown state', finding('unknown', [3], { age: 1, ...evidenceOf([4]) }), []],
])('%s', (_what, found, texts) => {
  const [read] = readReport(reportOf(5, [found])).findings;
  expect(read && findContradictions(read, checked)).toEqual(texts);
});

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
