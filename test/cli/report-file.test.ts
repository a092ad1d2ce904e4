import fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, expect, it, onTestFinished } from 'vitest';
import { formatJson } from '../../src/cli/json.js';
import { readBaseline, writeReport } from '../../src/cli/report-file.js';
import { down, findings, reportOf, totals } from './support/reports.js';

let folder = '';
beforeEach(() => {
  folder = fs.mkdtempSync(join(tmpdir(), 'report-'));
  onTestFinished(() => fs.rmSync(folder, { recursive: true }));
});

it('a written report is a baseline with all its clusters', () => {
  const file = join(folder, 'a.json');
  fs.writeFileSync(file, 'an older report');
  expect(writeReport(file, formatJson(reportOf(findings, totals), []))).toBeUndefined();
  expect(fs.readdirSync(folder)).toEqual(['a.json']);
  const { clusters } = readBaseline(file);
  expect(clusters).toHaveLength(10 + 3);
  expect(clusters[0]).toMatchObject({ project: 'Billing', cluster: 'gone' });
});

it.each<[name: string, text: string | undefined]>([
  ['is missing', undefined],
  ['is empty', ''],
  ['is cut', formatJson(reportOf([]), []).slice(0, -2)],
  ['is something else', '{"findings":[]}'],
  ['is of another format', formatJson(reportOf([]), []).replace('"formatVersion": 1', '"formatVersion": 2')],
  ['is of a check that could not list the projects', formatJson({ ...reportOf([]), error: down }, [])],
])('a baseline that %s is refused', (_name, text) => {
  const file = join(folder, 'a.json');
  if (text !== undefined) fs.writeFileSync(file, text);
  expect(() => readBaseline(file)).toThrow(`--baseline: ${file} is missing, or no JSON report`);
});

it('a report that cannot be written leaves nothing behind', () => {
  fs.mkdirSync(join(folder, 'folder'));
  fs.symlinkSync('/dev/null', join(folder, 'link'));
  for (const name of ['folder', 'link', 'missing/a.json']) {
    expect(writeReport(join(folder, name), '{}'), name).toMatch(/^it is no regular file$|ENOENT/);
  }
  expect(fs.readdirSync(folder)).toEqual(['folder', 'link']);
});
