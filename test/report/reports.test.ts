import { expect, it } from 'vitest';
import { readReports } from '../../src/report/index.js';
import { evidenceOf, finding, knowledge, print, read, reportOf, textOf, titlesOf, write } from './support/reports.js';

const report = reportOf(2, [finding('fresh', [2])]);
const misnamed = ['groupId', 'clusterName', 'clusterType', 'state'].map((key) => ({ ...finding('fresh'), [key]: 1 }));
const nested = '['.repeat(20_000) + ']'.repeat(20_000);
const deep = reportOf(2, [finding('fresh', [2], evidenceOf([2], { restores: [{ id: 0 }] }))]);
const noReport = 'It is not a report of a check.';

it.each([
  ['text', 'It is not JSON, or only a part of it.'],
  ['', 'It is not JSON, or only a part of it.'],
  [JSON.stringify(report).slice(0, -1), 'It is not JSON, or only a part of it.'],
  ['null', noReport],
  ['[]', noReport],
  ['"report"', noReport],
  [{ formatVersion: 1, clusters: [] }, noReport],
  [{ ...report, checkedAt: 'yesterday' }, noReport],
  [{ ...report, checkedAt: '2026-13-01T00:00:00Z' }, noReport],
  [{ ...report, findings: {} }, noReport],
  [{ ...report, formatVersion: 2 }, 'Its formatVersion is 2, not 1.'],
  [{ ...report, findings: [null, 1, {}, ...misnamed] }, '7 of its entries name no cluster or no state'],
  [JSON.stringify(deep).replace('"id":0', `"id":${nested}`), 'It is nested too deep.'],
  [{ ...report, notChecked: [{ ...report, clusterType: 'flex' }, 1] }, '2 of its entries name no cluster or no state'],
])('says what is wrong with %j', async (text, why) => {
  const files = write(text, report);
  const { unusable, days } = await read(files);
  expect(unusable).toEqual([{ file: files[0], why }]);
  expect(String(days)).toBe('2026-11-02');
});

it('sorts the reports by their time, whatever comes first in them', async () => {
  const { checkedAt, ...others } = reportOf(3, [finding('stale', [1])]);
  const html = await print([{ others: 'x'.repeat(300), ...others, checkedAt }, JSON.stringify(report, null, 2)]);
  expect(titlesOf(html)).toEqual(['01 to 02: a backup (2 days)', '03: none, and over the limit']);
});

it('uses an anonymized report only alone', async () => {
  const anonymized = { ...reportOf(2, [finding('fresh', [2])]), options: ['evidence'] };
  const why = 'It is anonymized, so its names mean nothing beside other reports. Use it alone.';
  expect(titlesOf(await print([anonymized, '{']))).toEqual(['02: a backup']);
  const files = write(anonymized, report);
  expect((await read(files)).unusable).toEqual([{ file: files[0], why }]);
  expect((await read(write(anonymized, anonymized))).checks).toEqual([]);
});

it('ends at a signal', async () => {
  const stop = new AbortController();
  stop.abort('SIGINT');
  await expect(readReports(write(report), knowledge, stop.signal)).rejects.toBe('SIGINT');
});

it('accepts odd values anywhere, and shows no value that is none', async () => {
  const odd = [null, 0, -1, 1e308, true, '', 'x', [], {}, [null], { a: 1 }, '2026-11-02T06:00:00Z'];
  const found = finding('fresh', [2]);
  const added = ['reason', 'age', 'minHistory', 'pitEnabled', 'lastFailed', 'error', 'evidence'];
  const parts = ['cluster', 'snapshots', 'schedule', 'restores', 'errors'];
  const findings = odd.flatMap((value, index) => [
    ...[...Object.keys(found), ...added].map((key) => ({ ...found, clusterName: `a${index}${key}`, [key]: value })),
    ...parts.flatMap((part) =>
      [value, [value]].map((odder, is) => ({
        ...found,
        clusterName: `b${index}${is}${part}`,
        evidence: { [part]: odder },
      })),
    ),
  ]);
  const top = ['version', 'server', 'login', 'loginId', 'options', 'summary', 'problems', 'notChecked', 'finishedAt'];
  const reports = odd.flatMap((value) => top.map((key) => ({ ...reportOf(2, []), [key]: value })));
  const usable = reports.filter(({ options }) => !Array.isArray(options));
  const text = textOf(await print([...usable, reportOf(1, findings), reportOf(3, findings)]));
  expect(text).not.toMatch(/undefined|NaN|Infinity|\[object|Invalid/);
  expect(text.length).toBeGreaterThan(10_000);
});
