import { expect, it } from 'vitest';
import * as z from 'zod';
import { readReport, reportSchema } from '../../src/report/format.js';

// `npx vitest run --project unit test/report/format.test.ts -u` writes the file anew.
it('docs/report.schema.json describes the JSON', async () => {
  const schema = z.toJSONSchema(reportSchema, {
    io: 'input',
    override: ({ jsonSchema }) => {
      // It repeats the format of the time in 300 characters.
      if (jsonSchema.format === 'date-time') delete jsonSchema.pattern;
    },
  });
  const described = { title: 'The JSON of atlas-tenant-snapshots check', ...schema };
  await expect(`${JSON.stringify(described, null, 2)}\n`).toMatchFileSnapshot('../../docs/report.schema.json');
});

const time = '2026-11-02T07:00:00+01:00';
const counts = { none: 0, stale: 0, short: 0, unknown: 0, paused: 0, new: 0, fresh: 1 };
const leftOut = { free: 0, deleting: 0, internal: 0, excluded: 0, 'not included': 0 };
const cluster = { groupId: 'a'.repeat(24), clusterName: 'carts', clusterType: 'flex' };
const departed = { ...cluster, departure: 'project unlisted', since: time };
const report = {
  formatVersion: 1,
  ...{ checkedAt: time, finishedAt: time, maxAge: 'schedule', version: '1.0.0', server: 'x', login: 'API key' },
  options: { include: ['*/*'] },
  summary: { projects: 1, projectsNotListed: 0, clusters: 1, ...counts, ...leftOut, departed: 1 },
  notChecked: [],
  departed: [departed],
  problems: [],
  findings: [{ ...cluster, state: 'fresh', time }],
};

it('reads a report, with times as numbers', () => {
  const ms = Date.parse('2026-11-02T06:00:00Z');
  const { finishedAt, options, departed: gone, findings } = readReport(report);
  expect({ finishedAt, options }).toEqual({ finishedAt: ms, options: { include: ['*/*'] } });
  expect(gone).toEqual([{ ...departed, since: ms }]);
  expect(findings).toEqual([{ ...cluster, state: 'fresh', time: ms }]);
});

it.each<[odd: unknown, why: string]>([
  [null, 'It is not a report of a check.'],
  [{}, 'It is not a report of a check.'],
  [{ ...report, formatVersion: 2 }, 'Its formatVersion is 2, not 1.'],
  [{ ...report, checkedAt: '2026-11-02T06:00:00' }, 'It is not a usable report: checkedAt: Invalid ISO datetime.'],
  [{ ...report, findings: [{ ...cluster, state: 'great' }] }, 'It is not a usable report: findings.0.state: '],
])('says why %j is none', (odd, why) => {
  expect(() => readReport(odd)).toThrow(why);
});
