import { expect, it } from 'vitest';
import { readReport } from '../../src/report/lenient.js';
import { at, finding, reportOf } from './support/reports.js';

it.each([
  ['2026-11-02T06:00:00.000Z', Date.parse(at(2))],
  ['2026-11-02T07:00:00+01:00', Date.parse(at(2))],
  ['2026-11-02T06:00:00', undefined],
  ['2026-11-02', undefined],
  ['2026-13-02T06:00:00Z', undefined],
  [5, undefined],
])('reads the time %j as %j', (time, read) => {
  const { findings } = readReport(reportOf(2, [{ ...finding('fresh', [2]), time }]));
  expect(findings[0]?.time).toBe(read);
});

it('counts an odd field as absent, and a state that it does not know as a state', () => {
  const odd = { ...finding('great', [2]), age: '1', oldest: { time: 5 }, error: { code: 1, message: 'Slow.' } };
  const options = { exclude: ['Shop/a', 1], include: ['Shop/*'] };
  const { findings, summary, ...report } = readReport(
    reportOf(2, [odd], { options, server: 1, summary: { new: 'x' } }),
  );
  const { state, age, oldest, error } = findings[0] ?? {};
  expect({ state, age, oldest, error }).toEqual({
    state: 'great',
    age: undefined,
    oldest: undefined,
    error: { message: 'Slow.' },
  });
  expect(report).toMatchObject({ server: undefined, options: { exclude: undefined, include: ['Shop/*'] } });
  expect(summary).toMatchObject({ new: undefined });
});
